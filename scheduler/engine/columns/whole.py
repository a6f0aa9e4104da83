"""A whole choice of columns as an answer: who does each list, when each case starts, where mobile units stand."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduler.engine.answer import Answer
from scheduler.engine.columns.timing import times_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from scheduler.engine.columns.child import Choice
    from scheduler.engine.columns.pricing import Column
    from scheduler.engine.columns.tables import Tables

    Spot = tuple[int, int]  # kind, day


def answer_of(tables: Tables, choices: Iterable[Column | Choice]) -> Answer:
    """Time a choice and place its units; a case for which that cannot be done, and any that follows it, is left out."""
    choices = list(choices)
    steps = times_of(tables, choices)
    where = {case: choice.session for choice in choices for case in choice.cases if case in steps}
    placed = _placements(tables, where)
    where = {case: session for case, session in where.items() if _served(tables, case, session, placed)}
    _drop_followers(tables, where)
    staff = {choice.session: choice.person for choice in choices if any(case in where for case in choice.cases)}
    return Answer(
        bookings={tables.cases[case].id: (tables.lists[session].id, steps[case]) for case, session in where.items()},
        staff={tables.lists[session].id: tables.people[person].id for session, person in staff.items()},
        placed=frozenset(
            (unit, _date(tables, day), tables.sites[site].id)
            for (_, day), units in placed.items()
            for site, unit in units.items()
        ),
    )


def _placements(tables: Tables, where: dict[int, int]) -> dict[Spot, dict[int, str]]:
    """Choose, by kind and day, which mobile unit goes to which site that needs one."""
    needy: dict[Spot, set[int]] = defaultdict(set)
    for case, session in where.items():
        site = int(tables.site[session])
        for kind in range(len(tables.kinds)):
            if tables.needs[case, kind] and not tables.fixed_units[kind, site]:
                needy[kind, int(tables.day[session])].add(site)
    return {spot: matched_units(tables, spot[0], sorted(sites)) for spot, sites in sorted(needy.items())}


def matched_units(tables: Tables, kind: int, sites: list[int]) -> dict[int, str]:
    """Match sites with units that may go there, as many as can be (augmenting paths)."""
    reach = {unit.id: unit.sites for unit in tables.mobile if unit.kind == tables.kinds[kind]}
    holder: dict[str, int] = {}

    def find(site: int, tried: set[str]) -> bool:
        for unit, there in reach.items():
            if tables.sites[site].id in there and unit not in tried:
                tried.add(unit)
                if unit not in holder or find(holder[unit], tried):
                    holder[unit] = site
                    return True
        return False

    for site in sites:
        find(site, set())
    return {site: unit for unit, site in holder.items()}


def _served(tables: Tables, case: int, session: int, placed: dict[Spot, dict[int, str]]) -> bool:
    """Tell whether every kind the case needs is at its site that day."""
    site, day = int(tables.site[session]), int(tables.day[session])
    return all(
        tables.fixed_units[kind, site] or site in placed.get((kind, day), {})
        for kind in range(len(tables.kinds))
        if tables.needs[case, kind]
    )


def _drop_followers(tables: Tables, where: dict[int, int]) -> None:
    """Take out every case whose first is not booked in time for it, until none is left."""
    number = {case.id: place for place, case in enumerate(tables.cases)}
    dropped = True
    while dropped:
        dropped = False
        for case in list(where):
            follows = tables.cases[case].follows
            if follows is None:
                continue
            first = where.get(number[follows.case])
            gap = -1 if first is None else int(tables.day[where[case]] - tables.day[first])
            if gap < follows.min_days or (follows.max_days is not None and gap > follows.max_days):
                del where[case]
                dropped = True


def _date(tables: Tables, day: int) -> date:
    return next(facts.date for facts in tables.lists if facts.date.toordinal() == day)
