"""Whatever happens to whatever clinic: the new plan is sound, and nothing changes that is not said."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from scheduler.audit import audit, cost_of, terms_of
from scheduler.diary import Diary
from scheduler.documents import read_plan, read_problem, write_plan, write_problem
from scheduler.engine import NoPlanError, solve
from scheduler.engine.quick import Cancellation, ChangeKind, RadiologistAway, SuiteDown, UrgentCase, quick
from scheduler.engine.quick.world import followers
from scheduler.plan import PlanStatus
from scheduler.problem import Pin
from scheduler.vocabulary import Urgency
from tests.builders.whole_problems import whole_problems

SETTINGS = {"derandomize": True, "database": None, "deadline": None, "suppress_health_check": list(HealthCheck)}


def an_event(rng, problem, plan):
    """Draw something that matters to a plan with bookings."""
    booking = rng.choice(plan.bookings)
    session = problem.lists[booking.session].session
    start = session.start + timedelta(minutes=rng.choice([-600, -5, 0, 5, 7, 10, 20]))
    end = start + timedelta(minutes=rng.choice([3, 10, 600, 2880]))
    like = problem.case_by_id[booking.case]
    person = next(str(use.radiologist) for use in plan.sessions if use.session == session.id)
    more = replace(like, id="URGENT", patient="PU", urgency=Urgency.CATEGORY_1, weight=10, pinned=None, previous=None)
    return rng.choice(
        [
            SuiteDown(suite=session.suite, start=start, end=end),
            RadiologistAway(radiologist=person, start=start, end=end),
            UrgentCase(case=more),
            Cancellation(case=booking.case),
        ]
    )


def a_standing_plan(problem):
    try:
        plan = solve(problem, time_limit=10, workers=1)
    except NoPlanError:
        plan = None
    assume(plan is not None and plan.bookings)
    return plan


def places(plan):
    staff = {use.session: use.radiologist for use in plan.sessions}
    return {each.case: (each.session, each.start, staff[each.session]) for each in plan.bookings}


@pytest.mark.slow
@settings(max_examples=150, **SETTINGS)
@given(whole_problems(), st.integers(0, 999))
def test_the_plan_is_sound_and_every_difference_is_said(problem, seed):
    plan = a_standing_plan(problem)
    event = an_event(random.Random(seed), problem, plan)
    answer = quick(problem, plan, event, time_limit=5)
    assert audit(answer.problem, answer.plan).breaches == ()
    assert read_problem(write_problem(answer.problem)) == answer.problem
    assert read_plan(write_plan(answer.plan), answer.problem) == answer.plan
    before, after = places(plan), places(answer.plan)
    said = {change.case for change in answer.changes if change.case}
    restaffed = {change.session for change in answer.changes if change.kind is ChangeKind.STAFFED}
    for case in problem.cases:
        old, new = before.get(case.id), after.get(case.id)
        if case.id not in said:
            assert (old and old[:2]) == (new and new[:2])
            assert old == new or old[0] in restaffed
    for change in answer.changes:
        was, now = before.get(change.case), after.get(change.case)
        match change.kind:
            case ChangeKind.MOVED:
                assert was[:2] != now[:2]
            case ChangeKind.PLACED:
                assert was is None
                assert now is not None
            case ChangeKind.LOST | ChangeKind.CANCELLED:
                assert was is not None
                assert now is None
            case ChangeKind.LEFT_OVER:
                assert was is None
                assert now is None
        assert change.says.endswith(".")


def held(problem, plan, loose):
    """Pin every case that stays, with its radiologist, so that the engine itself finds the best of the rest."""
    staff = {use.session: use.radiologist for use in plan.sessions}
    booked = {each.case: each for each in plan.bookings}
    cases = []
    for case in problem.cases:
        at = booked.get(case.id)
        pin = None if at is None or case.id in loose else Pin(session=at.session, start=at.start)
        cases.append(replace(case, pinned=pin))
    kept = {booked[case.id].session for case in cases if case.pinned is not None}
    sessions = [replace(each, radiologist=staff[each.id]) if each.id in kept else each for each in problem.sessions]
    return replace(problem, cases=tuple(cases), sessions=tuple(sessions))


@pytest.mark.slow
@settings(max_examples=100, **SETTINGS)
@given(whole_problems(), st.integers(0, 999))
def test_no_plan_that_moves_nobody_else_is_cheaper(problem, seed):
    plan = a_standing_plan(problem)
    event = an_event(random.Random(seed), problem, plan)
    assume(isinstance(event, SuiteDown | UrgentCase))
    answer = quick(problem, plan, event, time_limit=5)
    where = {change.case for change in answer.changes if "is down" in change.says or "needs a place" in change.says}
    waiting = {case.id for case in answer.problem.cases} - set(places(plan)) - where
    assume(not followers(problem, where))
    loose = replace(answer.problem, cases=tuple(case for case in answer.problem.cases if case.id not in waiting))
    best = solve(held(loose, plan, where), time_limit=10, workers=1)
    assert best.status is PlanStatus.OPTIMAL
    assert price(answer, waiting) <= best.cost


def price(answer, waiting):
    """Price the new plan without the cases that were waiting before and after."""
    cases = tuple(case for case in answer.problem.cases if case.id not in waiting)
    problem = replace(answer.problem, cases=cases)
    return cost_of(terms_of(Diary(problem=problem, plan=answer.plan)), problem.objective)
