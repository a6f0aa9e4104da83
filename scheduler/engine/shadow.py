"""The linear shadow of a model: what is left when everything but linear constraints is dropped, and its bound.

Dropping constraints only lets more through, so the shadow's bound holds for the model, whatever rules are added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from ortools.math_opt import model_pb2
from ortools.math_opt.python import mathopt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ortools.sat.python import cp_model

UNLIMITED = 2**60
# HiGHS and GLOP work in floating point to about this relative error; the bound is lowered by as much.
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowResult:
    """A proven lower bound on the model's cost, and the values of its variables if a whole answer was found."""

    bound: int | None
    values: tuple[int, ...] | None = None


@dataclass(slots=True)
class _Rows:
    """Linear constraints in the sparse form the solver takes."""

    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    coefficients: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def add(self, terms: dict[int, float], lower: float, upper: float) -> None:
        """Add one row."""
        for column in sorted(terms):
            if terms[column]:
                self.rows.append(len(self.lower))
                self.columns.append(column)
                self.coefficients.append(terms[column])
        self.lower.append(lower)
        self.upper.append(upper)

    def add_clause(self, literals: Sequence[int], enforced_by: Sequence[int]) -> None:
        """Add: at least one literal holds, unless an enforcing one does not."""
        terms: dict[int, float] = {}
        negated = 0
        for literal in (*literals, *(-key - 1 for key in enforced_by)):
            column, sign = (literal, 1.0) if literal >= 0 else (-literal - 1, -1.0)
            terms[column] = terms.get(column, 0.0) + sign
            negated += literal < 0
        self.add(terms, 1.0 - negated, math.inf)


def solve_shadow(shadow: model_pb2.ModelProto, *, whole: bool, seconds: float) -> ShadowResult:
    """Solve a shadow, in whole numbers (HiGHS) or in fractions (GLOP), for at most so many seconds."""
    shadow.variables.integers[:] = [whole] * len(shadow.variables.ids)
    linear = mathopt.Model.from_model_proto(shadow)
    solver = mathopt.SolverType.HIGHS if whole else mathopt.SolverType.GLOP
    params = mathopt.SolveParameters(time_limit=timedelta(seconds=seconds))
    if not whole:  # the dual simplex is several times faster here: few rows bind at first
        params.lp_algorithm = mathopt.LPAlgorithm.DUAL_SIMPLEX
    result = mathopt.solve(linear, solver, params=params)
    bound = _safe_bound(shadow, result.termination.objective_bounds.dual_bound)
    if not whole or not result.has_primal_feasible_solution():
        return ShadowResult(bound=bound)
    return ShadowResult(bound=bound, values=tuple(round(x) for x in result.variable_values(list(linear.variables()))))


def _safe_bound(shadow: model_pb2.ModelProto, dual: float) -> int | None:
    """Lower a floating-point bound by the solver's error, then round it up, since costs are whole numbers."""
    if not math.isfinite(dual):
        return None
    slack: float = TOLERANCE * (abs(shadow.objective.offset) + abs(dual)) + 0.001
    return math.ceil(dual - slack)


def shadow_of(model: cp_model.CpModel) -> model_pb2.ModelProto:
    """Write the variables, the objective and every linear constraint."""
    proto = model.proto
    ranges = [(domain[0], domain[-1]) for domain in (list(variable.domain) for variable in proto.variables)]
    shadow = model_pb2.ModelProto()
    shadow.variables.ids.extend(range(len(ranges)))
    shadow.variables.lower_bounds.extend(float(low) for low, _ in ranges)
    shadow.variables.upper_bounds.extend(float(high) for _, high in ranges)
    shadow.variables.integers.extend([True] * len(ranges))
    rows = _rows(model, ranges)
    shadow.linear_constraints.ids.extend(range(len(rows.lower)))
    shadow.linear_constraints.lower_bounds.extend(rows.lower)
    shadow.linear_constraints.upper_bounds.extend(rows.upper)
    shadow.linear_constraint_matrix.row_ids.extend(rows.rows)
    shadow.linear_constraint_matrix.column_ids.extend(rows.columns)
    shadow.linear_constraint_matrix.coefficients.extend(rows.coefficients)
    costs: dict[int, float] = {}
    for variable, cost in zip(proto.objective.vars, proto.objective.coeffs, strict=True):
        costs[variable] = costs.get(variable, 0.0) + cost
    shadow.objective.linear_coefficients.ids.extend(sorted(costs))
    shadow.objective.linear_coefficients.values.extend(costs[key] for key in sorted(costs))
    shadow.objective.offset = proto.objective.offset
    return shadow


def _rows(model: cp_model.CpModel, ranges: list[tuple[int, int]]) -> _Rows:
    rows = _Rows()
    for constraint in model.proto.constraints:
        enforced_by = list(constraint.enforcement_literal)
        if constraint.has_linear():
            terms: dict[int, int] = {}
            for variable, coefficient in zip(constraint.linear.vars, constraint.linear.coeffs, strict=True):
                terms[variable] = terms.get(variable, 0) + coefficient
            domain = list(constraint.linear.domain)
            _add_linear(rows, terms, (domain[0], domain[-1]), enforced_by, ranges)
        elif constraint.has_at_most_one():
            negated = [-literal - 1 for literal in constraint.at_most_one.literals]
            _add_at_most_one(rows, negated)
        elif constraint.has_bool_or():
            rows.add_clause(list(constraint.bool_or.literals), enforced_by)
        elif constraint.has_bool_and():
            for literal in constraint.bool_and.literals:
                rows.add_clause([literal], enforced_by)
    return rows


def _add_at_most_one(rows: _Rows, negated: list[int]) -> None:
    """Add: all but one of these hold."""
    terms: dict[int, float] = {}
    true_when_zero = 0
    for literal in negated:
        column, sign = (literal, 1.0) if literal >= 0 else (-literal - 1, -1.0)
        terms[column] = terms.get(column, 0.0) + sign
        true_when_zero += literal < 0
    rows.add(terms, len(negated) - 1.0 - true_when_zero, math.inf)


def _add_linear(
    rows: _Rows,
    terms: dict[int, int],
    limits: tuple[int, int],
    enforced_by: list[int],
    ranges: list[tuple[int, int]],
) -> None:
    """Add a row; an enforced one gives way, by as much as it ever could, when an enforcing literal does not hold."""
    least = sum(min(factor * ranges[key][0], factor * ranges[key][1]) for key, factor in terms.items())
    most = sum(max(factor * ranges[key][0], factor * ranges[key][1]) for key, factor in terms.items())
    low, high = limits
    if low > -UNLIMITED and least < low:
        rows.add(*_giving_way(terms, low, least - low, enforced_by), math.inf)
    if high < UNLIMITED and most > high:
        relaxed, limit = _giving_way(terms, high, most - high, enforced_by)
        rows.add(relaxed, -math.inf, limit)


def _giving_way(terms: dict[int, int], limit: int, room: int, enforced_by: list[int]) -> tuple[dict[int, float], float]:
    """Loosen `terms against limit` by `room` for each enforcing literal that does not hold."""
    relaxed = {key: float(factor) for key, factor in terms.items()}
    bound = float(limit)
    for literal in enforced_by:
        if literal >= 0:
            relaxed[literal] = relaxed.get(literal, 0.0) + room
            bound += room
        else:
            relaxed[-literal - 1] = relaxed.get(-literal - 1, 0.0) - room
    return relaxed, bound
