"""A case is done at a site allowed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "allowed-sites"


def bars_place(_: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether the list's site is not allowed for the case."""
    return case.allowed_sites is not None and facts.site.id not in case.allowed_sites


def enforce(model: PlanningModel) -> None:
    """Keep cases off lists at other sites."""
    model.bar_places(bars_place)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases at sites not allowed for them."""
    for entry in diary.entries:
        case, facts = entry.case, entry.list
        if bars_place(diary.problem, case, facts):
            allowed = ", ".join(case.allowed_sites or ()) or "no site"
            says = f"Case {case.id} is on {facts.id} at {facts.site.id}; it is allowed at {allowed}."
            yield Breach(rule=NAME, says=says, cases=(case.id,), session=facts.id)


RULE = Rule(
    name=NAME,
    says="The list's site is allowed for the case.",
    because="Some patients can be treated only where their other care is.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=lambda case: f"is at a site allowed for it ({', '.join(case.allowed_sites or ()) or 'none'})",
)
