"""The best list for each waiting case, worked out once for each state of the memory and kept until it changes."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from db import audit, standing
from db.list_names import list_names
from db.mapping import ref_of
from scheduler.explain.places import best_place
from scheduler.explain.surroundings import surroundings_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from sqlmodel import Session

    from db.standing import Standing

KEPT = 4  # states of the memory whose answers are kept
SECONDS_AT_ONCE = 0.4  # a page is drawn with what is known by then; the rest follows when it asks again

Key = tuple[int, "date", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPlace:
    """The list a case would best go on, nobody else moving; without a list, why there is none."""

    ref: str
    list: str | None = None
    start: datetime | None = None
    where: str = ""
    radiologist: str | None = None
    says: str = ""


@dataclass(slots=True)
class _Kept:
    stands: Standing
    names: Mapping[str, str]
    known: dict[str, FirstPlace] = field(default_factory=dict)


_KEPT: OrderedDict[Key, _Kept] = OrderedDict()
_TURN = Lock()


def first_places(
    session: Session,
    refs: Sequence[str],
    *,
    start: date,
    end: date,
    now: datetime,
    seconds: float = SECONDS_AT_ONCE,
    clock: Callable[[], float] = time.monotonic,
) -> Mapping[str, FirstPlace]:
    """Give the best list of these cases, in their order, as far as the time goes; ask again for the others."""
    with _TURN:
        kept = _kept(session, start, end, now)
        until = clock() + seconds
        for ref in refs:
            if ref not in kept.known:
                kept.known[ref] = _found(kept, ref)
                if clock() >= until:
                    break
        return {ref: kept.known[ref] for ref in refs if ref in kept.known}


def _kept(session: Session, start: date, end: date, now: datetime) -> _Kept:
    """Every write tells the trail, so its position is the version of everything."""
    key = (audit.head(session)[0], start, end)
    if key not in _KEPT:
        while len(_KEPT) >= KEPT:
            _KEPT.popitem(last=False)
        stands = standing.standing(session, start=start, end=end, now=now)
        _KEPT[key] = _Kept(stands, list_names(session, stands.problem.lists))
    return _KEPT[key]


def _found(kept: _Kept, ref: str) -> FirstPlace:
    stands, names = kept.stands, kept.names
    problem = stands.problem
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
        where=names[spot.entry.list.id],
        radiologist=person.name if person else None,
    )
