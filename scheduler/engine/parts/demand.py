"""Where the cases would go if only the minutes of each suite and week counted: the cheapest such flow, and its prices.

A transport problem (Hitchcock, 1941): cases flow to the lists of one suite in one week until their minutes are used up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
from ortools.math_opt.python import mathopt

from scheduler.engine.columns.tables import tables_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scheduler.engine.columns.tables import Tables, Whole
    from scheduler.engine.places import Places
    from scheduler.problem import SchedulingProblem

    Real = NDArray[np.float64]

MOST_CHOICES = 30  # suites and weeks each case may choose from: its cheapest
SECONDS_AT_MOST = 60.0
FAR = 2**50  # dearer than any cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Axes: n cases, m lists, b buckets (the lists of one suite in one week).

    `flow[n, b]` is the part of a case that goes to a bucket, `cost[n, b]` the least it costs there (`FAR`: it cannot
    go), `price[b]` what a 5-minute step there is worth, `need[n, b]` the steps it takes with turnaround.
    """

    tables: Tables
    bucket: Whole  # m
    flow: Real
    cost: Whole
    need: Whole
    price: Real

    def minutes_by_site(self) -> dict[str, float]:
        """Add up the minutes that flow to each site."""
        steps = (self.flow * self.need).sum(axis=0)
        sites = {bucket: facts.site.id for bucket, facts in zip(self.bucket.tolist(), self.tables.lists, strict=True)}
        found: dict[str, float] = {}
        for bucket, site in sites.items():
            found[site] = found.get(site, 0.0) + 5.0 * float(steps[bucket])
        return found

    def worth_by_bucket(self, rows: list[int]) -> Real:
        """Give what these cases would cost in each bucket with the minutes paid for; at most what leaving out costs."""
        priced = np.where(self.cost[rows] < FAR, self.cost[rows] + self.price * self.need[rows], FAR)
        worth: Real = np.minimum(priced, self.tables.left_out[rows][:, None])
        return worth


def demand_of(problem: SchedulingProblem, places: Places) -> Demand:
    """Work out the cheapest flow of the cases to suites and weeks."""
    tables = tables_of(problem, places)
    bucket, count = _buckets(tables)
    cost, need = _least_costs(tables, bucket, count)
    room = np.zeros(count, dtype=np.int64)
    staffed = tables.staffs.any(axis=1)
    np.add.at(room, bucket, np.where(staffed, tables.length + tables.turnaround, 0))
    flow, price = _cheapest_flow(tables, cost, need, room)
    return Demand(tables=tables, bucket=bucket, flow=flow, cost=cost, need=need, price=price)


def _buckets(tables: Tables) -> tuple[Whole, int]:
    """Number the suites' weeks, and tell each list's."""
    names = [(facts.suite.id, facts.week) for facts in tables.lists]
    number = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return np.array([number[name] for name in names], dtype=np.int64), len(number)


def _least_costs(tables: Tables, bucket: Whole, count: int) -> tuple[Whole, Whole]:
    """Give the least cost of each case in each bucket, and the steps it takes there."""
    cost = np.full((count, len(tables.cases)), FAR, dtype=np.int64)
    np.minimum.at(cost, bucket, np.where(tables.fits, tables.cost, FAR).T)
    turnaround = np.zeros(count, dtype=np.int64)
    turnaround[bucket] = tables.turnaround
    return cost.T, tables.duration[:, None] + turnaround[None, :]


def _cheapest_flow(tables: Tables, cost: Whole, need: Whole, room: Whole) -> tuple[Real, Real]:
    """Solve the transport problem; without an answer in time nothing flows and nothing has a price."""
    flow, price = np.zeros(cost.shape), np.zeros(len(room))
    model = mathopt.Model()
    ends = [model.add_linear_constraint(lb=0.0, ub=float(most)) for most in room.tolist()]
    chosen: list[tuple[int, int, mathopt.Variable]] = []
    gains = []
    for row in range(len(tables.cases)):
        start = model.add_linear_constraint(lb=0.0, ub=1.0)
        cheapest = np.argsort(cost[row], kind="stable")[:MOST_CHOICES]
        for place in cheapest[cost[row, cheapest] < tables.left_out[row]].tolist():
            part = model.add_variable(lb=0.0, ub=1.0)
            start.set_coefficient(part, 1.0)
            ends[place].set_coefficient(part, float(need[row, place]))
            gains.append(float(tables.left_out[row] - cost[row, place]) * part)
            chosen.append((row, place, part))
    model.maximize(mathopt.fast_sum(gains))
    limit = mathopt.SolveParameters(time_limit=timedelta(seconds=SECONDS_AT_MOST))
    result = mathopt.solve(model, mathopt.SolverType.GLOP, params=limit)
    if result.has_primal_feasible_solution():
        values = result.variable_values([part for _, _, part in chosen])
        for (row, place, _), value in zip(chosen, values, strict=True):
            flow[row, place] = value
    if result.has_dual_feasible_solution():
        price[:] = np.abs(result.dual_values(ends))
    return flow, price
