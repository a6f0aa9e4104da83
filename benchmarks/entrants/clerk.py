"""A clerk who books first come, first served, on the earliest list that will do, and never moves anybody."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from benchmarks.entrants.attempt import Attempt, Point, priced
from scheduler.engine.places import possible_places
from scheduler.explain.changes import put_in
from scheduler.explain.places import judge
from scheduler.explain.surroundings import surroundings_of
from scheduler.plan import Plan

if TYPE_CHECKING:
    from datetime import date

    from benchmarks.entrants.attempt import Terms
    from scheduler.explain.scopes import Spot
    from scheduler.problem import Case, ListFacts, SchedulingProblem


def attempt(problem: SchedulingProblem, terms: Terms) -> Attempt:
    """Book case after case by the rules' own breaches; stop when the time is up."""
    started, plan = monotonic(), Plan()
    options = possible_places(problem).options
    for case in in_turn(problem):
        if monotonic() - started > terms.seconds:
            break
        spot = _earliest(problem, plan, case, options[case.id])
        if spot is not None:
            plan = put_in(problem, plan, spot)
    plan = priced(problem, plan, "the clerk")
    terms.tell(Point(seconds=monotonic() - started, cost=plan.cost, bound=0, booked=len(plan.bookings)))
    return Attempt(plan=plan)


def in_turn(problem: SchedulingProblem) -> list[Case]:
    """Order the cases: pinned ones, those who already had a booking, then by the day they were ready.

    A case that follows another is asked after it.
    """
    place = {case.id: number for number, case in enumerate(problem.cases)}

    def turn(case: Case) -> tuple[bool, bool, date, int, int]:
        return case.pinned is None, case.previous is None, case.ready_from, _steps_before(problem, case), place[case.id]

    return sorted(problem.cases, key=turn)


def _steps_before(problem: SchedulingProblem, case: Case) -> int:
    steps = 0
    while case.follows is not None:
        case, steps = problem.case_by_id[case.follows.case], steps + 1
    return steps


def _earliest(problem: SchedulingProblem, plan: Plan, case: Case, options: tuple[ListFacts, ...]) -> Spot | None:
    """Find the first list, by date and hour, that takes the case; the list it was on before comes first."""
    promised = {told.session for told in (case.pinned, case.previous) if told is not None}
    around = surroundings_of(problem, plan, case.id)
    for facts in sorted(options, key=lambda facts: (facts.id not in promised, facts.start, facts.id)):
        spot, broken = judge(around, facts)
        if not broken:
            return spot
    return None
