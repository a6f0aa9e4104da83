"""Nothing is booked on a closed list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "session-closed"


def bars_place(_: SchedulingProblem, __: Case, facts: ListFacts) -> bool:
    """Tell whether the list is closed."""
    return facts.session.closed


def enforce(model: PlanningModel) -> None:
    """Keep every case off closed lists."""
    model.bar_places(bars_place)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases on closed lists."""
    for entry in diary.entries:
        if entry.list.session.closed:
            says = f"Case {entry.case.id} is booked on {entry.list.id}, which is closed."
            yield Breach(rule=NAME, says=says, cases=(entry.case.id,), session=entry.list.id)


RULE = Rule(
    name=NAME,
    says="No case is on a closed list.",
    because="A closed list has no room or no staff, for instance while its suite is being serviced.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=lambda _: "is open",
)
