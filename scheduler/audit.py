"""A plan is checked and priced without the solver: every rule it breaks, every term of its cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.diary import Diary
from scheduler.goals import GOALS
from scheduler.plan import PlanStatus
from scheduler.rule import Breach
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scheduler.plan import Plan
    from scheduler.problem import Objective, SchedulingProblem

__all__ = ["Audit", "Breach", "audit", "cost_of", "rule_breaches", "terms_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What is wrong with a plan, and what it costs."""

    breaches: tuple[Breach, ...]
    terms: dict[str, int]
    cost: int

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.breaches


def audit(problem: SchedulingProblem, plan: Plan) -> Audit:
    """Check a plan against every rule and against its own statements, and price it."""
    diary = Diary(problem=problem, plan=plan)
    terms = terms_of(diary)
    cost = cost_of(terms, problem.objective)
    found = (*_strangers(diary), *rule_breaches(diary), *_not_accounted_for(diary), *_misstated(plan, terms, cost))
    return Audit(breaches=found, terms=terms, cost=cost)


def rule_breaches(diary: Diary) -> tuple[Breach, ...]:
    """Find every rule the plan breaks."""
    return tuple(breach for rule in RULEBOOK for breach in rule.breaches(diary))


def terms_of(diary: Diary) -> dict[str, int]:
    """Measure every goal."""
    return {goal.name: goal.measure(diary) for goal in GOALS}


def cost_of(terms: Mapping[str, int], objective: Objective) -> int:
    """Add up the terms, each times its coefficient."""
    return sum(getattr(objective, name) * value for name, value in terms.items())


def _strangers(diary: Diary) -> Iterator[Breach]:
    for says in diary.strangers():
        yield Breach(rule="known-names", says=says)


def _not_accounted_for(diary: Diary) -> Iterator[Breach]:
    """Every case is booked or listed as unscheduled with a reason, once, and not both."""
    listed = Counter(waiting.case for waiting in diary.plan.unscheduled)
    for case in diary.problem.cases:
        booked, times = case.id in diary.by_case, listed[case.id]
        if booked and times:
            says = f"Case {case.id} is booked and also listed as unscheduled."
        elif not booked and times != 1:
            says = f"Case {case.id} is not booked and is listed as unscheduled {times} times; it must be once."
        else:
            continue
        yield Breach(rule="unscheduled", says=says, cases=(case.id,))
    for waiting in diary.plan.unscheduled:
        if not waiting.reasons:
            says = f"Case {waiting.case} is listed as unscheduled without a reason."
            yield Breach(rule="unscheduled", says=says, cases=(waiting.case,))


def _misstated(plan: Plan, terms: Mapping[str, int], cost: int) -> Iterator[Breach]:
    """Find where the plan's own figures are not those worked out here."""
    for name, value in terms.items():
        if plan.terms.get(name) != value:
            stated = plan.terms.get(name, "nothing")
            yield Breach(rule="stated-terms", says=f"The plan states {stated} for {name}; it comes to {value}.")
    if plan.cost != cost:
        yield Breach(rule="stated-cost", says=f"The plan states a cost of {plan.cost}; it comes to {cost}.")
    if plan.bound > cost:
        says = f"The plan states that no plan costs less than {plan.bound}, but it costs {cost} itself."
        yield Breach(rule="stated-bound", says=says)
    if plan.status is PlanStatus.OPTIMAL and plan.bound != plan.cost:
        says = f"The plan is called optimal, but its bound is {plan.bound} and its cost {plan.cost}."
        yield Breach(rule="stated-bound", says=says)
