"""Plans to ask about: filled one best place after another, and muddled without regard to any rule."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

from scheduler.documents import read_problem
from scheduler.explain import Verdict, places_for
from scheduler.explain.changes import put_in, take_out, with_figures
from scheduler.explain.places import judge
from scheduler.explain.surroundings import surroundings_of
from scheduler.plan import Booking, Plan, SessionUse, UnitPlacement, Unscheduled
from scheduler.problem import SchedulingProblem

EXAMPLES = Path(__file__).parents[3] / "examples" / "problems"


def example(name: str) -> SchedulingProblem:
    """Read one of the example problems."""
    return read_problem((EXAMPLES / f"{name}.json").read_bytes())


def empty(problem: SchedulingProblem) -> Plan:
    """Book nobody."""
    waiting = tuple(Unscheduled(case=case.id, reasons=("Not planned yet.",)) for case in problem.cases)
    return with_figures(problem, Plan(unscheduled=waiting))


def filled(problem: SchedulingProblem) -> Plan:
    """Book the cases one by one, each on its cheapest possible list."""
    plan = empty(problem)
    for case in sorted(problem.cases, key=lambda case: (case.follows is not None, case.urgency, case.due)):
        best = places_for(problem, plan, case.id)[0]
        if best.verdict is not Verdict.NO:
            spot, _ = judge(surroundings_of(problem, plan, case.id), problem.lists[best.session])
            plan = put_in(problem, take_out(plan, case.id), spot)
    return with_figures(problem, plan)


def muddled(problem: SchedulingProblem, rng: random.Random) -> Plan:
    """Book most cases anywhere at any time, with anybody, whatever the rules say."""
    bookings, lists = [], list(problem.lists.values())
    for case in problem.cases:
        for _ in range(rng.choice([0, 1, 1, 1, 1, 2])):
            facts = rng.choice(lists)
            start = facts.session.start + timedelta(minutes=5 * rng.randrange(-1, 20))
            bookings.append(Booking(case=case.id, session=facts.id, start=start))
    used = dict.fromkeys(booking.session for booking in bookings)
    people = [person.id for person in problem.radiologists]
    staff = [
        SessionUse(session=session, radiologist=rng.choice(people))
        for session in used
        for _ in range(rng.choice([1, 1, 1, 1, 0, 2]))
    ]
    placed = [
        UnitPlacement(unit=unit.id, date=facts.date, site=rng.choice(unit.sites))
        for unit in problem.equipment
        if unit.mobile
        for facts in lists
        if rng.random() < 0.5
    ]
    booked = {booking.case for booking in bookings}
    waiting = (case.id for case in problem.cases if case.id not in booked)
    return with_figures(
        problem,
        Plan(
            bookings=tuple(bookings),
            sessions=tuple(staff),
            equipment=tuple(placed),
            unscheduled=tuple(Unscheduled(case=case, reasons=("Not planned yet.",)) for case in waiting),
        ),
    )
