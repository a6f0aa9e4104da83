"""A plan made to a risk keeps to it on ten thousand other days, and wastes little room doing so."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import accumulate, product
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from scheduler.audit import audit, cost_of, terms_of
from scheduler.diary import Diary
from scheduler.documents import read_problem, write_plan
from scheduler.engine import Progress, solve
from scheduler.engine.spare import Spare
from scheduler.engine.thinning import thinned
from scheduler.engine.to_risk import RunOptions, solve_to_risk
from scheduler.plan import Booking, PlanStatus
from scheduler.problem import Follows, Pin, Previous
from scheduler.risk import Recorded, Spread, overrun, overruns
from scheduler.vocabulary import Commitment
from tests.builders.planning import (
    a_booking,
    a_case,
    a_plan,
    a_problem,
    a_suite,
    a_suite_session,
    at,
    later,
)

if TYPE_CHECKING:
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem
    from scheduler.risk import Duration

EXAMPLES = Path(__file__).parents[3] / "examples" / "problems"
DAYS = 10_000
RISK = 0.2
SLIP = 0.03  # ten thousand days tell a probability to about one point
SOON = RunOptions(time_limit=8.0)
KINDS = {
    30: Spread(min=20, planned=30, max=60),
    45: Spread(min=30, planned=45, max=75),
    60: Spread(min=45, planned=60, max=110),
}


def one_day(duration: Duration, rng: random.Random) -> float:
    """Draw one duration from its definition: a beta variate as a ratio of gamma variates, or one of those recorded."""
    if isinstance(duration, Recorded):
        return rng.choice(duration.minutes)
    assert isinstance(duration, Spread)
    width = duration.max - duration.min
    if width == 0:
        return duration.min
    usual = (duration.planned - duration.min) / width
    short, long = rng.gammavariate(1 + 4 * usual, 1), rng.gammavariate(5 - 4 * usual, 1)
    return duration.min + width * short / (short + long)


def late_days(
    problem: SchedulingProblem, plan: Plan, durations: dict[str, Duration], *, days: int = DAYS
) -> dict[str, float]:
    """Live every list of a plan day by day in plain Python, and give the share of days on which it ends late."""
    rng, late = random.Random(31), {}
    for session in {booking.session for booking in plan.bookings}:
        booked = sorted((b for b in plan.bookings if b.session == session), key=lambda b: b.start)
        on, number = problem.lists[session], 0
        for _ in range(days):
            free_at = 0.0
            for booking in booked:
                start = (booking.start - on.session.start) / timedelta(minutes=1)
                free_at = max(free_at, start) + one_day(durations[booking.case], rng) + on.suite.turnaround_minutes
            number += free_at - on.suite.turnaround_minutes > on.end - on.start
        late[session] = number / days
    return late


def a_morning(seed: int) -> tuple[SchedulingProblem, dict[str, Duration]]:
    """Two or three lists on two days and more cases than they hold, of different lengths and urgencies."""
    rng = random.Random(seed)
    lists = [
        a_suite_session(
            f"L{number}", "09:00", rng.choice(["11:00", "11:30", "12:00"]), day=later(number), overtime_minutes=15
        )
        for number in range(rng.choice([2, 3]))
    ]
    cases = [
        a_case(
            f"C{number}",
            duration_minutes=rng.choice(list(KINDS)),
            weight=rng.choice([1, 3, 10]),
            due=later(rng.randint(0, 9)),
        )
        for number in range(6)
    ]
    problem = a_problem(suites=[a_suite(turnaround_minutes=10)], sessions=lists, cases=cases)
    return problem, {case.id: KINDS[case.duration_minutes] for case in cases}


def cheapest_to_risk(problem: SchedulingProblem, durations: dict[str, Duration]) -> int:
    """Try every choice of list for every case, back to back from the list's start, and price those within the risk."""
    cases, lists = problem.cases, list(problem.lists.values())
    fits: dict[tuple[str, tuple[int, ...]], bool] = {}
    best = None
    for choice in product([None, *lists], repeat=len(cases)):
        bookings = []
        for on in lists:
            chosen = [case for case, its in zip(cases, choice, strict=True) if its is on]
            kinds = tuple(sorted(case.duration_minutes for case in chosen))
            if (on.id, kinds) not in fits:
                spreads = [durations[case.id] for case in chosen]
                length = on.end - on.start
                starts = list(accumulate((case.duration_minutes + 10 for case in chosen), initial=0))
                late = overrun(spreads, length, 10, seed=5, booked_starts=starts[:-1]).probability
                fits[on.id, kinds] = late <= RISK and starts[-1] - 10 <= length + on.session.overtime_minutes
            if not fits[on.id, kinds]:
                break
            clock = on.session.start
            for case in chosen:
                bookings.append(Booking(case=case.id, session=on.id, start=clock))
                clock += timedelta(minutes=case.duration_minutes + 10)
        else:
            cost = cost_of(terms_of(Diary(problem=problem, plan=a_plan(*bookings))), problem.objective)
            best = cost if best is None else min(best, cost)
    assert best is not None
    return best


@pytest.mark.parametrize("seed", range(6))
def test_every_list_keeps_to_the_risk_and_no_other_choice_of_cases_is_much_cheaper(seed: int) -> None:
    problem, durations = a_morning(seed)
    plan = solve_to_risk(problem, durations, RISK, SOON)
    assert audit(problem, plan).sound
    assert max(late_days(problem, plan, durations).values()) <= RISK + SLIP
    assert plan.bound <= plan.cost <= 1.02 * cheapest_to_risk(problem, durations)


def test_what_is_said_of_each_list_of_a_real_plan_is_within_three_points_of_ten_thousand_other_days() -> None:
    problem = read_problem((EXAMPLES / "small.json").read_bytes())
    durations = {case.id: _around(case.duration_minutes) for case in problem.cases}
    plan = solve(problem, time_limit=4)
    said, happened = overruns(problem, plan, durations, seed=2), late_days(problem, plan, durations)
    assert len(said) > 10
    assert {session: found.probability for session, found in said.items()} == pytest.approx(happened, abs=SLIP)


def test_a_plan_of_a_clinic_made_to_a_risk_keeps_to_it_on_every_list_and_in_its_time() -> None:
    problem = read_problem((EXAMPLES / "small.json").read_bytes())
    durations = {case.id: _around(case.duration_minutes) for case in problem.cases}
    told: list[Progress] = []
    began = monotonic()
    plan = solve_to_risk(problem, durations, RISK, RunOptions(time_limit=12, on_progress=told.append))
    assert monotonic() - began < 12 * 1.1 + 1
    assert audit(problem, plan).sound
    assert max(late_days(problem, plan, durations).values()) <= RISK + SLIP
    assert [row.cost for row in told] == sorted((row.cost for row in told), reverse=True)
    assert told[-1].cost == plan.cost


def _around(minutes: int) -> Spread:
    return Spread(min=0.7 * minutes, planned=minutes, max=1.7 * minutes)


def test_recorded_minutes_are_planned_for_as_they_were() -> None:
    problem = a_problem(sessions=[a_suite_session(end="11:00")], cases=[a_case(name) for name in "ABC"])
    often_long = Recorded(minutes=(30, 30, 30, 60))
    plan = solve_to_risk(problem, dict.fromkeys("ABC", often_long), 0.1, SOON)
    assert len(plan.bookings) == 2  # one in 16 days both are long; of three, more than one day in seven has two long
    assert max(late_days(problem, plan, dict.fromkeys("ABC", often_long)).values()) <= 0.1 + SLIP


def test_with_durations_that_never_vary_lists_are_filled_to_their_end() -> None:
    problem, _ = a_morning(3)
    on_time = replace(problem, sessions=tuple(replace(session, overtime_minutes=0) for session in problem.sessions))
    assert solve_to_risk(problem, {}, RISK, SOON).cost == solve(on_time, time_limit=8).cost


def test_pinned_cases_stay_though_they_exceed_the_risk_and_their_list_takes_no_more() -> None:
    stays = a_case("A", duration_minutes=60, pinned=Pin(session="L1", start=at("10:00")))
    problem = a_problem(
        sessions=[a_suite_session(end="11:00"), a_suite_session("L2", end="11:00", day=later(1))],
        cases=[stays, a_case("B", due=later(-9))],
    )
    plan = solve_to_risk(problem, dict.fromkeys("AB", KINDS[60]), RISK, SOON)
    assert audit(problem, plan).sound
    assert {booking.case: booking.session for booking in plan.bookings} == {"A": "L1", "B": "L2"}


def test_a_case_that_comes_off_takes_those_that_need_it_before_them() -> None:
    problem = a_problem(
        sessions=[a_suite_session(end="09:30"), a_suite_session("L2", end="11:00", day=later(1))],
        cases=[a_case("A"), a_case("B", follows=Follows(case="A", min_days=1))],
    )
    plan = a_plan(a_booking("A"), a_booking("B", "L2", day=later(1)), waiting=[])
    assert thinned(problem, plan, Spare(problem, {"A": KINDS[30]}, RISK)).bookings == ()
    assert thinned(problem, plan, Spare(problem, {"B": KINDS[30]}, RISK)).bookings == plan.bookings


def test_the_case_whose_going_costs_least_comes_off() -> None:
    cases = [a_case("A", weight=10), a_case("B", weight=1), a_case("C", weight=3)]
    problem = a_problem(sessions=[a_suite_session(end="10:30")], cases=cases)
    plan = a_plan(a_booking("A"), a_booking("B", clock="09:30"), a_booking("C", clock="10:00"))
    left = thinned(problem, plan, Spare(problem, dict.fromkeys("ABC", KINDS[30]), RISK))
    assert [booking.case for booking in left.bookings] == ["A", "B"]  # without B, C would still start at ten


def test_every_case_left_over_says_that_minutes_are_kept_free() -> None:
    problem = a_problem(sessions=[a_suite_session()], cases=[a_case("A"), a_case("B"), a_case("C", funding="private")])
    plan = solve_to_risk(problem, dict.fromkeys("ABC", KINDS[30]), 0.05, SOON)
    reasons = {left.case: left.reasons for left in plan.unscheduled}
    assert len(plan.bookings) == 1
    assert [said[-1] for case, said in reasons.items() if case != "C"] == [
        "Lists keep minutes free, so that none overruns on more than 5 % of days."
    ]
    assert not any("minutes free" in says for says in reasons["C"])


def test_the_bound_is_one_on_any_plan_of_the_problem() -> None:
    problem, durations = a_morning(0)
    plan = solve_to_risk(problem, durations, RISK, SOON)
    without = solve(problem, time_limit=8)
    assert without.status is PlanStatus.OPTIMAL
    assert plan.bound <= without.cost < plan.cost
    assert plan.status is PlanStatus.FEASIBLE


def test_a_start_that_was_promised_is_kept_where_the_list_has_minutes_to_spare() -> None:
    promised = Previous(session="L1", start=at("09:30"), radiologist="R1", status=Commitment.CONFIRMED)
    problem = a_problem(sessions=[a_suite_session(end="12:00")], cases=[a_case("A"), a_case("B", previous=promised)])
    plan = solve_to_risk(problem, dict.fromkeys("AB", KINDS[30]), RISK, SOON)
    assert plan.terms["disruption"] == 0


def test_the_same_effort_gives_the_same_plan() -> None:
    problem = read_problem((EXAMPLES / "small.json").read_bytes())
    durations = {case.id: _around(case.duration_minutes) for case in problem.cases}
    options = RunOptions(time_limit=1, effort=6, seed=3)
    first, second = (solve_to_risk(problem, durations, RISK, options) for _ in range(2))
    assert write_plan(replace(first, seconds=0)) == write_plan(replace(second, seconds=0))
    assert max(overrun.probability for overrun in overruns(problem, first, durations, seed=8).values()) <= RISK + SLIP


def test_a_person_who_stops_it_gets_the_best_plan_so_far() -> None:
    problem = read_problem((EXAMPLES / "small.json").read_bytes())
    durations = {case.id: _around(case.duration_minutes) for case in problem.cases}
    began = monotonic()
    stop = lambda: monotonic() - began > 2  # noqa: E731
    plan = solve_to_risk(problem, durations, RISK, RunOptions(time_limit=60, should_stop=stop))
    assert monotonic() - began < 8
    assert audit(problem, plan).sound
    assert max(late_days(problem, plan, durations).values()) <= RISK + SLIP
