"""No more lists are opened than are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.goal import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary
    from scheduler.rule import PlanningModel


def price(model: PlanningModel) -> cp_model.LinearExprT:
    """Count the lists in use."""
    return sum(model.used(session) for session in model.problem.lists)


def measure(diary: Diary) -> int:
    """Count the lists in use."""
    return len(diary.used)


GOAL = Goal(
    name="opened",
    says="Few lists are opened: lists in use.",
    unit="lists",
    price=price,
    measure=measure,
)
