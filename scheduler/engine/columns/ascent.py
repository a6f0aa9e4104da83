"""The bound is raised quickly, without a linear programme: prices follow what is asked for too often or too little.

This is the volume algorithm (Barahona and Anbil, 2000): each step goes from the best prices so far, in the direction of
the slopes seen lately, mixed.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.engine.columns.duals import Duals
    from scheduler.engine.columns.master import Master
    from scheduler.engine.columns.pricing import Pricer

FIRST_STEP, LEAST_STEP, LONGEST_STEP = 1.0, 0.01, 2.0  # shares of what would lead to the aim on a straight slope
AIM = 1.5  # times the best bound
LONGER, SHORTER = 1.1, 0.67
PATIENCE = 10  # rounds without a clearly higher bound before steps are made shorter
CLEARLY = 1.0003
SHARE_OF_NEWS = 0.05
CLOSE = 0.97  # rounds whose bound is this near the best have sets worth keeping

Set = tuple[int, tuple[int, ...]]  # a slot's number and its cases


class Ascent:
    """Prices on their way up: the best bound, its duals, and the sets of cases chosen along the way."""

    def __init__(self, master: Master, pricer: Pricer) -> None:
        self._master = master
        self._pricer = pricer
        self.bound = 0
        self.duals: Duals = master.first_duals()
        self.sets: dict[Set, None] = {}

    def climb(self, deadline: float, over: Callable[[], bool], tell: Callable[[int], None]) -> None:
        """Raise the bound until steps are too short to matter, or the time is up."""
        master, scale = self._master, FIRST_STEP
        duals, direction, waited = self.duals, None, 0
        while scale > LEAST_STEP and monotonic() < deadline and not over():
            charges = master.charges(duals)
            best, sets = self._pricer.best(master.prices(charges))
            bound, waited = master.bound(charges, best), waited + 1
            if bound > self.bound * CLEARLY:
                scale, waited = min(scale * LONGER, LONGEST_STEP), 0
            if bound > self.bound:
                self.bound, self.duals = bound, duals
                tell(bound)
            if waited > PATIENCE:
                scale, waited = scale * SHORTER, 0
            chosen = master.chosen_slots(best)
            if bound > CLOSE * self.bound:
                self.sets.update(((number, sets[number]), None) for number in chosen.tolist())
            news = master.wanting(charges, chosen, sets)
            direction = news if direction is None else direction.towards(news, SHARE_OF_NEWS)
            way = master.open_part(self.duals, direction)
            length = way.squared()
            if not length:
                return
            aim = max(AIM * self.bound, 1) - self.bound
            duals = master.moved(self.duals, way, scale * aim / length)
