"""A radiologist does no list while away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import ListFacts, Radiologist, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "radiologist-available"


def bars_staff(problem: SchedulingProblem, facts: ListFacts, radiologist: Radiologist) -> bool:
    """Tell whether the radiologist is away during any of the list."""
    return any(start < facts.end and facts.start < end for start, end in problem.away[radiologist.id])


def enforce(model: PlanningModel) -> None:
    """Keep radiologists off lists while they are away."""
    model.bar_staff(bars_staff)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find lists that overlap their radiologist's unavailable times."""
    problem = diary.problem
    for radiologist, lists in diary.lists_of.items():
        for facts in lists:
            for start, end in problem.away[radiologist]:
                if start < facts.end and facts.start < end:
                    away = f"{problem.local(start):%Y-%m-%d %H:%M} to {problem.local(end):%Y-%m-%d %H:%M}"
                    says = f"{radiologist} does {facts.id} but is unavailable from {away}."
                    yield Breach(rule=NAME, says=says, session=facts.id)


RULE = Rule(
    name=NAME,
    says="A list does not overlap its radiologist's unavailable times.",
    because="Leave, teaching and other commitments come first.",
    enforce=enforce,
    breaches=breaches,
    bars_staff=bars_staff,
    wants=lambda _: "has a radiologist who is available",
)
