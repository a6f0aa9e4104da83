"""GLOP, kept warm between solves, its answers read as arrays.

The library's own reading makes one object for every number and takes several times as long as the solve itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt import callback_pb2, model_parameters_pb2, result_pb2
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """An optimal solution; numbers by the ids of variables and rows."""

    cost: float
    shares: Real
    duals: Real
    reduced: Real

    def shares_of(self, variables: Sequence[mathopt.Variable]) -> Real:
        """Give the value of each variable."""
        return _at(self.shares, [variable.id for variable in variables])

    def reduced_of(self, variables: Sequence[mathopt.Variable]) -> Real:
        """Give each variable's reduced cost."""
        return _at(self.reduced, [variable.id for variable in variables])

    def duals_of(self, rows: Sequence[mathopt.LinearConstraint]) -> Real:
        """Give each row's dual."""
        return _at(self.duals, [row.id for row in rows])


class WarmSolver(mathopt.IncrementalSolver):  # type: ignore[misc]  # the library has no types here
    """Solves one model again and again, each time from the basis of the last."""

    def __init__(self, model: mathopt.Model) -> None:
        super().__init__(model, mathopt.SolverType.GLOP)

    def find(self, seconds: float) -> Mixture | None:
        """Find the cheapest solution; None if there is none or time ran out."""
        update = self._update_tracker.export_update()
        if update is not None:
            if not self._proto_solver.update(update):
                raise RuntimeError("GLOP did not take a change to the linear programme; start a new one.")
            self._update_tracker.advance_checkpoint()
        # Presolve would throw the last solve's basis away.
        params = mathopt.SolveParameters(
            time_limit=timedelta(seconds=max(0.01, seconds)),
            presolve=mathopt.Emphasis.OFF,
            lp_algorithm=mathopt.LPAlgorithm.PRIMAL_SIMPLEX,
        )
        found = self._proto_solver.solve(
            params.to_proto(),
            model_parameters_pb2.ModelSolveParametersProto(),
            None,
            callback_pb2.CallbackRegistrationProto(),
            None,
            None,
        )
        return _read(found) if found.termination.reason == result_pb2.TERMINATION_REASON_OPTIMAL else None


def _read(found: result_pb2.SolveResultProto) -> Mixture:
    best = found.solutions[0]
    return Mixture(
        cost=float(best.primal_solution.objective_value),
        shares=_dense(best.primal_solution.variable_values.ids, best.primal_solution.variable_values.values),
        duals=_dense(best.dual_solution.dual_values.ids, best.dual_solution.dual_values.values),
        reduced=_dense(best.dual_solution.reduced_costs.ids, best.dual_solution.reduced_costs.values),
    )


def _dense(ids: Sequence[int], values: Sequence[float]) -> Real:
    places = np.array(ids, dtype=np.int64)
    dense = np.zeros(int(places.max(initial=0)) + 1)
    dense[places] = np.array(values, dtype=np.float64)
    return dense


def _at(dense: Real, ids: list[int]) -> Real:
    """Pick numbers by id; what the solver says nothing of is 0."""
    places = np.array(ids, dtype=np.int64)
    known = places < len(dense)
    picked = np.zeros(len(places))
    picked[known] = dense[places[known]]
    return picked
