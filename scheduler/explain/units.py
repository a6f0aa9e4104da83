"""Mobile units are where a date's cases need them, when there are enough of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from scheduler.diary import Entry
    from scheduler.explain.excerpt import Placing
    from scheduler.explain.surroundings import Surroundings
    from scheduler.problem import EquipmentUnit, SchedulingProblem


def placing_for(around: Surroundings, entry: Entry) -> Placing:
    """Give where that date's mobile units are once the case is booked: as now unless a unit must move.

    Left as now when the units do not suffice wherever they are; the equipment rule then says so.
    """
    if not entry.case.equipment:
        return {}
    day = entry.list.date
    placing = {key: sites for key, sites in around.without.placements.items() if key[1] == day}
    entries = (*around.needing.get(day, ()), entry)
    for kind in set(entry.case.equipment):
        placing = _placing_of_kind(around.problem, kind, day, entries, placing)
    return placing


def _placing_of_kind(
    problem: SchedulingProblem, kind: str, day: date, entries: Iterable[Entry], placing: Placing
) -> dict[tuple[str, date], tuple[str, ...]]:
    mobile = [unit for unit in problem.equipment if unit.kind == kind and unit.mobile]
    wanted = _wanted(problem, kind, entries)
    there = Counter(site for unit in mobile for site in placing.get((unit.id, day), ()))
    if all(there[site] >= count for site, count in wanted.items()):
        return dict(placing)
    matched = _match([site for site, count in sorted(wanted.items()) for _ in range(count)], mobile)
    if matched is None:
        return dict(placing)
    others = {key: sites for key, sites in placing.items() if key[0] not in {unit.id for unit in mobile}}
    return {**others, **{(unit, day): (site,) for unit, site in matched.items()}}


def _wanted(problem: SchedulingProblem, kind: str, entries: Iterable[Entry]) -> dict[str, int]:
    """Count the mobile units each site needs besides its own: its busiest moment less its fixed units."""
    by_site: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_site[entry.list.site.id].extend(entry for needed in entry.case.equipment if needed == kind)
    fixed = Counter(unit.sites[0] for unit in problem.equipment if unit.kind == kind and not unit.mobile)
    return {site: max(0, _busiest(group) - fixed[site]) for site, group in by_site.items()}


def _busiest(entries: list[Entry]) -> int:
    """Count the cases running at the busiest moment."""
    return max((sum(other.start <= entry.start < other.end for other in entries) for entry in entries), default=0)


def _match(sites: list[str], units: list[EquipmentUnit]) -> dict[str, str] | None:
    """Give each place a unit that may be there, by augmenting paths; None when there is no way."""
    at: dict[str, int] = {}  # the place each unit fills
    for place in range(len(sites)):
        if not _fill(place, sites, units, at, set()):
            return None
    return {unit: sites[place] for unit, place in at.items()}


def _fill(place: int, sites: list[str], units: list[EquipmentUnit], at: dict[str, int], tried: set[str]) -> bool:
    for unit in units:
        if sites[place] in unit.sites and unit.id not in tried:
            tried.add(unit.id)
            if unit.id not in at or _fill(at[unit.id], sites, units, at, tried):
                at[unit.id] = place
                return True
    return False
