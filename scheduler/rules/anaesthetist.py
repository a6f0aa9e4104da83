"""A case that needs an anaesthetist has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "anaesthetist"


def bars_place(_: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether the case needs an anaesthetist and the list has none."""
    return case.anaesthetist and not facts.session.anaesthetist


def enforce(model: PlanningModel) -> None:
    """Keep cases that need an anaesthetist off lists without one."""
    model.bar_places(bars_place)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases that need an anaesthetist on lists without one."""
    for entry in diary.entries:
        case, facts = entry.case, entry.list
        if bars_place(diary.problem, case, facts):
            says = f"Case {case.id} needs an anaesthetist; {facts.id} has none."
            yield Breach(rule=NAME, says=says, cases=(case.id,), session=facts.id)


RULE = Rule(
    name=NAME,
    says="A case that needs an anaesthetist is on a list that has one.",
    because="Deep sedation without an anaesthetist is not safe.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=lambda _: "has an anaesthetist, whom it needs",
)
