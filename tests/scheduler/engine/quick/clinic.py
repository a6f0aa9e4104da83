"""A small clinic with a plan that stands, for events to happen to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scheduler.audit import cost_of, terms_of
from scheduler.diary import Diary
from scheduler.engine.quick import quick
from scheduler.problem import Follows, Pin, Previous
from scheduler.vocabulary import Commitment, Urgency
from tests.builders.planning import (
    MONDAY,
    a_booking,
    a_case,
    a_plan,
    a_problem,
    a_radiologist,
    a_suite,
    a_suite_session,
    at,
    later,
)

if TYPE_CHECKING:
    from datetime import date

    from scheduler.engine.quick import ChangeKind, Event, QuickAnswer
    from scheduler.plan import Plan
    from scheduler.problem import Case, SchedulingProblem

SUITES = [a_suite("CT1"), a_suite("CT2")]
R1, R2 = a_radiologist("R1"), a_radiologist("R2")


def a_list(name: str, days: int = 0, start: str = "09:00", end: str = "10:00", **facts: Any):
    """Build a list of one hour, so many days after Monday."""
    return a_suite_session(name, start, end, day=later(days), **facts)


def urgent(name: str, **facts: Any) -> Case:
    """Build a case of category 1, due on Monday."""
    return a_case(name, **{"urgency": Urgency.CATEGORY_1, "weight": 10, "due": MONDAY, **facts})


def elective(name: str, **facts: Any) -> Case:
    """Build a case of category 3 that may wait all of the two weeks."""
    return a_case(name, **{"urgency": Urgency.CATEGORY_3, "weight": 1, "due": later(11), **facts})


def promised_at(session: str, clock: str, status: Commitment, day: date = MONDAY, who: str = "R1") -> Previous:
    """Say that a case was promised a place."""
    return Previous(session=session, start=at(clock, day), radiologist=who, status=status)


def pin(session: str, clock: str, day: date = MONDAY, who: str | None = None) -> Pin:
    """Pin a case to a place."""
    return Pin(session=session, start=at(clock, day), radiologist=who)


def standing(problem: SchedulingProblem, **places: Any) -> Plan:
    """Book each named case at (list, clock), the others waiting; `staff` names radiologists, R1 unless told."""
    staff = places.pop("staff", {})
    days = {session.id: problem.local_date(session.start) for session in problem.sessions}
    bookings = [a_booking(case, session, clock, days[session]) for case, (session, clock) in places.items()]
    used = {booking.session: staff.get(booking.session, "R1") for booking in bookings}
    waiting = [case.id for case in problem.cases if case.id not in places]
    plan = a_plan(*bookings, staff=used, waiting=waiting)
    terms = terms_of(Diary(problem=problem, plan=plan))
    return replace(plan, terms=terms, cost=cost_of(terms, problem.objective))


def places_of(plan: Plan) -> dict[str, tuple[str, str]]:
    """Give each booked case's list and local time of day."""
    return {booking.case: (booking.session, f"{booking.start:%H:%M}") for booking in plan.bookings}


def staff_of(plan: Plan) -> dict[str, str | None]:
    """Give each used list's radiologist."""
    return {use.session: use.radiologist for use in plan.sessions}


def kinds_of(answer: QuickAnswer) -> dict[str | None, ChangeKind]:
    """Give what became of each case or list that changed."""
    return {change.case or change.session: change.kind for change in answer.changes}


def answered(problem: SchedulingProblem, plan: Plan, event: Event) -> QuickAnswer:
    """Answer an event within two seconds."""
    return quick(problem, plan, event, time_limit=2)


__all__ = [
    "Follows",
    "MONDAY",
    "R1",
    "R2",
    "SUITES",
    "a_case",
    "a_list",
    "a_problem",
    "a_radiologist",
    "answered",
    "at",
    "elective",
    "kinds_of",
    "later",
    "pin",
    "places_of",
    "promised_at",
    "staff_of",
    "standing",
    "urgent",
]
