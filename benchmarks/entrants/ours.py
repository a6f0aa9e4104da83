"""Neurolist's own engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.entrants.attempt import Attempt, Point
from scheduler.engine import solve

if TYPE_CHECKING:
    from benchmarks.entrants.attempt import Terms
    from scheduler.engine import Progress
    from scheduler.problem import SchedulingProblem


def attempt(problem: SchedulingProblem, terms: Terms) -> Attempt:
    """Plan as `neurolist solve` does."""

    def tell(now: Progress) -> None:
        terms.tell(Point(seconds=now.seconds, cost=now.cost, bound=now.bound, booked=now.booked))

    plan = solve(problem, time_limit=terms.seconds, workers=terms.workers, seed=terms.seed, on_progress=tell)
    return Attempt(plan=plan, bound=plan.bound)
