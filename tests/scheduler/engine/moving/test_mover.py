"""What the compiled loops hold for a plan is one, at the cost they say, on thousands of plans of many clinics."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from scheduler.audit import cost_of, rule_breaches, terms_of
from scheduler.diary import Diary
from scheduler.documents import read_problem
from scheduler.engine import NoPlanError, solve
from scheduler.engine.answer import Answer, answer_from, plan_of
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.moving.mover import Mover
from scheduler.engine.moving.world import world_of
from scheduler.engine.places import possible_places
from scheduler.plan import Plan
from scheduler.problem import Follows, Previous
from scheduler.vocabulary import Commitment, Technique
from tests.builders.clinics import hand_made, mixed
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
from tests.builders.whole_problems import whole_problems

PROBLEMS = Path(__file__).parents[4] / "examples" / "problems"
CLINICS = hand_made() | {f"mixed-{seed}": mixed(seed) for seed in range(40)}
STRETCHES = ((30, 1e6), (60, 1000.0), (200, 1.0))  # rounds at a temperature: anything goes, much does, little does


def mover_of(problem, seed=0):
    """Make a mover for a problem."""
    tables = tables_of(problem, possible_places(problem))
    return Mover(world_of(problem, tables), tables, seed)


def judged(problem, answer):
    """Give the rules an answer breaks and what it costs."""
    diary = Diary(problem=problem, plan=plan_of(problem, answer))
    return [str(breach) for breach in rule_breaches(diary)], cost_of(terms_of(diary), problem.objective)


def moves_soundly(problem, begin):
    """Move a plan about and hold every best plan on the way against the audit; give the last cost."""
    mover = mover_of(problem)
    if not mover.load(begin):
        return None
    for rounds, temperature in STRETCHES:
        for _ in range(3):
            assert judged(problem, mover.now()) == ([], mover.cost_now)
            assert judged(problem, mover.answer()) == ([], mover.cost)
            mover.move(rounds, temperature)
    return mover.cost


def pinned_answer(problem):
    """Give a plan to begin with: a whole one where pins demand it, else none."""
    if not any(case.pinned for case in problem.cases):
        return Answer()
    return answer_from(problem, solve(problem, time_limit=5, workers=1))


@pytest.mark.parametrize("name", CLINICS)
def test_every_plan_on_the_way_keeps_the_rules_at_the_cost_it_states(name):
    problem = CLINICS[name]
    moves_soundly(problem, pinned_answer(problem))


@settings(max_examples=400, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(whole_problems())
def test_so_it_does_on_made_up_problems(problem):
    try:
        begin = pinned_answer(problem)
    except NoPlanError:
        return
    moves_soundly(problem, begin)


@pytest.mark.parametrize("name", ["tiny", "small", "metro"])
def test_so_it_does_on_the_examples(name):
    problem = read_problem((PROBLEMS / f"{name}.json").read_bytes())
    moves_soundly(problem, Answer())


@pytest.mark.parametrize("name", [name for name in CLINICS if name.startswith("mixed")])
def test_it_comes_to_the_best_plan_or_close_and_never_below(name):
    problem = CLINICS[name]
    best = solve(problem, time_limit=10, workers=1)
    mover = mover_of(problem)
    mover.load(pinned_answer(problem))
    for temperature in (3000.0, 300.0, 30.0, 1.0):
        mover.move(2000, temperature)
    assert mover.cost >= best.bound
    assert mover.cost <= best.cost * 1.1


def test_a_plan_is_taken_as_it_is():
    problem = read_problem((PROBLEMS / "small.json").read_bytes())
    plan = solve(problem, time_limit=60, effort=1)
    mover = mover_of(problem)
    assert mover.load(answer_from(problem, plan))
    assert mover.cost == plan.cost
    lists = {case: session for case, (session, _) in mover.answer().bookings.items()}
    assert lists == {booking.case: booking.session for booking in plan.bookings}


def test_the_same_seed_moves_the_same_way_and_another_does_not():
    problem = read_problem((PROBLEMS / "metro.json").read_bytes())

    def moved(seed):
        mover = mover_of(problem, seed)
        mover.load(Answer())
        mover.move(400, 500.0)
        return mover.answer()

    assert moved(1) == moved(1)
    assert moved(1) != moved(2)


def test_a_promised_start_is_waited_for_when_it_can_be():
    promised = Previous(session="L1", start=at("10:00"), radiologist=None, status=Commitment.CONFIRMED)
    problem = a_problem(sessions=[a_suite_session(end="12:00")], cases=[a_case("A", previous=promised)])
    mover = mover_of(problem)
    mover.load(Answer())
    mover.move(50, 1.0)
    assert plan_of(problem, mover.answer()).bookings[0].start == at("10:00")


def test_a_patient_waits_for_a_bay():
    stay = {"duration_minutes": 30, "recovery_minutes": 60}
    cases = [a_case("A", **stay), a_case("B", **stay)]
    problem = a_problem(sites=[a_site(recovery_bays=1)], sessions=[a_suite_session(end="12:00")], cases=cases)
    mover = mover_of(problem)
    mover.load(Answer())
    mover.move(50, 1.0)
    starts = sorted(booking.start for booking in plan_of(problem, mover.answer()).bookings)
    assert (starts[1] - starts[0]).total_seconds() == 60 * 60


def test_a_mobile_unit_goes_where_it_is_worth_most():
    sites = [a_site("S1"), a_site("S2")]
    cryo = {"technique": Technique.CRYO, "equipment": ("cryo_console",)}
    problem = a_problem(
        sites=sites,
        suites=[a_suite("CT1"), a_suite("CT2", site="S2")],
        radiologists=[a_radiologist("R1", sites=("S1",)), a_radiologist("R2", sites=("S2",))],
        sessions=[a_suite_session("L1"), a_suite_session("L2", suite="CT2")],
        equipment=[a_unit("U", kind="cryo_console", sites=("S1", "S2"))],
        cases=[
            a_case("A", weight=1, allowed_sites=("S1",), **cryo),
            a_case("B", weight=10, allowed_sites=("S2",), **cryo),
        ],
    )
    mover = mover_of(problem)
    mover.load(Answer())
    mover.move(300, 1.0)
    assert set(mover.answer().bookings) == {"B"}
    assert {site for _, _, site in mover.answer().placed} == {"S2"}


def test_a_case_that_follows_another_goes_with_it():
    cases = [a_case("A"), a_case("B", patient="PA", follows=Follows(case="A", min_days=1, max_days=1))]
    problem = a_problem(sessions=[a_suite_session("L1"), a_suite_session("L2", day=later(1))], cases=cases)
    mover = mover_of(problem)
    mover.load(Answer())
    mover.move(100, 1.0)
    assert {case: session for case, (session, _) in mover.answer().bookings.items()} == {"A": "L1", "B": "L2"}


def test_nothing_to_do_is_done():
    problem = a_problem(cases=[])
    mover = mover_of(problem)
    assert mover.load(answer_from(problem, Plan()))
    mover.move(10, 1.0)
    assert mover.answer() == Answer()
