"""A slot that a mistake gave away is taken again when everything it held is still free."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session, func, select

from db import claims, traces
from db.bookings import next_list, units_at, visit_holds
from db.claims import Hold
from db.effects import standing_booking
from db.tables import BookingRow, CaseRow, EquipmentUnitRow, SiteRow, SuiteRow, SuiteSessionRow
from db.tables.booking import STANDS
from db.words import ResourceKind


def still_free(session: Session, case: CaseRow, booking: BookingRow, *, now: datetime) -> bool:
    """Say whether the slot lies ahead, its list would have it as it was, and nothing it held is held by others."""
    on = session.get_one(SuiteSessionRow, booking.session_id)
    if booking.start <= now or standing_booking(session, case.id) is not None or not _fits(session, booking, on):
        return False
    holds = _wanted(session, case, booking, on)
    return holds is not None and all(claims.is_free(session, hold) for hold in holds)


def take_again(session: Session, case: CaseRow, booking: BookingRow, before: Mapping[str, object]) -> None:
    """Put a booking back as it was, with everything it held; the slot was found to be free."""
    on = session.get_one(SuiteSessionRow, booking.session_id)
    holds = _wanted(session, case, booking, on) or []
    traces.put_back(booking, before)
    on.assigned_radiologist_id, on.published_at = booking.radiologist_id, on.published_at or booking.made_at
    booking.equipment = [hold.resource_id for hold in holds if hold.kind is ResourceKind.EQUIPMENT]
    session.flush()
    claims.take(session, holds)


def _fits(session: Session, booking: BookingRow, on: SuiteSessionRow) -> bool:
    """Whether the list still is what it was for this visit: open, long enough, with the same radiologist and room."""
    asked = select(func.count()).select_from(BookingRow).where(BookingRow.session_id == on.id)
    standing = session.exec(asked.where(STANDS)).one()
    latest = on.end + timedelta(minutes=on.overtime_minutes)
    return (
        not on.closed
        and on.assigned_radiologist_id in {None, booking.radiologist_id}
        and on.start <= booking.start
        and booking.end <= latest
        and (on.max_cases is None or standing < on.max_cases)
    )


def _wanted(session: Session, case: CaseRow, booking: BookingRow, on: SuiteSessionRow) -> list[Hold] | None:
    """Everything the visit would hold; None when a machine or a recovery bay is not to be had."""
    suite = session.get_one(SuiteRow, on.suite_id)
    following = next_list(session, on)
    visit = visit_holds(booking, on, patient=case.patient_id, turnaround=suite.turnaround_minutes, following=following)
    shared = [*_machines(session, booking, suite, on), *_bay(session, booking, suite)]
    if None in shared:
        return None
    return [*visit, *_staff(booking, on), *(hold for hold in shared if hold is not None)]


def _staff(booking: BookingRow, on: SuiteSessionRow) -> list[Hold]:
    """A list that nobody does any more gets its radiologist back for its whole window."""
    if on.assigned_radiologist_id is not None:
        return []
    window = Hold(
        kind=ResourceKind.RADIOLOGIST,
        resource_id=booking.radiologist_id,
        start=on.start,
        end=on.end,
        session_id=on.id,
    )
    return [window]


def _machines(session: Session, booking: BookingRow, suite: SuiteRow, on: SuiteSessionRow) -> Iterator[Hold | None]:
    there, used = units_at(session, suite.site_id, on.on), set[str]()
    for unit in booking.equipment:
        kind = session.get_one(EquipmentUnitRow, unit).kind
        whole = (booking.start, booking.end)
        found = _first_free(session, booking, ResourceKind.EQUIPMENT, set(there.get(kind, ())) - used, whole)
        used |= {found.resource_id} if found is not None else set()
        yield found


def _bay(session: Session, booking: BookingRow, suite: SuiteRow) -> Iterator[Hold | None]:
    counted = session.get_one(SiteRow, suite.site_id).recovery_bays
    if counted is not None and booking.end < booking.recovery_end:
        bays = {f"{suite.site_id}/bay {number}" for number in range(1, counted + 1)}
        yield _first_free(session, booking, ResourceKind.RECOVERY_BAY, bays, (booking.end, booking.recovery_end))


def _first_free(
    session: Session, booking: BookingRow, kind: ResourceKind, names: set[str], span: tuple[datetime, datetime]
) -> Hold | None:
    usual = Hold(kind=kind, resource_id="", start=span[0], end=span[1], booking_id=booking.id)
    wanted = (replace(usual, resource_id=name) for name in sorted(names))
    return next((hold for hold in wanted if claims.is_free(session, hold)), None)
