"""The cheapest ways to make room for a case, each carried out and audited before it is offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.audit import audit
from scheduler.explain.affected import affected
from scheduler.explain.changes import put_in, with_figures
from scheduler.explain.judging import cost_at
from scheduler.explain.places import judge, standing_cost

if TYPE_CHECKING:
    from scheduler.explain.surroundings import Surroundings
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to book the case: what would change, the cost, whom else it affects, and the plan that comes of it.

    `problem` is the one asked about, or that one changed (more overtime, one more list) where the way changes it.
    """

    says: str
    cost_change: int
    affects: tuple[str, ...]
    problem: SchedulingProblem
    plan: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A way that has been priced and not audited yet."""

    says: str
    cost_change: int
    problem: SchedulingProblem
    plan: Plan


def booked_on(there: Surroundings, says: str, problem: SchedulingProblem, session: str) -> Offer | None:
    """Offer the case's best booking on a list of a changed problem; None if it still cannot go there.

    What is around it there may hold other changes besides, as long as they do not touch this list.
    """
    spot, broken = judge(there, there.problem.lists[session])
    if broken:
        return None
    plan = put_in(problem, there.without.plan, spot)
    return Offer(says=says, cost_change=cost_at(there, spot) - standing_cost(there), problem=problem, plan=plan)


def verified(around: Surroundings, offer: Offer) -> Way | None:
    """Audit an offer in full; None if it breaks anything that the plan as it stands does not."""
    same = offer.problem is around.problem
    stated = with_figures(offer.problem, offer.plan, bound=None if same else 0)
    cost, stood = around.standing
    if any(breach not in stood for breach in audit(offer.problem, stated).breaches):
        return None
    return Way(
        says=offer.says,
        cost_change=stated.cost - cost,
        affects=affected(around, offer.problem, stated),
        problem=offer.problem,
        plan=stated,
    )
