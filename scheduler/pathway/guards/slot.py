"""Conditions on booking: the slot, and everything that must hold on its day."""

from __future__ import annotations

from datetime import date, timedelta

from scheduler.pathway import validity
from scheduler.pathway.booking import AGREED, TENTATIVE
from scheduler.pathway.facts import BookingFacts
from scheduler.pathway.guards.registry import guard, listed
from scheduler.pathway.protocols import ProcedureProtocol
from scheduler.pathway.situation import Situation
from scheduler.pathway.validity import Standing, day
from scheduler.vocabulary import Readiness, Stage, Technique, Urgency


@guard(answers=False)
def ready_on_the_day(case: Situation) -> str | None:
    """The patient is ready, or is staged until a day no later than the procedure."""
    episode, booking = case.facts.episode, held_booking(case)
    if episode is None or episode.stage is not case.stage:
        return f"The patient is not on the waiting list for {case.stage.label.lower()}: list the patient first."
    if episode.readiness is Readiness.READY:
        return None
    if episode.readiness is not Readiness.STAGED or episode.earliest is None:
        return f"{episode.readiness.label}: record that the patient is ready again before booking."
    if booking is None or episode.earliest <= booking.on:
        return None
    return f"The patient is staged until {day(episode.earliest)}: choose a slot from that day on."


@guard(answers=False)
def slot_held(case: Situation) -> str | None:
    """A slot is held for this procedure, today or later."""
    booking = held_booking(case)
    if booking is None or booking.state not in TENTATIVE | AGREED:
        return f"No slot is held for the {case.stage.label.lower()}: plan the lists, or hold a slot, first."
    if booking.on < case.today:
        return f"The held slot was on {day(booking.on)}, which has passed: hold another."
    return None


def held_booking(case: Situation) -> BookingFacts | None:
    """The booking for the procedure the state is about, if there is one."""
    booking = case.facts.booking
    return booking if booking is not None and booking.stage is case.stage else None


@guard(answers=False)
def slot_feasible(case: Situation) -> str | None:
    """The held slot has a radiologist, the imaging, the equipment and the anaesthetist it needs."""
    booking, row = held_booking(case), _procedure(case)
    if booking is None:
        return None
    if row is None:
        return "The target and technique are not in the protocol: correct the plan before booking."
    lacks = _lacks(case, booking, row)
    return f"The held slot has {listed(lacks)}: choose another slot." if lacks else None


def _procedure(case: Situation) -> ProcedureProtocol | None:
    test = case.stage is Stage.TEST_BLOCK
    technique = Technique.LOCAL_ANAESTHETIC if test else case.technique
    if case.target is None or technique is None:
        return None
    return case.protocol.procedures.get((case.target, technique, case.stage))


def _lacks(case: Situation, booking: BookingFacts, row: ProcedureProtocol) -> list[str]:
    wanted = row.anaesthetist if case.facts.anaesthetist is None else case.facts.anaesthetist
    guidance = set(row.modalities) & set(booking.suite_modalities)
    kinds = [kind.replace("_", " ") for kind in row.equipment if kind not in booking.equipment]
    lacks = [f"no {kind}" for kind in kinds]
    lacks += [] if booking.radiologist else ["no radiologist"]
    lacks += [] if guidance else [f"no {' or '.join(modality.label for modality in row.modalities)}"]
    return [*lacks, "no anaesthetist"] if wanted and not booking.anaesthetist else lacks


@guard()
def bloods_on_the_day(case: Situation) -> str | None:
    """Bloods hold on the procedure day, or new ones can be ready by then."""
    booking = held_booking(case)
    if booking is None:
        return None
    standing = validity.bloods(case.facts, booking.on, case.protocol)
    limit = validity.bloods_days(case.facts, case.protocol)
    return _renewed(case, booking.on, standing, "bloods", limit)


@guard()
def imaging_on_the_day(case: Situation) -> str | None:
    """Imaging holds on the procedure day, or new imaging can be ready by then."""
    booking = held_booking(case)
    if booking is None:
        return None
    standing = validity.imaging(case.facts, booking.on, case.protocol)
    limit = validity.imaging_days(case.facts, case.protocol)
    return _renewed(case, booking.on, standing, "imaging", limit)


def _renewed(case: Situation, on: date, standing: Standing, what: str, limit: int) -> str | None:
    planned = case.details.date(f"{what}_on")
    if planned is not None:
        earliest = on - timedelta(days=limit)
        if earliest <= planned <= on:
            return None
        return f"{what.capitalize()} on {day(planned)} would not hold on {day(on)}: plan them from {day(earliest)}."
    ready = case.today + timedelta(days=case.protocol.days(f"{what}_turnaround"))
    if standing.holds or ready <= on:
        return None
    return f"{standing.says} New {what} cannot be ready before {day(ready)}: choose a later slot."


@guard()
def consent_on_the_day(case: Situation) -> str | None:
    """A consent for this stage, target and side holds on the procedure day."""
    booking, signed = held_booking(case), case.details.date("consent_on")
    if booking is None:
        return None
    if signed is not None:
        held = (booking.on - signed).days <= case.protocol.days("consent_valid")
        return None if held else f"The consent of {day(signed)} will be too old on {day(booking.on)}."
    standing = validity.consent(case.facts, case.stage, booking.on, case.protocol)
    return None if standing.holds else f"{standing.says} Give 'consent_on' once a new consent is signed."


@guard(answers=False)
def mdt_on_the_day(case: Situation) -> str | None:
    """The MDT decision holds on the procedure day."""
    booking = held_booking(case)
    if booking is None:
        return None
    standing = validity.mdt_decision(case.facts, booking.on, case.protocol)
    return None if standing.holds else f"{standing.says} Send the case back to the meeting (mdt_recall)."


@guard(answers=False)
def hold_fits(case: Situation) -> str | None:
    """There is time to stop every medicine that must be stopped."""
    booking = held_booking(case)
    if booking is None:
        return None
    standing = validity.medicine_hold(case.facts, booking.on, case.protocol, case.today)
    return None if standing.holds else f"{standing.says} Choose a later slot."


@guard()
def referral_on_the_day(case: Situation) -> str | None:
    """The referral still runs on the procedure day."""
    booking = held_booking(case)
    if booking is None:
        return None
    renewed = case.details.date("referral_valid_until")
    if renewed is not None:
        return None if renewed >= booking.on else f"The renewed referral ends on {day(renewed)}, before the procedure."
    standing = validity.referral(case.facts, booking.on)
    return None if standing.holds else f"{standing.says} Then give 'referral_valid_until'."


@guard(answers=False)
def gap_kept(case: Situation) -> str | None:
    """The day leaves the gap after the test block."""
    booking, first = held_booking(case), validity.first_definitive_day(case.facts, case.protocol)
    if booking is None or first is None or booking.on >= first:
        return None
    return f"The test block was too recent for {day(booking.on)}: the first day is {day(first)}."


@guard(answers=False)
def result_on_the_day(case: Situation) -> str | None:
    """A positive test for this plan holds on the day, unless none is needed."""
    booking = held_booking(case)
    if booking is None or not validity.result_needed(case.facts):
        return None
    expires = validity.result_expires_on(case.facts, case.protocol)
    if expires is None:
        return "No positive test block supports this plan: send the case back to the meeting (mdt_recall)."
    if booking.on <= expires:
        return None
    return f"The test result holds to {day(expires)}, before {day(booking.on)}: choose an earlier slot or mdt_recall."


@guard()
def offer_in_time(case: Situation) -> str | None:
    """A new date is offered within the protocol's limit."""
    offer_by, limit = case.details.date("offer_by"), reoffer_limit(case)
    if offer_by is None or offer_by <= limit:
        return None
    return f"A new date has to be offered by {day(limit)}: give an earlier 'offer_by'."


def reoffer_limit(case: Situation) -> date:
    """The last day on which a new date may be offered after the hospital postponed."""
    category = case.urgency or Urgency.CATEGORY_1
    return case.today + timedelta(days=case.protocol.days(f"reoffer_within.{category}"))
