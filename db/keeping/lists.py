"""Lists are reshaped and rostered anew; what is booked on them keeps its place until somebody moves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlmodel import Session, col, or_, select

from db import audit, claims, clinic
from db.bookings import staff_holds
from db.localtime import instant, timezone_of
from db.tables import SuiteSessionRow
from scheduler.errors import BadInputError


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShape:
    """The hours and limits of a list, in wall times of its day."""

    start: time
    end: time
    overtime_minutes: int
    max_cases: int | None
    funding: tuple[str, ...]
    anaesthetist: bool
    radiologist: str | None


def reshape(session: Session, list_id: str, shape: ListShape, *, expected_version: int | None = None) -> None:
    """Give a list other hours, limits, payers or another rostered radiologist; its assigned one goes with the roster.

    The assigned radiologist is held for the new hours. DoubleBookingError names who holds them then.
    """
    row = clinic.list_row(session, list_id)
    row.expect(expected_version)
    start, end = span_of(session, row.on, shape.start, shape.end)
    must_be_free(session, row.suite_id, row.on, start, end, but=row.id)
    claims.release(session, claims.held_by(session, session_id=row.id))
    row.start, row.end = start, end
    row.wall_start, row.wall_end = f"{shape.start:%H:%M}", f"{shape.end:%H:%M}"
    row.overtime_minutes, row.max_cases = shape.overtime_minutes, shape.max_cases
    row.funding, row.anaesthetist = list(shape.funding), shape.anaesthetist
    row.rostered_radiologist_id = shape.radiologist
    if shape.radiologist is not None and row.assigned_radiologist_id != shape.radiologist:
        row.assigned_radiologist_id = None
    session.flush()
    claims.take(session, staff_holds(row))
    audit.record(session, action="reshape_list", entity="suite_session", ref=list_id)


def add_list(session: Session, new: clinic.NewList) -> None:
    """Add one list at a time when its suite has none."""
    start, end = span_of(session, new.on, new.start, new.end)
    must_be_free(session, new.suite, new.on, start, end)
    clinic.add_lists(session, [new])


def span_of(session: Session, on: date, start: time, end: time) -> tuple[datetime, datetime]:
    """Turn the wall times of a day into instants; refused when they are not in order."""
    if end <= start:
        raise BadInputError.of("end", f"a list ends after it starts; {end:%H:%M} is not after {start:%H:%M}.")
    zone = timezone_of(session)
    return instant(on, start, zone), instant(on, end, zone)


def must_be_free(session: Session, suite: str, on: date, start: datetime, end: datetime, *, but: str = "") -> None:
    """Refuse a time at which the suite has another list."""
    asked = select(SuiteSessionRow).where(
        SuiteSessionRow.suite_id == suite, SuiteSessionRow.on == on, SuiteSessionRow.id != but
    )
    other = next((row for row in session.exec(asked) if row.start < end and row.end > start), None)
    if other is not None:
        says = f"the suite has the list {other.id} from {other.wall_start} to {other.wall_end} that day. Choose a gap."
        raise BadInputError.of("start", says)


def lists_of(session: Session, radiologist: str, *, start: datetime, end: datetime | None) -> list[SuiteSessionRow]:
    """List the lists a radiologist is rostered or assigned to that overlap a time; without an end, from then on."""
    who = or_(
        col(SuiteSessionRow.rostered_radiologist_id) == radiologist,
        col(SuiteSessionRow.assigned_radiologist_id) == radiologist,
    )
    asked = select(SuiteSessionRow).where(who, col(SuiteSessionRow.end) > start)
    asked = asked if end is None else asked.where(col(SuiteSessionRow.start) < end)
    return list(session.exec(asked.order_by(col(SuiteSessionRow.start))))


def take_off_lists(
    session: Session,
    radiologist: str,
    *,
    start: datetime,
    end: datetime | None,
    now: datetime,
    reason: str,
    sites_kept: frozenset[str] | None = None,
) -> tuple[str, ...]:
    """Take a radiologist off the lists of a time that have not begun, or only off those of sites not kept."""
    rows = [row for row in lists_of(session, radiologist, start=start, end=end) if row.start > now]
    if sites_kept is not None:
        rows = [row for row in rows if not set(clinic.sites_of_lists(session, [row.id])) & sites_kept]
    for row in rows:
        clinic.take_off(session, row.id, reason=reason)
    return tuple(row.id for row in rows)
