"""The most valuable set of cases for every list and radiologist, found exactly, slot by slot."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scheduler.engine.columns.menus import IMPOSSIBLE, MOST_ON_A_LIST, Menu, find, listings_of
from scheduler.engine.columns.relaxed import WORTHLESS, Line, best_in_line, priced_in_line
from scheduler.engine.columns.tables import SCALE
from scheduler.engine.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.engine.columns.tables import Tables, Whole

__all__ = ["SCALE", "Column", "Pricer", "Prices", "Slot", "mobile_kinds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One list, who does it, the cases on it, the mobile kinds it needs, and its cost by itself.

    Numbers are positions in the tables; `cases` ascend.
    """

    session: int
    person: int
    cases: tuple[int, ...]
    kinds: tuple[int, ...]
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What the rest of the problem asks for, in 1/4096ths: a case on a list, a case with a person, and each slot."""

    worth: Whole  # n, m: what booking the case on the list is worth, its own cost taken off
    person: Whole  # n, p: what is taken off again with this person
    slot: Whole  # slots: what is asked for the list, the person's time and the mobile kinds
    combinations: tuple[tuple[int, Whole], ...] = ()  # lists, with what is asked for each combination on their menus


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One list with one person and a choice of mobile kinds on hand."""

    session: int
    person: int
    kinds: tuple[int, ...]


class _Members(NamedTuple):
    """The cases a slot could hold, slot after slot: slot i has those from since[i] to since[i + 1]."""

    since: Whole
    case: Whole
    kind: Whole
    session: Whole  # by slot
    person: Whole  # by slot
    menu: Whole  # by slot, -1 if it has none


class _Asked(NamedTuple):
    """Prices as the compiled loops take them."""

    worth: Whole
    person: Whole
    since: Whole  # by list: where its combinations are in `combination`; nothing is asked at its start
    combination: Whole


class _Desk(NamedTuple):
    """Room to work in: what the best cases of each kind are worth, which they are, and what combinations hold."""

    gain: Whole
    who: Whole
    value: Whole


class _Book(NamedTuple):
    """Menus one after another: menu i is from since[i] to since[i + 1], and counts from its own start."""

    since: Whole
    parent: Whole
    kind: Whole
    rank: Whole
    after: Whole
    cost: Whole


def _book_of(menus: list[Menu]) -> _Book:
    none = Menu(*(np.zeros(1, dtype=np.int64) for _ in Menu._fields))  # so that there is one
    menus = [*menus, none]
    columns = [np.concatenate([menu[place] for menu in menus]) for place in range(len(Menu._fields))]
    sizes = np.array([0, *(len(menu.parent) for menu in menus)], dtype=np.int64)
    return _Book(np.cumsum(sizes), *columns)


class Pricer:
    """Finds, slot by slot, the set of cases worth most among all the list can hold within its site's bays.

    On a list whose menu is too long to list, bays are left out and flags are taken at their word, so there a set's
    worth may be overrated; it is never underrated.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.listings, self.kind = listings_of(tables)
        self.menus = tuple(None if listing is None else listing.menu for listing in self.listings)
        pairs = list(_slots(tables))
        self.slots = tuple(slot for slot, _ in pairs)
        self.session = np.array([slot.session for slot in self.slots], dtype=np.int64)
        self.person = np.array([slot.person for slot in self.slots], dtype=np.int64)
        cases = [group[np.argsort(self.kind[group, slot.session], kind="stable")] for slot, group in pairs]
        member = np.concatenate([np.zeros(0, dtype=np.int64), *cases])
        sizes = np.array([len(group) for group in cases], dtype=np.int64)
        listed = {id(menu): menu for menu in self.menus if menu is not None}
        order = {key: number for number, key in enumerate(listed)}
        self._members = _Members(
            since=np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(sizes)]),
            case=member,
            kind=self.kind[member, np.repeat(self.session, sizes)],
            session=self.session,
            person=self.person,
            menu=np.array([order.get(id(self.menus[slot.session]), -1) for slot in self.slots], dtype=np.int64),
        )
        self._book = _book_of(list(listed.values()))
        self._by_line = np.flatnonzero(self._members.menu < 0).tolist()

    def best(self, prices: Prices) -> tuple[Whole, list[tuple[int, ...]]]:
        """Give each slot's best worth (0 or more before the slot's own price, then less it) and the cases that give it.

        No set on that slot is worth more.
        """
        asked = self._asked(prices)
        worth, count, held = _price_slots(self._book, self._members, asked)
        sets = [tuple(sorted(row[:size])) for row, size in zip(held.tolist(), count.tolist(), strict=True)]
        for number in self._by_line:
            worth[number], sets[number] = self._best_in_line(number, prices)
        return worth - prices.slot, sets

    def _asked(self, prices: Prices) -> _Asked:
        longest = int(np.diff(self._book.since).max())
        since, parts, size = (
            np.zeros(prices.worth.shape[1], dtype=np.int64),
            [np.zeros(longest, dtype=np.int64)],
            longest,
        )
        for session, charges in prices.combinations:
            since[session] = size
            parts.append(charges)
            size += len(charges)
        return _Asked(worth=prices.worth, person=prices.person, since=since, combination=np.concatenate(parts))

    def _best_in_line(self, number: int, prices: Prices) -> tuple[int, tuple[int, ...]]:
        slot, members = self.slots[number], self._members
        cases = members.case[members.since[number] : members.since[number + 1]]
        values = prices.worth[cases, slot.session] - prices.person[cases, slot.person]
        line = self._line(slot.session, cases[values > 0])
        best, chosen = best_in_line(line, values[values > 0])
        return int(best), tuple(sorted(cases[values > 0][chosen].tolist()))

    def _line(self, session: int, cases: Whole) -> Line:
        """Put cases in the order of their latest ends."""
        tables = self._tables
        return Line(
            duration=tables.duration[cases],
            latest=tables.latest_end[cases, session],
            first=tables.first[cases].astype(np.int64),
            length=int(tables.length[session]),
            overtime=int(tables.overtime[session]),
            turnaround=int(tables.turnaround[session]),
            most=int(tables.most[session]),
            opened_cost=tables.opened_cost * SCALE,
            overtime_cost=tables.overtime_cost * SCALE,
            not_first_cost=tables.not_first_cost * SCALE,
        )

    def column(self, session: int, person: int, cases: tuple[int, ...]) -> Column | None:
        """Price a set of cases as its best order would be done; None if it does not fit the list."""
        tables, chosen = self._tables, np.array(cases, dtype=np.int64)
        alone = self.cost_alone(session, chosen)
        if alone == IMPOSSIBLE:
            return None
        own = tables.cost[chosen, session].sum() + tables.person_cost[chosen, person].sum()
        used = tuple(kind for kind in mobile_kinds(tables, session) if tables.needs[chosen, kind].any())
        return Column(
            session=session, person=person, cases=tuple(sorted(cases)), kinds=used, cost=int(own) + alone // SCALE
        )

    def cost_alone(self, session: int, cases: Whole) -> int:
        """Give what opening, overtime and flags cost, in 1/4096ths; IMPOSSIBLE if the list cannot hold the cases."""
        menu = self.menus[session]
        if menu is None:
            return int(priced_in_line(self._line(session, cases)))
        at = self.combination(session, cases)
        return IMPOSSIBLE if at == IMPOSSIBLE else int(menu.cost[at])

    def combination(self, session: int, cases: Whole) -> int:
        """Give the number of the cases' combination on a list's menu; IMPOSSIBLE if it is not there."""
        menu = self.menus[session]
        return IMPOSSIBLE if menu is None else int(find(menu, np.sort(self.kind[cases, session])))


@compiled
def _price_slots(book: _Book, members: _Members, asked: _Asked) -> tuple[Whole, Whole, Whole]:
    """Find the best combination of each slot that has a menu, with the best cases of each kind.

    Give each slot's worth, how many cases make it, and those cases.
    """
    slots = len(members.session)
    best, count = np.zeros(slots, dtype=np.int64), np.zeros(slots, dtype=np.int64)
    held = np.zeros((slots, MOST_ON_A_LIST), dtype=np.int64)
    shape = (book.kind.max() + 1, book.rank.max() + 1)
    desk = _Desk(
        np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64), np.zeros(len(book.parent), dtype=np.int64)
    )
    for slot in range(slots):
        menu = members.menu[slot]
        if menu < 0:
            continue
        desk.gain[:] = WORTHLESS
        _rank_members(slot, members, asked, desk)
        first = book.since[menu]
        charges = asked.combination[asked.since[members.session[slot]] :]
        at = _best_combination(book, first, book.since[menu + 1], desk, charges)
        best[slot] = desk.value[at] - book.cost[at] - charges[at - first]
        while at > first:
            held[slot, count[slot]] = desk.who[book.kind[at], book.rank[at]]
            count[slot] += 1
            at = first + book.parent[at]
    return best, count, held


@compiled
def _rank_members(slot: int, members: _Members, asked: _Asked, desk: _Desk) -> None:
    """Write, kind by kind, the cases worth most and what they are worth, best first."""
    session, doer, gain, who = members.session[slot], members.person[slot], desk.gain, desk.who
    deep = gain.shape[1]
    for place in range(members.since[slot], members.since[slot + 1]):
        case, kind = members.case[place], members.kind[place]
        value = asked.worth[case, session] - asked.person[case, doer]
        if value <= 0 or value <= gain[kind, deep - 1]:
            continue
        rank = deep - 1
        while rank > 0 and gain[kind, rank - 1] < value:
            gain[kind, rank], who[kind, rank] = gain[kind, rank - 1], who[kind, rank - 1]
            rank -= 1
        gain[kind, rank], who[kind, rank] = value, case


@compiled
def _best_combination(book: _Book, first: int, end: int, desk: _Desk, charges: Whole) -> int:
    """Give the combination worth most, and write what each looked at holds."""
    best, most, at = first, 0, first + 1
    desk.value[first] = 0
    while at < end:
        more = desk.gain[book.kind[at], book.rank[at]]
        if more == WORTHLESS:
            at = first + book.after[at]
            continue
        desk.value[at] = desk.value[first + book.parent[at]] + more
        worth = desk.value[at] - book.cost[at] - charges[at - first]
        if worth > most:
            best, most = at, worth
        at += 1
    return best


def mobile_kinds(tables: Tables, session: int) -> tuple[int, ...]:
    """List the kinds that reach a list's site by mobile units only."""
    return tuple(kind for kind in range(len(tables.kinds)) if not tables.fixed_units[kind, tables.site[session]])


def _slots(tables: Tables) -> Iterator[tuple[Slot, Whole]]:
    """List every slot that some case may take, with those cases."""
    for session in range(len(tables.lists)):
        fitting = np.flatnonzero(tables.fits[:, session])
        for person in np.flatnonzero(tables.staffs[session]).tolist():
            cases = fitting[tables.skilled[fitting, person]]
            wanted = [kind for kind in mobile_kinds(tables, session) if tables.needs[cases, kind].any()]
            for on in product((False, True), repeat=len(wanted)):
                here = tuple(kind for kind, is_on in zip(wanted, on, strict=True) if is_on)
                away = [kind for kind in wanted if kind not in here]
                possible = cases[~tables.needs[cases][:, away].any(axis=1)]
                if len(possible):
                    yield Slot(session=session, person=person, kinds=here), possible
