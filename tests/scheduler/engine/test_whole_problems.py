"""Thousands of problems with every feature: each plan is sound and proven, and "no plan" is said only when it is so.

The problems are the same in every run; `NEUROLIST_PROBLEMS=20000` asks for that many others.
"""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from ortools.sat.python import cp_model

from scheduler.audit import audit
from scheduler.documents import read_plan, write_plan
from scheduler.engine import NoPlanError, solve
from scheduler.engine.column_search import ColumnSearch, prove_bound
from scheduler.engine.model import rules_model
from scheduler.engine.places import every_place, possible_places
from scheduler.goals import GOALS
from scheduler.plan import PlanStatus
from scheduler.rules import RULEBOOK
from tests.builders.agreement import accepted, cheapest
from tests.builders.by_hand import every_sound_plan, least_cost
from tests.builders.clinics import hand_made, mixed
from tests.builders.whole_problems import whole_problems

ASKED_FOR = os.environ.get("NEUROLIST_PROBLEMS")
NUMBER = int(ASKED_FOR or 2000)
CLINICS = hand_made() | {f"mixed-{seed}": mixed(seed) for seed in range(5)}
SECONDS = 20  # no problem here needs one; more is a search that does not end by its proof


def on_problems(number, problems):
    """Run a test on so many problems, the same ones every time unless another number is asked for."""
    same = settings(
        max_examples=number,
        derandomize=not ASKED_FOR,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return lambda test: same(given(problems)(test))


def plan_for(problem, **options):
    """Solve a problem; None when there is no plan."""
    try:
        return solve(problem, time_limit=SECONDS, **{"workers": 1, **options})
    except NoPlanError:
        return None


def least_by_the_model(problem, rules=RULEBOOK):
    """Give the least cost one model of the whole problem has, without presolve; None when it has no answer."""
    model = rules_model(problem, every_place(problem), rules=rules)
    model.minimise()
    model.finish()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.cp_model_presolve = False
    status = solver.solve(model.cp)
    assert status in (cp_model.OPTIMAL, cp_model.INFEASIBLE)
    return round(solver.objective_value) if status == cp_model.OPTIMAL else None


def pins_alone(problem):
    """Leave only the pinned cases and those they follow, which alone decide whether there is a plan."""
    kept = {case.id for case in problem.cases if case.pinned is not None}
    while more := {
        case.follows.case for case in problem.cases if case.id in kept and case.follows is not None
    }.difference(kept):
        kept |= more
    return replace(problem, cases=tuple(case for case in problem.cases if case.id in kept))


def left_out_with_reasons(problem, plan):
    """Tell whether each case is booked or left out once, with sentences for reasons."""
    named = [booking.case for booking in plan.bookings] + [waiting.case for waiting in plan.unscheduled]
    sentences = [reason for waiting in plan.unscheduled for reason in waiting.reasons]
    return (
        sorted(named) == sorted(case.id for case in problem.cases)
        and all(waiting.reasons for waiting in plan.unscheduled)
        and all(sentence.endswith(".") for sentence in sentences)
    )


@pytest.mark.slow
@pytest.mark.timeout(1800)
@on_problems(NUMBER, whole_problems())
def test_every_plan_is_sound_proven_and_accounts_for_every_case(problem):
    plan = plan_for(problem)
    if plan is None:
        assert next(every_sound_plan(pins_alone(problem)), None) is None
        return
    found = audit(problem, plan)
    assert (found.breaches, found.cost, found.terms) == ((), plan.cost, plan.terms)
    assert (plan.status, plan.bound) == (PlanStatus.OPTIMAL, plan.cost)
    assert left_out_with_reasons(problem, plan)
    assert read_plan(write_plan(plan), problem) == plan


@pytest.mark.slow
@on_problems(NUMBER // 10, whole_problems())
def test_no_plan_is_cheaper_than_the_least_cost_of_one_model_of_everything(problem):
    plan = plan_for(problem, workers=2)
    assert (None if plan is None else plan.cost) == least_by_the_model(problem)


@pytest.mark.slow
@on_problems(NUMBER // 20, whole_problems(most_sites=2, most_lists=2, most_cases=3))
def test_no_plan_made_by_hand_is_cheaper(problem):
    plan = plan_for(problem)
    assert (None if plan is None else plan.cost) == least_cost(problem)


@pytest.mark.slow
@on_problems(NUMBER // 10, whole_problems())
def test_no_plan_costs_less_than_the_bound_that_columns_prove(problem):
    least = least_by_the_model(problem)
    if least is not None:
        assert prove_bound(problem, possible_places(problem), time_limit=SECONDS) <= least


@pytest.mark.slow
@on_problems(NUMBER // 20, whole_problems())
def test_plans_found_by_columns_alone_are_sound_too(problem):
    least = least_by_the_model(problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ColumnSearch, "exact", lambda *_: None)
        if least is None:
            with pytest.raises(NoPlanError):
                solve(problem, time_limit=1, workers=1)
            return
        plan = solve(problem, time_limit=1, workers=1)
    assert audit(problem, plan).sound
    assert plan.bound <= least <= plan.cost


@pytest.mark.slow
def test_among_the_problems_every_rule_and_every_goal_makes_a_difference():
    rules, goals = set(RULEBOOK), {goal.name for goal in GOALS}

    @on_problems(NUMBER // 5, whole_problems())
    def look(problem):
        if not rules and not goals:
            return
        least = least_by_the_model(problem)
        plan = None if least is None else plan_for(problem)
        goals.difference_update(name for name, value in (plan.terms if plan else {}).items() if value)
        for rule in tuple(rules):
            others = tuple(other for other in RULEBOOK if other is not rule)
            if least_by_the_model(problem, others) != least:
                rules.discard(rule)

    look()
    assert ([rule.name for rule in rules], goals) == ([], set())


@pytest.mark.parametrize("name", CLINICS)
def test_trying_every_booking_by_hand_finds_the_cheapest_of_every_schedule(name):
    problem = CLINICS[name]
    schedules = accepted(problem)
    assert least_cost(problem) == (cheapest(problem, schedules) if schedules else None)
