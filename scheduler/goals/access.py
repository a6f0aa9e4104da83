"""Patients are treated by the date they are due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.goal import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary
    from scheduler.problem import Case, SchedulingProblem
    from scheduler.rule import PlanningModel

DAYS_FOR_NO_BOOKING = 28  # a case left out waits at least until the next four weeks are planned


def _late(case: Case, problem: SchedulingProblem, session: str) -> int:
    """Count the weighted days past due on this list."""
    return case.weight * max(0, (problem.lists[session].date - case.due).days)


def _left_out(case: Case, problem: SchedulingProblem) -> int:
    """Count the weighted days of a case that is not booked."""
    return case.weight * (DAYS_FOR_NO_BOOKING + max(0, (problem.horizon.end - case.due).days))


def price(model: PlanningModel) -> cp_model.LinearExprT:
    """Add up the days past due of the booked and the waiting."""
    parts: list[cp_model.LinearExprT] = []
    for case in model.problem.cases:
        out = _left_out(case, model.problem)
        parts.append(out)
        parts.extend(
            (_late(case, model.problem, facts.id) - out) * model.presence(case.id, facts.id)
            for facts in model.options(case.id)
        )
    return sum(parts)


def measure(diary: Diary) -> int:
    """Add up the days past due of the booked and the waiting."""
    booked = sum(_late(entry.case, diary.problem, entry.list.id) for entry in diary.entries)
    waiting = (case for case in diary.problem.cases if case.id not in diary.by_case)
    return booked + sum(_left_out(case, diary.problem) for case in waiting)


GOAL = Goal(
    name="access",
    says=(
        "Patients are treated by the date they are due: weight times days past due; for a case not booked, "
        "weight times (28 + days from due to the horizon's end)."
    ),
    unit="weighted days past due",
    price=price,
    measure=measure,
)
