"""A radiologist works only where credentialed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import ListFacts, Radiologist, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "radiologist-credential"


def bars_staff(_: SchedulingProblem, facts: ListFacts, radiologist: Radiologist) -> bool:
    """Tell whether the radiologist is not credentialed at the list's site."""
    return facts.site.id not in radiologist.sites


def enforce(model: PlanningModel) -> None:
    """Keep radiologists off lists at other sites."""
    model.bar_staff(bars_staff)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find lists done by somebody who is not credentialed there."""
    known = diary.problem.radiologist_by_id
    for radiologist, lists in diary.lists_of.items():
        for facts in lists:
            if bars_staff(diary.problem, facts, known[radiologist]):
                sites = ", ".join(known[radiologist].sites) or "nowhere"
                says = f"{radiologist} does {facts.id} at {facts.site.id} but is credentialed at {sites}."
                yield Breach(rule=NAME, says=says, session=facts.id)


RULE = Rule(
    name=NAME,
    says="The radiologist is credentialed at the list's site.",
    because="A hospital lets only those work there whom it has credentialed.",
    enforce=enforce,
    breaches=breaches,
    bars_staff=bars_staff,
    wants=lambda _: "has a radiologist credentialed at its site",
)
