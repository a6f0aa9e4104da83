"""The most valuable set of cases for a list whose combinations are too many to list: bays are left out.

Cases follow each other without a gap, by latest end. That order is the right one: if any order meets every latest end,
this one does (Jackson's rule, 1955). A case flagged to be first is taken at its word once a list, whatever its place,
so a set's worth is never underrated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from scheduler.engine.compiled import compiled

if TYPE_CHECKING:
    from scheduler.engine.columns.tables import Truth, Whole

WORTHLESS = -(1 << 50)
IMPOSSIBLE = -1


class Line(NamedTuple):
    """Cases on one list, in steps from its start, and what the list costs in 1/4096ths."""

    duration: Whole
    latest: Whole
    first: Whole
    length: int
    overtime: int
    turnaround: int
    most: int
    opened_cost: int
    overtime_cost: int
    not_first_cost: int


@compiled
def best_in_line(line: Line, values: Whole) -> tuple[int, Truth]:
    """Give the best worth, 0 or more, and which cases give it.

    A state is (cases so far, a flagged one honoured, step at which the suite is ready again).
    """
    order = np.argsort(line.latest * 1_000 + line.duration, kind="mergesort")
    steps = line.length + line.overtime + line.turnaround + 1
    counts = min(line.most, len(order)) + 1
    state = np.full((counts, 2, steps), WORTHLESS, dtype=np.int64)
    state[0, 0, 0] = 0
    taken = np.zeros((len(order), counts, 2, steps), dtype=np.int8)
    for place in range(len(order)):
        _take(line, values, order[place], state, taken[place])
    best, count, honour, ready = 0, 0, 0, 0
    for number in range(1, counts):
        for honoured in range(2):
            for step in range(steps):
                over = max(0, step - line.turnaround - line.length)
                worth = state[number, honoured, step] - line.opened_cost - line.overtime_cost * over
                if worth > best:
                    best, count, honour, ready = worth, number, honoured, step
    chosen = np.zeros(len(order), dtype=np.bool_)
    for place in range(len(order) - 1, -1, -1):
        how = taken[place, count, honour, ready]
        if how > 0:
            chosen[order[place]] = True
            count, ready = count - 1, ready - line.duration[order[place]] - line.turnaround
            if how == 2:
                honour = 0
    return best, chosen


@compiled
def _take(line: Line, values: Whole, case: int, state: Whole, taken: Whole) -> None:
    """Let every state take the case, or not. `taken`: 1 taken, 2 taken and honoured as first."""
    shift = line.duration[case] + line.turnaround
    last = min(line.latest[case] + line.turnaround, state.shape[2] - 1)
    flagged = line.first[case] > 0
    plain = values[case] - (line.not_first_cost if flagged else 0)
    for count in range(state.shape[0] - 1, 0, -1):
        for ready in range(last, shift - 1, -1):
            for honour in range(2):
                found = state[count - 1, honour, ready - shift] + plain
                if found > state[count, honour, ready]:
                    state[count, honour, ready] = found
                    taken[count, honour, ready] = 1
            found = state[count - 1, 0, ready - shift] + values[case]
            if flagged and found > state[count, 1, ready]:
                state[count, 1, ready] = found
                taken[count, 1, ready] = 2


@compiled
def priced_in_line(line: Line) -> int:
    """Give what the cases cost in overtime, opening and flags; IMPOSSIBLE if they do not fit."""
    order = np.argsort(line.latest * 1_000 + line.duration, kind="mergesort")
    if len(order) > line.most:
        return IMPOSSIBLE
    ready, flagged = 0, 0
    for case in order:
        if ready + line.duration[case] > line.latest[case]:
            return IMPOSSIBLE
        ready += line.duration[case] + line.turnaround
        flagged += line.first[case]
    over = max(0, ready - line.turnaround - line.length)
    return line.opened_cost + line.overtime_cost * over + line.not_first_cost * max(0, flagged - 1)
