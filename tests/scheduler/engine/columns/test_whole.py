"""A whole choice of columns becomes a plan that keeps every rule and costs what the columns say."""

from __future__ import annotations

import pytest

from scheduler.audit import cost_of, rule_breaches, terms_of
from scheduler.diary import Diary
from scheduler.engine.answer import plan_of
from scheduler.engine.columns.child import Choice
from scheduler.engine.columns.diving import choose_columns
from scheduler.engine.columns.relaxation import Relaxation
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.columns.timing import times_of
from scheduler.engine.columns.whole import answer_of
from scheduler.engine.places import possible_places
from scheduler.problem import Follows, Previous
from scheduler.vocabulary import Commitment
from tests.builders.planning import (
    a_case,
    a_problem,
    a_radiologist,
    a_site,
    a_suite,
    a_suite_session,
    a_unit,
    at,
    later,
)


def a_week(cases=24):
    """Build a week of mornings and afternoons at two sites, more cases than room, few bays, one unit for both sites."""
    sessions = [
        a_suite_session(f"L{day}{suite}{start[:2]}", start, end, day=later(day), suite=suite)
        for day in range(3)
        for suite in ("CT1", "CT2")
        for start, end in (("08:30", "11:00"), ("12:00", "14:30"))
    ]
    waiting = [
        a_case(
            f"C{number:02}",
            duration_minutes=30 + 15 * (number % 3),
            recovery_minutes=(60, 120, 240)[number % 3],
            weight=(1, 3, 10)[number % 3],
            due=later(number % 7 - 2),
            first_on_list=number % 8 == 0,
            equipment=("rf_generator",) if number % 4 == 0 else (),
            follows=Follows(case=f"C{number - 1:02}", min_days=1, max_days=3) if number % 6 == 5 else None,
        )
        for number in range(cases)
    ]
    return a_problem(
        sites=[a_site("S1", recovery_bays=2), a_site("S2", recovery_bays=3)],
        suites=[a_suite("CT1", turnaround_minutes=10), a_suite("CT2", site="S2", turnaround_minutes=10)],
        radiologists=[a_radiologist("R1", max_sessions_per_week=4), a_radiologist("R2")],
        equipment=[a_unit("U1", sites=("S1", "S2"))],
        sessions=sessions,
        cases=waiting,
    )


@pytest.fixture(scope="module")
def week():
    problem = a_week()
    relaxation = Relaxation(problem, tables_of(problem, possible_places(problem)), lambda: False)
    relaxation.tighten(20)
    return relaxation, choose_columns(relaxation, 20, lambda: False)


def cost_of_columns(tables, columns):
    booked = {case for column in columns for case in column.cases}
    left_out = sum(int(cost) for case, cost in enumerate(tables.left_out) if case not in booked)
    return sum(column.cost for column in columns) + left_out


def test_the_choice_keeps_every_rule_and_costs_what_its_columns_say(week):
    relaxation, chosen = week
    answer = answer_of(relaxation.tables, chosen)
    plan = plan_of(relaxation.problem, answer)
    diary = Diary(problem=relaxation.problem, plan=plan)
    assert not list(rule_breaches(diary))
    assert len(answer.bookings) == sum(len(column.cases) for column in chosen) > 12
    cost = cost_of(terms_of(diary), relaxation.problem.objective)
    assert cost == cost_of_columns(relaxation.tables, chosen)


def test_the_choice_comes_near_the_bound(week):
    relaxation, chosen = week
    assert relaxation.bound <= cost_of_columns(relaxation.tables, chosen) <= 1.05 * relaxation.bound


def test_a_column_found_elsewhere_is_taken_once_and_only_if_it_can_be_done(week):
    relaxation, _ = week
    tables = relaxation.tables
    far = [case for case in range(len(tables.cases)) if tables.fits[case, 0]]
    crowded = Choice(session=0, person=0, cases=tuple(far))
    alone = Choice(session=0, person=0, cases=(far[-1],))
    relaxation.offer([alone])
    assert relaxation.offer([alone, crowded]) == 0


def test_a_list_waits_for_the_bays_of_the_list_before_it():
    problem = a_problem(
        sites=[a_site(recovery_bays=1)],
        sessions=[a_suite_session("L1", "09:00", "10:00"), a_suite_session("L2", "10:00", "12:00")],
        cases=[a_case("A", recovery_minutes=90), a_case("B", recovery_minutes=60)],
    )
    tables = tables_of(problem, possible_places(problem))
    times = times_of(tables, [Choice(session=0, person=0, cases=(0,)), Choice(session=1, person=0, cases=(1,))])
    # A recovers until 11:00, so B, on from 10:00, may end at 11:00 at the earliest.
    assert times == {0: 0, 1: 6}


def test_promised_starts_are_kept_where_that_costs_less():
    promised = Previous(session="L1", start=at("09:30"), radiologist=None, status=Commitment.BOOKED)
    problem = a_problem(cases=[a_case("A"), a_case("B", previous=promised)])
    tables = tables_of(problem, possible_places(problem))
    assert times_of(tables, [Choice(session=0, person=0, cases=(0, 1))]) == {0: 0, 1: 6}
    assert times_of(tables, [Choice(session=0, person=0, cases=(1,))]) == {1: 6}


def test_a_case_is_left_out_when_the_one_it_follows_is_not_chosen():
    problem = a_problem(cases=[a_case("A"), a_case("B", follows=Follows(case="A", min_days=0))])
    tables = tables_of(problem, possible_places(problem))
    assert not answer_of(tables, [Choice(session=0, person=0, cases=(1,))]).bookings


def test_a_choice_out_of_time_is_filled_and_keeps_every_rule(week):
    relaxation, chosen = week
    quick = choose_columns(relaxation, 0, lambda: False)
    answer = answer_of(relaxation.tables, quick)
    diary = Diary(problem=relaxation.problem, plan=plan_of(relaxation.problem, answer))
    assert not list(rule_breaches(diary))
    full = cost_of_columns(relaxation.tables, chosen)
    assert full <= cost_of_columns(relaxation.tables, quick) <= 1.5 * full
