"""A plan comes within its time, the same each time, the best so far when stopped, and never one the audit refuses."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from scheduler.audit import audit
from scheduler.documents import read_problem, write_plan
from scheduler.engine import EngineFaultError, NoPlanError, Progress, solve
from scheduler.engine.answer import Answer
from scheduler.engine.run import Run
from scheduler.plan import PlanStatus
from scheduler.problem import Follows, Pin
from scheduler.vocabulary import Target
from tests.builders.planning import a_case, a_problem, a_radiologist, a_suite_session, at, later

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "examples" / "problems"


def example(name):
    """Read an example problem."""
    return read_problem((EXAMPLES / f"{name}.json").read_bytes())


def test_tiny_is_proven_optimal_in_ten_seconds():
    plan = solve(example("tiny"), time_limit=10)
    assert (plan.status, plan.cost, plan.bound) == (PlanStatus.OPTIMAL, 13_958, 13_958)
    assert plan.seconds < 10


def test_the_same_seed_gives_the_same_plan():
    first, second = (solve(example("tiny"), time_limit=10, seed=3) for _ in range(2))
    assert write_plan(replace(first, seconds=0)) == write_plan(replace(second, seconds=0))


def test_counted_effort_gives_the_same_plan_whatever_the_clock_and_the_workers():
    problem = example("small")
    plans = [
        solve(problem, time_limit=limit, workers=workers, seed=5, effort=1) for limit, workers in ((1, 1), (60, 3))
    ]
    assert write_plan(replace(plans[0], seconds=0)) == write_plan(replace(plans[1], seconds=0))
    assert audit(problem, plans[0]).sound
    assert 0 < plans[0].bound <= plans[0].cost


def test_a_plan_to_go_on_from_is_gone_on_from():
    problem = example("metro")
    first = solve(problem, time_limit=60, effort=3)
    again = solve(problem, time_limit=2, begin=first)
    assert again.cost <= first.cost


def test_an_unlawful_plan_to_go_on_from_is_passed_over():
    problem = example("tiny")
    other = replace(solve(problem, time_limit=10), sessions=())
    assert solve(problem, time_limit=10, begin=other).cost == 13_958


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_workers_keeps_the_time_limit(workers):
    started = monotonic()
    plan = solve(example("small"), time_limit=4, workers=workers)
    assert monotonic() - started < 4 * 1.1 + 1
    assert audit(example("small"), plan).sound


def test_progress_tells_of_ever_better_plans():
    told: list[Progress] = []
    solve(example("tiny"), time_limit=10, on_progress=told.append)
    assert [row.cost for row in told] == sorted((row.cost for row in told), reverse=True)
    assert [row.bound for row in told] == sorted(row.bound for row in told)
    assert (told[-1].cost, told[-1].bound, told[-1].booked, told[-1].total) == (13_958, 13_958, 8, 10)


def test_a_stop_gives_the_best_plan_so_far():
    started = monotonic()
    problem = example("small")
    plan = solve(problem, time_limit=120, should_stop=lambda: monotonic() - started > 2)
    assert monotonic() - started < 20
    assert audit(problem, plan).sound


def test_ctrl_c_gives_the_best_plan_so_far():
    code = (
        "import sys; from scheduler.documents import read_problem; from scheduler.engine import solve;"
        "problem = read_problem(open(sys.argv[1], 'rb').read()); print('ready', flush=True);"
        "plan = solve(problem, time_limit=120); print(len(plan.bookings) + len(plan.unscheduled))"
    )
    command = [sys.executable, "-c", code, str(EXAMPLES / "small.json")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(3)
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert (process.returncode, rest.strip()) == (0, "40")


def test_no_cases_and_no_lists_make_an_empty_plan():
    assert solve(a_problem(cases=[]), time_limit=2).cost == 0
    plan = solve(a_problem(sessions=[]), time_limit=2)
    assert (plan.status, plan.unscheduled[0].reasons) == (PlanStatus.OPTIMAL, ("There are no lists in this plan.",))


def test_a_case_no_list_can_take_is_left_out_with_the_reason():
    plan = solve(a_problem(radiologists=[a_radiologist(targets=(Target.STELLATE,))]), time_limit=5)
    assert plan.unscheduled[0].reasons == (
        "The only list is not one that has a radiologist skilled in coeliac plexus.",
    )


def test_a_case_that_would_fit_but_for_others_is_left_out_with_the_reason():
    problem = a_problem(sessions=[a_suite_session(max_cases=1)], cases=[a_case("A", weight=10), a_case("B")])
    plan = solve(problem, time_limit=5)
    assert [waiting.case for waiting in plan.unscheduled] == ["B"]
    assert "could take it" in plan.unscheduled[0].reasons[0]


def test_a_case_that_follows_one_left_out_says_so():
    cases = [a_case("A", funding="private"), a_case("B", follows=Follows(case="A", min_days=0, max_days=9))]
    plan = solve(a_problem(cases=cases), time_limit=5)
    assert {row.case: row.reasons for row in plan.unscheduled}["B"] == ("It follows case A, which is not booked.",)


def test_pins_that_contradict_each_other_are_named():
    pin = Pin(session="L1", start=at("09:00"), radiologist=None)
    with pytest.raises(NoPlanError, match=r"pinned where they are: A, B\."):
        solve(a_problem(cases=[a_case("A", pinned=pin), a_case("B", pinned=pin)]), time_limit=5)


def test_a_pinned_case_brings_the_case_it_follows():
    cases = [
        a_case("A", weight=0),
        a_case(
            "B",
            follows=Follows(case="A", min_days=1, max_days=1),
            pinned=Pin(session="L2", start=at("09:00", later(1))),
        ),
    ]
    plan = solve(
        a_problem(sessions=[a_suite_session(), a_suite_session("L2", day=later(1))], cases=cases), time_limit=5
    )
    assert {booking.case: booking.session for booking in plan.bookings} == {"A": "L1", "B": "L2"}


def test_an_answer_the_audit_refuses_is_never_taken():
    run = Run(a_problem(), 5.0)
    with pytest.raises(EngineFaultError, match="one-radiologist"):
        run.offer(Answer(bookings={"A": ("L1", 0)}))
    assert run.answer is None


@pytest.mark.slow
@pytest.mark.parametrize(("name", "most"), [("small", 6_100), ("metro", 153_000)])
def test_the_examples_stay_below_their_cost_in_a_minute(name, most):
    problem = example(name)
    plan = solve(problem, time_limit=60)
    assert audit(problem, plan).sound
    assert plan.bound <= plan.cost <= most
    assert plan.seconds <= 66
