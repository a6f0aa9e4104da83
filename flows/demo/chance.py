"""Chance that repeats itself: every stream of random numbers comes from the seed and a name."""

from __future__ import annotations

from random import Random


def stream(seed: int, *names: object) -> Random:
    """Give the stream with this name; one stream never shifts another, however much is drawn from it."""
    return Random("/".join(str(part) for part in (seed, *names)))  # noqa: S311  invented people need no secrecy
