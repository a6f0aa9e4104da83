"""Conditions on what is planned: target, side, technique and urgency."""

from __future__ import annotations

from collections.abc import Mapping

from scheduler.pathway.guards.registry import guard, listed
from scheduler.pathway.situation import Situation
from scheduler.pathway.states import PathwayState
from scheduler.pathway.validity import day, result_needed, supporting_test
from scheduler.vocabulary import Stage, side_fits

BEFORE_THE_DECISION = frozenset({PathwayState.AWAITING_MDT, PathwayState.MDT_MORE_INFO})


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


def not_offered(case: Situation) -> str | None:
    """The protocol knows the technique for the target, and leaves it to the IR lead."""
    target, technique = case.target, case.technique
    if target is None or technique is None:
        return None
    row = case.protocol.procedures.get((target, technique, Stage.DEFINITIVE))
    if row is None or row.offered:
        return None
    return f"{technique.label} of the {target.label.lower()} is not offered without the IR lead's approval."


@guard(by_lead=not_offered)
def technique_offered(case: Situation) -> str | None:
    """The technique is offered for the target, or the IR lead approves it."""
    target, technique = case.target, case.technique
    if target is None or technique is None:
        return None
    if (target, technique, Stage.DEFINITIVE) not in case.protocol.procedures:
        return f"{technique.label} of the {target.label.lower()} is not in the protocol: choose another technique."
    says = not_offered(case)
    if says is None or case.details.text("lead_approval"):
        return None
    return f"{says} Name the lead in 'lead_approval', or choose another."


@guard(answers=False)
def referrer_known(case: Situation) -> str | None:
    """The referring specialist is recorded."""
    if case.facts.referrer_recorded:
        return None
    return "The referral names no referrer: add the referrer to the referral first."


@guard()
def other_category(case: Situation) -> str | None:
    """The category is another than before."""
    if case.urgency is not case.facts.urgency:
        return None
    return f"The patient is in {case.urgency.label.lower()} already: give another." if case.urgency else None


@guard()
def plan_differs(case: Situation) -> str | None:
    """Something of the plan changes."""
    facts = case.facts
    if (case.target, case.technique, case.laterality) != (facts.target, facts.technique, facts.laterality):
        return None
    return "That is the present plan: give another 'target', 'technique' or 'laterality'."


@guard()
def within_the_decision(case: Situation) -> str | None:
    """Once the meeting has decided, target and technique change only by the meeting."""
    same = (case.target, case.technique) == (case.facts.target, case.facts.technique)
    if same or case.facts.state in BEFORE_THE_DECISION:
        return None
    return "The meeting decided on this target and technique: send the case back to it (mdt_recall) to change them."


@guard()
def test_still_supports(case: Situation) -> str | None:
    """A positive test that treatment rests on was of the same side."""
    if case.laterality is case.facts.laterality or not result_needed(case.facts):
        return None
    if supporting_test(case.facts) is None:
        return None
    return "The positive test block was of the present side: send the case back to the meeting (mdt_recall)."


@guard(answers=False)
def no_slot_held(case: Situation) -> str | None:
    """No slot is held, whose length and kind fit the present plan only."""
    booking = case.facts.booking
    if booking is None or not booking.state.is_live:
        return None
    return f"A slot on {day(booking.on)} is held for the present plan: give it back first."
