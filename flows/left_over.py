"""Why a plan leaves cases over is worked out where plans are made, so that no page has to search for it."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from scheduler.errors import NeurolistError
from scheduler.explain import why_not

if TYPE_CHECKING:
    from scheduler.plan import Plan, Unscheduled
    from scheduler.problem import SchedulingProblem


def explained(problem: SchedulingProblem, plan: Plan, *, seconds: float) -> Plan:
    """Give the plan with the fewest reasons that keep each left-over case off every list, as far as the time goes."""
    until = monotonic() + seconds
    urgent_first = sorted(plan.unscheduled, key=lambda left: (problem.case_by_id[left.case].urgency.value, left.case))
    told: dict[str, str] = {}
    for left in urgent_first:
        if monotonic() >= until:
            break
        told[left.case] = _why(problem, plan, left)
    return replace(plan, unscheduled=tuple(_with(left, told.get(left.case, "")) for left in plan.unscheduled))


def _why(problem: SchedulingProblem, plan: Plan, left: Unscheduled) -> str:
    try:
        return why_not(problem, plan, left.case, with_ways=False).says
    except NeurolistError:
        return ""  # the planner's own reasons stand


def _with(left: Unscheduled, says: str) -> Unscheduled:
    return replace(left, reasons=(says, *left.reasons)) if says else left
