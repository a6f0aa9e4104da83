"""A known fault is put into the code, and machines walk until a check fails."""

from __future__ import annotations

from scripts.walks import desk_bugs  # noqa: F401  it enters its faults beside the others
from scripts.walks.bugs import Bug
from scripts.walks.clinic import Place
from scripts.walks.walking import Walk, walk

MOST_MACHINES = 400


class StaleFaultError(Exception):
    """A fault that no longer fits the code it is put into, so that finding it would say nothing."""


def hunt(place: Place, bug: Bug, *, steps: int, first: int = 0) -> tuple[Walk | None, int]:
    """Give the walk that found the fault, None if none did, and the steps that all of them took.

    Raises:
        StaleFaultError: the walk broke because the fault does not fit the code, not because a check saw it.

    """
    taken = 0
    for seed in range(first, first + MOST_MACHINES):
        with bug.put_in():
            found = walk(place, seed, steps)
        taken += len(found.acts)
        if not found.fits:
            raise StaleFaultError(f"{bug.name} no longer fits the code, so mend the fault itself: {found.says}")
        if found.broke:
            return found, taken
    return None, taken
