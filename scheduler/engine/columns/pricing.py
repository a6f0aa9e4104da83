"""The most valuable set of cases for every list and radiologist, found exactly and for all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.columns.tables import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scheduler.engine.columns.tables import Tables, Truth, Whole

    Choices = NDArray[np.int8]

SCALE = 4096  # values are priced in whole 1/4096ths of a cost unit, so that sums are exact
WORTHLESS = -(1 << 50)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One list with one person and a choice of mobile kinds on hand."""

    session: int
    person: int
    kinds: tuple[int, ...]


class Pricer:
    """Finds, slot by slot, the set of cases worth most. Cases follow each other without a gap, by latest end.

    That order is the right one: if any order meets every latest end, this one does (Jackson's rule, 1955). A case
    flagged to be first is taken at its word once a list, whatever its place, so a set's worth is never underrated.
    """

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        pairs = list(_slots(tables))
        self.slots = tuple(slot for slot, _ in pairs)
        self.session = np.array([slot.session for slot in self.slots], dtype=np.int64)
        self.person = np.array([slot.person for slot in self.slots], dtype=np.int64)
        none = len(tables.cases)  # stands for "no case" where a slot has fewer than the most
        most = max((len(cases) for _, cases in pairs), default=0)
        self._cases = np.full((len(pairs), most), none, dtype=np.int64)
        for row, (_, cases) in enumerate(pairs):
            self._cases[row, : len(cases)] = cases
        self._duration = np.append(tables.duration, 0)
        self._first = np.append(tables.first, False)
        self._latest = np.vstack([tables.latest_end, np.zeros((1, len(tables.lists)), dtype=np.int64)])
        self._turn = tables.turnaround[self.session]
        self._close = self._closing_costs()

    def _closing_costs(self) -> Whole:
        """Price, per slot and step at which the suite is ready again, opening the list and its overtime."""
        tables, session = self._tables, self.session
        ready = tables.length[session] + tables.overtime[session] + self._turn
        steps = np.arange(int(ready.max(initial=0)) + 1, dtype=np.int64)
        over = np.maximum(0, steps[None, :] - self._turn[:, None] - tables.length[session][:, None])
        costs: Whole = (tables.opened_cost + tables.overtime_cost * over) * SCALE
        costs[:, 0] = 0
        return costs

    def best(self, prices: Prices) -> tuple[Whole, list[tuple[int, ...]]]:
        """Give each slot's best worth (0 or more before the slot's own price, then less it) and the cases that give it.

        The worth is exact but for the flags: no set on that slot is worth more.
        """
        worth = np.zeros(len(self.slots), dtype=np.int64)
        sets: list[tuple[int, ...]] = [()] * len(self.slots)
        if self._cases.size:
            cases, values = self._worthwhile(prices)
            flagged = (self._first[cases] & (values > 0)).any(axis=1)
            limited = self._tables.most[self.session] < self._close.shape[1]
            for rows in (~flagged & ~limited, flagged & ~limited, limited):
                self._fill(np.flatnonzero(rows), cases, values, worth, sets)
        return worth - prices.slot, sets

    def _worthwhile(self, prices: Prices) -> tuple[Whole, Whole]:
        """Give the cases worth more than nothing, slot by slot, moved to the left, and what they are worth."""
        worth = np.vstack([prices.worth, np.full((1, prices.worth.shape[1]), WORTHLESS, dtype=np.int64)])
        person = np.vstack([prices.person, np.zeros((1, prices.person.shape[1]), dtype=np.int64)])
        values = worth[self._cases, self.session[:, None]] - person[self._cases, self.person[:, None]]
        keep = values > 0
        rows, places = np.nonzero(keep)
        rows, places = self._best_of_a_kind(rows, places, values)
        keep[:] = False
        keep[rows, places] = True
        width = int(keep.sum(axis=1).max(initial=0))
        to = (np.cumsum(keep, axis=1) - 1)[rows, places]
        cases = np.full((len(keep), width), len(self._tables.cases), dtype=np.int64)
        kept = np.full((len(keep), width), WORTHLESS, dtype=np.int64)
        cases[rows, to] = self._cases[rows, places]
        kept[rows, to] = values[rows, places]
        return cases, kept

    def _best_of_a_kind(self, rows: Whole, places: Whole, values: Whole) -> tuple[Whole, Whole]:
        """Keep, of the cases that only their worth tells apart, as many of the best as a slot could hold."""
        cases, session = self._cases[rows, places], self.session[rows]
        kind = (self._latest[cases, session] * NEVER + self._duration[cases]) * 2 + self._first[cases]
        order = np.lexsort((-values[rows, places], kind, rows))
        new = np.ones(len(order), dtype=np.bool_)
        new[1:] = (np.diff(rows[order]) != 0) | (np.diff(kind[order]) != 0)
        number = np.arange(len(order))
        rank = number - np.maximum.accumulate(np.where(new, number, 0))
        room = self._tables.length[session] + self._tables.overtime[session] + self._turn[rows]
        kept = np.zeros(len(order), dtype=np.bool_)
        kept[order] = rank < (room // (self._duration[cases] + self._turn[rows]))[order]
        return rows[kept], places[kept]

    def _fill(self, rows: Whole, cases: Whole, values: Whole, worth: Whole, sets: list[tuple[int, ...]]) -> None:
        """Work out some slots together: by the number of cases too where a list limits it."""
        if not len(rows):
            return
        cases, values = cases[rows], values[rows]
        limit = self._tables.most[self.session[rows]]
        counted = bool((limit < self._close.shape[1]).any())
        grid = _Grid(
            shift=np.minimum(self._duration[cases] + self._turn[rows][:, None], self._close.shape[1]),
            latest=self._latest[cases, self.session[rows][:, None]] + self._turn[rows][:, None],
            values=values,
            flagged=self._first[cases] & (values > 0),
            not_first=self._tables.not_first_cost * SCALE,
            counts=int(limit.max()) + 1 if counted else 1,
        )
        best, chosen = grid.solve(self._close[rows], limit if counted else None)
        worth[rows] = best
        for number, row in enumerate(rows.tolist()):
            sets[row] = tuple(sorted(cases[number, chosen[number]].tolist()))

    def column(self, session: int, person: int, cases: tuple[int, ...]) -> Column | None:
        """Price a set of cases as it would be done without a gap; None if it does not fit the list."""
        tables = self._tables
        order = sorted(cases, key=lambda case: (tables.latest_end[case, session], tables.duration[case]))
        flagged = [case for case in order if tables.first[case]]
        late = len(flagged)
        if len(order) > tables.most[session] or not self._in_time(order, session):
            return None
        if any(self._in_time([case, *(other for other in order if other != case)], session) for case in flagged):
            late -= 1
        ready = sum(int(tables.duration[case] + tables.turnaround[session]) for case in order)
        over = max(0, ready - int(tables.turnaround[session] + tables.length[session]))
        cost = tables.opened_cost + tables.overtime_cost * over + tables.not_first_cost * late
        cost += sum(int(tables.cost[case, session] + tables.person_cost[case, person]) for case in order)
        kinds = mobile_kinds(tables, session)
        used = tuple(kind for kind in kinds if any(tables.needs[case, kind] for case in order))
        return Column(session=session, person=person, cases=tuple(sorted(cases)), kinds=used, cost=cost)

    def _in_time(self, order: list[int], session: int) -> bool:
        clock = 0
        for case in order:
            clock += int(self._tables.duration[case])
            if clock > self._tables.latest_end[case, session]:
                return False
            clock += int(self._tables.turnaround[session])
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Slots side by side: a state is (cases so far, a flagged one honoured, step at which the suite is ready)."""

    shift: Whole  # r, c: steps each case takes with its turnaround
    latest: Whole  # r, c: the last step at which the suite may be ready after it
    values: Whole  # r, c
    flagged: Truth  # r, c
    not_first: int
    counts: int  # 1 when the number of cases does not matter

    def solve(self, closing: Whole, limit: Whole | None) -> tuple[Whole, Truth]:
        """Give each row's best worth and which of its cases give it."""
        rows, width = self.shift.shape
        steps = closing.shape[1]
        honours = 2 if self.flagged.any() else 1
        # Left of step 0 lies room for "before the start", so that looking back needs no test.
        state = np.full((rows, self.counts, honours, 2 * steps), WORTHLESS, dtype=np.int64)
        state[:, 0, 0, steps] = 0
        taken = np.zeros((width, rows, self.counts, honours, steps), dtype=np.int8)
        for place in range(width):
            self._step(place, state, taken[place])
        final = state[:, :, :, steps:] - closing[:, None, None, :]
        if limit is not None:
            final[np.arange(self.counts)[None, :] > limit[:, None]] = WORTHLESS
        flat = final.reshape(rows, -1)
        at = flat.argmax(axis=1)
        return flat[np.arange(rows), at], self._trace(taken, at)

    def _step(self, place: int, state: Whole, taken: Choices) -> None:
        """Let every row take its case at this place, or not. `taken`: 1 taken, 2 taken and honoured as first."""
        steps = taken.shape[-1]
        now = np.arange(steps)
        back = np.maximum(now[None, :] + steps - self.shift[:, place][:, None], 0)
        before = np.take_along_axis(state, back[:, None, None, :], axis=3)
        if self.counts > 1:
            before = np.concatenate([np.full_like(before[:, :1], WORTHLESS), before[:, :-1]], axis=1)
        before[np.broadcast_to((now[None, :] > self.latest[:, place][:, None])[:, None, None, :], before.shape)] = (
            WORTHLESS
        )
        value, flagged = self.values[:, place], self.flagged[:, place]
        gain = (value - np.where(flagged, self.not_first, 0))[:, None, None, None]
        current = state[..., steps:]
        found = before + gain
        better = found > current
        current[better] = found[better]
        taken[better] = 1
        if current.shape[2] > 1:
            honoured = np.where(flagged[:, None, None], before[:, :, 0] + value[:, None, None], WORTHLESS)
            better = honoured > current[:, :, 1]
            current[:, :, 1][better] = honoured[better]
            taken[:, :, 1][better] = 2

    def _trace(self, taken: Choices, at: Whole) -> Truth:
        """Follow the choices back from each row's best end."""
        width, rows, _, honours, steps = taken.shape
        row, step = np.arange(rows), at % steps
        honour, count = at // steps % honours, at // (steps * honours)
        chosen = np.zeros((rows, width), dtype=np.bool_)
        for place in range(width - 1, -1, -1):
            how = taken[place, row, count, honour, step]
            here = how > 0
            chosen[:, place] = here
            step = np.where(here, step - self.shift[:, place], step)
            honour = np.where(how == 2, 0, honour)
            if self.counts > 1:
                count = np.where(here, count - 1, count)
        return chosen


def mobile_kinds(tables: Tables, session: int) -> tuple[int, ...]:
    """List the kinds that reach a list's site by mobile units only."""
    return tuple(kind for kind in range(len(tables.kinds)) if not tables.fixed_units[kind, tables.site[session]])


def _slots(tables: Tables) -> Iterator[tuple[Slot, Whole]]:
    """List every slot that some case may take, with those cases by latest end."""
    for session in range(len(tables.lists)):
        fitting = np.flatnonzero(tables.fits[:, session])
        order = np.lexsort((tables.duration[fitting], tables.latest_end[fitting, session]))
        for person in np.flatnonzero(tables.staffs[session]).tolist():
            cases = fitting[order]
            cases = cases[tables.skilled[cases, person]]
            wanted = [kind for kind in mobile_kinds(tables, session) if tables.needs[cases, kind].any()]
            for on in product((False, True), repeat=len(wanted)):
                here = tuple(kind for kind, is_on in zip(wanted, on, strict=True) if is_on)
                away = [kind for kind in wanted if kind not in here]
                possible = cases[~tables.needs[cases][:, away].any(axis=1)]
                if len(possible):
                    yield Slot(session=session, person=person, kinds=here), possible
