"""The best list for each waiting case, worked out a few at a time."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import standing
from db.mapping import ref_of
from scheduler.explain.places import best_place
from scheduler.explain.surroundings import surroundings_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from db.standing import Standing

SECONDS_AT_ONCE = 0.4  # a page is drawn with what is known by then; the rest follows when it asks again


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPlace:
    """The list a case would best go on, nobody else moving; without a list, why there is none."""

    ref: str
    list: str | None = None
    start: datetime | None = None
    where: str = ""
    radiologist: str | None = None
    says: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands, and the best lists that were found in it so far."""

    stands: Standing
    name: Callable[[str], str]  # of a list, as people call it
    known: dict[str, FirstPlace]


def first_places(
    found: Found,
    refs: Sequence[str],
    *,
    seconds: float = SECONDS_AT_ONCE,
    clock: Callable[[], float] = time.monotonic,
) -> Mapping[str, FirstPlace]:
    """Give the best list of these cases, in their order, as far as the time goes; ask again for the others."""
    until = clock() + seconds
    for ref in refs:
        if ref not in found.known:
            found.known[ref] = _found(found, ref)
            if clock() >= until:
                break
    return {ref: found.known[ref] for ref in refs if ref in found.known}


def _found(found: Found, ref: str) -> FirstPlace:
    stands, problem = found.stands, found.stands.problem
    left = next((one for one in stands.left_out if ref_of(one.case) == ref), None)
    if left is not None:
        return FirstPlace(ref=ref, says=" ".join(left.reasons))
    case = standing.waiting_id(problem, ref)
    if case is None:
        return FirstPlace(ref=ref, says="It no longer waits for a place.")
    best = best_place(surroundings_of(problem, stands.plan, case))
    if best is None:
        return FirstPlace(ref=ref, says="No list of the coming weeks takes it as things stand.")
    spot = best[0]
    person = problem.radiologist_by_id.get(spot.staff[0]) if spot.staff else None
    return FirstPlace(
        ref=ref,
        list=spot.entry.list.id,
        start=problem.local(spot.entry.start),
        where=found.name(spot.entry.list.id),
        radiologist=person.name if person else None,
    )
