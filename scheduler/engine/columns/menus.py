"""Menus: every combination of kinds of case one list can hold, with the least each costs in overtime and flags.

Only what a list sees of a case makes its kind, so a menu is short and is listed once for all lists of one shape.
For a fixed order, starting each case as early as possible is best: every rule within a list says that an end comes no
earlier than something that follows from the ends before it. A case that recovers ends when a bay is free, as there is
no waiting in the suite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scheduler.engine.columns.tables import NEVER, SCALE
from scheduler.engine.compiled import compiled

if TYPE_CHECKING:
    from scheduler.engine.columns.tables import Tables, Whole

MOST_COMBINATIONS = 60_000  # a longer menu is not listed
MOST_ON_A_LIST = 16  # cases
MOST_STEPS = 50_000  # for the order of one combination; past it the combination passes for what it costs without bays
IMPOSSIBLE = -1


class Kinds(NamedTuple):
    """What a list sees of its cases, kind by kind, in steps from its start."""

    duration: Whole
    recovery: Whole  # 0 where no bay is taken
    release: Whole  # the earliest start, 0 unless pinned
    latest: Whole  # the latest end
    first: Whole  # 1 if flagged to be first


class Shape(NamedTuple):
    """What a list offers: steps, bays, cases, and the prices of overtime and of a flag not kept."""

    length: int
    turnaround: int
    bays: int
    most: int
    opened: int
    overtime: int
    not_first: int


class Menu(NamedTuple):
    """Combinations as a tree in preorder: each is its parent with one more case, of the same kind or a later one."""

    parent: Whole
    kind: Whole
    rank: Whole  # how many of that kind the parent holds
    after: Whole  # the next combination that is not a descendant
    cost: Whole


class Search(NamedTuple):
    """Room to try the orders of one combination, level by level."""

    left: Whole  # kinds: how many are still to come
    chosen: Whole
    end: Whole
    free: Whole  # when the bay is free again


@compiled
def earliest_end(kinds: Kinds, shape: Shape, search: Search, depth: int, kind: int) -> int:
    """Give the earliest end of a case of this kind after the cases before it."""
    start = kinds.release[kind]
    if depth > 0:
        start = max(start, search.end[depth - 1] + shape.turnaround)
    end = start + kinds.duration[kind]
    if kinds.recovery[kind] == 0:
        return int(end)
    while True:
        taken, soonest = 0, NEVER * 2
        for place in range(depth):
            if search.free[place] > end:
                taken += 1
                soonest = min(soonest, search.free[place])
        if taken < shape.bays:
            return int(end)
        end = soonest


@compiled
def _cost_without_bays(kinds: Kinds, shape: Shape, counts: Whole) -> int:
    """Price a combination as if its cases could follow each other without a gap, one flag kept."""
    ready, flagged = 0, 0
    for kind in range(len(counts)):
        ready += counts[kind] * (kinds.duration[kind] + shape.turnaround)
        flagged += counts[kind] * kinds.first[kind]
    over = max(0, ready - shape.turnaround - shape.length)
    return int(shape.opened + shape.overtime * over + shape.not_first * max(0, flagged - 1))


@compiled
def least_cost(kinds: Kinds, shape: Shape, counts: Whole, search: Search) -> int:
    """Give the least a combination costs in any order that keeps the rules of one list, or IMPOSSIBLE."""
    size, flagged, ahead = 0, 0, 0
    for kind in range(len(counts)):
        search.left[kind] = counts[kind]
        size += counts[kind]
        flagged += counts[kind] * kinds.first[kind]
        ahead += counts[kind] * (kinds.duration[kind] + shape.turnaround)
    least, best, latest = _cost_without_bays(kinds, shape, counts), IMPOSSIBLE, kinds.latest.max()
    depth, kind = 0, 0
    for _ in range(MOST_STEPS):
        if kind == len(counts):  # every kind has been tried here: go back and try the next
            depth -= 1
            if depth < 0:
                return int(best)
            kind = search.chosen[depth]
            search.left[kind] += 1
            ahead += kinds.duration[kind] + shape.turnaround
            kind += 1
            continue
        if search.left[kind] == 0:
            kind += 1
            continue
        end = earliest_end(kinds, shape, search, depth, kind)
        opener = kind if depth == 0 else search.chosen[0]
        late = flagged - kinds.first[opener]
        done = end + ahead - kinds.duration[kind] - shape.turnaround  # if nothing after it has to wait
        cost = shape.opened + shape.overtime * max(0, done - shape.length) + shape.not_first * late
        if end > kinds.latest[kind] or done > latest or (best != IMPOSSIBLE and cost >= best):
            kind += 1
            continue
        search.chosen[depth], search.end[depth] = kind, end
        search.free[depth] = end + kinds.recovery[kind]
        if depth == size - 1:
            best = cost
            if best == least:
                return int(best)
            kind += 1
            continue
        search.left[kind] -= 1
        ahead -= kinds.duration[kind] + shape.turnaround
        depth, kind = depth + 1, 0
    return int(least)


@compiled
def _slot_of(seen: Whole, key: int) -> int:
    """Give where a key is or would be in a table with open addressing."""
    at = (key ^ (key >> 31)) & (len(seen) - 1)
    while seen[at] not in (0, key):
        at = (at + 1) & (len(seen) - 1)
    return int(at)


@compiled
def _parts_listed(counts: Whole, marks: Whole, seen: Whole, key: int) -> bool:
    """Tell whether the combination with any one case less has been listed: if not, this one cannot be done either."""
    for kind in range(len(counts)):
        if counts[kind] > 0 and key != marks[kind]:
            less = key - marks[kind]
            if seen[_slot_of(seen, less)] != less:
                return False
    return True


@compiled
def _list_menu(kinds: Kinds, shape: Shape, menu: Menu, marks: Whole, seen: Whole) -> int:
    """List the combinations into the room given; give how many there are, or IMPOSSIBLE if there is no room for all.

    Later kinds go first, so that a combination's parts are listed before it.
    """
    counts = np.zeros(len(kinds.duration), dtype=np.int64)
    search = Search(
        np.zeros(len(counts), dtype=np.int64),
        np.zeros(MOST_ON_A_LIST + 1, dtype=np.int64),
        np.zeros(MOST_ON_A_LIST + 1, dtype=np.int64),
        np.zeros(MOST_ON_A_LIST + 1, dtype=np.int64),
    )
    here, size, listed, key, kind = 0, 0, 1, np.int64(0), len(counts) - 1
    while True:
        if kind < menu.kind[here]:  # kinds ascend along a branch, and all have been tried here
            menu.after[here] = listed
            if here == 0:
                return listed
            kind = menu.kind[here]
            counts[kind] -= 1
            size, key = size - 1, key - marks[kind]
            here, kind = menu.parent[here], kind - 1
            continue
        counts[kind] += 1
        cost = IMPOSSIBLE
        if size < shape.most and _parts_listed(counts, marks, seen, key + marks[kind]):
            cost = least_cost(kinds, shape, counts, search)
        if cost == IMPOSSIBLE:
            counts[kind] -= 1
            kind -= 1
            continue
        if listed == len(menu.parent) or size == MOST_ON_A_LIST:
            return IMPOSSIBLE
        menu.parent[listed], menu.kind[listed] = here, kind
        menu.rank[listed], menu.cost[listed] = counts[kind] - 1, cost
        size, key = size + 1, key + marks[kind]
        seen[_slot_of(seen, key)] = key
        here, listed, kind = listed, listed + 1, len(counts) - 1


def list_menu(kinds: Kinds, shape: Shape) -> Menu | None:
    """List every combination, none first; None if there are too many."""
    room = Menu(*(np.zeros(MOST_COMBINATIONS, dtype=np.int64) for _ in Menu._fields))
    marks = np.random.default_rng(0).integers(1 << 40, 1 << 58, len(kinds.duration))
    seen = np.zeros(1 << (4 * MOST_COMBINATIONS).bit_length(), dtype=np.int64)
    listed = _list_menu(kinds, shape, room, marks, seen)
    return None if listed == IMPOSSIBLE else Menu(*(column[:listed].copy() for column in room))


@compiled
def find(menu: Menu, kinds: Whole) -> int:
    """Give the number of the combination of these kinds, which ascend; IMPOSSIBLE if the list cannot hold it."""
    here = 0
    for wanted in kinds:
        last = menu.after[here]
        here += 1
        while here < last and menu.kind[here] != wanted:
            here = menu.after[here]
        if here >= last:
            return IMPOSSIBLE
    return here


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A menu with what it was listed from."""

    menu: Menu
    kinds: Kinds
    shape: Shape


def listings_of(tables: Tables) -> tuple[tuple[Listing | None, ...], Whole]:
    """Give each list's menu (None if it is too long to list), and each case's kind there.

    Recovery tells kinds apart only where bays could run out: on the list itself, or with another list of that date.
    """
    kind = np.zeros(tables.fits.shape, dtype=np.int64)
    known: dict[tuple[Shape, bytes], Listing | None] = {}
    found: list[Listing | None] = []
    for session in range(len(tables.lists)):
        listing = None
        for heeded in (True, False) if _bays_matter(tables, session) else (False,):
            listing = _listing_of(tables, session, kind, known, bays_heeded=heeded)
            if listing is not None:
                break
        found.append(listing)
    return tuple(found), kind


def _bays_matter(tables: Tables, session: int) -> bool:
    fitting, bays = np.flatnonzero(tables.fits[:, session]), tables.lists[session].site.recovery_bays
    if bays is None:
        return False
    room = int(tables.length[session] + tables.overtime[session] + tables.turnaround[session])
    shortest = int((tables.duration[fitting] + tables.turnaround[session]).min(initial=room))
    shared = ((tables.site == tables.site[session]) & (tables.day == tables.day[session])).sum() > 1
    return bool(shared or bays * shortest < room)


def _listing_of(
    tables: Tables,
    session: int,
    kind: Whole,
    known: dict[tuple[Shape, bytes], Listing | None],
    *,
    bays_heeded: bool,
) -> Listing | None:
    """List a menu, unless one like it is known, and write the kinds of the list's cases."""
    fitting = np.flatnonzero(tables.fits[:, session])
    if not len(fitting):
        return None
    bays = tables.lists[session].site.recovery_bays if bays_heeded else None
    shape = _shape_of(tables, session, NEVER if bays is None else bays)
    recovery = tables.recovery[fitting] * bays_heeded
    rows, kind[fitting, session] = np.unique(_kinds_of(tables, session, fitting, recovery), axis=0, return_inverse=True)
    key = (shape, rows.tobytes())
    if key not in known:
        kinds = Kinds(*np.ascontiguousarray(rows.T))
        menu = list_menu(kinds, shape)
        known[key] = None if menu is None else Listing(menu=menu, kinds=kinds, shape=shape)
    return known[key]


def _shape_of(tables: Tables, session: int, bays: int) -> Shape:
    return Shape(
        length=int(tables.length[session]),
        turnaround=int(tables.turnaround[session]),
        bays=bays,
        most=int(tables.most[session]),
        opened=tables.opened_cost * SCALE,
        overtime=tables.overtime_cost * SCALE,
        not_first=tables.not_first_cost * SCALE,
    )


def _kinds_of(tables: Tables, session: int, fitting: Whole, recovery: Whole) -> Whole:
    """Give one row per case, in the order of Kinds."""
    latest = tables.latest_end[fitting, session]
    release = tables.pinned_step[fitting]
    held = release >= 0
    return np.column_stack(
        [
            tables.duration[fitting],
            recovery,
            np.where(held, release, 0),
            np.where(held, np.minimum(latest, release + tables.duration[fitting]), latest),
            tables.first[fitting].astype(np.int64),
        ]
    )
