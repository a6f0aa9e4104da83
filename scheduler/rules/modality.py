"""A case is done under imaging that suits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "modality"


def bars_place(_: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether the suite has none of the imaging the case can use."""
    return not set(case.modalities) & set(facts.suite.modalities)


def enforce(model: PlanningModel) -> None:
    """Keep cases out of suites without their imaging."""
    model.bar_places(bars_place)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases in suites without their imaging."""
    for entry in diary.entries:
        case, facts = entry.case, entry.list
        if bars_place(diary.problem, case, facts):
            needs = " or ".join(case.modalities) or "imaging that no suite has"
            has = " and ".join(facts.suite.modalities) or "none"
            says = f"Case {case.id} needs {needs}; suite {facts.suite.id} of {facts.id} has {has}."
            yield Breach(rule=NAME, says=says, cases=(case.id,), session=facts.id)


RULE = Rule(
    name=NAME,
    says="The suite has one of the case's kinds of imaging.",
    because="Each approach is guided by the imaging it was planned under.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=lambda case: f"has its imaging ({' or '.join(kind.label for kind in case.modalities) or 'none named'})",
)
