"""One call of CP-SAT on one model, within a run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ortools.sat.python import cp_model

from scheduler.engine.run import EngineFaultError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.engine.answer import Answer
    from scheduler.engine.model import Model
    from scheduler.engine.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one call found: an answer or none, a bound on this model's cost, and whether it was settled for good."""

    answer: Answer | None
    bound: int | None
    optimal: bool
    infeasible: bool


class _Listener(cp_model.CpSolverSolutionCallback):
    def __init__(self, model: Model, hear: Callable[[Answer], None]) -> None:
        super().__init__()
        self._model = model
        self._hear = hear
        self.fault: Exception | None = None

    def on_solution_callback(self) -> None:
        """Pass each better answer on."""
        try:
            self._hear(self._model.answer(self.value))
        except Exception as fault:  # noqa: BLE001  # an exception may not cross the solver's own code: it is raised after
            self.fault = fault
            self.stop_search()


def call_solver(
    run: Run,
    model: Model,
    *,
    seconds: float,
    seed: int,
    effort: float = math.inf,
    presolve: bool = True,
    proving: bool = False,
    hear: Callable[[Answer], None] | None = None,
) -> Outcome:
    """Solve with one worker, which gives the same answer every time unless the clock cuts it short.

    `effort` limits the work in CP-SAT's deterministic time, about a second each.
    """
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = 1
    parameters.random_seed = seed % 2**31
    if not run.untimed:
        parameters.max_time_in_seconds = max(0.0, min(seconds, run.seconds_left))
    parameters.cp_model_presolve = presolve
    parameters.catch_sigint_signal = False
    parameters.linearization_level = 2 if proving else 1  # more of it proves more and finds less
    if effort < math.inf:
        parameters.max_deterministic_time = effort
        parameters.cp_model_probing_level = 0  # not worth its time on a small part
    listener = None if hear is None else _Listener(model, hear)
    run.register(solver)
    try:
        status = solver.solve(model.cp, listener)
    finally:
        run.release(solver)
    if listener is not None and listener.fault is not None:
        raise listener.fault
    if status == cp_model.MODEL_INVALID:
        raise EngineFaultError(f"The solver refuses the model: {model.cp.validate()[:200]}")
    return _outcome(solver, model, status)


def _outcome(solver: cp_model.CpSolver, model: Model, status: cp_model.CpSolverStatus) -> Outcome:
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    bound = solver.best_objective_bound if found or status == cp_model.UNKNOWN else -math.inf
    return Outcome(
        answer=model.answer(solver.value) if found else None,
        bound=math.ceil(bound - 0.5) if math.isfinite(bound) else None,
        optimal=status == cp_model.OPTIMAL,
        infeasible=status == cp_model.INFEASIBLE,
    )
