"""How a problem and a plan lie in memory: whole numbers in a row, each table found by its name.

Compiled loops pass three rows of numbers about: `world` (the problem, which stays as it is), `state` (a plan) and
`desk` (room to work in). `world` begins with a directory: for each name, where its table begins in its row and how long
its lines and layers are. Times are 5-minute steps, costs are whole cost units; cases, lists, radiologists and the rest
are named by their positions in the tables, and -1 stands for none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduler.engine.columns.tables import Whole

NOBODY = -1
NOWHERE = -1
IMPOSSIBLE = 1 << 50
EARLY = 2  # in WAITS: a case that is put back before others

NO_AXIS = -1
ENTRY = 4  # numbers in the directory for a name: where it begins, lines, places in a line, places in a layer

# The world. Axes: n cases, m lists, p radiologists, k equipment kinds, s sites, u mobile units.
_WORLD = (
    "FITS",  # n, m
    "CHEAPEST",  # n, most: the lists a case fits, cheapest first
    "COST",  # n, m
    "LATEST",  # n, m: the last step, from the list's start, at which the case may end
    "SKILLED",  # n, p
    "PERSON_COST",  # n, p
    "LEFT_OUT",  # n
    "DURATION",  # n
    "MINUTES",  # n
    "RECOVERY",  # n
    "FIRST",  # n: flagged to be first on its list
    "PINNED",  # n: the step it must start at
    "HELD",  # n: pinned, or followed by one that is
    "PROMISED",  # n: the list it was promised
    "PROMISED_STEP",  # n
    "PROMISED_FIRST",  # n: the first step there that keeps the promise
    "PROMISED_LAST",  # n
    "MOVED_COST",  # n: what another start on the promised list costs
    "NEEDS",  # n, k
    "EARLIER",  # n: the case it follows
    "LEAST_DAYS",  # n
    "MOST_DAYS",  # n
    "LATER",  # n, most: the cases that follow it
    "PATIENT",  # n: among those with several cases
    "STAFFS",  # m, p
    "LENGTH",  # m
    "OVERTIME",  # m
    "TURNAROUND",  # m
    "MOST",  # m, cases
    "START",  # m, steps since 1970
    "SITE",  # m
    "DAY",  # m, position of the date
    "DATE",  # m, ordinal
    "GROUP",  # m: lists of one site whose cases, in the room or in recovery, may meet share a group
    "MEMBERS",  # groups, most: the group's lists
    "CLASH",  # m, most: lists of the same suite that it must not run into
    "LIMITS",  # m, p, most: what a radiologist's list counts towards
    "LIMIT_MOST",  # limits
    "BAYS",  # s
    "FIXED_UNITS",  # k, s
    "UNIT_KIND",  # u
    "UNIT_SITES",  # u, s
    "PERSON_TARGET",  # p, minutes
    "SITE_TARGET",  # s, minutes
    "PRICES",  # opened, overtime a step, not first, radiologist's and site's balance a minute
)
# A plan. Each list's cases stand in order of time.
_STATE = (
    "WHERE",  # n: the list a case is on
    "COUNT",  # m
    "ORDER",  # m, most cases
    "STEP",  # m, most cases: when each starts
    "STAFF",  # m
    "TIMING",  # groups: what overtime, flags and moved starts cost there
    "PERSON_LOAD",  # p, minutes
    "SITE_LOAD",  # s, minutes
    "LIMIT_USED",  # limits
    "VISITS",  # patients, days
    "UNIT_AT",  # u, days: the site a mobile unit stands at
    "UNIT_USE",  # k, s, days: cases there that need the kind
    "TOTAL",  # 1: the plan's cost
)
_DESK = (
    "RANDOM",  # 1
    "NEW_STEP",  # m, most cases: starts being tried
    "POINTER",  # most members of a group
    "READY",  # most members
    "RUNS",  # 4, most cases of a group: start, end, recovered, case
    "POOL",  # n: cases to put back
    "KEY",  # n: what the pool is sorted by
    "POOLED",  # 1: how many are in the pool
    "WAITS",  # n: whether a case is in the pool: 1 yes, 2 and early
    "TOUCHED",  # groups: those whose times must be worked out anew
    "SHUT",  # 1: a list that takes no case this round
    "FAVOURED",  # 1: the case that is put back first
    "CHOSEN",  # 2: a list, and who opens it this round
)
_ENTRIES = {name: ENTRY * number for number, name in enumerate((*_WORLD, *_STATE, *_DESK))}
DIRECTORY = ENTRY * len(_ENTRIES)

FITS, CHEAPEST, COST, LATEST = (_ENTRIES[name] for name in ("FITS", "CHEAPEST", "COST", "LATEST"))
SKILLED, PERSON_COST, LEFT_OUT = _ENTRIES["SKILLED"], _ENTRIES["PERSON_COST"], _ENTRIES["LEFT_OUT"]
DURATION, MINUTES, RECOVERY = _ENTRIES["DURATION"], _ENTRIES["MINUTES"], _ENTRIES["RECOVERY"]
FIRST, PINNED, HELD = _ENTRIES["FIRST"], _ENTRIES["PINNED"], _ENTRIES["HELD"]
PROMISED, PROMISED_STEP = _ENTRIES["PROMISED"], _ENTRIES["PROMISED_STEP"]
PROMISED_FIRST, PROMISED_LAST = _ENTRIES["PROMISED_FIRST"], _ENTRIES["PROMISED_LAST"]
MOVED_COST, NEEDS, EARLIER = _ENTRIES["MOVED_COST"], _ENTRIES["NEEDS"], _ENTRIES["EARLIER"]
LEAST_DAYS, MOST_DAYS, LATER = _ENTRIES["LEAST_DAYS"], _ENTRIES["MOST_DAYS"], _ENTRIES["LATER"]
PATIENT, STAFFS, LENGTH = _ENTRIES["PATIENT"], _ENTRIES["STAFFS"], _ENTRIES["LENGTH"]
OVERTIME, TURNAROUND, MOST = _ENTRIES["OVERTIME"], _ENTRIES["TURNAROUND"], _ENTRIES["MOST"]
START, SITE, DAY, DATE = _ENTRIES["START"], _ENTRIES["SITE"], _ENTRIES["DAY"], _ENTRIES["DATE"]
GROUP, MEMBERS, CLASH = _ENTRIES["GROUP"], _ENTRIES["MEMBERS"], _ENTRIES["CLASH"]
LIMITS, LIMIT_MOST, BAYS = _ENTRIES["LIMITS"], _ENTRIES["LIMIT_MOST"], _ENTRIES["BAYS"]
FIXED_UNITS, UNIT_KIND, UNIT_SITES = _ENTRIES["FIXED_UNITS"], _ENTRIES["UNIT_KIND"], _ENTRIES["UNIT_SITES"]
PERSON_TARGET, SITE_TARGET, PRICES = _ENTRIES["PERSON_TARGET"], _ENTRIES["SITE_TARGET"], _ENTRIES["PRICES"]
WHERE, COUNT, ORDER, STEP, STAFF = (_ENTRIES[name] for name in ("WHERE", "COUNT", "ORDER", "STEP", "STAFF"))
TIMING, PERSON_LOAD, SITE_LOAD = _ENTRIES["TIMING"], _ENTRIES["PERSON_LOAD"], _ENTRIES["SITE_LOAD"]
LIMIT_USED, VISITS, UNIT_AT = _ENTRIES["LIMIT_USED"], _ENTRIES["VISITS"], _ENTRIES["UNIT_AT"]
UNIT_USE, TOTAL, RANDOM = _ENTRIES["UNIT_USE"], _ENTRIES["TOTAL"], _ENTRIES["RANDOM"]
NEW_STEP, POINTER, READY, RUNS = (_ENTRIES[name] for name in ("NEW_STEP", "POINTER", "READY", "RUNS"))
POOL, KEY, POOLED, WAITS, TOUCHED = (_ENTRIES[name] for name in ("POOL", "KEY", "POOLED", "WAITS", "TOUCHED"))
SHUT, FAVOURED, CHOSEN = _ENTRIES["SHUT"], _ENTRIES["FAVOURED"], _ENTRIES["CHOSEN"]

OPENED, OVERRUN, NOT_FIRST, PERSON_BALANCE, SITE_BALANCE = range(5)  # the places in PRICES


@compiled
def size(world: Whole, name: int) -> int:
    """Count a table's lines."""
    return int(world[name + 1])


@compiled
def width(world: Whole, name: int) -> int:
    """Count the places in a line of a table with two axes."""
    return int(world[name + 2])


@compiled
def depth(world: Whole, name: int) -> int:
    """Count the places along the last of three axes."""
    return int(world[name + 3])


@compiled
def spot(world: Whole, name: int, line: int) -> int:
    """Find a place of a table with one axis in its row."""
    return int(world[name] + line)


@compiled
def spot2(world: Whole, name: int, line: int, place: int) -> int:
    """Find a place of a table with two axes."""
    return int(world[name] + line * world[name + 2] + place)


@compiled
def spot3(world: Whole, name: int, layer: int, line: int, place: int) -> int:
    """Find a place of a table with three axes."""
    return int(world[name] + (layer * world[name + 2] + line) * world[name + 3] + place)


@compiled
def of(world: Whole, name: int, line: int) -> int:
    """Read the world: a table with one axis."""
    return int(world[world[name] + line])


@compiled
def of2(world: Whole, name: int, line: int, place: int) -> int:
    """Read the world: a table with two axes."""
    return int(world[world[name] + line * world[name + 2] + place])


@compiled
def of3(world: Whole, name: int, layer: int, line: int, place: int) -> int:
    """Read the world: a table with three axes."""
    return int(world[world[name] + (layer * world[name + 2] + line) * world[name + 3] + place])


def row_of(tables: Mapping[str, Whole], others: Mapping[str, Sequence[int]]) -> Whole:
    """Write the world: its tables by name, and the directory also of the other rows' tables, whose shapes are given."""
    directory = np.zeros(DIRECTORY, dtype=np.int64)
    at = DIRECTORY
    for name in _WORLD:
        at = _enter(directory, name, tables[name].shape, at)
    for row in (_STATE, _DESK):
        at = 0
        for name in row:
            at = _enter(directory, name, others[name], at)
    parts = [np.ascontiguousarray(tables[name], dtype=np.int64).reshape(-1) for name in _WORLD]
    return np.concatenate([directory, *parts])


def _enter(directory: Whole, name: str, shape: Sequence[int], at: int) -> int:
    entry = _ENTRIES[name]
    directory[entry : entry + ENTRY] = [at, *shape, *[NO_AXIS] * (ENTRY - 1 - len(shape))]
    return at + int(np.prod(shape))


def empty_state(world: Whole) -> Whole:
    """Make room for a plan."""
    return np.zeros(_total(world, _STATE), dtype=np.int64)


def empty_desk(world: Whole) -> Whole:
    """Make room to work in."""
    return np.zeros(_total(world, _DESK), dtype=np.int64)


def _total(world: Whole, names: Sequence[str]) -> int:
    return sum(int(np.prod(_shape(world, name))) for name in names)


def table(world: Whole, row: Whole, name: str) -> Whole:
    """Show a table of a row as an array of its own shape; writing to it writes to the row."""
    shape = _shape(world, name)
    begin = int(world[_ENTRIES[name]])
    return row[begin : begin + int(np.prod(shape))].reshape(shape)


def _shape(world: Whole, name: str) -> tuple[int, ...]:
    entry = _ENTRIES[name]
    return tuple(int(length) for length in world[entry + 1 : entry + ENTRY] if length != NO_AXIS)
