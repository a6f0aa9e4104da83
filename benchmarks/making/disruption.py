"""What goes wrong after a plan is published: a suite out, a radiologist ill, urgent cases, days too near to change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks.making.patients import Setting, as_test, draw_case
from benchmarks.making.staff import away
from scheduler.problem import Pin, Previous
from scheduler.vocabulary import Commitment, Urgency

if TYPE_CHECKING:
    from datetime import date
    from random import Random

    from scheduler.plan import Booking, Plan
    from scheduler.problem import Case, Radiologist, SchedulingProblem, SuiteSession

DAYS_TOO_NEAR = 2  # bookings in the first days stay as they are
STATUS_BY_WEEK = (Commitment.CONFIRMED, Commitment.BOOKED, Commitment.HELD)  # later weeks: proposed
DAYS_ILL = (3, 3)  # from the fourth day on, for three days
WEEK_WITHOUT_A_SUITE = 1  # the second
NEW_CASES = 8
DAYS_TO_NEW_DUE = 10
SHARE_OF_TESTS = 0.3
KM_FROM_HOME = (5, 50)


def disrupted(chance: Random, problem: SchedulingProblem, plan: Plan, days: list[date]) -> SchedulingProblem:
    """Give the problem of planning again after the plan is published and things happen."""
    ill = chance.choice([person for person in problem.radiologists if _works(plan, person.id)] or problem.radiologists)
    out = chance.choice(_busiest(problem))
    setting = Setting(sites=problem.sites, radiologists=problem.radiologists, days=days)
    return replace(
        problem,
        radiologists=tuple(_ill(person, problem) if person is ill else person for person in problem.radiologists),
        sessions=tuple(_session(session, ill.id, out, problem) for session in problem.sessions),
        cases=(
            *_published(problem, plan),
            *(_urgent(chance, setting, number) for number in range(1, NEW_CASES + 1)),
        ),
    )


def _busiest(problem: SchedulingProblem) -> list[str]:
    """List the suites that have at least as many lists as most in the week one will be out."""
    begun = [session.suite for session in problem.sessions if _week(session, problem) == WEEK_WITHOUT_A_SUITE]
    return sorted(set(begun), key=lambda suite: (-begun.count(suite), suite))[: (len(set(begun)) + 1) // 2]


def _week(session: SuiteSession, problem: SchedulingProblem) -> int:
    return (session.start.date() - problem.horizon.start).days // 7


def _works(plan: Plan, radiologist: str) -> bool:
    return any(use.radiologist == radiologist for use in plan.sessions)


def _ill(person: Radiologist, problem: SchedulingProblem) -> Radiologist:
    after, days = DAYS_ILL
    absence = away(problem.horizon.start + timedelta(days=after), days, problem.zone)
    return replace(person, unavailable=(*person.unavailable, absence))


def _session(session: SuiteSession, ill: str, out: str, problem: SchedulingProblem) -> SuiteSession:
    """Close a list of the suite that is out, and take the ill radiologist off the roster."""
    day = (session.start.date() - problem.horizon.start).days
    after, days = DAYS_ILL
    if session.suite == out and _week(session, problem) == WEEK_WITHOUT_A_SUITE:
        session = replace(session, closed=True)
    if session.radiologist == ill and after <= day < after + days:
        session = replace(session, radiologist=None)
    return session


def _published(problem: SchedulingProblem, plan: Plan) -> list[Case]:
    """Give every case its booking as the one before, and pin those of the first days."""
    bookings = {booking.case: booking for booking in plan.bookings}
    staff = {use.session: use.radiologist for use in plan.sessions}
    return [
        case if case.id not in bookings else _booked_before(problem, case, bookings[case.id], staff)
        for case in problem.cases
    ]


def _booked_before(problem: SchedulingProblem, case: Case, booking: Booking, staff: dict[str, str | None]) -> Case:
    day = (problem.local_date(booking.start) - problem.horizon.start).days
    status = STATUS_BY_WEEK[day // 7] if day // 7 < len(STATUS_BY_WEEK) else Commitment.PROPOSED
    who = staff[booking.session]
    pin = Pin(session=booking.session, start=booking.start, radiologist=who) if day < DAYS_TOO_NEAR else None
    before = Previous(session=booking.session, start=booking.start, radiologist=who, status=status)
    return replace(case, pinned=pin, previous=before)


def _urgent(chance: Random, setting: Setting, number: int) -> Case:
    """Draw a case that came in on the third day and is due within ten."""
    case = draw_case(chance, setting, f"N{number:02}", f"N{number:05}")
    if chance.random() < SHARE_OF_TESTS:
        case = as_test(case)
    first = setting.days[0]
    return replace(
        case,
        urgency=Urgency.CATEGORY_1,
        weight=10,
        ready_from=first + timedelta(days=DAYS_TOO_NEAR),
        due=first + timedelta(days=DAYS_TO_NEW_DUE),
        travel_km={site.id: chance.randint(*KM_FROM_HOME) for site in setting.sites},
    )
