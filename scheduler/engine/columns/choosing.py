"""Neighbourhoods drawn towards the cases that cost more than they would on their own best list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.neighbourhood import Chooser

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from scheduler.engine.answer import Answer
    from scheduler.engine.columns.tables import Tables
    from scheduler.engine.places import Places
    from scheduler.problem import ListFacts, SchedulingProblem

FIRST_SIZE = 6  # lists set free together at first
MOST_WAITING = 50  # cases without a place that join in
SEEDS = 4  # cases drawn at once
LISTS_PER_SEED = 3
EVERYBODY_COUNTS = 50  # added to each case's regret, so that none is left alone for good


class RegretChooser(Chooser):
    """Chooses as any chooser, but draws cases by what their present place costs too much."""

    def __init__(self, problem: SchedulingProblem, places: Places, tables: Tables, rng: random.Random) -> None:
        super().__init__(problem, places, rng, FIRST_SIZE)
        self._tables = tables
        self._row = {case.id: number for number, case in enumerate(tables.cases)}
        self._column = {facts.id: number for number, facts in enumerate(tables.lists)}
        costs = np.where(tables.fits, tables.cost, tables.left_out[:, None])
        self._least = np.minimum(costs.min(axis=1, initial=np.iinfo(np.int64).max), tables.left_out)

    def _around_case(self, answer: Answer) -> Callable[[ListFacts], float]:
        """Take the present and the cheapest lists of a few cases that cost too much."""
        could = [case.id for case in self._tables.cases if self._places.options[case.id]]
        regrets = [self._regret(answer, case) + EVERYBODY_COUNTS for case in could]
        jitter = self._jitter(1.0)
        rank: dict[str, float] = {}
        for case in self._rng.choices(could, regrets, k=SEEDS):
            if case in answer.bookings:
                rank[answer.bookings[case][0]] = -1.0
            for place, session in enumerate(self._cheapest(case)):
                rank[session] = min(rank.get(session, place), place)
        return lambda facts: rank.get(facts.id, LISTS_PER_SEED) + jitter[facts.id]

    def _regret(self, answer: Answer, case: str) -> int:
        """Give what the case costs above the least it could."""
        row, tables = self._row[case], self._tables
        at = answer.bookings.get(case)
        cost = tables.left_out[row] if at is None else tables.cost[row, self._column[at[0]]]
        return max(0, int(cost - self._least[row]))

    def _cheapest(self, case: str) -> list[str]:
        """List a few of the lists that suit the case best, more or less."""
        row, rng = self._row[case], self._rng
        costs = {facts.id: int(self._tables.cost[row, self._column[facts.id]]) for facts in self._places.options[case]}
        return sorted(costs, key=lambda session: (costs[session] + 1) * rng.uniform(0.5, 1.5))[:LISTS_PER_SEED]

    def _waiting(self, answer: Answer, lists: frozenset[str]) -> set[str]:
        """Take the cases without a place that cost most for the time they need, more or less."""
        columns = np.array([self._column[session] for session in sorted(lists)], dtype=np.int64)
        fitting = set(np.flatnonzero(self._tables.fits[:, columns].sum(axis=1)).tolist())
        waiting = [
            case
            for case, row in self._row.items()
            if row in fitting and case not in answer.bookings and self._places.options[case]
        ]
        rng, tables = self._rng, self._tables
        density = {case: tables.left_out[self._row[case]] / tables.duration[self._row[case]] for case in waiting}
        waiting.sort(key=lambda case: -density[case] * rng.uniform(0.3, 1.0))
        return set(waiting[:MOST_WAITING])
