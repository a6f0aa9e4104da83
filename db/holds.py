"""A slot held by hand: taken, offered, declined, given back or run out, each whole under the guards or not at all."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from db import audit, claims, due_steps
from db.audit import Author
from db.bookings import next_list, reassign_units, staff_holds, visit_holds
from db.cases import raise_task, write_line
from db.effects import standing_booking
from db.facts import case_row
from db.giving_back import drop_timers, give_back, tick_off
from db.localtime import local_date, week_of
from db.protocol import protocol as protocol_in_force
from db.tables import BookingRow, CaseRow, SuiteRow, SuiteSessionRow, UnitPlacementRow, WaitlistEpisodeRow
from scheduler.errors import NotFoundError, TransitionNotAllowedError
from scheduler.pathway.booking import TENTATIVE, BookingEvent, BookingState, next_booking_state
from scheduler.pathway.effects import Timer
from scheduler.pathway.events import Event
from scheduler.pathway.facts import BookingFacts
from scheduler.pathway.holding import kept_until, review_after_declining
from scheduler.pathway.states import WAITING
from scheduler.problem import Case, SchedulingProblem
from scheduler.vocabulary import Role, Stage

TAKEN = "lists taken"
BOOK = {Stage.TEST_BLOCK: Event.BOOK_TEST, Stage.DEFINITIVE: Event.BOOK_DEFINITIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place on a list for one case: who does it, when, what it needs, and where mobile units then stand."""

    list: str
    stage: Stage
    radiologist: str
    start: datetime
    minutes: int
    recovery_minutes: int
    equipment: tuple[str, ...]
    units: Mapping[tuple[str, date], str]


def held_as(problem: SchedulingProblem, case: Case, on: SuiteSessionRow, radiologist: str) -> BookingFacts:
    """Give what the pathway knows of a case's slot on a list of the problem, as soon as it is held."""
    return BookingFacts(
        stage=case.stage,
        state=BookingState.HELD,
        on=on.on,
        suite_modalities=problem.suite_by_id[on.suite_id].modalities,
        radiologist=radiologist,
        equipment=case.equipment,
        anaesthetist=on.anaesthetist,
    )


def open_for(session: Session, case_ref: str, list_id: str, *, expected_version: int | None) -> tuple[date, date]:
    """Keep other writers away from a waiting case and the lists of one week; gives the dates to judge the slot by.

    A radiologist's limits run over a week and a published plan locks cases before lists, so both are locked so here.
    """
    case = case_row(session, case_ref, lock=True)
    case.expect(expected_version)
    if case.state not in WAITING:
        raise TransitionNotAllowedError(
            f"Case {case_ref} is '{case.state.label}': a slot is held for a case that waits for a procedure."
        )
    if standing_booking(session, case.id) is not None:
        raise TransitionNotAllowedError(
            f"A slot is already held for case {case_ref}. Offer it, book it, or give it back first."
        )
    return lock_weeks(session, [list_row(session, list_id).on])


def lock_weeks(session: Session, days: Collection[date]) -> tuple[date, date]:
    """Keep other writers away from the lists of the whole weeks of these days; gives the first day and the last."""
    first, last = week_of(min(days))[0], week_of(max(days))[1]
    asked = select(SuiteSessionRow).where(col(SuiteSessionRow.on).between(first, last)).order_by(SuiteSessionRow.id)
    taken = session.exec(asked.with_for_update().execution_options(populate_existing=True)).all()
    session.info.setdefault(TAKEN, []).extend(taken)  # so that nobody reads them one by one afterwards
    return first, last


def list_row(session: Session, list_id: str) -> SuiteSessionRow:
    """Give one list; raises NotFoundError when there is none of this name."""
    row = session.get(SuiteSessionRow, list_id)
    if row is None:
        raise NotFoundError(f"No list is called {list_id}. Check the name; `neurolist lists` shows them.")
    return row


def date_of(session: Session, list_id: str) -> date:
    """Give the local date of a list."""
    return session.get_one(SuiteSessionRow, list_id).on


def take(session: Session, case_ref: str, slot: Slot, *, actor: Author, now: datetime) -> datetime:
    """Hold a slot that was found to break no rule; gives the moment until which it is held."""
    case = case_row(session, case_ref)
    on = session.get_one(SuiteSessionRow, slot.list)
    staff(session, on, slot.radiologist, now)
    booking = _booking(session, case, slot, now)
    suite = session.get_one(SuiteRow, on.suite_id)
    following = next_list(session, on)
    claims.take(
        session,
        visit_holds(booking, on, patient=case.patient_id, turnaround=suite.turnaround_minutes, following=following),
    )
    place_units(session, slot)
    reassign_units(session, [(suite.site_id, on.on)], kinds={case.id: slot.equipment})
    until = keep(session, case, booking, now=now, by=actor.id)
    told = {"list": on.id, "start": booking.start, "radiologist": slot.radiologist, "until": until}
    write_line(session, case, "booking_hold", case.state, actor=actor, now=now, details=told)
    says = f"Offer the patient the slot held on list {on.id} until then, or book it."
    ask(session, case, says, until, now)
    audit.record(session, action="booking_hold", entity="case", ref=case_ref, facts=told)
    return until


def staff(session: Session, on: SuiteSessionRow, radiologist: str, now: datetime) -> None:
    """A list that nobody does yet is given its radiologist for its whole window."""
    if on.assigned_radiologist_id == radiologist:
        return
    if on.assigned_radiologist_id is not None:
        raise TransitionNotAllowedError(
            f"List {on.id} is done by {on.assigned_radiologist_id}. Leave the radiologist out, or choose another list."
        )
    on.assigned_radiologist_id, on.published_at = radiologist, on.published_at or now
    session.flush()
    claims.take(session, staff_holds(on))


def _booking(session: Session, case: CaseRow, slot: Slot, now: datetime) -> BookingRow:
    episode = select(WaitlistEpisodeRow.id).where(
        WaitlistEpisodeRow.case_id == case.id, col(WaitlistEpisodeRow.closed_on).is_(None)
    )
    end = slot.start + timedelta(minutes=slot.minutes)
    booking = BookingRow(
        case_id=case.id,
        episode_id=session.exec(episode).one(),
        stage=slot.stage,
        session_id=slot.list,
        radiologist_id=slot.radiologist,
        start=slot.start,
        end=end,
        recovery_end=end + timedelta(minutes=slot.recovery_minutes),
        status=BookingState.HELD,
        made_at=now,
    )
    session.add(booking)
    session.flush()
    return booking


def place_units(session: Session, slot: Slot) -> None:
    """Keep where the mobile units of the slot's date stand then."""
    for (unit, on), site in slot.units.items():
        kept = session.get(UnitPlacementRow, (unit, on))
        if kept is None:
            kept = UnitPlacementRow(unit_id=unit, on=on, site_id=site)
            session.add(kept)
        kept.site_id = site
    session.flush()


def keep(session: Session, case: CaseRow, booking: BookingRow, *, now: datetime, by: str) -> datetime:
    """Start the time after which the slot is given back, in place of any that ran."""
    drop_timers(session, case, [Timer.HOLD_EXPIRES], now=now, by=by)
    protocol = protocol_in_force(session, local_date(session, now))
    until = kept_until(booking.status, now, booking.start, protocol)
    due_steps.enqueue(
        session,
        key=f"{case.ref}:{Timer.HOLD_EXPIRES.value}:{booking.stage.value}/{booking.id}/{until.isoformat()}",
        name=Timer.HOLD_EXPIRES.value,
        due_at=until,
        case_ref=case.ref,
        payload={"booking": booking.id, "while": booking.status.value, "says": "The slot is given back."},
    )
    return until


def ask_again(session: Session, case: CaseRow, booking: BookingRow, *, now: datetime, by: str) -> None:
    """Word the task of a held or offered slot anew, because the slot has moved."""
    tick_off(session, [case.id], [Timer.HOLD_EXPIRES], now=now, by=by)
    until = kept(session, case.ref) or now
    offered = booking.status is BookingState.OFFERED
    then = "Tell the patient, and get an answer" if offered else "Offer the patient the slot"
    ask(session, case, f"The slot was moved to list {booking.session_id}. {then} by then, or book it.", until, now)


def ask(session: Session, case: CaseRow, says: str, until: datetime, now: datetime) -> None:
    """Ask the bookings staff to answer for the slot until its time runs out."""
    due_on = local_date(session, until)
    raise_task(session, case.ref, kind=Timer.HOLD_EXPIRES, role=Role.BOOKINGS, says=says, due_on=due_on, now=now)


def offer(
    session: Session, case_ref: str, *, actor: Author, now: datetime, expected_version: int | None = None
) -> datetime:
    """The patient has been offered the held slot; gives the moment until which the answer is waited for."""
    case, booking = _tentative(session, case_ref, expected_version)
    booking.status = next_booking_state(booking.status, BookingEvent.OFFER)
    until = keep(session, case, booking, now=now, by=actor.id)
    write_line(session, case, "booking_offer", case.state, actor=actor, now=now, details={"until": until})
    ask(session, case, f"Get the patient's answer to the slot offered on list {booking.session_id}.", until, now)
    audit.record(session, action="booking_offer", entity="case", ref=case_ref)
    return until


def decline(
    session: Session, case_ref: str, *, reason: str, actor: Author, now: datetime, expected_version: int | None = None
) -> int:
    """The patient does not take the offered slot; gives how many offers were declined on this waiting list."""
    case, booking = _tentative(session, case_ref, expected_version)
    _end(session, case, booking, BookingEvent.DECLINE_OFFER, reason, actor=actor, now=now)
    asked = select(func.count()).where(
        BookingRow.episode_id == booking.episode_id, BookingRow.status == BookingState.OFFER_DECLINED
    )
    declined = session.exec(asked).one()
    today = local_date(session, now)
    review = review_after_declining(declined, protocol_in_force(session, today), today)
    if review is not None:
        raise_task(
            session, case_ref, kind=review.kind, role=review.role, says=review.says, due_on=review.due_on, now=now
        )
    return declined


def release(
    session: Session, case_ref: str, *, reason: str, actor: Author, now: datetime, expected_version: int | None = None
) -> None:
    """Give a held or offered slot back before its time runs out."""
    case, booking = _tentative(session, case_ref, expected_version)
    _end(session, case, booking, BookingEvent.EXPIRE, reason, actor=actor, now=now)


def run_out(session: Session, case_ref: str, booking_id: str, *, stage: str, actor: Author, now: datetime) -> None:
    """Give a slot back whose time has run out, and ask for another; one that was answered meanwhile is left alone."""
    case = case_row(session, case_ref, lock=True)
    booking = session.get(BookingRow, booking_id)
    if booking is None or booking.case_id != case.id or booking.status.value != stage:
        raise TransitionNotAllowedError("The slot is no longer held as it was, so there is nothing to give back.")
    where = booking.session_id
    _end(session, case, booking, BookingEvent.EXPIRE, "its time ran out", actor=actor, now=now)
    says = f"The slot held on list {where} was given back because its time ran out: find the patient another."
    today = local_date(session, now)
    raise_task(session, case_ref, kind=Timer.HOLD_EXPIRES, role=Role.BOOKINGS, says=says, due_on=today, now=now)


def _tentative(
    session: Session, case_ref: str, expected_version: int | None, *, lock: bool = True
) -> tuple[CaseRow, BookingRow]:
    case = case_row(session, case_ref, lock=lock)
    booking = standing_booking(session, case.id)
    if booking is None or booking.status not in TENTATIVE:
        stands = "has no slot" if booking is None else f"has a booking that is {booking.status.label.lower()}"
        raise TransitionNotAllowedError(f"No slot is held for case {case_ref}: it {stands}.")
    booking.expect(expected_version)
    return case, booking


def _end(
    session: Session,
    case: CaseRow,
    booking: BookingRow,
    event: BookingEvent,
    reason: str,
    *,
    actor: Author,
    now: datetime,
) -> None:
    state = next_booking_state(booking.status, event)
    give_back(session, case, booking, state, now=now, by=actor.id, reason=reason)
    write_line(session, case, f"booking_{event.value}", case.state, actor=actor, now=now, details={"reason": reason})
    audit.record(session, action=f"booking_{event.value}", entity="case", ref=case.ref)


def book_event(session: Session, case_ref: str) -> Event:
    """Give the event that books the held slot of a case."""
    _, booking = _tentative(session, case_ref, None, lock=False)
    return BOOK[booking.stage]


def kept(session: Session, case_ref: str) -> datetime | None:
    """Give the moment until which a case's slot is held; None when none is."""
    return due_steps.next_due(session, case_ref=case_ref, name=Timer.HOLD_EXPIRES)


def time_again(session: Session, case_ref: str, *, now: datetime, by: str) -> str:
    """Start the time of a held slot anew, whose own was lost; gives the timer's name."""
    case, booking = _tentative(session, case_ref, None)
    keep(session, case, booking, now=now, by=by)
    return Timer.HOLD_EXPIRES.value


def untimed(session: Session) -> Sequence[str]:
    """List the cases whose slot is held or offered without a time that runs: none, unless a row was lost."""
    asked = (
        select(CaseRow.ref)
        .join(BookingRow, col(BookingRow.case_id) == CaseRow.id)
        .where(col(BookingRow.status).in_(sorted(TENTATIVE)))
        .order_by(CaseRow.ref)
    )
    return [ref for ref in session.exec(asked) if kept(session, ref) is None]
