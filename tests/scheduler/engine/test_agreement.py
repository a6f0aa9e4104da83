"""The solver and the audit agree on every schedule of tiny clinics, and the check is seen to fail when they do not."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from scheduler.engine import NoPlanError, solve
from scheduler.goals import GOALS
from scheduler.plan import PlanStatus
from scheduler.rules import RULEBOOK
from tests.builders.agreement import accepted, broken, cheapest, differences, measures, prices
from tests.builders.clinics import hand_made, mixed

CLINICS = hand_made() | {f"mixed-{seed}": mixed(seed) for seed in range(10)}
BY_NAME = pytest.mark.parametrize("name", CLINICS)
PRICED_AT_MOST = 12


def some(schedules, seed=0):
    """Take a few schedules, the same ones every time."""
    ordered = sorted(schedules, key=lambda schedule: (sorted(schedule.bookings), sorted(schedule.staff)))
    return random.Random(seed).sample(ordered, min(PRICED_AT_MOST, len(ordered)))


@BY_NAME
def test_the_solver_accepts_a_schedule_exactly_when_no_rule_is_broken(name):
    assert differences(CLINICS[name]) == []


@BY_NAME
def test_a_goal_costs_the_same_in_the_model_as_by_hand(name):
    problem = CLINICS[name]
    for schedule in some(accepted(problem)):
        assert prices(problem, schedule) == measures(problem, schedule)


@BY_NAME
def test_nothing_is_cheaper_than_the_plan_the_engine_calls_optimal(name):
    problem = CLINICS[name]
    schedules = accepted(problem)
    if not schedules:
        with pytest.raises(NoPlanError):
            solve(problem, time_limit=5)
        return
    plan = solve(problem, time_limit=5)
    assert (plan.status, plan.cost) == (PlanStatus.OPTIMAL, cheapest(problem, schedules))


@pytest.mark.parametrize("rule", RULEBOOK, ids=lambda rule: rule.name)
def test_a_rule_the_solver_is_not_held_to_is_noticed(rule):
    problem, others = CLINICS[rule.name], tuple(other for other in RULEBOOK if other is not rule)
    assert any(broken(problem, schedule) == {rule.name} for schedule in accepted(problem, others))


@pytest.mark.parametrize("goal", GOALS, ids=lambda goal: goal.name)
def test_a_goal_the_model_does_not_price_is_noticed(goal):
    problem = CLINICS[goal.name]
    free = tuple(replace(other, price=lambda _: 0) if other is goal else other for other in GOALS)
    assert any(
        prices(problem, schedule, free) != measures(problem, schedule) for schedule in some(accepted(problem), seed=1)
    )


def test_a_rule_the_solver_takes_too_strictly_is_noticed():
    strict = replace(RULEBOOK[0], enforce=lambda model: model.bar_places(lambda *_: True))
    assert differences(CLINICS["funding"], (strict, *RULEBOOK[1:])) != []


def test_every_rule_and_goal_has_a_clinic_of_its_own():
    assert {rule.name for rule in RULEBOOK} | {goal.name for goal in GOALS} <= set(CLINICS)
