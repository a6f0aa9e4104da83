"""No site carries much more than it should."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduler.goal import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary
    from scheduler.problem import Site
    from scheduler.rule import PlanningModel


def price(model: PlanningModel) -> cp_model.LinearExprT:
    """Add up the minutes above each site's target."""
    return sum(
        _excess(model, site, site.target_minutes) for site in model.problem.sites if site.target_minutes is not None
    )


def _excess(model: PlanningModel, site: Site, target: int) -> cp_model.IntVar:
    places = [
        (case, facts)
        for facts in model.problem.lists.values()
        if facts.site.id == site.id
        for case in model.candidates(facts.id)
    ]
    excess = model.cp.new_int_var(0, sum(case.duration_minutes for case, _ in places), "")
    minutes = sum(case.duration_minutes * model.presence(case.id, facts.id) for case, facts in places)
    model.cp.add(excess >= minutes - target)
    return excess


def measure(diary: Diary) -> int:
    """Add up the minutes above each site's target."""
    minutes: dict[str, int] = defaultdict(int)
    for entry in diary.entries:
        minutes[entry.list.site.id] += entry.case.duration_minutes
    return sum(
        max(0, minutes[site.id] - site.target_minutes)
        for site in diary.problem.sites
        if site.target_minutes is not None
    )


GOAL = Goal(
    name="site_balance",
    says="Work is spread over the sites: case minutes above each site's target.",
    unit="minutes",
    price=price,
    measure=measure,
)
