"""Agendas of MDT meetings: cases put on them, carried with a reason, and closed with what the time holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session, col, select

from db import audit, cases, meetings
from db.audit import Author
from db.clinic import holidays
from db.facts import case_row
from db.protocol import protocol as protocol_in_force
from db.seats import Seat, is_open, seats
from db.tables import CaseRow, MdtItemRow, MdtMeetingRow, TaskRow
from scheduler.errors import BadInputError, NeurolistError, NotFoundError, TransitionNotAllowedError
from scheduler.pathway.effects import Timer
from scheduler.pathway.meetings.agenda import fitted, why_over
from scheduler.pathway.meetings.wants import wants
from scheduler.pathway.meetings.words import MeetingOutcome, MeetingState
from scheduler.pathway.states import PathwayState
from scheduler.pathway.validity import day
from scheduler.vocabulary import Role, Urgency

CARRIED = "mdt_carried"
REDISCUSS = "mdt_rediscuss"
NO_MEETING = (
    "No MDT meeting with an open agenda is in the calendar: add one, and the case goes on its agenda by itself."
)


def waiting_on(session: Session, row: MdtMeetingRow) -> list[Seat]:
    """List the cases on a meeting's agenda that have no outcome and were not carried."""
    today = meetings.today_of(session)
    return seats(
        session,
        [item for item in meetings.items_of(session, row) if is_open(item)],
        each=meetings.minutes_each(session, row),
        rules=protocol_in_force(session, today),
        today=today,
        days_off=holidays(session),
    )


# Putting on


def put_on_next_agenda(session: Session, case_ref: str, today: date) -> date | None:
    """Put a case on the agenda of the next MDT meeting; gives its day, or None when no meeting is in the calendar."""
    case = case_row(session, case_ref, lock=True)
    waiting = meetings.open_agenda_item(session, case.id)
    if waiting is not None:
        return waiting.on
    first = max(today, _not_before(session, case) or today)
    row = meetings.next_meeting(session, first)
    if row is None:
        return None
    _put(session, case, row)
    _tell_if_too_late(session, case, row, first)
    audit.record(session, action="put_on_agenda", entity="case", ref=case_ref, facts={"meeting": row.on})
    return row.on


def _put(
    session: Session,
    case: CaseRow,
    row: MdtMeetingRow,
    *,
    late: bool = False,
    why: str = "",
    minutes: int | None = None,
) -> MdtItemRow:
    item = MdtItemRow(case_id=case.id, meeting_id=row.id, on=row.on, late=late, added_why=why, minutes=minutes)
    session.add(item)
    session.flush()
    return item


def _not_before(session: Session, case: CaseRow) -> date | None:
    """Give the day on which the last meeting asked to see this case again."""
    asked = select(MdtItemRow).where(MdtItemRow.case_id == case.id, col(MdtItemRow.outcome).is_not(None))
    last = max(session.exec(asked), key=lambda item: item.event_seq, default=None)
    return last.rediscuss_on if last is not None and last.outcome is MeetingOutcome.REDISCUSS_ON else None


def _is_urgent(case: CaseRow) -> bool:
    """A case whose category nobody has set is taken to be urgent."""
    return case.urgency in {None, Urgency.CATEGORY_1.value}


def _tell_if_too_late(session: Session, case: CaseRow, row: MdtMeetingRow, today: date) -> None:
    """Tell the coordinator when an urgent case has just missed an agenda."""
    asked = select(MdtMeetingRow).where(MdtMeetingRow.on >= today, MdtMeetingRow.on < row.on)
    closed = session.exec(asked.order_by(col(MdtMeetingRow.on))).all()
    missed = next((one for one in closed if one.state.is_coming), None)
    if missed is not None and _is_urgent(case):
        says = (
            f"The agenda of the MDT meeting of {day(missed.on)} is closed, and this case is on that of {day(row.on)}. "
            "Decide whether it can wait, or add it to the earlier one with the reason."
        )
        raise_task(session, case, kind=meetings.URGENT_TASK, says=says, due_on=max(today, missed.on))


def place_waiting(session: Session) -> tuple[str, ...]:
    """Put every case that waits for a meeting, and is on no agenda, on the next one; gives their references."""
    listed = select(MdtItemRow.case_id).where(col(MdtItemRow.outcome).is_(None), col(MdtItemRow.carried).is_(False))
    asked = select(CaseRow).where(CaseRow.state == PathwayState.AWAITING_MDT, col(CaseRow.id).not_in(listed))
    today, placed = meetings.today_of(session), []
    for case in session.exec(asked.order_by(CaseRow.ref)).all():
        if put_on_next_agenda(session, case.ref, today) is not None:
            meetings.tick_off(session, [Timer.ADD_TO_MDT_AGENDA], case_id=case.id)
            audit.record(session, action="tick_off", entity="case", ref=case.ref)
            placed.append(case.ref)
    return tuple(placed)


def put(session: Session, row: MdtMeetingRow, case_ref: str, *, why: str, minutes: int | None) -> None:
    """Put a case on one meeting's agenda by hand; one that is on another agenda changes over."""
    meetings.must_be_coming(row)
    case = case_row(session, case_ref, lock=True)
    if case.state is not PathwayState.AWAITING_MDT:
        raise TransitionNotAllowedError(
            f"{case_ref} is not waiting for a meeting: {case.state.label}. A case comes back to the meeting by the "
            f"step mdt_recall or new_plan; `neurolist case {case_ref}` shows what may follow."
        )
    late = row.state is MeetingState.AGENDA_CLOSED
    if late and not why:
        raise BadInputError.of(
            "reason", f"The agenda of {day(row.on)} is closed: give the reason for adding a case now."
        )
    item = meetings.open_agenda_item(session, case.id)
    if item is not None and item.meeting_id != row.id:
        _close_item(session, item, to=row.on, why=why or f"Put on the agenda of {day(row.on)}.")
        item = None
    item = item or _put(session, case, row, late=late, why=why)
    item.minutes = minutes or item.minutes
    meetings.tick_off(session, [Timer.ADD_TO_MDT_AGENDA, meetings.URGENT_TASK], case_id=case.id)
    audit.record(session, action="put_on_agenda", entity="case", ref=case_ref, why=why, facts={"meeting": row.on})


# Carrying


def item_on(session: Session, row: MdtMeetingRow, case_ref: str) -> tuple[MdtItemRow, CaseRow]:
    """Give the open item of a case on a meeting's agenda, with the case locked."""
    case = case_row(session, case_ref, lock=True)
    item = meetings.open_agenda_item(session, case.id)
    if item is None or item.meeting_id != row.id:
        where = f"; it is on that of {day(item.on)}" if item is not None else ""
        raise NotFoundError(
            f"{case_ref} is not on the agenda of {day(row.on)}{where}. Put it there first: "
            f"neurolist mdt put {row.on} {case_ref}"
        )
    return item, case


def carry(session: Session, row: MdtMeetingRow, case_ref: str, *, why: str, to: date | None, actor: Author) -> None:
    """Carry one case to a later meeting, the next one unless said."""
    item, case = item_on(session, row, case_ref)
    if to is not None and to <= row.on:
        raise BadInputError.of("to", f"{day(to)} is not later than the meeting of {day(row.on)}.")
    following = _later(session, row) if to is None else meetings.the_meeting(session, to)
    if to is not None and following is not None:
        meetings.must_be_coming(following)
    carry_item(session, item, case, following, why=why, actor=actor)


def _later(session: Session, row: MdtMeetingRow) -> MdtMeetingRow | None:
    return meetings.next_meeting(session, max(row.on + meetings.ONE_DAY, meetings.today_of(session)))


def carry_item(
    session: Session, item: MdtItemRow, case: CaseRow, to: MdtMeetingRow | None, *, why: str, actor: Author
) -> None:
    """Carry a case, with the reason in its history; an urgent one, and one without a meeting, is somebody's task."""
    before = item.on
    _close_item(session, item, to=to.on if to else None, why=why)
    if to is not None:
        _put(session, case, to, minutes=item.minutes)
    _tell_history(session, case, CARRIED, {"reason": why, "from": before, "to": to.on if to else None}, actor)
    if to is None:
        raise_task(session, case, kind=Timer.ADD_TO_MDT_AGENDA, says=NO_MEETING, due_on=meetings.today_of(session))
    elif _is_urgent(case):
        says = f"Carried from the MDT meeting of {day(before)} to that of {day(to.on)}: {why} See that it can wait."
        raise_task(session, case, kind=meetings.URGENT_TASK, says=says, due_on=max(meetings.today_of(session), before))
    audit.record(session, action="carry_case", entity="case", ref=case.ref, why=why)


def _close_item(session: Session, item: MdtItemRow, *, to: date | None, why: str) -> None:
    item.carried, item.carried_to, item.carried_why = True, to, why
    session.flush()  # before the next one opens: a case has one open item


def _take_off(session: Session, item: MdtItemRow, case: CaseRow) -> None:
    _close_item(session, item, to=None, why=f"The case no longer waits for the meeting: {case.state.label}.")


def _tell_history(session: Session, case: CaseRow, event: str, details: Mapping[str, object], actor: Author) -> int:
    now = audit.attribution(session).now
    return cases.write_line(session, case, event, case.state, actor=actor, now=now, details=details).seq


def raise_task(session: Session, case: CaseRow | None, *, kind: str, says: str, due_on: date) -> None:
    """Give the MDT coordinator something to do, for a case or for a meeting; what is asked already is not repeated."""
    case_id = case.id if case else None
    open_ones = select(TaskRow).where(TaskRow.kind == kind, TaskRow.says == says, col(TaskRow.ended_at).is_(None))
    if session.exec(open_ones.where(TaskRow.case_id == case_id)).first() is None:
        now = audit.attribution(session).now
        role = Role.MDT_COORDINATOR
        session.add(TaskRow(case_id=case_id, kind=kind, role=role, says=says, due_on=due_on, made_at=now))


# Ending


def close_agenda(session: Session, row: MdtMeetingRow, *, actor: Author) -> None:
    """Close an agenda: what the time does not hold is carried with the reason, and missing papers become tasks."""
    if row.state is not MeetingState.PLANNED:
        says = f"The agenda of {day(row.on)} cannot be closed: it is {row.state.label.lower()} already."
        raise TransitionNotAllowedError(says)
    waiting = {one.case.ref: one for one in waiting_on(session, row) if one.waits}
    capacity = meetings.capacity(session, row)
    fit = fitted((one.place for one in waiting.values()), capacity)
    following = _later(session, row)
    for over in fit.over:
        one = waiting[over.ref]
        why = why_over(over, fit.listed, capacity, row.on)
        carry_item(session, one.item, one.case, following, why=why, actor=actor)
    rules = protocol_in_force(session, meetings.today_of(session))
    for at, place in enumerate(fit.listed, start=1):
        one = waiting[place.ref]
        one.item.place = at
        lacking = wants(one.facts, rules, row.on)
        if lacking:
            says = f"For the MDT meeting of {day(row.on)}: {' '.join(lacking)}"
            raise_task(session, one.case, kind=meetings.PAPERS_TASK, says=says, due_on=row.on)
    row.state, row.agenda_closed_at = MeetingState.AGENDA_CLOSED, audit.attribution(session).now
    facts = {"listed": [one.ref for one in fit.listed], "carried": [one.ref for one in fit.over]}
    audit.record(session, action="close_agenda", entity="mdt_meeting", ref=row.on.isoformat(), facts=facts)


def cancel(session: Session, row: MdtMeetingRow, *, why: str, actor: Author) -> None:
    """Cancel a meeting; its cases go on the next one with the reason."""
    meetings.must_be_coming(row)
    if any(item.outcome is not None for item in meetings.items_of(session, row)):
        raise NeurolistError(
            f"The MDT meeting of {day(row.on)} has decided cases already. Carry those that are left, and finish it."
        )
    row.state, row.reason = MeetingState.CANCELLED, why
    session.flush()
    following = (
        _later(session, row)
        if row.on >= meetings.today_of(session)
        else meetings.next_meeting(session, meetings.today_of(session))
    )
    for one in waiting_on(session, row):
        if one.waits:
            said = f"The MDT meeting of {day(row.on)} was cancelled: {why}"
            carry_item(session, one.item, one.case, following, why=said, actor=actor)
    audit.record(session, action="cancel_meeting", entity="mdt_meeting", ref=row.on.isoformat(), why=why)


def rediscuss(session: Session, row: MdtMeetingRow, case_ref: str, *, on: date, why: str, actor: Author) -> None:
    """Keep that a meeting wants to see a case again on or after a day, and put it on that day's agenda."""
    item, case = item_on(session, row, case_ref)
    if on <= row.on:
        raise BadInputError.of("rediscuss_on", f"{day(on)} is not later than the meeting of {day(row.on)}.")
    seq = _tell_history(session, case, REDISCUSS, {"reason": why, "from": row.on, "rediscuss_on": on}, actor)
    item.outcome, item.event_seq = MeetingOutcome.REDISCUSS_ON, seq
    item.rediscuss_on, item.reason, item.attended = on, why, list(row.attended)
    session.flush()
    meetings.tick_off(session, meetings.CASE_TASKS, case_id=case.id)
    following = meetings.next_meeting(session, on)
    if following is not None:
        _put(session, case, following, why=why)
    else:
        raise_task(session, case, kind=Timer.ADD_TO_MDT_AGENDA, says=NO_MEETING, due_on=on)
    if following is not None and _is_urgent(case):
        says = f"To be discussed again at the MDT meeting of {day(following.on)}: {why} See that it can wait."
        raise_task(session, case, kind=meetings.URGENT_TASK, says=says, due_on=meetings.today_of(session))
    audit.record(session, action=REDISCUSS, entity="case", ref=case_ref, why=why)


def bring_back(session: Session, case: CaseRow, *, actor: Author) -> None:
    """After a step was taken back: on the next agenda when the meeting that decided is over, off it if none is due."""
    item = meetings.open_agenda_item(session, case.id)
    if item is None:
        return
    if case.state is not PathwayState.AWAITING_MDT:
        _take_off(session, item, case)
        meetings.tick_off(session, meetings.CASE_TASKS, case_id=case.id)
        return
    row = session.get(MdtMeetingRow, item.meeting_id) if item.meeting_id else None
    if row is None or row.state.is_coming:
        return
    following = meetings.next_meeting(session, meetings.today_of(session))
    why = f"What the MDT meeting of {day(row.on)} said was recorded by mistake."
    carry_item(session, item, case, following, why=why, actor=actor)


def keep_outcome(session: Session, item: MdtItemRow, outcome: MeetingOutcome, case_ref: str) -> None:
    """Keep what a meeting said where the step of the pathway says less: another therapy is more than not suitable."""
    if item.outcome is not outcome:
        item.outcome = outcome
        facts = {"outcome": outcome}
        audit.record(session, action="meeting_outcome", entity="case", ref=case_ref, facts=facts)


def undecided(session: Session, row: MdtMeetingRow) -> tuple[str, ...]:
    """List the cases that still wait for this meeting's outcome, by reference."""
    return tuple(sorted(one.case.ref for one in waiting_on(session, row) if one.waits))


def finish(session: Session, row: MdtMeetingRow) -> None:
    """End a meeting that has an outcome for every case on its agenda, or carried it."""
    meetings.must_be_coming(row)
    now = audit.attribution(session).now
    if meetings.starts_at(session, row) > now:
        raise NeurolistError(
            f"The MDT meeting of {day(row.on)} has not started: it is at {meetings.wall_start(session, row):%H:%M}."
        )
    left = undecided(session, row)
    if left:
        raise NeurolistError(
            f"The MDT meeting of {day(row.on)} is not finished: {', '.join(left)} without an outcome. Record one "
            f"(neurolist mdt outcome {row.on} REF OUTCOME) or carry it (neurolist mdt carry {row.on} REF --reason ...)."
        )
    if not meetings.attendance(session, row):
        raise NeurolistError(
            f"Nobody is noted as attending. Note who sat: neurolist mdt attend {row.on} DISCIPLINE=NAME ..."
        )
    for one in waiting_on(session, row):
        _take_off(session, one.item, one.case)
    row.state, row.finished_at = MeetingState.HELD, now
    row.agenda_closed_at = row.agenda_closed_at or now
    meetings.tick_off(session, [meetings.UNFINISHED_TASK], says=meetings.unfinished_says(row))
    audit.record(session, action="finish_meeting", entity="mdt_meeting", ref=row.on.isoformat())


def ask_to_finish(session: Session, row: MdtMeetingRow) -> None:
    """Give the coordinator the task to finish a meeting that has met."""
    raise_task(session, None, kind=meetings.UNFINISHED_TASK, says=meetings.unfinished_says(row), due_on=row.on)
    audit.record(session, action="raise_task", entity="mdt_meeting", ref=row.on.isoformat())
