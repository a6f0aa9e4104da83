"""A whole-number choice of columns, made a few at a time, each followed by the columns that then suit best."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.columns.filling import Filling
from scheduler.engine.columns.room import Room

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.engine.columns.pricing import Column
    from scheduler.engine.columns.relaxation import Relaxation

WHOLE = 0.999
SOME = 1e-6
CLEAR = 0.8  # shares above this are chosen together
SHARE_AT_ONCE = 25  # one in so many of the columns in the mixture
ROUNDS_OF_PRICING = 4


def choose_columns(relaxation: Relaxation, seconds: float, over: Callable[[], bool]) -> tuple[Column, ...]:
    """Round the mixture to whole columns, at most one a list and a case; the best so far when the time is up."""
    return _Dive(relaxation, monotonic() + seconds, over).run()


class _Dive:
    def __init__(self, relaxation: Relaxation, deadline: float, over: Callable[[], bool]) -> None:
        self._relaxation = relaxation
        self._master = relaxation.master
        self._deadline = deadline
        self._over = over
        self._chosen: dict[int, Column] = {}  # by list
        self._duals = relaxation.duals
        self._room = Room(relaxation.problem, relaxation.tables, relaxation.pricer, relaxation.pairs)

    def run(self) -> tuple[Column, ...]:
        """Choose until every list in the mixture has its column."""
        try:
            solved = self._solve() and self._refresh()
            while solved and not self._over():
                batch = self._batch(self._master.shares())
                if not batch:
                    break
                solved = self._settle(batch) and self._refresh()
        finally:
            self._master.fix(range(len(self._master.columns)), at=(0.0, np.inf))
        if not self._over():
            self._fill()
        return self._kept()

    def _fill(self) -> None:
        """Fill the lists still open at the last prices, then at what a booking saves."""
        filling = Filling(self._relaxation, self._room, self._chosen.values())
        for duals in (self._duals, self._master.worth_of_booking()):
            for column in filling.fill(duals):
                self._chosen[column.session] = column

    def _solve(self) -> bool:
        left = self._deadline - monotonic()
        if left <= 0 or self._master.solve(left) is None:
            return False
        self._duals = self._master.duals()
        return True

    def _batch(self, shares: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[int]:
        """Pick the columns with the largest shares on lists still open that go with each other."""
        columns = self._master.columns
        open_ = [
            number for number in np.flatnonzero(shares > SOME).tolist() if columns[number].session not in self._chosen
        ]
        open_.sort(key=lambda number: (-shares[number], number))
        most = max(1, len(open_) // SHARE_AT_ONCE)
        batch: list[int] = []
        taken: set[int] = set()
        for number in open_:
            share, column = shares[number], columns[number]
            if share < WHOLE and (len(batch) >= most or (batch and share < CLEAR)):
                break
            if taken.isdisjoint(column.cases) and column.session not in {columns[other].session for other in batch}:
                batch.append(number)
                taken.update(column.cases)
        return batch

    def _settle(self, batch: list[int]) -> bool:
        """Choose the batch; if that leaves nothing possible choose only its first, and else rule that one out."""
        columns = self._master.columns
        for tried in (batch, batch[:1]):
            self._master.fix(tried, at=(1.0, 1.0))
            if self._solve():
                for number in tried:
                    if self._room.allows(columns[number]):
                        self._chosen[columns[number].session] = columns[number]
                        self._room.choose(columns[number])
                    else:
                        self._master.fix([number], at=(0.0, 0.0))
                self._rule_out()
                return self._solve()
            self._master.fix(tried, at=(0.0, np.inf))
        self._master.fix(batch[:1], at=(0.0, 0.0))
        return self._solve()

    def _rule_out(self) -> None:
        """Hold at nothing every column that does not go with the choices."""
        chosen = {id(column) for column in self._chosen.values()}
        gone = [
            number
            for number, column in enumerate(self._master.columns)
            if id(column) not in chosen and not self._room.allows(column)
        ]
        self._master.fix(gone, at=(0.0, 0.0))

    def _refresh(self) -> bool:
        """Add what suits the choices so far: rows they break, and better columns for the lists still open."""
        for cut in self._relaxation.broken():
            self._master.add_cut(cut)
        for _ in range(ROUNDS_OF_PRICING):
            if not self._solve() or self._over():
                return False
            if not self._relaxation.look_at_true_duals(self._room):
                break
        return self._solve()

    def _kept(self) -> tuple[Column, ...]:
        """Give the choice without the cases whose first booking found no place after all."""
        tables, pricer = self._relaxation.tables, self._relaxation.pricer
        days = {case: int(tables.day[key]) for key, column in self._chosen.items() for case in column.cases}
        kept: list[Column] = []
        for _, column in sorted(self._chosen.items()):
            cases = tuple(case for case in column.cases if not self._room.lacks_its_first(case, days))
            whole = column if cases == column.cases else pricer.column(column.session, column.person, cases)
            if cases and whole is not None:
                kept.append(whole)
        return tuple(kept)
