"""Two lists of a site on one date share its bays: what the earlier leaves taken decides what the later can hold.

A combination leaves bays taken until certain times, which depend on the order of its cases; of those the least (the
Pareto-best) are kept, so that two combinations are told apart only when no order of either lets both be done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from ortools.graph.python import max_flow

from scheduler.engine.columns.cuts import BROKEN_BY, Cut
from scheduler.engine.columns.menus import MOST_ON_A_LIST, Kinds, Menu, Search, Shape, earliest_end
from scheduler.engine.columns.tables import NEVER
from scheduler.engine.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scheduler.engine.columns.menus import Listing
    from scheduler.engine.columns.tables import Tables, Truth, Whole

    Real = NDArray[np.float64]

MOST_BAYS = 8  # with more, lists hardly meet
MOST_TRACES = 4  # ways to leave the bays kept for one combination; more are merged, to nobody's harm
MOST_STEPS = 20_000
WEIGHT = 100_000  # shares as whole numbers


@compiled
def _keep(traces: Whole, kept: int, trace: Whole) -> int:
    """Keep a trace unless another is as good; drop those it betters. Give how many are kept."""
    for number in range(kept):
        if (traces[number] <= trace).all():
            return kept
    left = 0
    for number in range(kept):
        if not (trace <= traces[number]).all():
            traces[left] = traces[number]
            left += 1
    if left == len(traces):
        traces[left - 1] = np.minimum(traces[left - 1], trace)
        return left
    traces[left] = trace
    return left + 1


@compiled
def _traces_of(kinds: Kinds, shape: Shape, counts: Whole, since: int, traces: Whole) -> int:
    """Write how long after `since` the bays can be taken after these cases, longest first; give how many ways."""
    bays = traces.shape[1]
    levels = MOST_ON_A_LIST + 1
    zeros = np.zeros(levels, dtype=np.int64)
    search = Search(counts.copy(), zeros.copy(), zeros.copy(), zeros.copy())
    size, kept, depth, kind = counts.sum(), 0, 0, 0
    for _ in range(MOST_STEPS):
        if kind == len(counts):
            depth -= 1
            if depth < 0:
                return kept
            kind = search.chosen[depth]
            search.left[kind] += 1
            kind += 1
            continue
        end = earliest_end(kinds, shape, search, depth, kind) if search.left[kind] > 0 else NEVER
        if end > kinds.latest[kind]:
            kind += 1
            continue
        search.chosen[depth], search.end[depth] = kind, end
        search.free[depth] = end + kinds.recovery[kind]
        if depth == size - 1:
            taken = np.zeros(max(bays, size), dtype=np.int64)
            taken[:size] = np.maximum(search.free[:size] - since, 0)
            kept = _keep(traces, kept, -np.sort(-taken)[:bays])
            kind += 1
            continue
        search.left[kind] -= 1
        depth, kind = depth + 1, 0
    traces[0] = 0
    return 1


@compiled
def _list_traces(menu: Menu, kinds: Kinds, shape: Shape, since: int, traces: Whole) -> None:
    """Write the traces of every combination; those of fewer ways repeat the first."""
    counts = np.zeros(len(kinds.duration), dtype=np.int64)
    for number in range(1, len(menu.parent)):
        counts[:] = 0
        at = number
        while at > 0:
            counts[menu.kind[at]] += 1
            at = menu.parent[at]
        kept = _traces_of(kinds, shape, counts, since, traces[number])
        for more in range(kept, traces.shape[1]):
            traces[number, more] = traces[number, 0]


@compiled
def _fits_after(kinds: Kinds, shape: Shape, counts: Whole, trace: Whole) -> bool:
    """Tell whether some order of the cases can be done when bays are taken so long from the list's start."""
    taken = (trace > 0).sum()
    levels = MOST_ON_A_LIST + len(trace) + 1
    zeros = np.zeros(levels, dtype=np.int64)
    search = Search(counts.copy(), zeros.copy(), zeros.copy(), zeros.copy())
    search.free[:taken] = trace[:taken]  # as if by cases before, which all ended before the start
    search.end[:taken] = -shape.turnaround
    size, depth, kind = counts.sum() + taken, taken, 0
    for _ in range(MOST_STEPS):
        if kind == len(counts):
            depth -= 1
            if depth < taken:
                return False
            kind = search.chosen[depth]
            search.left[kind] += 1
            kind += 1
            continue
        end = earliest_end(kinds, shape, search, depth, kind) if search.left[kind] > 0 else NEVER
        if end > kinds.latest[kind]:
            kind += 1
            continue
        if depth == size - 1:
            return True
        search.chosen[depth], search.end[depth] = kind, end
        search.free[depth] = end + kinds.recovery[kind]
        search.left[kind] -= 1
        depth, kind = depth + 1, 0
    return True


@compiled
def _list_barred(menu: Menu, kinds: Kinds, shape: Shape, trace: Whole, barred: Truth) -> None:
    """Mark every combination that cannot be done when bays are taken so long."""
    counts = np.zeros(len(kinds.duration), dtype=np.int64)
    number = 1
    while number < len(menu.parent):
        counts[:] = 0
        at = number
        while at > 0:
            counts[menu.kind[at]] += 1
            at = menu.parent[at]
        if _fits_after(kinds, shape, counts, trace):
            number += 1
            continue
        barred[number : menu.after[number]] = True
        number = menu.after[number]


@dataclass(slots=True, kw_only=True)
class Pair:
    """Two lists of one site and date, the later after the earlier."""

    earlier: int
    later: int
    bays: int
    between: int  # steps from the earlier's start to the later's
    before: Listing
    after: Listing
    _traces: Whole | None = None  # combinations of the earlier, ways, bays
    _barred: dict[bytes, Truth] = field(default_factory=dict)

    @property
    def traces(self) -> Whole:
        """Give the traces of every combination of the earlier list."""
        if self._traces is None:
            listing = self.before
            self._traces = np.zeros((len(listing.menu.parent), MOST_TRACES, self.bays), dtype=np.int64)
            _list_traces(listing.menu, listing.kinds, listing.shape, self.between, self._traces)
            soonest = int(self.after.kinds.duration.min(initial=NEVER))  # nobody comes before, so it matters to nobody
            self._traces[self._traces <= soonest] = 0
        return self._traces

    def barred_by(self, trace: Whole) -> Truth:
        """Mark the later list's combinations that cannot be done after a trace."""
        key = trace.tobytes()
        if key not in self._barred:
            listing = self.after
            barred = np.zeros(len(listing.menu.parent), dtype=np.bool_)
            _list_barred(listing.menu, listing.kinds, listing.shape, trace, barred)
            self._barred[key] = barred
        return self._barred[key]

    def barred_after(self, combination: int) -> Truth:
        """Mark the later list's combinations that no order lets follow one of the earlier's."""
        ways = np.unique(self.traces[combination], axis=0)
        barred: Truth = np.logical_and.reduce([self.barred_by(way) for way in ways])
        return barred

    def broken(self, first: dict[int, float], second: dict[int, float]) -> Cut | None:
        """Give a row these shares of combinations break: of two sets that bar each other one at most is done."""
        some = self._most_barred(first, second)
        if not some:
            return None
        ways = np.unique(np.concatenate([self.traces[number] for number in some]), axis=0)
        later: Truth = np.logical_and.reduce([self.barred_by(way) for way in ways])
        # As long taken as one of these ways or longer, whatever the order, bars as much.
        as_long: Truth = np.all(self.traces[:, :, None, :] >= ways[None, None, :, :], axis=3)
        earlier: Truth = np.all(np.any(as_long, axis=2), axis=1)
        none = np.zeros(0, dtype=np.int64)
        return Cut(
            cases=none,
            lists=none,
            coefficients=none,
            most=1,
            combinations=((self.earlier, earlier), (self.later, later)),
        )

    def _most_barred(self, first: dict[int, float], second: dict[int, float]) -> list[int]:
        """Choose combinations of the earlier list so that they and all they bar weigh most; none if that is 1 at most.

        Combinations that go together may not both be chosen: an independent set, found by a least cut.
        """
        flow = max_flow.SimpleMaxFlow()
        source, sink = 0, 1
        heads = {number: 2 + place for place, number in enumerate(first)}
        tails = {number: 2 + len(heads) + place for place, number in enumerate(second)}
        for number, share in first.items():
            flow.add_arc_with_capacity(source, heads[number], int(share * WEIGHT))
            barred = self.barred_after(number)
            for other in second:
                if not barred[other]:
                    flow.add_arc_with_capacity(heads[number], tails[other], 2 * WEIGHT)
        for number, share in second.items():
            flow.add_arc_with_capacity(tails[number], sink, int(share * WEIGHT))
        flow.solve(source, sink)
        weight = sum(first.values()) + sum(second.values()) - flow.optimal_flow() / WEIGHT
        if weight <= 1 + 10 * BROKEN_BY:
            return []
        side = set(flow.get_source_side_min_cut())
        return [number for number, head in heads.items() if head in side]


def pairs_of(tables: Tables, listings: tuple[Listing | None, ...]) -> Iterator[Pair]:
    """Pair the lists that may leave bays taken for each other."""
    for earlier, before in enumerate(listings):
        site = tables.lists[earlier].site
        if before is None or site.recovery_bays is None or site.recovery_bays > MOST_BAYS:
            continue
        there = np.flatnonzero((tables.site == tables.site[earlier]) & (tables.day == tables.day[earlier]))
        for later in there.tolist():
            after, between = listings[later], int(tables.start[later] - tables.start[earlier])
            if after is None or later == earlier or between <= 0:
                continue
            if int(before.kinds.latest.max()) <= between + int(after.kinds.duration.min()):
                yield Pair(
                    earlier=earlier, later=later, bays=site.recovery_bays, between=between, before=before, after=after
                )
