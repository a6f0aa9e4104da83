"""The cheapest ways to make room for a case, each carried out and audited before it is offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.audit import audit
from scheduler.explain.changes import put_in, take_out, with_figures
from scheduler.explain.places import judge
from scheduler.explain.surroundings import surroundings_of

if TYPE_CHECKING:
    from scheduler.explain.surroundings import Surroundings
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to book the case: what would change, the cost, and the plan that comes of it.

    `problem` is the one asked about, or that one changed (more overtime, one more list) where the way changes it.
    """

    says: str
    cost_change: int
    problem: SchedulingProblem
    plan: Plan


def booked_on(around: Surroundings, problem: SchedulingProblem, session: str) -> Plan | None:
    """Book the case on a list of a changed problem, as well as it can be; None if it still cannot go there."""
    there = surroundings_of(problem, around.plan, around.case.id)
    spot, broken = judge(there, problem.lists[session])
    return None if broken else put_in(problem, take_out(around.plan, around.case.id), spot)


def verified(around: Surroundings, says: str, problem: SchedulingProblem, plan: Plan) -> Way | None:
    """Audit a way in full; None if it breaks anything that the plan as it stands does not."""
    same = problem is around.problem
    stated = with_figures(problem, plan, bound=None if same else 0)
    standing = with_figures(around.problem, around.plan)
    stood = set(audit(around.problem, standing).breaches)
    if any(breach not in stood for breach in audit(problem, stated).breaches):
        return None
    return Way(says=says, cost_change=stated.cost - standing.cost, problem=problem, plan=stated)
