"""What the printed agenda of an MDT meeting says: who sits, the cases in order, what each lacks, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from db.meeting_pictures import AgendaLine, AgendaPage
from flows.exchange.wording import counted, day, full_day, printed

WARNING = "Case references only. Destroy after the meeting."


def agenda_sheet(page: AgendaPage, *, by: str, at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """Give the data of the sheet `agenda_sheet`."""
    meeting = page.meeting
    listed = [line for line in page.lines if not line.carried]
    return {
        "title": f"MDT meeting, {full_day(meeting.on)}",
        "head": f"Multidisciplinary team meeting, {full_day(meeting.on)}, {meeting.start:%H:%M}",
        "printed": f"Printed {printed(at, zone)} by {by}.",
        "warning": WARNING,
        "says": " · ".join(_facts(page, len(listed))),
        "nothing": "No case is on this agenda.",
        "people": [
            {"discipline": one.label, "person": one.person, "vote": "votes" if one.voting else "does not vote"}
            for one in page.present
        ],
        "cases": [_case(line) for line in listed],
        "carried": [
            {
                "ref": line.ref,
                "where": day(line.carried_to) if line.carried_to else "no meeting",
                "why": line.carried_why,
            }
            for line in page.lines
            if line.carried
        ],
    }


def _facts(page: AgendaPage, cases: int) -> list[str]:
    meeting = page.meeting
    told = [
        f"{meeting.state.label}",
        f"{counted(cases, 'case')}, {meeting.minutes_used} of {meeting.capacity_minutes} minutes",
    ]
    if meeting.place:
        told.append(meeting.place)
    if meeting.chair:
        told.append(f"chair: {meeting.chair}")
    if page.absent:
        told.append(f"quorum still lacks: {', '.join(page.absent)}")
    return told


def _case(line: AgendaLine) -> dict[str, str]:
    plan = [part.label for part in (line.target, line.laterality, line.technique) if part]
    fits = "" if line.fits or line.outcome is not None else "does not fit the time. "
    return {
        "order": str(line.place),
        "ref": line.ref,
        "urgency": str(line.urgency or "-"),
        "plan": f"{', '.join(plan) or 'No plan yet'} ({'cancer' if line.cancer else 'no cancer'})",
        "because": (fits + line.because).strip(),
        "minutes": str(line.minutes),
        "due": day(line.due_on) if line.due_on else "-",
        "lacks": "; ".join(line.lacks) or "nothing",
        "sits": ", ".join(line.must_sit) or "quorum",
        "outcome": _outcome(line),
    }


def _outcome(line: AgendaLine) -> str:
    if line.outcome is None:
        return ""
    said = (line.outcome.label, line.reason, line.alternative, line.owner and f"with {line.owner}")
    return ". ".join(part for part in said if part)
