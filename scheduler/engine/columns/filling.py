"""What a choice of columns leaves open is filled quickly, from the set worth most on, at prices known already.

This ends a dive that ran out of time, and finds room for cases that no mixture was found for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.columns.relaxed import WORTHLESS
from scheduler.engine.columns.whole import matched_units

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.engine.columns.duals import Duals
    from scheduler.engine.columns.pricing import Column
    from scheduler.engine.columns.relaxation import Relaxation
    from scheduler.engine.columns.room import Room


class Filling:
    """Chooses columns for lists still open, one worth most after another."""

    def __init__(self, relaxation: Relaxation, room: Room, chosen: Iterable[Column]) -> None:
        self._relaxation = relaxation
        self._room = room
        self._used: Counter[int] = Counter()  # by staff limit
        self._sites: dict[tuple[int, int], set[int]] = defaultdict(set)  # by kind and day: where a unit must be
        for column in chosen:
            self._count(column)

    def fill(self, duals: Duals) -> list[Column]:
        """Choose at the duals' prices until no set is worth its cost."""
        found: list[Column] = []
        while more := self._round(duals):
            found += more
        return found

    def _round(self, duals: Duals) -> list[Column]:
        """Choose the sets that are worth most and go with each other."""
        relaxation, room = self._relaxation, self._room
        prices = room.priced(relaxation.master.prices(relaxation.master.charges(duals)))
        worth = np.where(room.alone()[:, None], WORTHLESS, prices.worth)
        best, sets = relaxation.pricer.best(replace(prices, worth=worth))
        found: list[Column] = []
        for number in np.argsort(-best, kind="stable").tolist():
            if best[number] <= 0:
                break
            slot = relaxation.pricer.slots[number]
            column = relaxation.pricer.column(slot.session, slot.person, sets[number])
            if column is not None and room.allows(column) and self._free(column):
                room.choose(column)
                self._count(column)
                found.append(column)
        return found

    def _free(self, column: Column) -> bool:
        """Tell whether the radiologist and the mobile units still have time for it."""
        tables, master = self._relaxation.tables, self._relaxation.master
        limits = master.limits_of(column.session, column.person)
        if any(self._used[number] >= most for number, most in limits):
            return False
        site, day = int(tables.site[column.session]), int(tables.day[column.session])
        for kind in column.kinds:
            sites = sorted(self._sites[kind, day] | {site})
            if len(matched_units(tables, kind, sites)) < len(sites):
                return False
        return True

    def _count(self, column: Column) -> None:
        tables, master = self._relaxation.tables, self._relaxation.master
        self._used.update(number for number, _ in master.limits_of(column.session, column.person))
        for kind in column.kinds:
            self._sites[kind, int(tables.day[column.session])].add(int(tables.site[column.session]))
