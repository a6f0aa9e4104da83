"""What lists share besides their cases: a radiologist's time, and mobile units by date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.engine.columns.pricing import Slot
    from scheduler.engine.columns.tables import Tables
    from scheduler.problem import SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLimit:
    """One radiologist does at most so many of these lists."""

    person: int
    lists: frozenset[int]
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDay:
    """One mobile unit on one date, with the lists it would serve at each site it could stand at."""

    kind: int
    lists_by_site: tuple[tuple[int, ...], ...]


def staff_limits(problem: SchedulingProblem, tables: Tables) -> tuple[StaffLimit, ...]:
    """List what keeps a radiologist from doing lists together."""
    return tuple(limit for person in range(len(tables.people)) for limit in _limits_of(problem, tables, person))


def _limits_of(problem: SchedulingProblem, tables: Tables, person: int) -> Iterator[StaffLimit]:
    who = tables.people[person]
    could = np.flatnonzero(tables.staffs[:, person])
    for day in np.unique(tables.day[could]):
        today = could[tables.day[could] == day].tolist()
        for clique in _cliques(problem, tables, today):
            yield StaffLimit(person=person, lists=clique, most=1)
        if who.max_sessions_per_day is not None and who.max_sessions_per_day < len(today):
            yield StaffLimit(person=person, lists=frozenset(today), most=who.max_sessions_per_day)
    for week in np.unique(tables.week[could]):
        lists = frozenset(could[tables.week[could] == week].tolist())
        if who.max_sessions_per_week is not None and who.max_sessions_per_week < len(lists):
            yield StaffLimit(person=person, lists=lists, most=who.max_sessions_per_week)


def _cliques(problem: SchedulingProblem, tables: Tables, today: list[int]) -> Iterator[frozenset[int]]:
    """Cover the pairs of lists one person cannot both do with groups of which only one can be done."""
    clash = {one: {other for other in today if other != one and _clash(problem, tables, one, other)} for one in today}
    pairs = {(one, other) for one in today for other in clash[one] if one < other}
    while pairs:
        one, other = min(pairs)
        clique, common = [one, other], clash[one] & clash[other]
        while common:
            third = min(common)
            clique.append(third)
            common &= clash[third]
        yield frozenset(clique)
        pairs -= {(low, high) for low in clique for high in clique}


def _clash(problem: SchedulingProblem, tables: Tables, one: int, other: int) -> bool:
    """Tell whether one person cannot do both lists: they overlap, or leave no time for the journey."""
    first, second = sorted((tables.lists[one], tables.lists[other]), key=lambda facts: (facts.start, facts.end))
    if second.start < first.end:
        return True
    return second.start < first.end + problem.minutes_between(first.site.id, second.site.id)


def unit_days(tables: Tables, slots: tuple[Slot, ...]) -> tuple[UnitDay, ...]:
    """List the mobile units by date, where lists depend on them."""
    wanted = sorted({(kind, slot.session) for slot in slots for kind in slot.kinds})
    found = []
    for unit in tables.mobile:
        kind = tables.kinds.index(unit.kind)
        sites = [number for number, site in enumerate(tables.sites) if site.id in unit.sites]
        for day in sorted({int(tables.day[session]) for which, session in wanted if which == kind}):
            lists = [session for which, session in wanted if which == kind and tables.day[session] == day]
            by_site = [tuple(session for session in lists if tables.site[session] == site) for site in sites]
            if any(by_site):
                found.append(UnitDay(kind=kind, lists_by_site=tuple(group for group in by_site if group)))
    return tuple(found)
