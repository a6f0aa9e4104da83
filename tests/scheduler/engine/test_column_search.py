"""Columns prove a bound no plan is below, and guide to plans the audit accepts."""

from __future__ import annotations

from time import monotonic

import pytest

from scheduler.audit import audit
from scheduler.engine import solve
from scheduler.engine.column_search import ColumnSearch, prove_bound
from scheduler.engine.places import possible_places
from scheduler.problem import Follows
from tests.builders.agreement import accepted, cheapest
from tests.builders.clinics import hand_made, mixed
from tests.builders.planning import a_case, a_problem, a_radiologist, a_site, a_suite, a_suite_session, later

CLINICS = hand_made() | {f"mixed-{seed}": mixed(seed) for seed in range(40)}


def bound_of(problem):
    return prove_bound(problem, possible_places(problem), time_limit=20)


def a_week(cases=30):
    """Build a week of two lists a day at two sites with more cases than room."""
    sites = [a_site("S1", recovery_bays=2), a_site("S2", recovery_bays=2)]
    sessions = [
        a_suite_session(f"L{day}{suite}", "08:30", "10:30", day=later(day), suite=suite)
        for day in range(5)
        for suite in ("CT1", "CT2")
    ]
    waiting = [
        a_case(
            f"C{number:02}",
            duration_minutes=30 + 15 * (number % 3),
            recovery_minutes=60,
            weight=(1, 3, 10)[number % 3],
            due=later(number % 7 - 2),
            follows=Follows(case=f"C{number - 1:02}", min_days=1, max_days=3) if number % 10 == 9 else None,
        )
        for number in range(cases)
    ]
    return a_problem(
        sites=sites,
        suites=[a_suite("CT1", turnaround_minutes=10), a_suite("CT2", site="S2", turnaround_minutes=10)],
        radiologists=[a_radiologist("R1", max_sessions_per_week=4), a_radiologist("R2")],
        sessions=sessions,
        cases=waiting,
    )


@pytest.fixture
def by_columns(monkeypatch):
    """Let the engine find even small plans by columns."""
    monkeypatch.setattr(ColumnSearch, "exact", lambda *_: None)


@pytest.mark.parametrize("name", CLINICS)
def test_no_schedule_of_a_tiny_clinic_costs_less_than_the_bound(name):
    problem = CLINICS[name]
    schedules = accepted(problem)
    if schedules:
        assert bound_of(problem) <= cheapest(problem, schedules)


def test_the_bound_meets_the_cost_where_nothing_has_to_be_split():
    problem = a_problem(cases=[a_case("A"), a_case("B"), a_case("C")])
    plan = solve(problem, time_limit=5)
    assert bound_of(problem) == plan.cost


def test_a_case_that_must_follow_one_without_a_place_raises_the_bound():
    sessions = [a_suite_session("L1"), a_suite_session("L2", day=later(1), funding=("private",))]
    first, second = a_case("A", funding="private", latest=later(0)), a_case("B")
    alone = a_problem(sessions=sessions, cases=[first, second])
    staged = a_problem(sessions=sessions, cases=[first, a_case("B", follows=Follows(case="A", min_days=1))])
    assert bound_of(staged) > bound_of(alone)


def test_bays_that_are_full_raise_the_bound():
    def clinic(bays):
        cases = [a_case(name, recovery_minutes=240) for name in "AB"]
        return a_problem(sites=[a_site(recovery_bays=bays)], cases=cases)

    assert bound_of(clinic(1)) > bound_of(clinic(2))


def test_a_plan_found_by_columns_keeps_every_rule_and_comes_near_its_bound(by_columns):
    problem = a_week()
    plan = solve(problem, time_limit=20)
    assert audit(problem, plan).breaches == ()
    assert 0 < plan.bound <= plan.cost <= 1.25 * plan.bound


def test_the_time_limit_is_kept(by_columns):
    started = monotonic()
    plan = solve(a_week(), time_limit=3)
    assert monotonic() - started < 3 * 1.1 + 2  # seconds; room for a slow machine
    assert plan.bookings


def test_a_stop_gives_the_best_plan_so_far(by_columns):
    problem = a_week()
    started = monotonic()
    plan = solve(problem, time_limit=60, should_stop=lambda: monotonic() - started > 2)
    assert monotonic() - started < 20
    assert audit(problem, plan).breaches == ()
