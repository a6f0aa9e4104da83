"""The minutes of a meeting as text, made from what was recorded and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from db.meeting_pictures import AgendaLine, AgendaPage
from scheduler.pathway.validity import day


def minutes_of(page: AgendaPage, *, written_by: str, at: datetime, zone: ZoneInfo) -> str:
    """Write the minutes: who sat, what was said about each case, and what was carried with the reason."""
    meeting, wall = page.meeting, at.astimezone(zone)
    return "\n".join(
        (
            f"Multidisciplinary team meeting, {day(meeting.on)}, {meeting.start:%H:%M}",
            *((f"Place: {meeting.place}",) if meeting.place else ()),
            *((f"Chair: {meeting.chair}",) if meeting.chair else ()),
            "",
            "Attended",
            *(f"  {one.label}: {one.person}{'' if one.voting else ' (does not vote)'}" for one in page.present),
            "",
            "Cases",
            *(text for line in page.lines if line.outcome is not None for text in _decided(line)),
            *_carried(page),
            "",
            f"Made from the record by {written_by} on {day(wall.date())} at {wall:%H:%M}.",
            "",
        )
    )


def _decided(line: AgendaLine) -> Iterator[str]:
    plan = (line.target, line.laterality, line.technique)
    words = ", ".join(part.label if at == 0 else part.label.lower() for at, part in enumerate(plan) if part)
    yield f"  {line.ref}  {line.outcome.label if line.outcome else ''}"
    cancer = "cancer" if line.cancer else "no cancer"
    yield f"      {words or 'No plan'}; category {line.urgency or 'not set'}; {cancer}"
    told = (
        ("Reason", line.reason),
        ("Instead", line.alternative),
        ("Gets the information", line.owner),
        ("Discuss again by", day(line.rediscuss_on) if line.rediscuss_on else ""),
        ("Added after the agenda closed", line.added_why if line.late else ""),
        ("For this case sat", ", ".join(line.attended)),
    )
    yield from (f"      {what}: {text}" for what, text in told if text)


def _carried(page: AgendaPage) -> Iterator[str]:
    carried = [line for line in page.lines if line.carried]
    if carried:
        yield ""
        yield "Not discussed"
    for line in carried:
        where = f"carried to {day(line.carried_to)}" if line.carried_to else "not carried"
        yield f"  {line.ref}  {where}: {line.carried_why}"
