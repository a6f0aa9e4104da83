"""Each rule keeps what just fits and finds what just does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from scheduler.diary import Diary
from scheduler.rules import RULEBOOK
from tests.builders.edges import BROKEN, KEPT, A, B
from tests.builders.planning import (
    a_booking,
    a_case,
    a_plan,
    a_problem,
    a_site,
    a_suite_session,
    later,
)

RULES = {rule.name: rule for rule in RULEBOOK}


def found(rule, problem, plan):
    """Give the sentences of one rule's breaches."""
    return [breach.says for breach in RULES[rule].breaches(Diary(problem=problem, plan=plan))]


@pytest.mark.parametrize(("rule", "problem", "plan"), KEPT, ids=lambda part: part if isinstance(part, str) else "")
def test_what_just_fits_is_kept(rule, problem, plan):
    assert found(rule, problem, plan) == []


@pytest.mark.parametrize(("rule", "problem", "plan"), BROKEN, ids=lambda part: part if isinstance(part, str) else "")
def test_what_just_does_not_fit_is_found_in_one_sentence(rule, problem, plan):
    sentences = found(rule, problem, plan)
    assert len(sentences) == 1
    assert sentences[0].endswith(".")


def test_every_rule_is_tried_on_both_sides():
    assert {row[0] for row in KEPT} == {row[0] for row in BROKEN} == set(RULES)


def test_a_list_may_not_run_into_the_next_one_in_use_in_its_suite():
    sessions = [a_suite_session("L1", overtime_minutes=30), a_suite_session("L2", "10:00", "11:00")]
    problem = a_problem(sessions=sessions, cases=[A, B])
    late = a_booking(clock="09:35")
    assert found("suite-no-overlap", problem, a_plan(late)) == []
    assert found("suite-no-overlap", problem, a_plan(late, a_booking("B", "L2", "10:30"))) == [
        "Case A on L1 ends at 10:05; L2 starts at 10:00."
    ]


def test_recovery_closes_by_the_wall_clock_when_daylight_saving_ends():
    sunday = later(62)  # Sunday 4 April 2027: the clocks go back an hour at 03:00
    session = a_suite_session("L1", "00:30", "01:30", day=sunday)
    problem = a_problem(
        sites=[a_site(recovery_close=time(3, 30))], sessions=[session], cases=[a_case(recovery_minutes=210)]
    )
    booking = a_booking(clock="00:30", day=sunday)
    assert found("recovery", problem, a_plan(booking)) == []
    assert found("recovery", replace(problem, cases=(a_case(recovery_minutes=215),)), a_plan(booking)) != []
