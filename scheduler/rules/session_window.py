"""A case starts and ends within its list, overtime included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.problem import MINUTES_PER_STEP
from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary, Entry
    from scheduler.problem import Case, ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "session-window"


def bars_place(_: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether the case is longer than the list."""
    return facts.start + case.duration_minutes > facts.latest_end


def enforce(model: PlanningModel) -> None:
    """Keep each case's start between the list's start and the last start that still fits."""
    model.bar_places(bars_place)
    if not model.timed:
        return
    for case in model.problem.cases:
        for facts in model.options(case.id):
            here = model.presence(case.id, facts.id)
            last = (facts.latest_end - case.duration_minutes - facts.start) // MINUTES_PER_STEP
            model.cp.add_linear_constraint(model.step(case.id), 0, last).only_enforce_if(here)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find cases that start early, end late or start off the grid."""
    for entry in diary.entries:
        if (says := _fault(diary, entry)) is not None:
            yield Breach(rule=NAME, says=says, cases=(entry.case.id,), session=entry.list.id)


def _fault(diary: Diary, entry: Entry) -> str | None:
    clock, facts = diary.problem.clock, entry.list
    if entry.start < facts.start:
        return f"Case {entry.case.id} starts at {clock(entry.start)}, before {facts.id} starts at {clock(facts.start)}."
    if entry.end > facts.latest_end:
        allowed = f"{clock(facts.end)} and {facts.session.overtime_minutes} minutes of overtime"
        return f"Case {entry.case.id} ends at {clock(entry.end)}; {facts.id} ends at {allowed}."
    if (entry.start - facts.start) % MINUTES_PER_STEP:
        start = clock(entry.start)
        return f"Case {entry.case.id} starts at {start}, off the 5-minute grid of {facts.id} from {clock(facts.start)}."
    return None


RULE = Rule(
    name=NAME,
    says="A case starts at or after its list's start and ends by the list's end plus its overtime.",
    because="Staff and the room are there for the list's hours and no longer.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
    wants=lambda case: f"is long enough for its {case.duration_minutes} minutes",
)
