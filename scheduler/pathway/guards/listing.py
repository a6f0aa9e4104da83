"""Conditions on putting a patient on a waiting list."""

from __future__ import annotations

from scheduler.pathway import validity
from scheduler.pathway.facts import MdtRecommendation
from scheduler.pathway.guards.registry import guard
from scheduler.pathway.situation import Situation
from scheduler.pathway.validity import day
from scheduler.vocabulary import Readiness


@guard(answers=False)
def plan_is_test_first(case: Situation) -> str | None:
    """A test block comes first in the plan."""
    if not case.facts.direct:
        return None
    return "The MDT decided to leave out the test block: list the patient for neurolysis instead."


@guard(answers=False)
def direct_or_positive(case: Situation) -> str | None:
    """The MDT chose to go straight to neurolysis, or a positive test for this plan still holds."""
    decided = case.facts.mdt
    if case.facts.direct and decided is not None and decided.recommendation is MdtRecommendation.PROCEED_DIRECT:
        return None
    expires = validity.result_expires_on(case.facts, case.protocol)
    if expires is not None and case.today <= expires:
        return None
    if expires is not None:
        return f"The positive test expired on {day(expires)}: list the patient for a test block."
    return "There is no positive test for this plan and no decision to go without one: list for a test block."


@guard()
def readiness_explained(case: Situation) -> str | None:
    """A patient who is not ready has a date on which readiness is reviewed."""
    readiness = case.details.text("readiness")
    if readiness in {"", Readiness.READY} or case.details.date("review_on"):
        return None
    return "The patient is not ready: give the date of the review in 'review_on'."


@guard()
def consent_recent(case: Situation) -> str | None:
    """The consent is recent enough."""
    signed = case.details.date("consent_on")
    limit = case.protocol.days("consent_valid")
    if signed is None or (case.today - signed).days <= limit:
        return None
    return f"The consent of {day(signed)} is older than {limit} days: a new one is needed."
