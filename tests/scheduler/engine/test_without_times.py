"""With the time of day left out, the model takes whatever the rules take and prices it no higher."""

from __future__ import annotations

import random
from datetime import time

import pytest

from scheduler.rules import RULEBOOK
from tests.builders.agreement import accepted, measures, plan_from, prices, takes
from tests.builders.clinics import hand_made, mixed
from tests.builders.planning import (
    a_booking,
    a_case,
    a_plan,
    a_problem,
    a_site,
    a_suite,
    a_suite_session,
    a_unit,
    later,
)

CLINICS = hand_made() | {f"mixed-{seed}": mixed(seed) for seed in range(4)}
TIMED = {"disruption", "overtime", "first_on_list"}  # the terms that a time of day may raise
TRIED = 4


def some(problem):
    """Take a few schedules the solver accepts, the same ones every time."""
    schedules = sorted(accepted(problem), key=lambda each: (sorted(each.bookings), sorted(each.staff)))
    return random.Random(2).sample(schedules, min(TRIED, len(schedules)))


def taken(problem, plan):
    """Tell whether every rule's part that needs no times takes the plan."""
    return takes(problem, plan, RULEBOOK, timed=False)


@pytest.mark.parametrize("name", CLINICS)
def test_what_the_rules_take_is_taken_and_costs_no_more(name):
    problem = CLINICS[name]
    for schedule in some(problem):
        by_hand, without = measures(problem, schedule), prices(problem, schedule, timed=False)
        assert takes(problem, plan_from(problem, schedule), RULEBOOK, timed=False)
        assert {key: value for key, value in without.items() if key not in TIMED} == {
            key: value for key, value in by_hand.items() if key not in TIMED
        }
        assert all(without[key] <= by_hand[key] for key in TIMED)


@pytest.mark.parametrize(("minutes", "fits"), [(30, True), (31, False)])
def test_more_minutes_of_cases_than_a_list_has_are_refused(minutes, fits):
    cases = [a_case("A", duration_minutes=30), a_case("B", duration_minutes=minutes)]
    session = a_suite_session("L1", "09:00", "10:00", overtime_minutes=10)
    problem = a_problem(suites=[a_suite(turnaround_minutes=10)], sessions=[session], cases=cases)
    assert taken(problem, a_plan(a_booking(), a_booking("B"))) == fits


@pytest.mark.parametrize(("minutes", "fits"), [(35, True), (40, False)])
def test_more_minutes_of_recovery_than_the_bays_have_are_refused(minutes, fits):
    """Two bays from the first possible end of a case, 09:20, until recovery closes, 10:30: twice 70 minutes."""
    cases = [a_case(key, duration_minutes=20, recovery_minutes=minutes) for key in "ABCD"]
    cases.append(a_case("E", duration_minutes=5))  # needs no bay, so it does not make the bays' day longer
    sessions = [a_suite_session("L1", "09:00", "10:30"), a_suite_session("L2", "09:00", "10:30", suite="CT2")]
    site = a_site(recovery_bays=2, recovery_close=time(10, 30))
    problem = a_problem(sites=[site], suites=[a_suite("CT1"), a_suite("CT2")], sessions=sessions, cases=cases)
    plan = a_plan(*(a_booking(key) for key in "AB"), *(a_booking(key, "L2") for key in "CD"))
    bays_alone = [rule for rule in RULEBOOK if rule.name == "recovery"]
    assert takes(problem, plan, bays_alone, timed=False) == fits


@pytest.mark.parametrize(("minutes", "fits"), [(15, True), (20, False)])
def test_bays_without_a_closing_time_are_there_until_the_last_patient_may_leave(minutes, fits):
    """One bay from 09:05 until 09:20 and the longest recovery after it, 09:45: 40 minutes."""
    cases = [
        a_case("A", duration_minutes=5, recovery_minutes=25),
        a_case("B", duration_minutes=10, recovery_minutes=minutes),
    ]
    session = a_suite_session("L1", "09:00", "09:20")
    problem = a_problem(sites=[a_site(recovery_bays=1)], sessions=[session], cases=cases)
    assert taken(problem, a_plan(a_booking(), a_booking("B"))) == fits


@pytest.mark.parametrize("start", ["09:45", "09:40"])
def test_bays_that_are_empty_before_a_later_list_do_not_count_for_it(start):
    """L1's last patient may leave at 09:45: only a list that starts before then shares the bay with it."""
    cases = [a_case(key, duration_minutes=5, recovery_minutes=25) for key in "ABC"]
    sessions = [a_suite_session("L1", "09:00", "09:20"), a_suite_session("L2", start, "10:20")]
    problem = a_problem(sites=[a_site(recovery_bays=1)], sessions=sessions, cases=cases)
    two_on_the_first = a_plan(a_booking("A"), a_booking("B"), a_booking("C", "L2", start))
    assert taken(problem, two_on_the_first) == (start == "09:40")


@pytest.mark.parametrize(("minutes", "past"), [(20, 0), (25, 5), (40, 20)])
def test_minutes_beyond_a_lists_end_are_overtime_whatever_the_order(minutes, past):
    cases = [a_case("A", duration_minutes=30), a_case("B", duration_minutes=minutes)]
    session = a_suite_session("L1", "09:00", "10:00", overtime_minutes=30)
    problem = a_problem(suites=[a_suite(turnaround_minutes=10)], sessions=[session], cases=cases)
    schedule = next(each for each in accepted(problem) if len(each.bookings) == 2)
    assert prices(problem, schedule, timed=False)["overtime"] == past


def test_a_unit_that_is_not_there_all_day_is_still_missed():
    cases = [a_case("A", equipment=("rf_generator",))]
    problem = a_problem(sites=[a_site(), a_site("S2")], cases=cases, equipment=[a_unit("U2", sites=("S1", "S2"))])
    day = a_suite_session().start.date()
    assert taken(problem, a_plan(a_booking(), placed=[("U2", day, "S1")]))
    assert not taken(problem, a_plan(a_booking(), placed=[("U2", day, "S2")]))
    assert not taken(problem, a_plan(a_booking(), placed=[("U2", later(1), "S1")]))
