"""Chance that repeats itself: one stream of random numbers for each part of a problem."""

from __future__ import annotations

from random import Random
from typing import TypeVar

Thing = TypeVar("Thing")


def stream(seed: int, part: str) -> Random:
    """Give this part's stream; more drawn for one part never shifts another."""
    return Random(f"{seed}/{part}")


def one_of(chance: Random, shares: dict[Thing, float]) -> Thing:
    """Choose one by the shares, which need not add up to one."""
    return chance.choices(list(shares), weights=list(shares.values()))[0]
