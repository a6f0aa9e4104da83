"""A booking that ends gives everything back: its claims, a list's radiologist with nobody left to treat, its timers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from db import claims, due_steps
from db.outbox import LETTER_TASK
from db.tables import BookingRow, CaseRow, SuiteSessionRow, TaskRow
from db.tables.booking import STANDS
from db.words import TaskState
from scheduler.pathway.booking import TENTATIVE, BookingState
from scheduler.pathway.effects import TaskKind, Timer
from scheduler.pathway.escalation import OF_TASK
from scheduler.pathway.reminders import OF_A_VISIT

_OPEN = select(TaskRow).where(
    col(TaskRow.case_id).in_(bindparam("cases", expanding=True)), TaskRow.state == TaskState.OPEN
)
_OF_KINDS = _OPEN.where(col(TaskRow.kind).in_(bindparam("kinds", expanding=True)))
_ENDING = _OPEN.where(col(TaskRow.kind).not_in((LETTER_TASK, TaskKind.REDISCUSSION)))
OF_A_BOOKING = (Timer.HOLD_EXPIRES, *OF_A_VISIT)


def give_back(
    session: Session,
    case: CaseRow,
    booking: BookingRow,
    state: BookingState,
    *,
    now: datetime,
    by: str,
    reason: str | None = None,
) -> None:
    """End a booking in this state, and say why where there is a reason; the row stays as history."""
    tentative = booking.status in TENTATIVE
    if tentative:
        # Its list before the booking itself, as whoever holds a slot takes them: two then wait in a line.
        session.get_one(SuiteSessionRow, booking.session_id, with_for_update=True)
    booking.status, booking.ended_at = state, now
    if reason is not None:
        booking.end_reason = reason
    claims.release(session, claims.held_by(session, booking_id=booking.id))
    if tentative:
        let_radiologist_go(session, booking.session_id)
    drop_timers(session, case, OF_A_BOOKING, now=now, by=by)


def drop_timers(session: Session, case: CaseRow, names: Collection[str], *, now: datetime, by: str) -> None:
    """Drop a case's timers of these names, and tick off the tasks they have raised."""
    due_steps.cancel(session, refs=[case.ref], names=names, now=now)
    tick_off(session, [case.id], names, now=now, by=by)


def tick_off(session: Session, cases: Collection[str], kinds: Collection[str], *, now: datetime, by: str) -> None:
    """Tick off the open tasks of these cases, by id: of these kinds and of their being late, or what ends with a case.

    Letters still go when a case has ended, and harm is still for the meeting to see.
    """
    told = [*kinds, *(f"{OF_TASK}{kind}" for kind in kinds)]
    of_cases = {"cases": list(cases)}
    asked = (_OF_KINDS, {**of_cases, "kinds": told}) if kinds else (_ENDING, of_cases)
    for task in session.exec(asked[0], params=asked[1]):
        task.end(TaskState.DONE, now=now, by=by)


def let_radiologist_go(session: Session, list_id: str) -> None:
    """A list that a hold alone had staffed is free for another radiologist again."""
    standing = select(BookingRow.id).where(BookingRow.session_id == list_id, STANDS)
    if session.exec(standing).first() is not None:
        return
    row = session.get_one(SuiteSessionRow, list_id)
    claims.release(session, claims.held_by(session, session_id=row.id))
    row.assigned_radiologist_id = row.published_at = None
    session.flush()
