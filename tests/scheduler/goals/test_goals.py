"""Each goal measures what its sentence says."""

from __future__ import annotations

from dataclasses import fields

import pytest

from scheduler.diary import Diary
from scheduler.goals import GOALS
from scheduler.problem import Objective, Previous
from scheduler.vocabulary import Commitment
from tests.builders.planning import (
    MONDAY,
    a_booking,
    a_case,
    a_plan,
    a_problem,
    a_radiologist,
    a_site,
    a_suite,
    a_suite_session,
    at,
    later,
)

BY_NAME = {goal.name: goal for goal in GOALS}


def measure(goal, problem, *bookings, **facts):
    """Measure one goal of a plan."""
    return BY_NAME[goal].measure(Diary(problem=problem, plan=a_plan(*bookings, **facts)))


def test_every_goal_has_a_coefficient_and_every_coefficient_a_goal():
    assert [goal.name for goal in GOALS] == [field.name for field in fields(Objective)]


@pytest.mark.parametrize(("due", "days"), [(MONDAY, 0), (later(-1), 1), (later(5), 0)])
def test_a_booked_case_costs_its_days_past_due(due, days):
    assert measure("access", a_problem(cases=[a_case(due=due, weight=10)]), a_booking()) == 10 * days


@pytest.mark.parametrize(("due", "days"), [(later(11), 28), (later(10), 29), (later(300), 28)])
def test_a_case_left_out_costs_four_weeks_and_its_days_past_due_at_the_horizons_end(due, days):
    assert measure("access", a_problem(cases=[a_case(due=due, weight=3)])) == 3 * days


def test_waiting_counts_the_days_from_ready():
    assert measure("waiting", a_problem(cases=[a_case(ready_from=later(-4), weight=3)]), a_booking()) == 12


PLACES = [
    (None, 40),
    (a_booking("A", "L2", "09:00", later(1)), 20),
    (a_booking("A", "L3"), 8),
    (a_booking("A", "L1", "09:15"), 4),
    (a_booking("A", "L1", "09:10"), 0),
]


@pytest.mark.parametrize(("booking", "points"), PLACES)
@pytest.mark.parametrize(("status", "factor"), [("proposed", 0), ("held", 1), ("booked", 3), ("confirmed", 5)])
def test_disruption_grows_with_the_change_and_the_promise(booking, points, status, factor):
    previous = Previous(session="L1", start=at("09:00"), radiologist="R1", status=Commitment(status))
    sessions = [a_suite_session("L1"), a_suite_session("L2", day=later(1)), a_suite_session("L3", suite="CT2")]
    problem = a_problem(sessions=sessions, suites=[a_suite(), a_suite("CT2")], cases=[a_case(previous=previous)])
    assert measure("disruption", problem, *filter(None, [booking])) == factor * points


def test_another_radiologist_is_a_change_too():
    previous = Previous(session="L1", start=at("09:00"), radiologist="R2", status=Commitment.HELD)
    problem = a_problem(radiologists=[a_radiologist("R1"), a_radiologist("R2")], cases=[a_case(previous=previous)])
    assert measure("disruption", problem, a_booking()) == 2


def test_whoever_does_it_is_no_change_where_nobody_was_named():
    previous = Previous(session="L1", start=at("09:00"), radiologist=None, status=Commitment.HELD)
    assert measure("disruption", a_problem(cases=[a_case(previous=previous)]), a_booking()) == 0


def test_of_two_bookings_the_one_nearer_to_the_earlier_counts():
    previous = Previous(session="L1", start=at("09:00"), radiologist="R1", status=Commitment.HELD)
    sessions = [a_suite_session("L1"), a_suite_session("L2", day=later(1))]
    problem = a_problem(sessions=sessions, cases=[a_case(previous=previous)])
    assert measure("disruption", problem, a_booking(), a_booking("A", "L2", day=later(1))) == 0


def test_travel_counts_the_way_to_the_site():
    assert measure("travel", a_problem(cases=[a_case(travel_km={"S1": 7})]), a_booking()) == 7


@pytest.mark.parametrize(("target", "minutes"), [(30, 0), (25, 5), (None, 0)])
def test_balance_counts_the_case_minutes_above_target(target, minutes):
    by_person = a_problem(radiologists=[a_radiologist(target_minutes=target)])
    by_site = a_problem(sites=[a_site(target_minutes=target)])
    assert measure("radiologist_balance", by_person, a_booking()) == minutes
    assert measure("site_balance", by_site, a_booking()) == minutes


@pytest.mark.parametrize(("clock", "minutes"), [("09:30", 0), ("09:35", 5)])
def test_overtime_counts_from_the_lists_end(clock, minutes):
    problem = a_problem(sessions=[a_suite_session(overtime_minutes=15)])
    assert measure("overtime", problem, a_booking(clock=clock)) == minutes


def test_opened_counts_lists_in_use():
    problem = a_problem(cases=[a_case("A"), a_case("B")])
    assert measure("opened", problem) == 0
    assert measure("opened", problem, a_booking(), a_booking("B", clock="09:30")) == 1


def test_continuity_counts_the_radiologist_and_the_site_apart():
    other = a_problem(cases=[a_case(prefer_radiologist="R2", prefer_site="S2")])
    same = a_problem(cases=[a_case(prefer_radiologist="R1", prefer_site="S1")])
    assert measure("continuity", other, a_booking()) == 2
    assert measure("continuity", same, a_booking()) == 0


def test_first_on_list_counts_flagged_cases_that_are_not():
    problem = a_problem(cases=[a_case("A", first_on_list=True), a_case("B")])
    assert measure("first_on_list", problem, a_booking("B"), a_booking("A", clock="09:30")) == 1
    assert measure("first_on_list", problem, a_booking("A"), a_booking("B", clock="09:30")) == 0
