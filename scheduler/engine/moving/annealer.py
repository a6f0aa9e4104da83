"""Annealing within a run: the temperature falls as the time or the rounds go by, and better plans are offered."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.moving.mover import Mover

if TYPE_CHECKING:
    from scheduler.engine.answer import Answer
    from scheduler.engine.columns.tables import Tables, Whole
    from scheduler.engine.run import Run

HOT = 1 / 12  # of what leaving out a middling case costs
COLD = 1 / 200  # of the first temperature
FIRST_ROUNDS = 200
MOST_ROUNDS = 1_000_000  # at a stretch, however quick each is
SECONDS_A_STRETCH = 0.15  # how long compiled loops run before they look up
SECONDS_BETWEEN_OFFERS = 0.5
BETTER_BY = 0.0025  # of the cost: a plan found elsewhere that is so much better is gone on from
ROUNDS_A_STRETCH = 5_000  # when rounds are counted instead of seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long to anneal, in seconds or in rounds, and how hot to begin (1: as from an empty plan)."""

    seconds: float = 0.0
    rounds: int = 0
    heat: float = 1.0


class Annealer:
    """Anneals one plan. Its cost and rules are its own, so the run's audit has the last word on what it offers."""

    def __init__(self, run: Run, world: Whole, tables: Tables, seed: int) -> None:
        self._run = run
        self._mover = Mover(world, tables, seed)
        self._hot = max(1.0, float(np.median(tables.left_out)) * HOT) if len(tables.left_out) else 1.0
        self._offered: int | None = None
        self._refused = False

    def anneal(self, answer: Answer, schedule: Schedule) -> None:
        """Anneal from an answer; ends early once the run is over or an answer is refused."""
        if self._mover.idle or not self._mover.load(answer):
            return
        self._offered = self._mover.cost
        if schedule.rounds:
            self._count_rounds(schedule)
        else:
            self._watch_clock(schedule)
        self._offer()

    def _temperature(self, schedule: Schedule, done: float) -> float:
        return self._hot * schedule.heat * float(COLD**done)

    def _count_rounds(self, schedule: Schedule) -> None:
        for first in range(0, schedule.rounds, ROUNDS_A_STRETCH):
            if self._run.over:
                return
            rounds = min(ROUNDS_A_STRETCH, schedule.rounds - first)
            self._mover.move(rounds, self._temperature(schedule, first / schedule.rounds))

    def _watch_clock(self, schedule: Schedule) -> None:
        began = told = now = monotonic()
        rounds = FIRST_ROUNDS
        while not self._run.over and not self._refused and now - began < schedule.seconds:
            self._mover.move(rounds, self._temperature(schedule, (now - began) / schedule.seconds))
            after = monotonic()
            rounds = min(MOST_ROUNDS, max(1, round(rounds * min(2.0, SECONDS_A_STRETCH / max(after - now, 1e-4)))))
            now = after
            if now - told > SECONDS_BETWEEN_OFFERS:
                told = now
                self._offer()
                self._catch_up()

    def _catch_up(self) -> None:
        """Go on from the run's best plan where that is much better than this one's."""
        best, standing = self._run.snapshot()
        if best is not None and standing < self._mover.cost * (1 - BETTER_BY) and not self._mover.load(best):
            self._refused = True

    def _offer(self) -> None:
        """Offer the best plan so far, if it is new and better than the run's."""
        cost = self._mover.cost
        best, standing = self._run.snapshot()
        if cost == self._offered or (best is not None and cost >= standing):
            return
        self._offered = cost
        self._refused = not self._run.accept(self._mover.answer())
