"""Conditions on the MDT meeting: who sat, and how far an earlier decision reaches."""

from __future__ import annotations

from scheduler.pathway.facts import MdtRecommendation
from scheduler.pathway.forms import MEETING_ROLES
from scheduler.pathway.guards.registry import guard, listed
from scheduler.pathway.quorum import absent_disciplines
from scheduler.pathway.situation import Situation
from scheduler.pathway.validity import day


@guard()
def quorum_met(case: Situation) -> str | None:
    """The meeting had its quorum."""
    missing = absent_disciplines(case.protocol, case.details.items("attended"), cancer=case.facts.cancer)
    absent = [MEETING_ROLES.get(role, role) for role in missing]
    if not absent:
        return None
    return f"The meeting has no quorum: {listed(absent)} did not attend. Bring the case to the next meeting."


@guard()
def prior_mdt_fits(case: Situation) -> str | None:
    """An earlier MDT decision is recent enough and is about this target."""
    decided = case.details.date("mdt_on")
    limit = case.protocol.days("mdt_valid")
    if decided is None:
        return "Give the date of the earlier meeting in 'mdt_on'."
    if (case.today - decided).days > limit:
        return f"The decision of {day(decided)} is older than {limit} days: accept the referral for a new meeting."
    if case.target is not None and case.details.text("mdt_target") != case.target:
        return f"The earlier decision is not about {case.target.label.lower()}: accept the referral for a new meeting."
    return None


@guard()
def direct_reason_given(case: Situation) -> str | None:
    """Going straight to neurolysis carries a reason."""
    direct = case.details.text("recommendation") == MdtRecommendation.PROCEED_DIRECT
    return "Give the 'reason' for leaving out the test block." if direct and not case.details.text("reason") else None
