"""A case is done between the date it is ready and the latest date it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "date-window"


def _window(problem: SchedulingProblem, case: Case) -> tuple[date, date]:
    """Give the first and last dates the case may be done within the horizon."""
    first = max(case.ready_from, problem.horizon.start)
    last = problem.horizon.end if case.latest is None else min(case.latest, problem.horizon.end)
    return first, last


def bars_place(problem: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether the list's date is outside the case's dates or the horizon."""
    first, last = _window(problem, case)
    return not first <= facts.date <= last


def enforce(model: PlanningModel) -> None:
    """Keep cases off lists outside their dates."""
    model.bar_places(bars_place)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases outside their dates."""
    for entry in diary.entries:
        if bars_place(diary.problem, entry.case, entry.list):
            first, last = (show_date(day) for day in _window(diary.problem, entry.case))
            on = show_date(entry.list.date)
            says = f"Case {entry.case.id} is on {entry.list.id} on {on}; it may be done from {first} to {last}."
            yield Breach(rule=NAME, says=says, cases=(entry.case.id,), session=entry.list.id)


def _wants(case: Case) -> str:
    until = "" if case.latest is None else f" and no later than {show_date(case.latest)}"
    return f"is within the planned dates, from {show_date(case.ready_from)} on{until}"


RULE = Rule(
    name=NAME,
    says="A case is done no earlier than it is ready, no later than its latest date, and within the horizon.",
    because="Too early the patient is not prepared; too late the test result or the consent no longer stands.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=_wants,
)
