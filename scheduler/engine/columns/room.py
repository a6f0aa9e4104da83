"""What a few whole choices leave possible for the rest: which case may still go on which list."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.columns.relaxed import WORTHLESS

if TYPE_CHECKING:
    from scheduler.engine.columns.pricing import Column, Pricer, Prices
    from scheduler.engine.columns.sharing import Pair
    from scheduler.engine.columns.tables import Tables, Truth
    from scheduler.problem import SchedulingProblem


class Room:
    """Places (case, list) and combinations that the choices so far rule out."""

    def __init__(self, problem: SchedulingProblem, tables: Tables, pricer: Pricer, pairs: list[Pair]) -> None:
        self._tables = tables
        self._pricer = pricer
        self.closed = np.zeros(tables.fits.shape, dtype=np.bool_)  # n, m
        self.barred: dict[int, Truth] = {}  # by list: marks on its menu
        number = {case.id: place for place, case in enumerate(tables.cases)}
        self._later: dict[int, list[tuple[int, int, int | None]]] = defaultdict(list)
        self._earlier: dict[int, tuple[int, int, int | None]] = {}
        for case in problem.cases:
            if case.follows is not None:
                one, other = number[case.follows.case], number[case.id]
                self._later[one].append((other, case.follows.min_days, case.follows.max_days))
                self._earlier[other] = (one, case.follows.min_days, case.follows.max_days)
        patients: dict[str, list[int]] = defaultdict(list)
        for place, case in enumerate(tables.cases):
            patients[case.patient].append(place)
        self._same_patient = [np.array(patients[case.patient], dtype=np.int64) for case in tables.cases]
        self._pairs: dict[int, list[Pair]] = defaultdict(list)
        for pair in pairs:
            self._pairs[pair.earlier].append(pair)
            self._pairs[pair.later].append(pair)
        self._chosen: dict[int, int] = {}  # by list: the combination
        self._booked: set[int] = set()

    def allows(self, column: Column) -> bool:
        """Tell whether a column goes with the choices so far."""
        if self.closed[list(column.cases), column.session].any():
            return False
        at = self._combination(column)
        if at is None:
            return True
        marks = self.barred.get(column.session)
        if marks is not None and marks[at]:
            return False
        return not any(
            pair.later in self._chosen and pair.barred_after(at)[self._chosen[pair.later]]
            for pair in self._pairs[column.session]
            if pair.earlier == column.session
        )

    def choose(self, column: Column) -> None:
        """Rule out what no longer goes."""
        tables = self._tables
        day = tables.day - tables.day[column.session]
        self.closed[:, column.session] = True
        for case in column.cases:
            self.closed[np.ix_(self._same_patient[case], np.flatnonzero(day == 0))] = True
            for other, least, most in self._later[case]:
                self.closed[other, ~_within(day, least, most)] = True
            if case in self._earlier:
                other, least, most = self._earlier[case]
                self.closed[other, ~_within(-day, least, most)] = True
        self.closed[list(column.cases)] = True
        self._booked.update(column.cases)
        at = self._combination(column)
        if at is not None:
            self._chosen[column.session] = at
            for pair in self._pairs[column.session]:
                if pair.earlier == column.session:
                    marks = pair.barred_after(at)
                    self.barred[pair.later] = marks | self.barred.get(pair.later, np.zeros_like(marks))

    def priced(self, prices: Prices) -> Prices:
        """Make everything ruled out worth nothing."""
        worth = np.where(self.closed, WORTHLESS, prices.worth)
        asked = dict(prices.combinations)
        for session, marks in self.barred.items():
            asked[session] = asked.get(session, 0) - marks * WORTHLESS
        return replace(prices, worth=worth, combinations=tuple(asked.items()))

    def alone(self) -> Truth:
        """Tell of which cases the one they follow is not booked."""
        alone = np.zeros(len(self._tables.cases), dtype=np.bool_)
        alone[[case for case, (first, _, _) in self._earlier.items() if first not in self._booked]] = True
        return alone

    def lacks_its_first(self, case: int, days: dict[int, int]) -> bool:
        """Tell whether a case's booking on these days (by case) lacks the booking it must follow."""
        if case not in self._earlier:
            return False
        other, least, most = self._earlier[case]
        if other not in days:
            return True
        gap = days[case] - days[other]
        return gap < least or (most is not None and gap > most)

    def _combination(self, column: Column) -> int | None:
        if self._pricer.menus[column.session] is None:
            return None
        return self._pricer.combination(column.session, np.array(column.cases, dtype=np.int64))


def _within(days: np.ndarray[tuple[int, ...], np.dtype[np.int64]], least: int, most: int | None) -> Truth:
    within: Truth = (days >= least) & (days <= (most if most is not None else days.max(initial=0)))
    return within
