"""The cheapest plan of a small problem, and whether there is any, found by trying every booking without the solver."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from scheduler.audit import cost_of, rule_breaches, terms_of
from scheduler.diary import Diary
from scheduler.plan import Booking, Plan, SessionUse, UnitPlacement
from scheduler.problem import MINUTES_PER_STEP
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.problem import Case, SchedulingProblem

# What one more booking, radiologist or placed unit may put right again is judged only once the plan is whole.
JUDGED_AT_THE_END = {"staging", "pinned", "one-radiologist", "equipment"}
JUDGED_AT_ONCE = tuple(rule for rule in RULEBOOK if rule.name not in JUDGED_AT_THE_END)


def every_sound_plan(problem: SchedulingProblem) -> Iterator[Plan]:
    """List every plan that keeps every rule, with no list staffed and no unit placed for nothing."""
    for bookings in _every_booking(problem, problem.cases, ()):
        for staff in _every_staff(problem, bookings):
            for placed in _every_placement(problem, bookings):
                plan = Plan(bookings=bookings, sessions=staff, equipment=placed)
                if not rule_breaches(Diary(problem=problem, plan=plan)):
                    yield plan


def least_cost(problem: SchedulingProblem) -> int | None:
    """Give the lowest cost of any plan; None when there is no plan."""
    costs = (
        cost_of(terms_of(Diary(problem=problem, plan=plan)), problem.objective) for plan in every_sound_plan(problem)
    )
    return min(costs, default=None)


def _every_booking(
    problem: SchedulingProblem, cases: tuple[Case, ...], so_far: tuple[Booking, ...]
) -> Iterator[tuple[Booking, ...]]:
    """Book the cases one after another, going on only from what breaks no rule yet."""
    if not cases:
        yield so_far
        return
    case, rest = cases[0], cases[1:]
    if case.pinned is None:
        yield from _every_booking(problem, rest, so_far)
    for booking in _places(problem, case):
        bookings = (*so_far, booking)
        diary = Diary(problem=problem, plan=Plan(bookings=bookings))
        if not any(True for rule in JUDGED_AT_ONCE for _ in rule.breaches(diary)):
            yield from _every_booking(problem, rest, bookings)


def _places(problem: SchedulingProblem, case: Case) -> Iterator[Booking]:
    if case.pinned is not None:
        yield Booking(case=case.id, session=case.pinned.session, start=case.pinned.start)
        return
    for facts in problem.lists.values():
        for start in range(facts.start, facts.latest_end, MINUTES_PER_STEP):
            yield Booking(case=case.id, session=facts.id, start=problem.local(start))


def _every_staff(problem: SchedulingProblem, bookings: tuple[Booking, ...]) -> Iterator[tuple[SessionUse, ...]]:
    used = list(dict.fromkeys(booking.session for booking in bookings))
    for people in product(problem.radiologists, repeat=len(used)):
        yield tuple(
            SessionUse(session=session, radiologist=person.id) for session, person in zip(used, people, strict=True)
        )


def _every_placement(problem: SchedulingProblem, bookings: tuple[Booking, ...]) -> Iterator[tuple[UnitPlacement, ...]]:
    needs = {
        (kind, problem.lists[booking.session].date)
        for booking in bookings
        for kind in problem.case_by_id[booking.case].equipment
    }
    choices = [
        [None, *(UnitPlacement(unit=unit.id, date=day, site=site) for site in unit.sites)]
        for unit in problem.equipment
        if unit.mobile
        for kind, day in sorted(needs)
        if kind == unit.kind
    ]
    for choice in product(*choices):
        yield tuple(row for row in choice if row is not None)
