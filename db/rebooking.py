"""A booking that a change of the clinic breaks becomes a task to rebook it, until it has another place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from db import audit
from db.at_hand import REBOOK, AtHand
from db.localtime import local_date
from db.protocol import protocol
from db.tables import BookingRow, CaseRow, TaskRow
from db.tables.booking import STANDS
from db.words import TaskState
from scheduler.vocabulary import Role

OURSELVES = "neurolist"
DEFAULT_CATEGORY = 3  # a case whose category is not known has the longest time, and the booked day still limits it


def last_booked_day(session: Session, now: datetime) -> date | None:
    """Give the day of the last booking to come; None when nothing is booked."""
    asked = select(BookingRow.start).where(STANDS, BookingRow.start > now)
    last = session.exec(asked.order_by(col(BookingRow.start).desc()).limit(1)).first()
    return None if last is None else local_date(session, last)


def ask_to_rebook(
    session: Session, broken: Mapping[str, str], categories: Mapping[str, int], *, now: datetime
) -> tuple[str, ...]:
    """Keep one open task for each of these cases, with its sentence; gives the cases that were asked about.

    It is due within the protocol's time to re-offer, and before the booked day.
    """
    rows = _bookings(session, broken)
    for ref, (case, booking) in rows.items():
        due = _due(session, booking, categories.get(ref, DEFAULT_CATEGORY), now)
        task = _open_task(session, case.id)
        if task is None:
            task = TaskRow(case_id=case.id, kind=REBOOK, role=Role.BOOKINGS, says=broken[ref], made_at=now)
            session.add(task)
        task.says, task.due_on, task.about = broken[ref], due, _place(booking)
        audit.record(session, action="raise_task", entity="task", ref=task.id, facts={"case": ref})
    return tuple(sorted(rows))


def settle(case: CaseRow, hand: AtHand, *, now: datetime) -> None:
    """Tick off the task to rebook a case once its booking stands elsewhere or not at all."""
    booking = hand.bookings.get(case.id)
    for task in hand.tasks_of(case.id, {REBOOK}, TaskState.OPEN)[:1]:
        if booking is None or _place(booking) != task.about:
            task.end(TaskState.DONE, now=now, by=OURSELVES)


def _due(session: Session, booking: BookingRow, category: int, now: datetime) -> date:
    today = local_date(session, now)
    limit = today + timedelta(days=protocol(session, today).days(f"reoffer_within.{category}"))
    return max(today, min(limit, local_date(session, booking.start) - timedelta(days=1)))


def _place(booking: BookingRow) -> str:
    return f"{booking.session_id} {booking.start:%H:%M} {booking.radiologist_id}"


def _open_task(session: Session, case_id: str) -> TaskRow | None:
    asked = select(TaskRow).where(TaskRow.case_id == case_id, TaskRow.kind == REBOOK, TaskRow.state == TaskState.OPEN)
    return session.exec(asked).first()


def _bookings(session: Session, refs: Mapping[str, str] | Sequence[str]) -> dict[str, tuple[CaseRow, BookingRow]]:
    asked = (
        select(CaseRow, BookingRow)
        .join(BookingRow, col(BookingRow.case_id) == CaseRow.id)
        .where(col(CaseRow.ref).in_(list(refs)), STANDS)
    )
    return {case.ref: (case, booking) for case, booking in session.exec(asked)}
