"""A booking moved by hand to another list or past its neighbour, whole under the guards or not at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from db import audit, claims, holds, moves
from db.audit import Author
from db.bookings import next_list, reassign_units, visit_holds
from db.cases import MOVED, write_line
from db.effects import standing_booking
from db.facts import case_row
from db.giving_back import let_radiologist_go
from db.holds import Slot, list_row
from db.tables import BookingRow, CaseRow, SuiteRow, SuiteSessionRow
from db.tables.booking import STANDS
from db.watching import bring_in_line
from scheduler.errors import NotFoundError, StaleVersionError, TransitionNotAllowedError
from scheduler.pathway.booking import TENTATIVE, BookingEvent, next_booking_state


def as_seen(session: Session, ref: str, *, seen_on: str | None, version: int | None) -> tuple[CaseRow, str | None]:
    """Keep other writers away from a case; gives it with its list, if it stands where and as it was seen.

    The version is that of the booking, or of the case while it has none.
    """
    case = case_row(session, ref, lock=True)
    booking = standing_booking(session, case.id)
    on = booking.session_id if booking else None
    if on != seen_on:
        now = f"on list {on}" if on else "without a place"
        raise StaleVersionError(f"Somebody else has moved case {ref}: it is now {now}. Look at the board again.")
    (booking or case).expect(version)
    return case, on


def open_weeks(session: Session, names: Collection[str]) -> tuple[date, date]:
    """Keep other writers away from the whole weeks of these lists; gives the dates to judge a move by."""
    return holds.lock_weeks(session, [list_row(session, name).on for name in names])


def must_be_free_to_change(row: SuiteSessionRow, now: datetime) -> None:
    """Raise TransitionNotAllowedError when a list is locked or has begun."""
    if row.locked:
        raise TransitionNotAllowedError(f"List {row.id} is locked. Release it first, or choose another list.")
    if row.start <= now:
        raise TransitionNotAllowedError(f"List {row.id} has begun, so nobody is moved onto it or off it any more.")


def move(session: Session, ref: str, slot: Slot, *, actor: Author, now: datetime) -> BookingRow:
    """Take a booking to a slot that was found to break no rule; a patient who had confirmed is to confirm again."""
    case = case_row(session, ref)
    booking = the_booking(session, case)
    before = moves.place_of(session, booking)
    booking.status = next_booking_state(booking.status, BookingEvent.MOVE)
    left = list_row(session, booking.session_id)
    on = list_row(session, slot.list)
    claims.release(session, claims.held_by(session, booking_id=booking.id))
    booking.session_id, booking.radiologist_id = on.id, slot.radiologist
    booking.start, booking.end = slot.start, slot.start + timedelta(minutes=slot.minutes)
    booking.recovery_end = booking.end + timedelta(minutes=slot.recovery_minutes)
    session.flush()
    let_radiologist_go(session, left.id)
    holds.staff(session, on, slot.radiologist, now)
    holds.place_units(session, slot)
    _hold(session, on, [(booking, case.patient_id)])
    _share(session, [on, left], {case.id: slot.equipment})
    if booking.status in TENTATIVE:
        until = holds.keep(session, case, booking, now=now, by=actor.id)
        holds.ask(session, case, f"Offer the patient the slot held on list {on.id} until then, or book it.", until, now)
    _note(session, case, booking, actor, now, before=None if booking.status in TENTATIVE else before)
    return booking


def trade_places(
    session: Session, row: SuiteSessionRow, times: Mapping[str, datetime], *, actor: Author, now: datetime
) -> Sequence[BookingRow]:
    """Start these cases of one list, by reference, at these instants; gives their bookings."""
    moved = [(case_row(session, ref), start) for ref, start in sorted(times.items())]
    pairs = [(the_booking(session, case), case) for case, _ in moved]
    before = {case.id: moves.place_of(session, booking) for booking, case in pairs}
    for booking, _ in pairs:
        booking.status = next_booking_state(booking.status, BookingEvent.MOVE)
        claims.release(session, claims.held_by(session, booking_id=booking.id))
    for (booking, _), (_, start) in zip(pairs, moved, strict=True):
        lasts, recovers = booking.end - booking.start, booking.recovery_end - booking.end
        booking.start, booking.end, booking.recovery_end = start, start + lasts, start + lasts + recovers
    session.flush()
    _hold(session, row, [(booking, case.patient_id) for booking, case in pairs])
    _share(session, [row], {})
    for booking, case in pairs:
        _note(session, case, booking, actor, now, before=before[case.id])
    return [booking for booking, _ in pairs]


def order_of(session: Session, list_id: str) -> Sequence[tuple[str, BookingRow]]:
    """Give the bookings that stand on a list, each with its case's reference, in order of time."""
    asked = (
        select(CaseRow.ref, BookingRow)
        .join(BookingRow, col(BookingRow.case_id) == CaseRow.id)
        .where(BookingRow.session_id == list_id, STANDS)
        .order_by(col(BookingRow.start))
    )
    return session.exec(asked).all()


def lock(session: Session, list_id: str, *, locked: bool, expected_version: int | None) -> SuiteSessionRow:
    """Lock a list, so that no plan and nobody moves its cases or adds one; or release it."""
    row = list_row(session, list_id)
    row.expect(expected_version)
    row.locked = locked
    audit.record(session, action="lock_list" if locked else "release_list", entity="suite_session", ref=list_id)
    return row


def the_booking(session: Session, case: CaseRow) -> BookingRow:
    """Give the booking of a case that stands; raises NotFoundError when it has none."""
    booking = standing_booking(session, case.id)
    if booking is None:
        raise NotFoundError(f"Case {case.ref} has no booking to move.")
    return booking


def _hold(session: Session, row: SuiteSessionRow, visits: Iterable[tuple[BookingRow, str]]) -> None:
    suite = session.get_one(SuiteRow, row.suite_id)
    following = next_list(session, row)
    for booking, patient in visits:
        claims.take(
            session,
            visit_holds(booking, row, patient=patient, turnaround=suite.turnaround_minutes, following=following),
        )


def _share(session: Session, rows: Sequence[SuiteSessionRow], kinds: Mapping[str, Sequence[str]]) -> None:
    """Share bays and units out anew on each site and date that something left or came to."""
    places = {(session.get_one(SuiteRow, row.suite_id).site_id, row.on) for row in rows}
    reassign_units(session, places, kinds=kinds)


def _note(
    session: Session, case: CaseRow, booking: BookingRow, actor: Author, now: datetime, *, before: moves.Place | None
) -> None:
    """Write the move down and let all that hangs on the time follow; whoever knew of `before` is told."""
    told = {"list": booking.session_id, "start": booking.start, "radiologist": booking.radiologist_id}
    line = write_line(session, case, MOVED, case.state, actor=actor, now=now, details=told)
    if before is not None:
        moved = moves.Moved(case=case, booking=booking, before=before, line=line.seq)
        moves.tell(session, [moved], now=now, by=actor.id)
    bring_in_line(session, [case], now=now, by=actor.id)
    audit.record(session, action=MOVED, entity="case", ref=case.ref, facts=told)
