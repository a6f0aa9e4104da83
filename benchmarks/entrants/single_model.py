"""One CP-SAT model of everything: all rules, all goals, one call of the solver."""

from __future__ import annotations

import math
from time import monotonic
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from benchmarks.entrants.attempt import Attempt, Point, priced
from scheduler.engine.answer import plan_of
from scheduler.engine.model import rules_model
from scheduler.engine.places import possible_places

if TYPE_CHECKING:
    from benchmarks.entrants.attempt import Terms
    from scheduler.engine.answer import Answer
    from scheduler.engine.model import Model
    from scheduler.engine.places import Places
    from scheduler.problem import SchedulingProblem

ROUNDING = 1e-6  # a bound this little above a whole number is that number
LEAST_SECONDS = 1.0  # for the solver, however long the model took to build


def attempt(problem: SchedulingProblem, terms: Terms) -> Attempt:
    """Build the model and solve it in the seconds left."""
    started = monotonic()
    answer, bound = solve_whole(problem, possible_places(problem), terms, started)
    if answer is None:
        return Attempt(plan=None, bound=bound, remark="found no plan in time")
    return Attempt(plan=priced(problem, plan_of(problem, answer), "the single model"), bound=bound)


def solve_whole(
    problem: SchedulingProblem, places: Places, terms: Terms, started: float
) -> tuple[Answer | None, int | None]:
    """Solve all rules and goals at once within these places; give the answer and the bound on its cost."""
    model = rules_model(problem, places)
    model.minimise()
    model.finish()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = terms.workers
    solver.parameters.random_seed = terms.seed
    solver.parameters.max_time_in_seconds = max(LEAST_SECONDS, terms.seconds - (monotonic() - started))
    status = solver.solve(model.cp, _Teller(model, terms, started))
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None, None
    return model.answer(solver.value), _whole(solver.best_objective_bound)


class _Teller(cp_model.CpSolverSolutionCallback):
    def __init__(self, model: Model, terms: Terms, started: float) -> None:
        super().__init__()
        self._model = model
        self._terms = terms
        self._started = started

    def on_solution_callback(self) -> None:
        """Pass on what each better solution costs."""
        self._terms.tell(
            Point(
                seconds=monotonic() - self._started,
                cost=round(self.objective_value),
                bound=_whole(self.best_objective_bound),
                booked=len(self._model.answer(self.value).bookings),
            )
        )


def _whole(bound: float) -> int:
    """Round a bound up to a whole cost; every plan costs at least 0."""
    return max(0, math.ceil(bound - ROUNDING))
