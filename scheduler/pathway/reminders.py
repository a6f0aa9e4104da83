"""What a person, or the patient, is reminded of: a visit that comes near, and what will not hold much longer.

Each reminder is due on a day that the facts fix, so asking again tomorrow gives the same ones; those that no longer
come out are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.pathway.booking import AGREED, BookingState
from scheduler.pathway.effects import DueStep, Timer
from scheduler.pathway.facts import BookingFacts, CaseFacts
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.validity import Prerequisite, Standing, consent, day, mdt_decision, referral
from scheduler.vocabulary import Role, Stage

OF_A_VISIT = (Timer.VISIT_REMINDER, Timer.CONFIRM_VISIT)
REMINDERS = (*OF_A_VISIT, Timer.CONSENT_ENDS, Timer.MDT_DECISION_ENDS, Timer.REFERRAL_ENDS)


@dataclass(frozen=True, slots=True)
class _Ending:
    """What to do about one prerequisite that ends, and who does it."""

    timer: Timer
    role: Role
    then: str


_ENDINGS = {
    Prerequisite.CONSENT: _Ending(Timer.CONSENT_ENDS, Role.CLINICIAN, "Take a new consent, or treat by then."),
    Prerequisite.MDT_DECISION: _Ending(
        Timer.MDT_DECISION_ENDS, Role.MDT_COORDINATOR, "Put the case to a meeting again, or treat by then."
    ),
    Prerequisite.REFERRAL: _Ending(
        Timer.REFERRAL_ENDS, Role.BOOKINGS, "Ask the referrer to renew it, or treat by then."
    ),
}


def reminders(facts: CaseFacts, protocol: Protocol, *, visit: str = "") -> tuple[DueStep, ...]:
    """List every reminder of a case as it stands, also those whose day has passed; `visit` tells bookings apart."""
    booking, episode = facts.booking, facts.episode
    agreed = booking is not None and booking.state in AGREED
    found = list(_of_visit(booking, protocol, visit)) if booking is not None and agreed else []
    if episode is not None and not agreed:
        found += _of_validity(facts, episode.stage, protocol)
    return tuple(found)


def _of_visit(booking: BookingFacts, protocol: Protocol, visit: str) -> Iterator[DueStep]:
    key = f"{booking.stage}/{visit}/{booking.on}"
    for before in protocol.wholes("visit_reminders"):
        yield DueStep(
            name=Timer.VISIT_REMINDER,
            due_on=booking.on - timedelta(days=before),
            role=Role.BOOKINGS,
            says=f"Remind the patient of the visit on {day(booking.on)}.",
            key_suffix=f"{key}/{before}",
        )
    if booking.state is BookingState.BOOKED:
        yield DueStep(
            name=Timer.CONFIRM_VISIT,
            due_on=booking.on - timedelta(days=protocol.days("confirm_before")),
            role=Role.BOOKINGS,
            says=f"The patient has not confirmed the visit on {day(booking.on)}: ask, and record the answer.",
            key_suffix=key,
        )


def _of_validity(facts: CaseFacts, stage: Stage, protocol: Protocol) -> Iterator[DueStep]:
    """What runs out while nothing is booked; what will not hold on a booked day is asked for with its preparation."""
    on = facts.received_on
    for standing in (consent(facts, stage, on, protocol), mdt_decision(facts, on, protocol), referral(facts, on)):
        if standing.last is not None:
            yield _ends(standing, standing.last, stage, protocol)


def _ends(standing: Standing, last: date, stage: Stage, protocol: Protocol) -> DueStep:
    ending = _ENDINGS[standing.prerequisite]
    return DueStep(
        name=ending.timer,
        due_on=last - timedelta(days=protocol.days("validity_reminder")),
        role=ending.role,
        says=f"{standing.prerequisite.label}: it holds to {day(last)} and no longer. {ending.then}",
        key_suffix=f"{stage}/{last}",
    )
