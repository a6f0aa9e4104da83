"""MDT meetings as their page shows them: the calendar, the agenda in clinical order, who sits, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.cards import Card, Filled, Group, Said
from dashboard.shapes.markup import Cell, Figure
from dashboard.shapes.words import case_link, count, day, listed, moment, short_day
from flows.desk import AgendaLine, AgendaPage, Attendee, MeetingLine, MeetingState, Present
from scheduler.vocabulary import Laterality

AGAIN_HEADS: Final = ("Case", "Stands at", "Why it may come back")
WHOLE: Final = 100  # per cent


def calendar_groups(meetings: Iterable[MeetingLine], today: date) -> tuple[Group, ...]:
    """The meetings to come, the soonest first, then those that have been, the latest first."""
    found = tuple(meetings)
    coming = tuple(meeting_card(one) for one in found if one.on >= today)
    past = tuple(meeting_card(one) for one in reversed(found) if one.on < today)
    return (Group(heading="To come", cards=coming), Group(heading="Before today", cards=past))


def meeting_card(meeting: MeetingLine) -> Card:
    """One meeting in short: when, how full, how it stands."""
    said = [Said(text=_stands(meeting), look=_look(meeting))]
    return Card(
        kind="meeting",
        id=meeting.on.isoformat(),
        title=f"{short_day(meeting.on)}, {meeting.start:%H:%M}",
        aside=f"{meeting.minutes_used} of {meeting.capacity_minutes} min" if meeting.state.is_coming else "",
        aside_look="over" if _too_full(meeting) else "quiet",
        lines=tuple(said),
        bar=_filled(meeting) if meeting.state.is_coming else None,
    )


def _stands(meeting: MeetingLine) -> str:
    if meeting.state is MeetingState.CANCELLED:
        return f"Cancelled: {meeting.reason}" if meeting.reason else "Cancelled"
    counted = (
        ("to discuss", meeting.waiting),
        ("decided", meeting.decided),
        ("carried", meeting.carried),
    )
    said = ", ".join(f"{number} {what}" for what, number in counted if number) or "no cases"
    return f"{meeting.state.label}: {said}"


def _look(meeting: MeetingLine) -> str:
    return "quiet" if meeting.state.is_coming else "fine" if meeting.state is MeetingState.HELD else "soon"


def _too_full(meeting: MeetingLine) -> bool:
    return meeting.minutes_used > meeting.capacity_minutes


def _filled(meeting: MeetingLine) -> Filled:
    return Filled(percent=meeting.minutes_used * WHOLE // meeting.capacity_minutes, over=_too_full(meeting))


def usual_meeting(meetings: Iterable[MeetingLine], today: date) -> str | None:
    """The meeting to show when none was asked for: the next to do its work, or else the last one."""
    found = tuple(meetings)
    undone = [one for one in found if one.state.is_coming and (one.on >= today or one.waiting)]
    chosen = undone[0] if undone else found[-1] if found else None
    return chosen.on.isoformat() if chosen else None


def head_words(meeting: MeetingLine, zone: ZoneInfo) -> str:
    """Where the meeting is, who chairs it, and when its agenda closes."""
    closes = meeting.agenda_closes_at
    parts = (
        meeting.state.label,
        f"{'why' if meeting.state is MeetingState.CANCELLED else 'moved'}: {meeting.reason}" if meeting.reason else "",
        meeting.place,
        f"chaired by {meeting.chair}" if meeting.chair else "",
        f"agenda closes {moment(closes, zone)}" if closes and meeting.state is MeetingState.PLANNED else "",
    )
    return ", ".join(part for part in parts if part)


def meeting_figures(page: AgendaPage) -> tuple[Figure, ...]:
    """The numbers at the head of a meeting; the time only while it has still to meet."""
    meeting = page.meeting
    left = meeting.capacity_minutes - meeting.minutes_used
    late = left < 0
    counted = (
        Figure(label="To discuss", value=str(meeting.waiting)),
        Figure(label="Decided", value=str(meeting.decided)),
        Figure(label="Carried", value=str(meeting.carried)),
    )
    if not meeting.state.is_coming:
        return counted
    time = Figure(
        label="Over the time" if late else "Time left", value=f"{abs(left)} min", level="over" if late else "plain"
    )
    return (*counted, time)


def quorum_words(page: AgendaPage) -> tuple[str, bool]:
    """Whether the meeting may decide, and what is lacking; True when it may."""
    if page.absent:
        return f"No quorum yet: {listed(page.absent)} not noted.", False
    return "The meeting has its quorum.", True


def sits_words(present: Iterable[Present]) -> str:
    """Who sits."""
    told = (f"{one.person} ({one.label}{'' if one.voting else ', no vote'})" for one in present)
    return "; ".join(told) or "Nobody is noted yet."


def agenda_groups(page: AgendaPage) -> tuple[Group, ...]:
    """The cases to discuss in clinical order, then those decided, those carried and those that no longer wait."""
    parts: tuple[tuple[str, list[AgendaLine]], ...] = (
        ("To discuss", [line for line in page.lines if line.waits]),
        ("Decided", [line for line in page.lines if line.outcome is not None and not line.carried]),
        ("Carried", [line for line in page.lines if line.carried]),
        (
            "No longer waiting",
            [line for line in page.lines if not line.waits and line.outcome is None and not line.carried],
        ),
    )
    return tuple(Group(heading=name, cards=tuple(map(agenda_card, lines))) for name, lines in parts)


def agenda_card(line: AgendaLine) -> Card:
    """One case of an agenda in short: why it stands here, what it lacks, or what came of it."""
    return Card(
        kind="case",
        id=line.ref,
        code=line.ref,
        title=plan_words(line),
        category=line.urgency or 0,
        aside=f"{line.minutes} min" if line.waits else "",
        lines=tuple(_said(line)),
    )


def _said(line: AgendaLine) -> Iterable[Said]:
    if line.carried:
        where = f"Carried to {short_day(line.carried_to)}" if line.carried_to else "Not discussed"
        yield Said(text=f"{where}: {line.carried_why}" if line.carried_why else where, look="soon")
    elif line.outcome is not None:
        yield Said(text=line.outcome.label, look="fine")
    elif line.waits:
        yield Said(text=line.because)
        if line.lacks:
            yield Said(text=f"Lacks: {' '.join(line.lacks)}", look="over")
        if not line.fits:
            yield Said(text="Over the time: carried when the agenda closes", look="soon")
    else:
        yield Said(text=f"Now stands at: {line.state.label}")
    if line.late:
        yield Said(text=f"Added after the closing: {line.added_why}")


def plan_words(line: AgendaLine) -> str:
    """What is planned, as far as it is known."""
    side = None if line.laterality is Laterality.NOT_APPLICABLE else line.laterality
    parts = (line.target, line.technique, side)
    return ", ".join(part.label if at == 0 else part.label.lower() for at, part in enumerate(parts) if part)


def line_facts(line: AgendaLine) -> tuple[tuple[str, str], ...]:
    """What the meeting must know of the case in front of it."""
    known = (
        ("Category", f"Category {line.urgency}" if line.urgency else "not set"),
        ("Cancer", "yes" if line.cancer else "no"),
        ("Decide by", day(line.due_on) if line.due_on else "no day"),
        ("Takes", count(line.minutes, "minute")),
        ("Must sit", listed(line.must_sit)),
    )
    decided = (
        ("Outcome", line.outcome.label if line.outcome else ""),
        ("Reason", line.reason),
        ("Instead", line.alternative),
        ("Gets the information", line.owner),
        ("Discuss again by", day(line.rediscuss_on) if line.rediscuss_on else ""),
        ("For this case sat", listed(line.attended)),
    )
    return (*known, *((name, value) for name, value in decided if value))


def in_front(page: AgendaPage, wanted: str | None) -> AgendaLine | None:
    """The case the meeting talks about: the one asked for, the first it has still to decide, or the first it had."""
    asked = [line for line in page.lines if line.ref == wanted]
    left = [line for line in page.lines if line.waits]
    return next(iter((*asked, *left, *page.lines)), None)


def coming_up(page: AgendaPage, after: int) -> str | None:
    """The case to talk about once the one at this place is decided: the next in order, or the first left."""
    left = [line for line in page.lines if line.waits]
    return next((line.ref for line in left if line.place > after), left[0].ref if left else None)


def again_rows(page: AgendaPage) -> list[list[Cell | str]]:
    """The decided cases that should perhaps come back."""
    return [
        [Cell(text=one.ref, link=case_link(one.ref), look="nowrap"), one.state.label, " ".join(one.reasons)]
        for one in page.again
    ]


def people_of(present: Iterable[Present]) -> dict[str, str]:
    """The names to show in the form of who sits, by discipline; several are separated by semicolons."""
    names: dict[str, list[str]] = {}
    for one in present:
        names.setdefault(one.discipline, []).append(one.person if one.voting else f"{one.person} (no vote)")
    return {discipline: "; ".join(found) for discipline, found in names.items()}


def attendees(filled: Mapping[str, str]) -> tuple[Attendee, ...]:
    """Who sits, as the form says it: names by discipline, separated by semicolons, with (no vote) behind observers."""
    return tuple(
        _attendee(discipline, name)
        for discipline, names in filled.items()
        for name in (part.strip() for part in names.split(";"))
        if name
    )


def _attendee(discipline: str, name: str) -> Attendee:
    bare = name.removesuffix("(no vote)").strip()
    return Attendee(discipline=discipline, person=bare, voting=bare == name)


def gone(present: Iterable[Present], now: Iterable[Attendee]) -> tuple[str, ...]:
    """The people who were noted for a discipline that the form no longer gives them."""
    seats = {(one.discipline, one.person) for one in now}
    return tuple(dict.fromkeys(one.person for one in present if (one.discipline, one.person) not in seats))


def meeting_facts(meeting: MeetingLine) -> tuple[tuple[str, str], ...]:
    """The facts of a meeting that two versions are compared by."""
    return (
        ("Version", str(meeting.version)),
        ("Stands as", meeting.state.label),
        ("When", f"{day(meeting.on)}, {meeting.start:%H:%M}"),
        ("Place", meeting.place),
        ("Chair", meeting.chair),
        ("To discuss", str(meeting.waiting)),
        ("Decided", str(meeting.decided)),
        ("Carried", str(meeting.carried)),
    )


def seat_facts(line: AgendaLine) -> tuple[tuple[str, str], ...]:
    """The facts of a case on an agenda that two versions are compared by."""
    return (
        ("Version", str(line.case_version)),
        ("Stands at", line.state.label),
        ("Plan", plan_words(line)),
        *line_facts(line)[:4],
        ("Outcome", line.outcome.label if line.outcome else "none yet"),
        ("Carried", "yes" if line.carried else "no"),
    )


def title_words(meeting: MeetingLine) -> str:
    """When the meeting is."""
    return f"{day(meeting.on)}, {meeting.start:%H:%M}"
