"""A pinned case stays where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.problem import MINUTES_PER_STEP, minutes_of
from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts, Pin, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "pinned"


def bars_place(_: SchedulingProblem, case: Case, facts: ListFacts) -> bool:
    """Tell whether the case is pinned to another list."""
    return case.pinned is not None and case.pinned.session != facts.id


def enforce(model: PlanningModel) -> None:
    """Hold each pinned case to its list, start and radiologist."""
    model.bar_places(bars_place)
    for case in model.problem.cases:
        if case.pinned is not None:
            _hold(model, case, case.pinned)


def _hold(model: PlanningModel, case: Case, pin: Pin) -> None:
    facts = model.problem.lists[pin.session]
    model.cp.add(model.presence(case.id, pin.session) == 1)
    if pin.radiologist is not None:
        model.cp.add(model.staffed(pin.session, pin.radiologist) == 1)
    if model.timed:
        model.cp.add(model.step(case.id) == (minutes_of(pin.start) - facts.start) // MINUTES_PER_STEP)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find pinned cases that are not where they were pinned."""
    for case in diary.problem.cases:
        if case.pinned is not None and not _kept(diary, case, case.pinned):
            who = f" with {case.pinned.radiologist}" if case.pinned.radiologist else ""
            at = diary.problem.clock(minutes_of(case.pinned.start))
            says = f"Case {case.id} is pinned to {case.pinned.session} at {at}{who}, and is not there."
            yield Breach(rule=NAME, says=says, cases=(case.id,), session=case.pinned.session)


def _kept(diary: Diary, case: Case, pin: Pin) -> bool:
    """Tell whether every booking of the case is where it was pinned."""
    entries = diary.by_case.get(case.id, ())
    start = minutes_of(pin.start)
    places = [entry.list.id == pin.session and entry.start == start for entry in entries]
    staff = diary.staff.get(pin.session, ())
    return bool(places) and all(places) and (pin.radiologist is None or pin.radiologist in staff)


RULE = Rule(
    name=NAME,
    says="A pinned case keeps its list, its start and, if given, its radiologist.",
    because="Somebody decided it, or it is too close to today to move.",
    enforce=enforce,
    breaches=breaches,
    bars_place=bars_place,
)
