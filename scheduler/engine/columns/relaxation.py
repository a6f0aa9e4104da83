"""Columns are found as they are needed, until the bound is as high as it will go or the time is up.

The method is column generation (Gilmore and Gomory, 1961) with duals smoothed towards the best bound's (Wentges, 1997).
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.columns.ascent import Ascent
from scheduler.engine.columns.cuts import Separator
from scheduler.engine.columns.master import Master
from scheduler.engine.columns.pricing import Pricer
from scheduler.engine.columns.shared import staff_limits, unit_days
from scheduler.engine.columns.sharing import pairs_of
from scheduler.engine.columns.tables import SCALE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from scheduler.engine.columns.child import Choice
    from scheduler.engine.columns.cuts import Cut
    from scheduler.engine.columns.duals import Charges, Duals
    from scheduler.engine.columns.pricing import Column
    from scheduler.engine.columns.room import Room
    from scheduler.engine.columns.tables import Tables, Whole
    from scheduler.problem import SchedulingProblem

SMOOTHING = 0.5
SHARE_FOR_CLIMB = 0.3
ROUNDS_BETWEEN_CLEARINGS = 5
GOOD_ENOUGH = 0.5  # costs are whole, so a bound this close below the mixture is as good as proven
CHEAPER_BY = 1e-3
CLOSE_ENOUGH_TO_CUT = 1e-3  # of the cost: rows are looked for before columns are quite done


class Relaxation:
    """The mixture of columns that costs least, and the bound it proves."""

    def __init__(self, problem: SchedulingProblem, tables: Tables, over: Callable[[], bool]) -> None:
        self.problem = problem
        self.tables = tables
        self.pricer = Pricer(tables)
        limits, days = staff_limits(problem, tables), unit_days(tables, self.pricer.slots)
        self.master = Master(tables, self.pricer, limits, days)
        self.bound = 0
        self.finished = False
        self.separator = Separator(problem, tables)
        self.pairs = list(pairs_of(tables, self.pricer.listings))
        self._centre: Duals | None = None  # the duals of the best bound so far
        self._over = over

    @property
    def duals(self) -> Duals:
        """Give the duals of the best bound so far."""
        return self.master.first_duals() if self._centre is None else self._centre

    def tighten(self, seconds: float, tell: Callable[[int], None] = lambda _: None) -> None:
        """Raise the bound for at most so many seconds: columns until no better ones, then rows, then columns again."""
        deadline = monotonic() + seconds
        self._climb(monotonic() + seconds * SHARE_FOR_CLIMB, tell)
        close_by = CLOSE_ENOUGH_TO_CUT
        while self._generate(deadline, tell, close_by):
            if self.master.solve(deadline - monotonic()) is None:
                return
            broken = self.broken()
            if not broken and not close_by:
                self.finished = True
                return
            if not broken:
                close_by = 0.0
            for cut in broken:
                self.master.add_cut(cut)

    def broken(self) -> list[Cut]:
        """Give the rows every plan keeps that the mixture breaks."""
        found, held = self.separator.broken(self.master.bookings()), self.master.combinations()
        for pair in self.pairs:
            cut = pair.broken(held.get(pair.earlier, {}), held.get(pair.later, {}))
            if cut is not None:
                found.append(cut)
        return found

    def _climb(self, deadline: float, tell: Callable[[int], None]) -> None:
        """Raise the bound without the linear programme, and start that with the columns met on the way."""
        ascent = Ascent(self.master, self.pricer)
        ascent.climb(deadline, self._over, tell)
        self.bound, self._centre = max(self.bound, ascent.bound), ascent.duals
        for number, cases in ascent.sets:
            slot = self.pricer.slots[number]
            if cases and (column := self.pricer.column(slot.session, slot.person, cases)) is not None:
                self.master.add(column)

    def _generate(self, deadline: float, tell: Callable[[int], None], close_by: float) -> bool:
        """Add columns until none makes the mixture cheaper; tell whether that was reached in time."""
        rounds = 0
        while True:
            cost = self.master.solve(deadline - monotonic())
            if cost is None or self._over():
                return False
            duals = self.master.duals()
            rounds += 1
            if rounds % ROUNDS_BETWEEN_CLEARINGS == 0:
                self.master.drop_dearest()
            added = self._price(duals, tell)
            if not added or cost - self.bound < max(GOOD_ENOUGH, close_by * cost):
                return True

    def _price(self, duals: Duals, tell: Callable[[int], None]) -> int:
        """Look for columns at smoothed duals first, and at the true ones if those give none."""
        if self._centre is not None and (added := self._price_at(duals.towards(self._centre, SMOOTHING), duals, tell)):
            return added
        return self._price_at(duals, duals, tell)

    def _price_at(self, point: Duals, duals: Duals, tell: Callable[[int], None]) -> int:
        charges = self.master.charges(point)
        best, sets = self.pricer.best(self.master.prices(charges))
        bound = self.master.bound(charges, best)
        if bound > self.bound or self._centre is None:
            self.bound, self._centre = max(bound, self.bound), point
            tell(self.bound)
        return self._add_cheaper(best, sets, duals)

    def look_at_true_duals(self, room: Room | None = None) -> int:
        """Add the columns that suit the mixture as it stands, in the room left; tell how many."""
        duals = self.master.duals()
        prices = self.master.prices(self.master.charges(duals))
        best, sets = self.pricer.best(prices if room is None else room.priced(prices))
        return self._add_cheaper(best, sets, duals)

    def offer(self, found: Iterable[Column | Choice]) -> int:
        """Take columns found elsewhere, as far as each is possible by itself; tell how many are new."""
        columns = (self.pricer.column(one.session, one.person, one.cases) for one in found)
        return sum(self.master.add(column) for column in columns if column is not None)

    def _add_cheaper(self, best: Whole, sets: list[tuple[int, ...]], duals: Duals) -> int:
        """Add each slot's best column if it makes the mixture at these duals cheaper; give how many there were."""
        charges = self.master.charges(duals)
        asked = self.master.prices(charges)
        added = 0
        for number in np.flatnonzero(best > 0).tolist():
            slot, cases = self.pricer.slots[number], sets[number]
            column = self.pricer.column(slot.session, slot.person, cases) if cases else None
            if column is None:
                continue
            worth = asked.worth[list(cases), slot.session].sum() - asked.person[list(cases), slot.person].sum()
            alone = column.cost - sum(self._own_cost(column, case) for case in cases)
            gain = int(worth) / SCALE - alone - self._slot_charge(column, charges) / SCALE
            if gain + float(duals.session[slot.session]) > CHEAPER_BY:
                added += self.master.add(column)
        return added

    def _own_cost(self, column: Column, case: int) -> int:
        """Give the part of a column's cost that `worth` has taken off already."""
        return int(self.tables.cost[case, column.session] + self.tables.person_cost[case, column.person])

    def _slot_charge(self, column: Column, charges: Charges) -> int:
        master = self.master
        charge = master.staff_charge(column, charges) + master.unit_charge(column, charges)
        return charge + master.combination_charge(column, charges)
