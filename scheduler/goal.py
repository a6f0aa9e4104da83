"""What a goal is: a sentence, its unit, its price in the solver's model and its measure by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary
    from scheduler.rule import PlanningModel


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """One term of a plan's cost. `price` gives an expression that is never below the term, and equal when minimised."""

    name: str
    says: str
    unit: str
    price: Callable[[PlanningModel], cp_model.LinearExprT]
    measure: Callable[[Diary], int]
