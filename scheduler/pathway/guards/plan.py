"""Conditions on what is planned: target, side, technique and urgency."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.pathway.guards.registry import guard, listed
from scheduler.pathway.situation import Situation
from scheduler.vocabulary import Stage, side_fits


@guard()
def plan_known(case: Situation) -> str | None:
    """Target, side and urgency category are recorded."""
    parts = {"target": case.target, "laterality": case.laterality, "urgency": case.urgency}
    return _parts_missing(parts)


@guard()
def whole_plan_known(case: Situation) -> str | None:
    """Target, side, technique and urgency category are recorded."""
    parts = {
        "target": case.target,
        "laterality": case.laterality,
        "technique": case.technique,
        "urgency": case.urgency,
    }
    return _parts_missing(parts)


def _parts_missing(parts: Mapping[str, object]) -> str | None:
    missing = [f"'{key}'" for key, part in parts.items() if part is None]
    return f"The plan is not complete: give {listed(missing)}." if missing else None


@guard()
def side_allowed(case: Situation) -> str | None:
    """The side makes sense for the target."""
    target, side = case.target, case.laterality
    if target is None or side is None or side_fits(target, side):
        return None
    return f"{target.label} cannot be treated as '{side.label.lower()}': correct the target or the side."


@guard()
def technique_offered(case: Situation) -> str | None:
    """The technique is offered for the target, or the IR lead approves it."""
    target, technique = case.target, case.technique
    if target is None or technique is None:
        return None
    row = case.protocol.procedures.get((target, technique, Stage.DEFINITIVE))
    if row is None:
        return f"{technique.label} of the {target.label.lower()} is not in the protocol: choose another technique."
    if row.offered or case.details.text("lead_approval"):
        return None
    what = f"{technique.label} of the {target.label.lower()}"
    return f"{what} is not offered without the IR lead's approval: name the lead in 'lead_approval', or choose another."


@guard(answers=False)
def referrer_known(case: Situation) -> str | None:
    """The referring specialist is recorded."""
    if case.facts.referrer_recorded:
        return None
    return "The referral names no referrer: add the referrer to the referral first."
