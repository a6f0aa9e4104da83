"""The parts' plans are put together into one plan of the whole, priced and audited."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.audit import audit, cost_of, terms_of
from scheduler.diary import Diary
from scheduler.engine.reasons import reasons_for
from scheduler.engine.run import EngineFaultError
from scheduler.plan import Plan, PlanStatus, Unscheduled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scheduler.engine.places import Places
    from scheduler.plan import UnitPlacement
    from scheduler.problem import SchedulingProblem


def join(
    problem: SchedulingProblem,
    places: Places,
    plans: Sequence[Plan],
    *,
    kept: Iterable[UnitPlacement] = (),
    bound: int = 0,
    seconds: float = 0.0,
) -> Plan:
    """Join plans of parts into a plan of the whole. Raises EngineFaultError if together they break a rule.

    The parts' own bounds say nothing of the whole, since a case may cost less in another part: `bound` is of the whole.
    """
    lists = problem.lists
    bookings = [row for plan in plans for row in plan.bookings]
    uses = [use for plan in plans for use in plan.sessions]
    placed = [*kept, *(row for plan in plans for row in plan.equipment)]
    joined = Plan(
        bookings=tuple(sorted(bookings, key=lambda row: (lists[row.session].start, row.start, row.case))),
        sessions=tuple(sorted(uses, key=lambda use: (lists[use.session].start, use.session))),
        equipment=tuple(sorted(placed, key=lambda row: (row.date, row.unit))),
        seconds=round(seconds, 2),
    )
    return with_bound(_accounted(problem, places, joined), bound, problem)


def with_bound(plan: Plan, bound: int, problem: SchedulingProblem) -> Plan:
    """State a proven bound on the whole's cost, and audit. Raises EngineFaultError if the plan is not sound."""
    bound = min(max(bound, plan.bound), plan.cost)
    status = PlanStatus.OPTIMAL if bound == plan.cost else PlanStatus.FEASIBLE
    plan = replace(plan, bound=bound, status=status)
    wrong = audit(problem, plan).breaches
    if wrong:
        raise EngineFaultError(f"The parts' plans do not go together: {wrong[0]}")
    return plan


def _accounted(problem: SchedulingProblem, places: Places, plan: Plan) -> Plan:
    """Price a plan and give every case it leaves out its reasons."""
    diary = Diary(problem=problem, plan=plan)
    terms = terms_of(diary)
    return replace(
        plan,
        terms=terms,
        cost=cost_of(terms, problem.objective),
        unscheduled=tuple(
            Unscheduled(case=case.id, reasons=reasons_for(diary, places, case))
            for case in problem.cases
            if case.id not in diary.by_case
        ),
    )
