"""A list accepts the case's funding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "funding"


def bars_place(_: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether the list does not accept the case's funding class."""
    return case.funding not in facts.session.funding


def enforce(model: PlanningModel) -> None:
    """Keep cases off lists that do not accept their funding."""
    model.bar_places(bars_place)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases on lists that do not accept their funding."""
    for entry in diary.entries:
        case, facts = entry.case, entry.list
        if bars_place(diary.problem, case, facts):
            accepts = ", ".join(facts.session.funding) or "none"
            says = f"Case {case.id} is funded as {case.funding}; {facts.id} accepts {accepts}."
            yield Breach(rule=NAME, says=says, cases=(case.id,), session=facts.id)


RULE = Rule(
    name=NAME,
    says="The list accepts the case's funding class.",
    because="Public, private and compensable patients are treated under different agreements.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=lambda case: f"accepts its funding ({case.funding.replace('_', ' ')})",
)
