"""Every entrant's plan is a plan, and the bounds they state hold for each other's plans."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.entrants import CLERK, ENTRANTS, OURS, SINGLE, entrant
from benchmarks.entrants.attempt import Attempt, Point, Terms
from benchmarks.entrants.clerk import in_turn
from benchmarks.families import FAMILIES, make_problem
from scheduler.audit import audit
from scheduler.problem import Pin, SchedulingProblem

TINY = make_problem(FAMILIES["tiny"], 2)
BUSY = make_problem(FAMILIES["busy"].of(40), 2)


def attempt(name: str, problem: SchedulingProblem, seconds: float = 10.0) -> Attempt:
    return entrant(name)(problem, Terms(seconds=seconds))


@pytest.fixture(scope="module")
def attempts() -> dict[str, Attempt]:
    return {name: attempt(name, TINY) for name in ENTRANTS}


@pytest.mark.parametrize("name", ENTRANTS)
def test_the_audit_accepts_an_entrants_plan(attempts: dict[str, Attempt], name: str) -> None:
    plan = attempts[name].plan
    assert plan is not None
    assert plan.bookings
    assert audit(TINY, plan).breaches == ()


def test_no_plan_costs_less_than_any_bound(attempts: dict[str, Attempt]) -> None:
    highest = max(each.bound for each in attempts.values() if each.bound is not None)
    assert highest > 0
    assert all(each.plan is not None and each.plan.cost >= highest for each in attempts.values())


def test_on_a_tiny_problem_the_single_model_and_ours_agree(attempts: dict[str, Attempt]) -> None:
    ours, single = attempts[OURS], attempts[SINGLE]
    assert ours.plan is not None
    assert single.plan is not None
    assert ours.bound == ours.plan.cost == single.plan.cost == single.bound


def test_a_clerks_plan_of_a_crowded_month_is_legal_and_leaves_nobody_unnamed() -> None:
    plan = attempt(CLERK, BUSY).plan
    assert plan is not None
    assert audit(BUSY, plan).breaches == ()
    assert len(plan.bookings) > len(BUSY.cases) / 3
    assert len(plan.bookings) + len(plan.unscheduled) == len(BUSY.cases)


def test_the_clerk_asks_in_the_order_people_became_ready_and_follow_ups_after_their_first() -> None:
    order = in_turn(BUSY)
    assert [case.ready_from for case in order] == sorted(case.ready_from for case in order)
    place = {case.id: number for number, case in enumerate(order)}
    followers = [case for case in BUSY.cases if case.follows]
    assert followers
    assert all(place[case.follows.case] < place[case.id] for case in followers if case.follows)


def test_a_clerk_without_time_books_nobody() -> None:
    plan = attempt(CLERK, BUSY, seconds=-1.0).plan
    assert plan is not None
    assert plan.bookings == ()
    assert len(plan.unscheduled) == len(BUSY.cases)


def test_pinned_cases_stay_where_they_are_whoever_plans() -> None:
    plan = attempt(SINGLE, TINY).plan
    assert plan is not None
    staff = {use.session: use.radiologist for use in plan.sessions}
    first = plan.bookings[0]
    pin = Pin(session=first.session, start=first.start, radiologist=staff[first.session])
    pinned = replace(
        TINY, cases=tuple(replace(case, pinned=pin) if case.id == first.case else case for case in TINY.cases)
    )
    for name in ENTRANTS:
        found = attempt(name, pinned).plan
        assert found is not None
        assert first in found.bookings
        assert audit(pinned, found).breaches == ()


def test_our_progress_is_told_as_it_comes() -> None:
    points: list[Point] = []
    entrant(OURS)(TINY, Terms(seconds=5.0, tell=points.append))
    assert points
    assert points[-1].cost <= points[0].cost
    assert points[-1].bound >= points[0].bound
