"""What one more list or one more skill would save, from the prices at which the relaxation settles.

The prices (duals) of the relaxation stay prices when a list is added: with them, the Lagrangian bound of the new
problem is the old bound less what the new list's best set of cases is worth. So a wish saves the relaxation at most its
priced value (Geoffrion, 1974), and no plan with it costs less than the bound less that value. What it saves exactly is
found by settling the relaxation anew with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.columns.asking import Asking, market
from scheduler.engine.columns.cuts import Separator
from scheduler.engine.columns.imagining import Imagined, imagine
from scheduler.engine.columns.relaxation import Relaxation
from scheduler.engine.run import NoPlanError
from scheduler.errors import NeurolistError
from scheduler.goals.access import DAYS_FOR_NO_BOOKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scheduler.engine.columns.asking import Asked
    from scheduler.engine.columns.tables import Tables
    from scheduler.engine.columns.wishes import Wish
    from scheduler.problem import SchedulingProblem

    Real = NDArray[np.float64]

ROUNDS_AT_THE_END = 8  # looks for prices at which the bound meets the mixture's cost
MET = 0.5  # cost units between the two that are as good as none
WHOLE = 0.999
LEAST_SECONDS = 1.0  # to solve a linear programme that is nearly solved


class NotSettledError(NeurolistError):
    """The relaxation had too little time to give any prices."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """What the relaxation comes to: its cost, how many cases it books, and the weighted days past due in it."""

    cost: float
    booked: float
    days_past_due: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a wish changes in the relaxation: cost saved, cases booked more, and weighted days past due avoided."""

    value: int
    cases: float
    patient_days: float


class Worth:
    """Settles the relaxation of a problem once, and then prices whatever is wished for."""

    def __init__(
        self, problem: SchedulingProblem, *, seconds: float, tell: Callable[[int], None] = lambda _: None
    ) -> None:
        self.imagined: Imagined = imagine(problem)
        self._relaxation = _relaxation(self.imagined, self.imagined.real)
        deadline = monotonic() + seconds
        self._relaxation.tighten(seconds, tell)
        self.settled = self._relaxation.finished
        self.slack = 0  # cost units by which a wish may save more than its priced value
        self.mixture, self.priced = self._price(deadline)
        self.bound = self._relaxation.bound

    def _price(self, deadline: float) -> tuple[Mixture, dict[Wish, Asked]]:
        """Price every wish at prices whose bound meets the mixture's cost, or as near to it as can be had."""
        relaxation = self._relaxation
        asking = Asking(self.imagined, relaxation)
        rounds = 0
        while True:
            rounds += 1
            cost = relaxation.master.solve(max(LEAST_SECONDS, deadline - monotonic()))
            if cost is None:
                raise NotSettledError("There was not enough time to find any prices. Allow more time.")
            charges = relaxation.master.charges(relaxation.master.duals())
            prices = relaxation.master.prices(charges)
            best, _ = relaxation.pricer.best(prices)
            lacks = cost - relaxation.master.bound(charges, best)
            enough = lacks < MET or rounds == ROUNDS_AT_THE_END or monotonic() > deadline
            if enough or not relaxation.look_at_true_duals():
                self.slack = max(0, math.ceil(lacks))
                asked = asking.ask(market(relaxation, charges, prices, best))
                return _mixture(self.imagined.problem, relaxation, cost), asked

    def gain(self, wish: Wish, seconds: float) -> Gain | None:
        """Settle the relaxation with the wish, starting from all that is known; None if the time is too short."""
        deadline = monotonic() + seconds
        there = _relaxation(self.imagined, self.imagined.granted(wish))
        for cut in self._relaxation.master.cuts:
            there.master.add_cut(cut)
        for column in self._relaxation.master.columns:
            there.master.add(column)
        cost = _settle(there, deadline)
        if cost is None:
            return None
        now, then = self.mixture, _mixture(self.imagined.problem, there, cost)
        return Gain(
            value=max(0, round(now.cost - then.cost)),
            cases=round(then.booked - now.booked, 2),
            patient_days=round(now.days_past_due - then.days_past_due, 1),
        )


def _relaxation(imagined: Imagined, tables: Tables) -> Relaxation:
    """Set up a relaxation whose rows count every wished-for list, so that they hold whatever is granted."""
    relaxation = Relaxation(imagined.problem, tables, lambda: False)
    relaxation.separator = Separator(imagined.problem, imagined.tables)
    return relaxation


def _settle(relaxation: Relaxation, deadline: float) -> float | None:
    """Settle a relaxation that starts from a settled one's columns and rows, and give its cost; None if out of time."""
    while monotonic() < deadline:
        cost = relaxation.master.solve(deadline - monotonic())
        if cost is None:
            return None
        if relaxation.look_at_true_duals():
            continue
        broken = relaxation.broken()
        if not broken:
            return cost
        for cut in broken:
            relaxation.master.add_cut(cut)
    return None


def _mixture(problem: SchedulingProblem, relaxation: Relaxation, cost: float) -> Mixture:
    """Measure a relaxation as it was solved last."""
    booked = relaxation.master.bookings()
    shares = booked.sum(axis=1)
    if (shares[relaxation.tables.pinned] < WHOLE).any():
        raise NoPlanError("The pinned cases cannot all stay where they are, so there is no plan to make better.")
    return Mixture(
        cost=cost, booked=float(shares.sum()), days_past_due=_days_past_due(problem, relaxation.tables, booked)
    )


def _days_past_due(problem: SchedulingProblem, tables: Tables, booked: Real) -> float:
    """Count weight times days past due, as the access goal does for whole bookings."""
    due = np.array([case.due.toordinal() for case in tables.cases], dtype=np.int64)
    weight = np.array([case.weight for case in tables.cases], dtype=np.int64)
    late = np.maximum(0, tables.day[None, :] - due[:, None])
    waits = DAYS_FOR_NO_BOOKING + np.maximum(0, problem.horizon.end.toordinal() - due)
    per_case = (booked * late).sum(axis=1) + (1 - booked.sum(axis=1)) * waits
    return float((weight * per_case).sum())
