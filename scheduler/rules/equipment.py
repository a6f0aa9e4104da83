"""There are enough machines of each kind for the cases running, and a mobile one is at one site a date."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ortools.sat.python import cp_model

    from scheduler.diary import Diary, Entry
    from scheduler.problem import Case, EquipmentUnit, ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

    Spot = tuple[str, str, date]  # kind, site, date

NAME = "equipment"


def _fixed(problem: SchedulingProblem, kind: str, site: str) -> int:
    """Count the units of a kind that never leave a site."""
    return sum(unit.kind == kind and unit.sites == (site,) for unit in problem.equipment)


def _visitors(problem: SchedulingProblem, kind: str, site: str) -> list[EquipmentUnit]:
    """List the mobile units of a kind that may come to a site."""
    return [unit for unit in problem.equipment if unit.kind == kind and unit.mobile and site in unit.sites]


def bars_place(problem: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether the site never has a unit the case needs."""
    here = {unit.kind for unit in problem.equipment if facts.site.id in unit.sites}
    return not here.issuperset(case.equipment)


def enforce(model: PlanningModel) -> None:
    """Keep the cases that need a kind within its units at each site, and each mobile unit at one site a date."""
    model.bar_places(bars_place)
    spots: dict[Spot, list[tuple[Case, ListFacts]]] = defaultdict(list)
    for case in model.problem.cases:
        for kind in case.equipment:
            for facts in model.options(case.id):
                spots[kind, facts.site.id, facts.date].append((case, facts))
    placed: dict[tuple[str, date], list[cp_model.IntVar]] = defaultdict(list)
    for spot, places in spots.items():
        _post_spot(model, spot, places, placed)
    for literals in placed.values():
        model.cp.add_at_most_one(literals)


def _post_spot(
    model: PlanningModel,
    spot: Spot,
    places: list[tuple[Case, ListFacts]],
    placed: dict[tuple[str, date], list[cp_model.IntVar]],
) -> None:
    kind, site, day = spot
    fixed = _fixed(model.problem, kind, site)
    visiting = [model.placed(unit.id, day, site) for unit in _visitors(model.problem, kind, site)]
    for unit, literal in zip(_visitors(model.problem, kind, site), visiting, strict=True):
        placed[unit.id, day].append(literal)
    if not fixed:
        for case, facts in places:
            model.cp.add(sum(visiting) >= model.presence(case.id, facts.id))
    if model.timed and len({case.id for case, _ in places}) > fixed:
        running = [model.interval(case, facts, 0, case.duration_minutes) for case, facts in places]
        units = model.cp.new_int_var(fixed, fixed + len(visiting), "")  # a capacity may not be a sum
        model.cp.add(units == sum(visiting, fixed))
        model.cp.add_cumulative(running, [1] * len(running), units)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find too many cases for the units of a kind, and mobile units misplaced."""
    yield from _misplaced(diary)
    groups: dict[Spot, list[Entry]] = defaultdict(list)
    for entry in diary.entries:
        for kind in entry.case.equipment:
            groups[kind, entry.list.site.id, entry.list.date].append(entry)
    for (kind, site, day), entries in groups.items():
        units = _fixed(diary.problem, kind, site) + _visiting(diary, kind, site, day)
        yield from _shortages(diary, kind, units, entries)


def _visiting(diary: Diary, kind: str, site: str, day: date) -> int:
    """Count the mobile units of a kind placed at a site on a date."""
    return sum(site in diary.placements.get((unit.id, day), ()) for unit in _visitors(diary.problem, kind, site))


def _shortages(diary: Diary, kind: str, units: int, entries: list[Entry]) -> Iterator[Breach]:
    """Find each case that starts when all units are taken."""
    for entry in entries:
        running = [other for other in entries if other.start <= entry.start < other.end]
        if len(running) > units:
            cases = tuple(dict.fromkeys(other.case.id for other in running))
            says = (
                f"{len(running)} cases need {kind} at {entry.list.site.id} at {diary.problem.clock(entry.start)} on "
                f"{show_date(entry.list.date)} ({', '.join(cases)}); it has {units} there."
            )
            yield Breach(rule=NAME, says=says, cases=cases, session=entry.list.id)


def _misplaced(diary: Diary) -> Iterator[Breach]:
    for (unit, day), sites in diary.placements.items():
        allowed = diary.problem.unit_by_id[unit].sites
        if len(sites) > 1:
            says = f"{unit} is placed at {', '.join(sites)} on {show_date(day)}; it can be at one site a date."
            yield Breach(rule=NAME, says=says)
        for site in sites:
            if site not in allowed:
                says = f"{unit} is placed at {site} on {show_date(day)}; it may be at {', '.join(allowed)}."
                yield Breach(rule=NAME, says=says)


RULE = Rule(
    name=NAME,
    says=(
        "At every moment the cases running at a site that need a kind of equipment do not outnumber the units of that "
        "kind there that date; a mobile unit is at one site a date."
    ),
    because="A generator or console treats one patient at a time and is moved between sites overnight.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=lambda case: f"is at a site that can have its equipment ({', '.join(case.equipment)})",
)
