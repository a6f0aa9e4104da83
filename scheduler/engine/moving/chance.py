"""Random numbers that are the same on every machine: xorshift64* (Vigna, 2016, ACM TOMS 42(4))."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.compiled import compiled

if TYPE_CHECKING:
    from scheduler.engine.columns.tables import Whole

# The generator's state is the first number of the desk.
MULTIPLIER = np.uint64(0x2545F4914F6CDD1D)
A, B, C, DOWN = np.uint64(12), np.uint64(25), np.uint64(27), np.uint64(11)
UNIT = 1.0 / (1 << 53)


@compiled
def share(desk: Whole) -> float:
    """Give a number from 0 to 1, 1 excluded."""
    state = np.uint64(desk[0])
    state ^= state >> A
    state ^= state << B
    state ^= state >> C
    desk[0] = np.int64(state)
    return ((state * MULTIPLIER) >> DOWN) * UNIT


@compiled
def below(desk: Whole, limit: int) -> int:
    """Give a whole number from 0 to limit, limit excluded."""
    return int(share(desk) * limit)
