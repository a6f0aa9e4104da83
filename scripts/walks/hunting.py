"""A known fault is put into the code, and machines walk until a check fails."""

from __future__ import annotations

from scripts.walks import desk_bugs  # noqa: F401  it enters its faults beside the others
from scripts.walks.bugs import Bug
from scripts.walks.clinic import Place
from scripts.walks.walking import Walk, walk

MOST_MACHINES = 60


def hunt(place: Place, bug: Bug, *, steps: int, first: int = 0) -> tuple[Walk | None, int]:
    """Give the walk that found the fault, None if none did, and the steps that all of them took."""
    taken = 0
    for seed in range(first, first + MOST_MACHINES):
        with bug.put_in():
            found = walk(place, seed, steps)
        taken += len(found.acts)
        if found.broke:
            return found, taken
    return None, taken
