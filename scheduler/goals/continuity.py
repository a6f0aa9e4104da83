"""Patients see the radiologist and the site they know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.goal import Goal

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.diary import Diary, Entry
    from scheduler.problem import Case, ListFacts
    from scheduler.rule import PlanningModel


def price(model: PlanningModel) -> cp_model.LinearExprT:
    """Count the radiologists and sites that are not the preferred ones."""
    parts: list[cp_model.LinearExprT] = []
    for case in model.problem.cases:
        for facts in model.options(case.id):
            here = model.presence(case.id, facts.id)
            if _other_site(case, facts):
                parts.append(here)
            if case.prefer_radiologist is not None:
                parts.append(here - model.together(case.id, facts.id, case.prefer_radiologist))
    return sum(parts)


def _other_site(case: Case, facts: ListFacts) -> bool:
    return case.prefer_site not in (None, facts.site.id)


def measure(diary: Diary) -> int:
    """Count the radiologists and sites that are not the preferred ones."""
    return sum(_other_site(entry.case, entry.list) + _other_radiologist(diary, entry) for entry in diary.entries)


def _other_radiologist(diary: Diary, entry: Entry) -> bool:
    preferred = entry.case.prefer_radiologist
    return preferred is not None and preferred not in diary.radiologists_of(entry)


GOAL = Goal(
    name="continuity",
    says="Patients see whom they know: 1 for a radiologist other than preferred, 1 for a site other than preferred.",
    unit="changes",
    price=price,
    measure=measure,
)
