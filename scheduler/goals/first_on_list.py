"""A case that should be first on its list is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.goal import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts
    from scheduler.rule import PlanningModel


def price(model: PlanningModel) -> cp_model.LinearExprT:
    """Count the flagged cases that another case comes before."""
    if not model.timed:
        return 0
    return sum(
        model.presence(case.id, facts.id) - _first(model, case, facts)
        for case in model.problem.cases
        if case.first_on_list
        for facts in model.options(case.id)
    )


def _first(model: PlanningModel, case: Case, facts: ListFacts) -> cp_model.IntVar:
    """Give a literal that may be true only if the case is here and none starts before it."""
    first = model.cp.new_bool_var("")
    model.cp.add_implication(first, model.presence(case.id, facts.id))
    for other in model.candidates(facts.id):
        if other.id != case.id:
            both = [first, model.presence(other.id, facts.id)]
            model.cp.add(model.step(case.id) <= model.step(other.id)).only_enforce_if(both)
    return first


def measure(diary: Diary) -> int:
    """Count the flagged cases that another case comes before."""
    return sum(
        entry.case.first_on_list and entry.start > entries[0].start
        for entries in diary.by_list.values()
        for entry in entries
    )


GOAL = Goal(
    name="first_on_list",
    says="A case flagged to be first on its list is: 1 for each that is not the earliest.",
    unit="cases",
    price=price,
    measure=measure,
)
