"""One booking's life between publishing and the procedure, and the sharing out of bays and equipment units."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from db import audit, claims, reminders
from db.audit import Author
from db.cases import write_line
from db.claims import Hold
from db.effects import standing_booking
from db.facts import case_row
from db.tables import BookingRow, ClaimRow, EquipmentUnitRow, SiteRow, SuiteRow, SuiteSessionRow, UnitPlacementRow
from db.tables.booking import STANDS
from db.words import ResourceKind
from scheduler.errors import DoubleBookingError, NotFoundError, TransitionNotAllowedError
from scheduler.pathway.booking import BookingEvent, next_booking_state

BY_ITSELF = frozenset({BookingEvent.CONFIRM, BookingEvent.ARRIVE, BookingEvent.RECOVER})
SHARED = (ResourceKind.EQUIPMENT, ResourceKind.RECOVERY_BAY)
Span = tuple[datetime, datetime]
SiteDay = tuple[str, date]


def advance(
    session: Session,
    case_ref: str,
    event: BookingEvent,
    *,
    actor: Author,
    now: datetime,
    expected_version: int | None = None,
) -> None:
    """Move a booking on without moving the case, such as when the patient confirms or arrives.

    Entering and leaving the room, and what ends a booking, move the case or the held slot too: recorded there, and
    refused here.
    """
    case = case_row(session, case_ref, lock=True)
    booking = standing_booking(session, case.id)
    if booking is None:
        raise NotFoundError(f"Case {case_ref} has no booking.")
    booking.expect(expected_version)
    following = next_booking_state(booking.status, event)
    if event not in BY_ITSELF:
        raise TransitionNotAllowedError(
            f"'{event.label}' is more than a step of the booking: record it on the case, or on the held slot."
        )
    booking.status = following
    write_line(session, case, f"booking_{event.value}", case.state, actor=actor, now=now, details={})
    reminders.follow(session, case_ref, now=now, by=actor.id)
    audit.record(session, action=f"booking_{event.value}", entity="case", ref=case_ref)


def visit_holds(
    booking: BookingRow, on: SuiteSessionRow, *, patient: str, turnaround: int, following: datetime | None
) -> list[Hold]:
    """Give what one visit holds besides units and bays: the suite until it is turned over, and the patient.

    Turnaround never reaches into the suite's next list, which begins at `following` where there is one: no rule asks
    for that.
    """
    turned = booking.end + timedelta(minutes=turnaround)
    clean = turned if following is None else min(turned, max(booking.end, following))
    return [
        _hold(booking, ResourceKind.SUITE, on.suite_id, (booking.start, clean)),
        _hold(booking, ResourceKind.PATIENT, patient, (booking.start, booking.recovery_end)),
    ]


def next_list(session: Session, on: SuiteSessionRow) -> datetime | None:
    """Say when the suite's next list after this one begins; None when there is none."""
    asked = select(func.min(SuiteSessionRow.start)).where(
        SuiteSessionRow.suite_id == on.suite_id, col(SuiteSessionRow.start) >= on.end
    )
    return session.exec(asked).one()


def staff_holds(row: SuiteSessionRow) -> list[Hold]:
    """Give what a list holds: its radiologist for its whole window, once it has one."""
    if row.assigned_radiologist_id is None:
        return []
    return [
        Hold(
            kind=ResourceKind.RADIOLOGIST,
            resource_id=row.assigned_radiologist_id,
            start=row.start,
            end=row.end,
            session_id=row.id,
        )
    ]


def reassign_units(session: Session, places: Collection[SiteDay], *, kinds: Mapping[str, Sequence[str]]) -> None:
    """Share bays and units of these sites and dates out anew among the bookings that stand there.

    Earliest first, each to the first that is free, needs no more units than the plan counted. `kinds` gives the
    equipment of cases that have none yet, by case id.
    """
    there = _standing(session, places)
    every = [booking for group in there.values() for booking in group]
    if not every:
        return
    rows = session.exec(select(EquipmentUnitRow).order_by(EquipmentUnitRow.id)).all()
    known = {unit.id: unit.kind for unit in rows}
    wanted = {
        booking.id: tuple(kinds.get(booking.case_id, [known[unit] for unit in booking.equipment])) for booking in every
    }
    held = claims.held_by_bookings(session, [booking.id for booking in every])
    claims.release(session, [claim for claim in held if claim.kind in SHARED])
    counted = dict(session.exec(select(SiteRow.id, SiteRow.recovery_bays)).all())
    bays = {site: [f"{site}/bay {number}" for number in range(1, (counted[site] or 0) + 1)] for site, _ in there}
    busy = _busy(session, [*known, *(bay for group in bays.values() for bay in group)], every)
    placed = _placed(session, [on for _, on in there])
    holds: list[Hold] = []
    for (site, on), bookings in there.items():
        units = _units(rows, site, placed[site, on])
        for booking in bookings:
            its_own = _units_for(booking, wanted[booking.id], units, busy)
            booking.equipment = [hold.resource_id for hold in its_own]
            holds += its_own
        if counted[site] is not None:
            holds += _bays(bays[site], bookings, busy)
    claims.take(session, holds)


def _standing(session: Session, places: Collection[SiteDay]) -> dict[SiteDay, list[BookingRow]]:
    """Take the bookings that stand at each of these sites and dates that has any, earliest first.

    Whoever ends or moves one meanwhile waits, and whoever did just before is seen: what has ended is given nothing.
    """
    asked = (
        select(BookingRow, SuiteRow.site_id, SuiteSessionRow)
        .join(SuiteSessionRow, col(SuiteSessionRow.id) == BookingRow.session_id)
        .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
        .where(
            col(SuiteRow.site_id).in_({site for site, _ in places}),
            col(SuiteSessionRow.on).in_({on for _, on in places}),
            STANDS,
        )
    )
    there: dict[SiteDay, list[BookingRow]] = defaultdict(list)
    taken = asked.order_by(col(BookingRow.start), col(BookingRow.id)).with_for_update(of=BookingRow)
    for booking, site, row in session.exec(taken.execution_options(populate_existing=True)):
        there[site, row.on].append(booking)
    return {place: there[place] for place in sorted(places) if place in there}


def units_at(session: Session, site: str, on: date) -> dict[str, list[str]]:
    """Fixed units of the site, and mobile ones that stand there that day, by kind."""
    rows = session.exec(select(EquipmentUnitRow).order_by(EquipmentUnitRow.id)).all()
    return _units(rows, site, _placed(session, [on])[site, on])


def _placed(session: Session, days: Collection[date]) -> dict[SiteDay, set[str]]:
    """Give the mobile units that stand at each site on each of these days."""
    placed: dict[SiteDay, set[str]] = defaultdict(set)
    for row in session.exec(select(UnitPlacementRow).where(col(UnitPlacementRow.on).in_(days))):
        placed[row.site_id, row.on].add(row.unit_id)
    return placed


def _units(rows: Sequence[EquipmentUnitRow], site: str, placed: Collection[str]) -> dict[str, list[str]]:
    units: dict[str, list[str]] = defaultdict(list)
    for unit in rows:
        if unit.sites == [site] or unit.id in placed:
            units[unit.kind].append(unit.id)
    return units


def _busy(session: Session, units: Sequence[str], bookings: Sequence[BookingRow]) -> dict[str, list[Span]]:
    """When units and bays are held by what is not shared out anew: service, and visits that are over."""
    busy: dict[str, list[Span]] = defaultdict(list)
    if not units:
        return busy
    first, last = min(booking.start for booking in bookings), max(booking.recovery_end for booking in bookings)
    asked = select(ClaimRow.resource_id, ClaimRow.start, ClaimRow.end).where(
        col(ClaimRow.active),
        col(ClaimRow.kind).in_(SHARED),
        col(ClaimRow.resource_id).in_(units),
        ClaimRow.start < last,
        ClaimRow.end > first,
    )
    for unit, start, end in session.exec(asked):
        busy[unit].append((start, end))
    return busy


def _units_for(
    booking: BookingRow, kinds: Sequence[str], units: Mapping[str, Sequence[str]], busy: dict[str, list[Span]]
) -> list[Hold]:
    holds = []
    for kind in kinds:
        span = (booking.start, booking.end)
        unit = next((one for one in units.get(kind, ()) if _free(busy[one], span)), None)
        if unit is None:
            raise DoubleBookingError(
                f"No {kind.replace('_', ' ')} is free at that site for the booking on list {booking.session_id}. "
                "Ask for a new plan."
            )
        busy[unit].append(span)
        holds.append(_hold(booking, ResourceKind.EQUIPMENT, unit, span))
    return holds


def _bays(bays: Sequence[str], bookings: Sequence[BookingRow], busy: dict[str, list[Span]]) -> list[Hold]:
    """Give each recovering patient a bay."""
    holds: list[Hold] = []
    for booking in sorted(bookings, key=lambda booking: (booking.end, booking.id)):
        span = (booking.end, booking.recovery_end)
        if span[0] == span[1]:
            continue
        bay = next((one for one in bays if _free(busy[one], span)), None)
        if bay is None:
            raise DoubleBookingError(
                f"No recovery bay is free at that site after the booking on list {booking.session_id}. "
                "Ask for a new plan."
            )
        busy[bay].append(span)
        holds.append(_hold(booking, ResourceKind.RECOVERY_BAY, bay, span))
    return holds


def _free(spans: Sequence[Span], wanted: Span) -> bool:
    return all(end <= wanted[0] or start >= wanted[1] for start, end in spans)


def _hold(booking: BookingRow, kind: ResourceKind, resource: str, span: Span) -> Hold:
    return Hold(kind=kind, resource_id=resource, start=span[0], end=span[1], booking_id=booking.id)
