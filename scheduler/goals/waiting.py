"""Patients who are ready do not wait longer than they must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.goal import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts
    from scheduler.rule import PlanningModel


def _wait(case: Case, facts: ListFacts) -> int:
    """Count the weighted days from ready to this list."""
    return case.weight * (facts.date - case.ready_from).days


def price(model: PlanningModel) -> cp_model.LinearExprT:
    """Add up the days from ready to booked."""
    return sum(
        _wait(case, facts) * model.presence(case.id, facts.id)
        for case in model.problem.cases
        for facts in model.options(case.id)
    )


def measure(diary: Diary) -> int:
    """Add up the days from ready to booked."""
    return sum(_wait(entry.case, entry.list) for entry in diary.entries)


GOAL = Goal(
    name="waiting",
    says="Patients who are ready do not wait: weight times days from ready to the booking.",
    unit="weighted days",
    price=price,
    measure=measure,
)
