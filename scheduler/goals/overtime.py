"""Lists end on time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.goal import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary
    from scheduler.problem import ListFacts
    from scheduler.rule import PlanningModel


def price(model: PlanningModel) -> cp_model.LinearExprT:
    """Add up the minutes past each list's end."""
    lists = model.problem.lists.values()
    return sum(
        _past_end(model, facts) for facts in lists if facts.latest_end > facts.end and model.candidates(facts.id)
    )


def _past_end(model: PlanningModel, facts: ListFacts) -> cp_model.IntVar:
    cases = model.candidates(facts.id)
    past = model.cp.new_int_var(0, facts.latest_end - facts.end, "")
    if model.timed:
        for case in cases:
            ends = model.start(case.id, facts) + case.duration_minutes
            model.cp.add(past >= ends - facts.end).only_enforce_if(model.presence(case.id, facts.id))
    else:
        turnaround = facts.suite.turnaround_minutes
        minutes = sum((case.duration_minutes + turnaround) * model.presence(case.id, facts.id) for case in cases)
        model.cp.add(past >= minutes - (facts.end - facts.start + turnaround))
    return past


def measure(diary: Diary) -> int:
    """Add up the minutes past each list's end."""
    return sum(max(0, max(entry.end for entry in entries) - entries[0].list.end) for entries in diary.by_list.values())


GOAL = Goal(
    name="overtime",
    says="Lists end on time: minutes the last case ends past its list's end.",
    unit="minutes",
    price=price,
    measure=measure,
)
