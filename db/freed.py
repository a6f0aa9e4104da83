"""The place that a booking left when it was cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from db.list_names import list_names
from db.tables import BookingRow, CaseRow, SuiteSessionRow
from db.tables.booking import HOLDING


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftPlace:
    """A place on a list, from when, for how many minutes."""

    list: str
    on: date
    start: datetime
    minutes: int
    where: str


def place_of(session: Session, ref: str) -> LeftPlace | None:
    """Give the place of a case's latest booking that no longer stands; None when it had none, or one still stands."""
    asked = (
        select(BookingRow, SuiteSessionRow)
        .join(CaseRow, col(CaseRow.id) == BookingRow.case_id)
        .join(SuiteSessionRow, col(SuiteSessionRow.id) == BookingRow.session_id)
        .where(CaseRow.ref == ref)
        .order_by(col(BookingRow.made_at).desc())
    )
    rows = session.exec(asked).all()
    if not rows or any(booking.status in HOLDING for booking, _ in rows):
        return None
    booking, on = rows[0]
    return LeftPlace(
        list=on.id,
        on=on.on,
        start=booking.start,
        minutes=int((booking.end - booking.start).total_seconds() // 60),
        where=list_names(session, [on.id])[on.id],
    )
