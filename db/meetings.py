"""The calendar of MDT meetings: added, moved, attended, each with the steps that close its agenda and ask to finish."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session, col, select

from db import audit, due_steps
from db.localtime import instant, local_date, start_of_day, timezone_of
from db.protocol import protocol
from db.tables import HolidayRow, MdtAttendanceRow, MdtItemRow, MdtMeetingRow, TaskRow
from db.words import TaskState
from scheduler.errors import BadInputError, NeurolistError, NotFoundError, TransitionNotAllowedError
from scheduler.pathway.effects import Timer
from scheduler.pathway.meetings.words import MeetingState
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.validity import day

CLOSE_STEP = "close_mdt_agenda"
FOLLOW_UP_STEP = "mdt_not_finished"
URGENT_TASK = "mdt_urgent"
PAPERS_TASK = "mdt_papers"
UNFINISHED_TASK = "mdt_not_finished"
# What the meeting makes people do about a case is done once the case has its outcome.
CASE_TASKS = (Timer.ADD_TO_MDT_AGENDA.value, URGENT_TASK, PAPERS_TASK)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMeeting:
    """A meeting to add; what is not said is as the protocol has it."""

    on: date
    start: time | None = None
    place: str = ""
    chair: str = ""
    capacity_minutes: int | None = None
    minutes_per_case: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody at a meeting, for a discipline."""

    discipline: str
    person: str
    voting: bool = True


# Finding


def meeting_on(session: Session, on: date) -> MdtMeetingRow | None:
    """Give the meeting of a day, also one that was cancelled."""
    return session.exec(select(MdtMeetingRow).where(MdtMeetingRow.on == on)).first()


def the_meeting(session: Session, on: date) -> MdtMeetingRow:
    """Give the meeting of a day and keep other writers from it until the transaction ends."""
    found = session.exec(select(MdtMeetingRow).where(MdtMeetingRow.on == on).with_for_update()).first()
    return there(found, on)


def there(found: MdtMeetingRow | None, on: date) -> MdtMeetingRow:
    """Give the meeting that was looked for; raises NotFoundError when the day has none."""
    if found is None:
        raise NotFoundError(f"No MDT meeting is in the calendar for {day(on)}. `neurolist mdt` shows those there are.")
    return found


def next_meeting(session: Session, on_or_after: date) -> MdtMeetingRow | None:
    """Give the first meeting from this day on whose agenda is open."""
    now = audit.attribution(session).now
    asked = select(MdtMeetingRow).where(MdtMeetingRow.on >= on_or_after, MdtMeetingRow.state == MeetingState.PLANNED)
    rows = session.exec(asked.order_by(col(MdtMeetingRow.on)))
    return next((row for row in rows if row.agenda_closes_at is None or row.agenda_closes_at > now), None)


def open_agenda_item(session: Session, case_id: str) -> MdtItemRow | None:
    """Give the agenda item of a case that still waits for its decision."""
    asked = select(MdtItemRow).where(MdtItemRow.case_id == case_id, col(MdtItemRow.outcome).is_(None))
    return session.exec(asked.where(col(MdtItemRow.carried).is_(False))).first()


def meeting_that_decided(session: Session, on: date) -> MdtMeetingRow:
    """Give the meeting of the day a decision is recorded for; one outside the calendar is entered as held."""
    found = meeting_on(session, on)
    if found is None:
        found = _row(session, NewMeeting(on=on))
        found.state = MeetingState.HELD
        session.add(found)
        session.flush()
    if found.state is MeetingState.CANCELLED:
        raise TransitionNotAllowedError(
            f"The MDT meeting of {day(on)} was cancelled, so it decided nothing. Give the day it met in 'mdt_on'."
        )
    return found


# The calendar


def add_meeting(session: Session, new: NewMeeting) -> MdtMeetingRow:
    """Add a meeting, or bring back one that was cancelled; its agenda closes by itself when the time comes."""
    wanted = _row(session, new)
    row = meeting_on(session, new.on)
    if row is not None and row.state is not MeetingState.CANCELLED:
        raise NeurolistError(f"There is an MDT meeting on {day(new.on)} already. Move it, or choose another day.")
    if row is None:
        row = wanted
        session.add(row)
    else:
        for part in ("start", "place", "chair", "capacity_minutes", "minutes_per_case"):
            setattr(row, part, getattr(wanted, part))
        row.state, row.reason = MeetingState.PLANNED, ""
    watch(session, row)
    audit.record(session, action="add_meeting", entity="mdt_meeting", ref=new.on.isoformat())
    return row


def _row(session: Session, new: NewMeeting) -> MdtMeetingRow:
    rules = _rules(session)
    start = new.start or time.fromisoformat(rules.word("mdt_start"))
    instant(new.on, start, timezone_of(session))  # refuses a time that daylight saving skips
    capacity = new.capacity_minutes or rules.whole("mdt_capacity")
    each, least = new.minutes_per_case or rules.whole("mdt_minutes_per_case"), rules.whole("mdt_least_minutes_per_case")
    if each < least:
        raise BadInputError.of("each", f"{each} minutes a case are fewer than the {least} that the protocol asks for.")
    if capacity < each:
        raise BadInputError.of("minutes", f"A meeting of {capacity} minutes has no room for a case of {each}.")
    return MdtMeetingRow(
        on=new.on,
        start=f"{start:%H:%M}",
        place=new.place,
        chair=new.chair,
        capacity_minutes=capacity,
        minutes_per_case=each,
    )


def watch(session: Session, row: MdtMeetingRow) -> None:
    """Set the instants at which the agenda closes and at which somebody is asked for a meeting that is not finished."""
    now = audit.attribution(session).now
    hours = _rules(session).whole("mdt_agenda_closes")
    start = starts_at(session, row)
    closes = start - timedelta(hours=hours)
    # A meeting called at short notice takes cases until it starts.
    row.agenda_closes_at = closes if closes > now else start
    session.flush()
    steps = ((CLOSE_STEP, row.agenda_closes_at), (FOLLOW_UP_STEP, start_of_day(row.on + ONE_DAY, timezone_of(session))))
    for name, due_at in steps:
        due_steps.enqueue(
            session,
            key=f"mdt:{row.id}:{name}/{row.version}",
            name=name,
            due_at=due_at,
            payload={"meeting": row.id, "on": row.on.isoformat(), "start": start.isoformat()},
        )


def starts_at(session: Session, row: MdtMeetingRow) -> datetime:
    """Give the instant a meeting starts at."""
    return instant(row.on, wall_start(session, row), timezone_of(session))


def wall_start(session: Session, row: MdtMeetingRow) -> time:
    """Give the local time a meeting starts at, which is the protocol's unless the meeting says otherwise."""
    return time.fromisoformat(row.start or _rules(session).word("mdt_start"))


def capacity(session: Session, row: MdtMeetingRow) -> int:
    """Give the minutes a meeting has for its cases."""
    return row.capacity_minutes or _rules(session).whole("mdt_capacity")


def minutes_each(session: Session, row: MdtMeetingRow) -> int:
    """Give the minutes a meeting plans for each case."""
    return row.minutes_per_case or _rules(session).whole("mdt_minutes_per_case")


def _rules(session: Session) -> Protocol:
    return protocol(session, today_of(session))


def today_of(session: Session) -> date:
    """Give the local date of the write."""
    return local_date(session, audit.attribution(session).now)


def meeting_of_step(session: Session, payload: Mapping[str, object]) -> MdtMeetingRow:
    """Give the meeting a step was set for; raises TransitionNotAllowedError once it has moved or no longer stands."""
    asked = select(MdtMeetingRow).where(MdtMeetingRow.id == str(payload["meeting"])).with_for_update()
    row = session.exec(asked).one()
    if starts_at(session, row).isoformat() != payload["start"]:
        raise TransitionNotAllowedError(f"The meeting of {payload['on']} was moved to {day(row.on)}.")
    if not row.state.is_coming:
        raise TransitionNotAllowedError(f"The meeting of {day(row.on)} is {row.state.label.lower()}.")
    return row


def move(session: Session, row: MdtMeetingRow, *, to: date, start: time | None, why: str) -> None:
    """Move a meeting with everything on its agenda to another day or time."""
    must_be_coming(row)
    if to != row.on and meeting_on(session, to) is not None:
        raise NeurolistError(f"The calendar has a meeting on {day(to)} already. Choose another day.")
    before = row.on
    row.on, row.start = to, f"{start:%H:%M}" if start else row.start
    row.state, row.agenda_closed_at, row.reason = MeetingState.PLANNED, None, why
    for item in items_of(session, row):
        item.on = to
    watch(session, row)
    facts = {"from": before, "to": to}
    audit.record(session, action="move_meeting", entity="mdt_meeting", ref=to.isoformat(), why=why, facts=facts)


def change(session: Session, row: MdtMeetingRow, *, place: str | None, chair: str | None) -> None:
    """Change where a meeting is held or who chairs it."""
    row.place, row.chair = row.place if place is None else place, row.chair if chair is None else chair
    audit.record(session, action="change_meeting", entity="mdt_meeting", ref=row.on.isoformat())


def days_off(session: Session) -> dict[date, str]:
    """Name the public holidays of every site."""
    rows = session.exec(select(HolidayRow).where(col(HolidayRow.site_id).is_(None)))
    return {row.on: row.name for row in rows}


def days_taken(session: Session) -> dict[date, str]:
    """Name the days that have a meeting already."""
    asked = select(MdtMeetingRow).where(MdtMeetingRow.state != MeetingState.CANCELLED)
    return dict.fromkeys((row.on for row in session.exec(asked)), "it has a meeting already")


# At the meeting


def items_of(session: Session, row: MdtMeetingRow) -> Sequence[MdtItemRow]:
    """List every case that is or was on a meeting's agenda."""
    return session.exec(select(MdtItemRow).where(MdtItemRow.meeting_id == row.id).order_by(col(MdtItemRow.id))).all()


def attendance(session: Session, row: MdtMeetingRow) -> Sequence[MdtAttendanceRow]:
    """List who sits in a meeting, by discipline and name."""
    asked = select(MdtAttendanceRow).where(MdtAttendanceRow.meeting_id == row.id)
    return session.exec(asked.order_by(MdtAttendanceRow.discipline, MdtAttendanceRow.person)).all()


def attend(
    session: Session, row: MdtMeetingRow, present: Collection[Attendee], *, absent: Collection[str] = ()
) -> None:
    """Note who attends; `absent` takes off people noted by mistake, but for the disciplines that `present` gives them.

    Disciplines that vote make the quorum.
    """
    if row.state is MeetingState.CANCELLED:
        must_be_coming(row)
    known = {(one.discipline, one.person): one for one in attendance(session, row)}
    for one in present:
        there = known.get((one.discipline, one.person))
        if there is None:
            session.add(
                MdtAttendanceRow(meeting_id=row.id, discipline=one.discipline, person=one.person, voting=one.voting)
            )
        else:
            there.voting = one.voting
    sits = {(one.discipline, one.person) for one in present}
    for name in absent:
        _take_off(session, row, [one for one in known.values() if one.person == name], name, sits)
    session.flush()
    before = set(row.attended)
    voting = {one.discipline for one in attendance(session, row) if one.voting}
    named = {one.discipline for one in known.values()}
    row.attended = sorted(voting | (before - named))  # a discipline recorded with a decision has nobody's name
    audit.record(session, action="attend_meeting", entity="mdt_meeting", ref=row.on.isoformat())


def _take_off(
    session: Session, row: MdtMeetingRow, noted: Sequence[MdtAttendanceRow], name: str, sits: set[tuple[str, str]]
) -> None:
    if not noted:
        raise NotFoundError(f"{name} is not noted as attending the meeting of {day(row.on)}.")
    for one in noted:
        if (one.discipline, one.person) not in sits:
            session.delete(one)


def must_be_coming(row: MdtMeetingRow) -> None:
    """Refuse a meeting that was held or cancelled."""
    if not row.state.is_coming:
        why = f" ({row.reason})" if row.reason and row.state is MeetingState.CANCELLED else ""
        raise NeurolistError(f"The MDT meeting of {day(row.on)} is {row.state.label.lower()}{why}: nothing can change.")


def unfinished_says(row: MdtMeetingRow) -> str:
    """Say what is to be done about a meeting that has met."""
    return (
        f"Finish the MDT meeting of {day(row.on)}: an outcome for every case on its agenda, or carry it with a reason."
    )


def tick_off(session: Session, kinds: Collection[str], *, case_id: str | None = None, says: str | None = None) -> None:
    """Tick off open tasks of these kinds, of one case or of these words."""
    bound = audit.attribution(session)
    asked = select(TaskRow).where(TaskRow.state == TaskState.OPEN, col(TaskRow.kind).in_(kinds))
    asked = asked.where(TaskRow.case_id == case_id) if case_id is not None else asked
    for task in session.exec(asked if says is None else asked.where(TaskRow.says == says)):
        task.end(TaskState.DONE, now=bound.now, by=bound.author.id)
