"""Duals: what one more of each row's right-hand side would save, and the whole charges a proof is made with."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scheduler.engine.columns.tables import Whole

    Real = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duals:
    """One number per row, sort by sort. Rows are "at most" but for the cases', so all other duals are 0 or less."""

    case: Real
    session: Real
    limit: Real
    person: Real
    site: Real
    unit: Real  # per (kind, list) that depends on mobile units
    cut: Real

    def towards(self, other: Duals, share: float) -> Duals:
        """Go part of the way to other duals; rows made since count as nothing there."""

        def mix(name: str) -> Real:
            here, there = getattr(self, name), getattr(other, name)
            mixed: Real = (1 - share) * here + share * padded(there, len(here))
            return mixed

        return duals_of(mix)

    def squared(self) -> float:
        """Give the square of the length."""
        return float(sum(np.dot(part, part) for part in (getattr(self, each.name) for each in fields(self))))


def duals_of(part: Callable[[str], Real]) -> Duals:
    """Make duals sort by sort."""
    return Duals(**{each.name: part(each.name) for each in fields(Duals)})


def padded(part: Real, size: int) -> Real:
    """Give rows made since no price."""
    padded = np.zeros(size)
    padded[: len(part)] = part
    return padded


@dataclass(frozen=True, slots=True, kw_only=True)
class Charges:
    """Duals in whole 1/4096ths with the sign a proof needs; all but `case` are charges, 0 or more."""

    case: Whole
    limit: Whole
    person: Whole
    site: Whole
    unit: Whole
    cut: Whole
