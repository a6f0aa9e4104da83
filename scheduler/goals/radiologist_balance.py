"""No radiologist carries much more than the others."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduler.goal import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary
    from scheduler.problem import ListFacts
    from scheduler.rule import PlanningModel


def price(model: PlanningModel) -> cp_model.LinearExprT:
    """Add up the minutes above each radiologist's target."""
    could: dict[str, list[ListFacts]] = defaultdict(list)
    for facts in model.problem.lists.values():
        for key in model.staff_options(facts.id):
            could[key].append(facts)
    excesses: list[cp_model.LinearExprT] = []
    for radiologist in model.problem.radiologists:
        minutes = [_load(model, facts, radiologist.id) for facts in could[radiologist.id]]
        most = sum(case.duration_minutes for facts in could[radiologist.id] for case in model.candidates(facts.id))
        if radiologist.target_minutes is not None and most > radiologist.target_minutes:
            excess = model.cp.new_int_var(0, most, "")
            model.cp.add(excess >= sum(minutes) - radiologist.target_minutes)
            excesses.append(excess)
    return sum(excesses)


def _load(model: PlanningModel, facts: ListFacts, radiologist: str) -> cp_model.LinearExprT:
    """Give the radiologist's case minutes on a list: all of them or none."""
    cases = model.candidates(facts.id)
    minutes = sum(case.duration_minutes * model.presence(case.id, facts.id) for case in cases)
    if model.staff_options(facts.id) == (radiologist,):
        return minutes
    load = model.cp.new_int_var(0, sum(case.duration_minutes for case in cases), "")
    model.cp.add(load >= minutes).only_enforce_if(model.staffed(facts.id, radiologist))
    return load


def measure(diary: Diary) -> int:
    """Add up the minutes above each radiologist's target."""
    minutes: dict[str, int] = defaultdict(int)
    for entry in diary.entries:
        for key in diary.radiologists_of(entry):
            minutes[key] += entry.case.duration_minutes
    return sum(
        max(0, minutes[radiologist.id] - radiologist.target_minutes)
        for radiologist in diary.problem.radiologists
        if radiologist.target_minutes is not None
    )


GOAL = Goal(
    name="radiologist_balance",
    says="Work is shared: case minutes above each radiologist's target.",
    unit="minutes",
    price=price,
    measure=measure,
)
