"""A list holds no more cases than it may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "max-cases"


def bars_place(_: SchedulingProblem, __: Case, facts: ListFacts) -> bool:
    """Tell whether the list takes no case at all."""
    return facts.session.max_cases == 0


def enforce(model: PlanningModel) -> None:
    """Count the cases of each list that has a limit."""
    model.bar_places(bars_place)
    for facts in model.problem.lists.values():
        most, cases = facts.session.max_cases, model.candidates(facts.id)
        if most is not None and len(cases) > most:
            model.cp.add(sum(model.presence(case.id, facts.id) for case in cases) <= most)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find lists with more cases than their limit."""
    for session, entries in diary.by_list.items():
        most = entries[0].list.session.max_cases
        if most is not None and len(entries) > most:
            says = f"{session} holds {len(entries)} cases; it may hold {most}."
            yield Breach(rule=NAME, says=says, cases=tuple(entry.case.id for entry in entries), session=session)


RULE = Rule(
    name=NAME,
    says="A list holds at most its number of cases.",
    because="Nursing, drugs and trays are prepared for so many patients.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=lambda _: "takes any case (their number of cases is 0)",
)
