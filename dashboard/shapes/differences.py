"""Two versions of one thing, side by side."""

from __future__ import annotations

from collections.abc import Iterable

from dashboard.shapes.markup import Cell


def differing(shown: Iterable[tuple[str, str]], now: Iterable[tuple[str, str]]) -> list[list[Cell | str]]:
    """What differs between the facts as they were shown and as they are; one that is gone or new stands empty."""
    before, after = dict(shown), dict(now)
    names = dict.fromkeys([*before, *after])
    return [[name, before.get(name, ""), after.get(name, "")] for name in names if before.get(name) != after.get(name)]
