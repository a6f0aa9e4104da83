"""A start that moved for nothing goes back, and one that had a reason stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from scheduler.audit import audit
from scheduler.engine import solve
from scheduler.engine.steady import steadied
from scheduler.plan import Booking
from scheduler.problem import Previous
from scheduler.vocabulary import Commitment
from tests.builders.planning import a_case, a_problem

MINUTE = timedelta(minutes=1)


def told(problem, name, minutes):
    """Say that a case was told a start so many minutes into the list."""
    on = problem.sessions[0]
    return Previous(
        session=on.id,
        start=on.start + minutes * MINUTE,
        radiologist=problem.radiologists[0].id,
        status=Commitment.BOOKED,
    )


def with_told(problem, **minutes):
    cases = (replace(case, previous=told(problem, case.id, minutes[case.id])) for case in problem.cases)
    return replace(problem, cases=tuple(cases))


def moved(plan, case, minutes):
    bookings = (
        Booking(case=each.case, session=each.session, start=each.start + minutes * MINUTE)
        if each.case == case
        else each
        for each in plan.bookings
    )
    return replace(plan, bookings=tuple(bookings))


@pytest.mark.parametrize("minutes", [-10, -5, 5, 10])
def test_a_case_moved_for_nothing_goes_back_to_what_its_patient_was_told(minutes):
    problem = with_told(a_problem(cases=[a_case("A")]), A=30)
    plan = solve(problem, time_limit=2)
    start = problem.sessions[0].start + 30 * MINUTE
    assert [booking.start for booking in plan.bookings] == [start]
    again = steadied(problem, moved(plan, "A", minutes), seconds=1)
    assert [booking.start for booking in again.bookings] == [start]
    assert audit(problem, replace(again, cost=plan.cost, terms=plan.terms)).breaches == ()


def test_two_cases_that_were_told_the_same_time_do_not_both_get_it():
    problem = with_told(a_problem(cases=[a_case("A"), a_case("B", patient="P2")]), A=0, B=0)
    plan = solve(problem, time_limit=2)
    assert steadied(problem, plan, seconds=1).bookings == plan.bookings


def test_a_plan_without_earlier_bookings_stays_as_it_is():
    problem = a_problem(cases=[a_case("A")])
    plan = solve(problem, time_limit=2)
    assert steadied(problem, plan, seconds=1) is plan
