"""A list keeps its rostered radiologist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import ListFacts, Radiologist, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "rostered"


def bars_staff(_: SchedulingProblem, facts: ListFacts, radiologist: Radiologist) -> bool:
    """Tell whether somebody else is rostered."""
    return facts.session.radiologist not in (None, radiologist.id)


def enforce(model: PlanningModel) -> None:
    """Keep others off rostered lists."""
    model.bar_staff(bars_staff)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find rostered lists done by somebody else."""
    for session, staff in diary.staff.items():
        rostered = diary.problem.lists[session].session.radiologist
        for radiologist in dict.fromkeys(staff):
            if rostered not in (None, radiologist):
                says = f"{session} is rostered to {rostered}, but the plan gives it to {radiologist}."
                yield Breach(rule=NAME, says=says, session=session)


RULE = Rule(
    name=NAME,
    says="A list with a rostered radiologist keeps that radiologist.",
    because="The roster is agreed with the radiologists; planning cases does not change it.",
    enforce=enforce,
    breaches=breaches,
    bars_staff=bars_staff,
)
