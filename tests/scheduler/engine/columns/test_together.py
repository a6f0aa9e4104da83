"""Lists that run at one time are timed around each other's bays and machines, and only the case without time goes."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from scheduler.audit import rule_breaches
from scheduler.diary import Diary
from scheduler.engine.answer import plan_of
from scheduler.engine.columns.child import Choice
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.columns.timing import times_of
from scheduler.engine.columns.whole import answer_of
from scheduler.engine.places import possible_places
from tests.builders.planning import a_case, a_problem, a_radiologist, a_site, a_suite, a_suite_session, a_unit

BOTH = [Choice(session=0, person=0, cases=(0, 1)), Choice(session=1, person=1, cases=(2, 3))]


def side_by_side(*cases, bays=None, **facts):
    return a_problem(
        sites=[a_site(recovery_bays=bays)],
        suites=[a_suite("CT1"), a_suite("CT2")],
        radiologists=[a_radiologist("R1"), a_radiologist("R2")],
        equipment=[a_unit()],
        sessions=[
            a_suite_session("L1", suite="CT1", **facts),
            a_suite_session("L2", suite="CT2", **facts),
        ],
        cases=list(cases),
    )


def timed(problem):
    return times_of(tables_of(problem, possible_places(problem)), BOTH)


def test_lists_take_the_machine_in_turn():
    rf = {"equipment": ("rf_generator",)}
    times = timed(side_by_side(a_case("A", **rf), a_case("B"), a_case("C", **rf), a_case("D")))
    assert len(times) == 4
    assert abs(times[0] - times[2]) >= 6, "30 minutes, the machine being one"


def test_a_patient_waits_for_a_bay_that_the_other_list_has_taken():
    problem = side_by_side(*(a_case(name, duration_minutes=15, recovery_minutes=15) for name in "ABCD"), bays=1)
    times = timed(problem)
    ends = sorted(step + 3 for step in times.values())
    assert len(times) == 4
    assert all(after - before >= 3 for before, after in pairwise(ends))


def test_of_cases_that_want_one_machine_all_the_time_the_one_that_matters_least_is_left_out():
    rf = {"equipment": ("rf_generator",)}
    problem = side_by_side(a_case("A", **rf), a_case("B", **rf), a_case("C", weight=1, **rf), a_case("D"))
    assert sorted(timed(problem)) == [0, 1, 3]


@pytest.mark.parametrize("seed", range(30))
def test_what_is_timed_keeps_every_rule(seed):
    rng = random.Random(seed)
    problem = side_by_side(
        *(
            a_case(
                name,
                duration_minutes=rng.choice((15, 30, 45)),
                recovery_minutes=rng.choice((0, 30, 60, 120)),
                equipment=("rf_generator",) if rng.random() < 0.5 else (),
                first_on_list=rng.random() < 0.3,
            )
            for name in "ABCD"
        ),
        bays=rng.choice((1, 2, None)),
        overtime_minutes=rng.choice((0, 30)),
    )
    later = replace(problem.sessions[1], start=problem.sessions[1].start.replace(minute=rng.choice((0, 15, 30))))
    problem = replace(problem, sessions=(problem.sessions[0], later))
    answer = answer_of(tables_of(problem, possible_places(problem)), BOTH)
    assert answer.bookings
    assert not rule_breaches(Diary(problem=problem, plan=plan_of(problem, answer)))
