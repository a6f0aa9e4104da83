"""A mobile unit goes to one part; one that a plan uses in several stays where the plan has it for the time being."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.diary import Diary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from scheduler.diary import Entry
    from scheduler.engine.parts.demand import Demand
    from scheduler.plan import Plan, UnitPlacement
    from scheduler.problem import EquipmentUnit, SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Each mobile unit's part; the placements that stay as planned, and by case the kinds those see to."""

    part_of: Mapping[str, int]
    kept: tuple[UnitPlacement, ...] = ()
    seen_to: Mapping[str, frozenset[str]]


def shared_out(problem: SchedulingProblem, demand: Demand, part_of: Mapping[str, int], plan: Plan | None) -> Units:
    """Give each mobile unit to the part that uses it, or else needs it most; `part_of` gives each site's part."""
    need = _need(demand)
    given: dict[str, int] = {}
    kept: list[UnitPlacement] = []
    for unit in [unit for unit in problem.equipment if unit.mobile]:
        rows = [row for row in plan.equipment if row.unit == unit.id] if plan is not None else []
        using = sorted({part_of[row.site] for row in rows})
        if len(using) > 1:
            kept.extend(rows)
        else:
            given[unit.id] = using[0] if using else _neediest(unit, need, part_of)
    seen_to = {} if plan is None else _seen_to(Diary(problem=problem, plan=plan), kept)
    return Units(part_of=given, kept=tuple(kept), seen_to=seen_to)


def _need(demand: Demand) -> dict[tuple[str, str], float]:
    """Add up the cases that need a kind and would go to a site, by kind and site; a site with its own counts little."""
    tables = demand.tables
    by_bucket = tables.needs.T.astype(float) @ demand.flow
    site_of = {bucket: int(site) for bucket, site in zip(demand.bucket.tolist(), tables.site, strict=True)}
    need: dict[tuple[str, str], float] = defaultdict(float)
    for kind, name in enumerate(tables.kinds):
        for bucket, site in site_of.items():
            own = int(tables.fixed_units[kind, site])
            need[name, tables.sites[site].id] += float(by_bucket[kind, bucket]) / (1 + 4 * own)
    return need


def _neediest(unit: EquipmentUnit, need: Mapping[tuple[str, str], float], part_of: Mapping[str, int]) -> int:
    by_part: dict[int, float] = defaultdict(float)
    for site in unit.sites:
        by_part[part_of[site]] += 1e-3 + need.get((unit.kind, site), 0.0)
    return max(by_part, key=lambda part: (by_part[part], -part))


def _seen_to(diary: Diary, kept: list[UnitPlacement]) -> dict[str, frozenset[str]]:
    """Tell, by case, which kinds the kept units bring to it: each unit takes the next case it is free for."""
    units = diary.problem.unit_by_id
    spots: dict[tuple[str, date, str], int] = defaultdict(int)
    for row in kept:
        spots[units[row.unit].kind, row.date, row.site] += 1
    found: dict[str, set[str]] = defaultdict(set)
    for (kind, day, site), count in spots.items():
        here = [entry for entry in diary.by_site.get(site, ()) if entry.list.date == day]
        for entry in _taken([entry for entry in here if kind in entry.case.equipment], count):
            found[entry.case.id].add(kind)
    return {case: frozenset(kinds) for case, kinds in found.items()}


def _taken(entries: list[Entry], count: int) -> list[Entry]:
    """Choose the cases `count` units see to, so that those left need no more than the units left (first fit)."""
    free_at, taken = [0] * count, []
    for entry in sorted(entries, key=lambda entry: (entry.start, entry.case.id)):
        unit = min(range(count), key=lambda each: free_at[each])
        if free_at[unit] <= entry.start:
            free_at[unit] = entry.end
            taken.append(entry)
    return taken
