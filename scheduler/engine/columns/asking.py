"""Every wish is priced in one go: what the best cases for it are worth at today's prices, less what it would take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.columns.claims import Claims, whole_units
from scheduler.engine.columns.pricing import Pricer, Prices
from scheduler.engine.columns.wishes import ListWish

if TYPE_CHECKING:
    from scheduler.engine.columns.duals import Charges
    from scheduler.engine.columns.imagining import Imagined
    from scheduler.engine.columns.pricing import Slot
    from scheduler.engine.columns.relaxation import Relaxation
    from scheduler.engine.columns.tables import Tables, Whole
    from scheduler.engine.columns.wishes import SkillWish, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one wish is worth at most at some prices, and by whom and with which cases."""

    value: int
    person: int | None = None
    cases: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """What the lists as they are ask and give at some prices, in 1/4096ths of a cost unit."""

    charges: Charges
    prices: Prices
    most: Whole  # m: the worth of each list's best slot, at least 0
    without: Whole  # m: the same without the radiologist who makes it most
    best_person: Whole  # m

    def spare(self, person: int) -> Whole:
        """Give what each list would lose without this radiologist."""
        return np.where(self.best_person == person, self.most - self.without, 0)


def market(relaxation: Relaxation, charges: Charges, prices: Prices, best: Whole) -> Market:
    """Sum up the relaxation's own slots."""
    pricer, tables = relaxation.pricer, relaxation.tables
    worth = np.zeros((len(tables.lists), len(tables.people)), dtype=np.int64)
    np.maximum.at(worth, (pricer.session, pricer.person), best)
    most, person = worth.max(axis=1, initial=0), np.zeros(len(worth), dtype=np.int64)
    if worth.shape[1]:
        person = worth.argmax(axis=1)
        worth[np.arange(len(worth)), person] = 0
    return Market(charges=charges, prices=prices, most=most, without=worth.max(axis=1, initial=0), best_person=person)


class Asking:
    """Prices all wishes at any set of prices. A radiologist who learns stands in as a twin who knows more."""

    def __init__(self, imagined: Imagined, relaxation: Relaxation) -> None:
        self._imagined = imagined
        self._tables = imagined.tables
        self._claims = Claims(imagined, relaxation)
        self._people = len(imagined.tables.people)
        self._origin = np.array(
            [*range(self._people), *(imagined.person(wish) for wish in imagined.skills)], dtype=np.int64
        )
        self._list_claims = {row: self._claims.of_list(row) for row in map(imagined.row, imagined.lists)}
        self._skill_claims = {
            wish: self._claims.of_lists(imagined.person(wish), self._new_lists(wish))
            for wish in imagined.skills
            if wish.site is not None
        }
        self._pricer = Pricer(self._wider(self._pairs()))

    def _new_lists(self, wish: SkillWish) -> Whole:
        joined = self._imagined.joined(wish) & ~self._tables.staffs[:, self._imagined.person(wish)]
        return np.flatnonzero(joined)

    def _pairs(self) -> list[tuple[int, int]]:
        """List what is priced: each wished-for list with who could do it, each twin on the lists it would change."""
        imagined, tables = self._imagined, self._tables
        rows = range(imagined.real_lists, len(tables.lists))
        pairs = [(row, person) for row in rows for person in np.flatnonzero(imagined.could[row]).tolist()]
        for number, wish in enumerate(imagined.skills):
            person = imagined.person(wish)
            learnt = imagined.learnt(wish) & ~tables.skilled[:, person]
            changed = tables.fits[learnt].any(axis=0) | ~tables.staffs[:, person]
            lists = np.flatnonzero(imagined.joined(wish) & changed)
            pairs += [(session, self._people + number) for session in lists.tolist()]
        return pairs

    def _wider(self, pairs: list[tuple[int, int]]) -> Tables:
        """Add the twins to the tables, and let those do lists that are to be priced."""
        imagined, tables = self._imagined, self._tables
        twins = [imagined.person(wish) for wish in imagined.skills]
        people = (*tables.people, *(tables.people[person] for person in twins))
        staffs = np.zeros((len(tables.lists), len(people)), dtype=np.bool_)
        for pair in pairs:
            staffs[pair] = True
        return replace(
            tables,
            people=people,
            staffs=staffs,
            skilled=np.column_stack([tables.skilled, *map(imagined.learnt, imagined.skills)]),
            person_cost=tables.person_cost[:, self._origin],
        )

    def ask(self, market: Market) -> dict[Wish, Asked]:
        """Price every wish."""
        slots = self._pricer.slots
        slot = np.array([self._charge(one, market) for one in slots], dtype=np.int64)
        prices = replace(market.prices, person=market.prices.person[:, self._origin], slot=slot)
        found: dict[tuple[int, int], tuple[int, tuple[int, ...]]] = {}
        for one, worth, cases in zip(slots, *self._pricer.best(prices), strict=True):
            pair = (one.session, one.person)
            if worth > found.get(pair, (0, ()))[0]:
                found[pair] = (int(worth), cases)
        asked: dict[Wish, Asked] = {wish: self._list(wish, found) for wish in self._imagined.lists}
        for number, skill in enumerate(self._imagined.skills):
            asked[skill] = self._skill(self._people + number, market, found)
        return asked

    def _list(self, wish: ListWish, found: dict[tuple[int, int], tuple[int, tuple[int, ...]]]) -> Asked:
        row = self._imagined.row(wish)
        offers = [(*found[row, person], person) for person in range(self._people) if (row, person) in found]
        if not offers:
            return Asked(value=0)
        worth, cases, person = max(offers, key=lambda offer: offer[0])
        return Asked(value=whole_units(worth), person=person, cases=cases)

    def _skill(self, twin: int, market: Market, found: dict[tuple[int, int], tuple[int, tuple[int, ...]]]) -> Asked:
        """Add up what each list would gain; each takes at most one set of cases."""
        gains = [
            (worth - int(market.most[session]), cases)
            for (session, person), (worth, cases) in found.items()
            if person == twin and worth > market.most[session]
        ]
        most = max(gains, default=(0, ()))
        return Asked(value=whole_units(sum(gain for gain, _ in gains)), person=int(self._origin[twin]), cases=most[1])

    def _charge(self, slot: Slot, market: Market) -> int:
        """Give what a slot pays for its radiologist's time and its mobile units."""
        imagined, claims = self._imagined, self._claims
        person = int(self._origin[slot.person])
        if slot.session >= imagined.real_lists:
            time = claims.time(self._list_claims[slot.session].get(person, ()), market.charges, market.spare(person))
            return time + sum(claims.unit(kind, slot.session, market.charges) for kind in slot.kinds)
        units = sum(claims.unit_as_it_is(kind, slot.session, market.charges) for kind in slot.kinds)
        wish = imagined.skills[slot.person - self._people]
        if self._tables.staffs[slot.session, person]:
            return units + claims.staff(slot.session, person, market.charges)
        return units + claims.held(self._skill_claims[wish].get(person, ()), slot.session, market.charges)
