"""A patient is not booked on a date they cannot come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "patient-unavailable"


def bars_place(_: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether the patient cannot come on the list's date."""
    return facts.date in case.unavailable


def enforce(model: PlanningModel) -> None:
    """Keep cases off lists on dates the patient cannot come."""
    model.bar_places(bars_place)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases on dates the patient cannot come."""
    for entry in diary.entries:
        case, facts = entry.case, entry.list
        if bars_place(diary.problem, case, facts):
            says = f"Case {case.id} is on {facts.id}; patient {case.patient} cannot come on {show_date(facts.date)}."
            yield Breach(rule=NAME, says=says, cases=(case.id,), session=facts.id)


RULE = Rule(
    name=NAME,
    says="A case is not on one of its patient's unavailable dates.",
    because="A date the patient has ruled out becomes a patient who does not come.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=lambda _: "is on a date the patient can come",
)
