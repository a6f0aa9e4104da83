"""Patients are treated near home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.goal import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts
    from scheduler.rule import PlanningModel


def _kilometres(case: Case, facts: ListFacts) -> int:
    """Give the way from home to the list's site; 0 where none is stated."""
    return case.travel_km.get(facts.site.id, 0)


def price(model: PlanningModel) -> cp_model.LinearExprT:
    """Add up the ways of the booked."""
    return sum(
        _kilometres(case, facts) * model.presence(case.id, facts.id)
        for case in model.problem.cases
        for facts in model.options(case.id)
    )


def measure(diary: Diary) -> int:
    """Add up the ways of the booked."""
    return sum(_kilometres(entry.case, entry.list) for entry in diary.entries)


GOAL = Goal(
    name="travel",
    says="Patients are treated near home: kilometres from home to the site.",
    unit="km",
    price=price,
    measure=measure,
)
