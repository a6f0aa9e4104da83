"""Parts on this machine: side by side in processes, stopped when asked, and solved again when one is killed."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from flows.part_store import WHOLE, Job, PartStore
from flows.part_work import work_on
from flows.parts_here import TRIES, Limit, PartsHere
from flows.plan_in_parts import NoPrefectError, prefect_to_use, solve_by_size
from scheduler.audit import audit
from scheduler.documents import read_problem
from scheduler.engine import solve
from scheduler.engine.parts import Errand, Note, Part, Splitter, join, most_parts, parts_for, solve_in_parts
from scheduler.engine.parts import rounds as rounds_module
from scheduler.engine.places import possible_places
from scheduler.errors import BadInputError
from scheduler.plan import PlanStatus
from scheduler.problem import Pin
from tests.builders.planning import a_case, a_problem, a_radiologist, a_suite_session, at

SMALL = Path("examples/problems/small.json")


@pytest.fixture(scope="module")
def small():
    return read_problem(SMALL.read_bytes())


@pytest.fixture
def store(tmp_path):
    return PartStore.make(tmp_path)


@pytest.fixture
def crew(store):
    hired = PartsHere(store, hands=2)
    yield hired
    hired.close()


def a_clinic(**facts):
    """One site with one radiologist of its own."""
    return a_problem(radiologists=[a_radiologist(sites=("S1",))], **facts)


def an_errand(*problems, seconds=2.0, listen=lambda _notes: None):
    stopped = threading.Event()
    parts = [Part(problem=problem, begin=None) for problem in problems]
    return Errand(parts=parts, seconds=seconds, seed=0, listen=listen, stop=stopped.set, should_stop=stopped.is_set)


def impossible():
    """Two cases pinned to one time of one list."""
    pin = Pin(session="L1", start=at("09:00"))
    return a_clinic(cases=[a_case("A", pinned=pin), a_case("B", pinned=pin)])


# The folder.


def test_a_part_comes_back_from_the_folder_as_it_was_put(store, small):
    begin = solve(a_clinic(), time_limit=1)
    store.put(Job(key="1-0", seconds=2.5, seed=7), a_clinic(), begin)
    assert store.part("1-0") == Part(problem=a_clinic(), begin=begin)
    assert store.job("1-0") == Job(key="1-0", seconds=2.5, seed=7)


def test_the_folder_is_private_and_leaves_nothing_behind(tmp_path):
    made = PartStore.make(tmp_path / "new")
    assert made.folder.stat().st_mode & 0o077 == 0
    made.note("1-0", cost=3, booked=1)
    assert made.noted("1-0") == Note(cost=3, booked=1)
    made.remove()
    assert not made.folder.exists()
    assert made.stopped("1-0")


def test_a_part_is_solved_once_however_often_it_is_handed_out(store):
    store.put(Job(key="1-0", seconds=1.0, seed=0), a_clinic())
    work_on(store, "1-0")
    first = store.plan("1-0", a_clinic())
    assert [row.case for row in first.bookings] == ["A"]
    store.finish("1-0", replace(first, bookings=(), sessions=()))
    work_on(store, "1-0")
    assert store.plan("1-0", a_clinic()).bookings == ()


def test_a_part_in_other_hands_is_left_alone(store):
    store.put(Job(key="1-0", seconds=1.0, seed=0), a_clinic())
    store.beat("1-0")
    done = threading.Event()

    def other():
        while not done.wait(0.5):
            store.beat("1-0")

    thread = threading.Thread(target=other)
    thread.start()
    work_on(store, "1-0")
    done.set()
    thread.join()
    assert not store.finished("1-0")


def test_a_part_whose_run_is_over_is_left_alone(store):
    store.put(Job(key="1-0", seconds=1.0, seed=0), a_clinic())
    store.remove()
    work_on(store, "1-0")
    assert not store.folder.exists()


def test_a_part_without_a_plan_says_so(store):
    store.put(Job(key="1-0", seconds=1.0, seed=0), impossible())
    work_on(store, "1-0")
    assert store.finished("1-0")
    assert store.plan("1-0", impossible()) is None


def test_the_whole_has_its_bound_proven(store, small):
    store.put(Job(key=WHOLE, seconds=20.0, seed=0), small)
    work_on(store, WHOLE)
    assert 4_000 < store.noted(WHOLE).cost < 7_000


# Processes.


def test_parts_are_solved_side_by_side(crew):
    heard = []
    problems = [a_clinic(), impossible(), a_clinic(cases=[a_case("B")])]
    first, none, last = crew.solve(an_errand(*problems, listen=heard.append))
    assert ([row.case for row in first.bookings], none, [row.case for row in last.bookings]) == (["A"], None, ["B"])
    assert heard[0] == [None, None, None]


def test_a_part_whose_process_is_killed_is_solved_again(crew, small):
    killed = []

    def kill_once(_notes):
        for key, process in crew.running.items():
            if key != WHOLE and not killed and crew.store.last_beat(key) is not None:
                os.kill(process.pid, signal.SIGKILL)
                killed.append(key)

    plans = crew.solve(an_errand(small, a_clinic(), seconds=20.0, listen=kill_once))
    assert len(killed) == 1
    assert all(plan is not None and plan.bookings for plan in plans)


def test_a_part_that_is_killed_again_and_again_is_given_up(crew):
    killed = []

    def kill(_notes):
        for process in crew.running.values():
            killed.append(process.pid)
            process.kill()

    assert crew.solve(an_errand(a_clinic(), listen=kill)) == [None]
    assert len(set(killed)) == TRIES


def test_a_stop_gives_the_best_plans_so_far(crew, small):
    asked = an_errand(small, seconds=60.0)
    threading.Timer(6.0, asked.stop).start()
    began = time.monotonic()
    (plan,) = crew.solve(asked)
    assert time.monotonic() - began < 40
    assert audit(small, plan).sound


def test_the_proof_takes_a_turn_of_its_own_and_no_parts_time(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("flows.parts_here.time.monotonic", lambda: now[0])
    asked = an_errand(a_clinic(), seconds=10.0)
    alone, beside = (Limit(asked, hands=1, seconds_to_start=0.0, proving=proving) for proving in (False, True))
    now[0] = 15.0
    assert (alone.over(), beside.over()) == (True, False)


def test_nothing_is_left_running_or_lying_about(store, small):
    crew = PartsHere(store, hands=1)
    crew.prove(small, seconds=60.0)
    crew._look()
    (process,) = crew.running.values()
    crew.close()
    assert process.poll() is not None
    assert not store.folder.exists()


# The whole way.


def test_a_plan_by_parts_is_a_plan_of_the_whole(crew, small):
    heard = []
    began = time.monotonic()
    plan = solve_in_parts(small, crew, count=2, time_limit=20, on_progress=heard.append)
    assert time.monotonic() - began < 24
    assert audit(small, plan).sound
    assert len(plan.bookings) == 40
    assert 4_000 < plan.bound <= plan.cost < 9_000
    costs = [report.cost for report in heard]
    assert costs == sorted(costs, reverse=True)


def test_a_later_round_begins_with_the_plan_of_the_one_before(crew, small):
    splitter = Splitter(small, possible_places(small))
    before = solve(small, time_limit=4)
    split = splitter.split(2, before)
    asked = replace(an_errand(seconds=1.0), parts=split.parts)
    plans = crew.solve(asked)
    for part, plan in zip(split.parts, plans, strict=True):
        assert plan.cost <= audit(part.problem, part.begin).cost
    assert audit(small, join(small, splitter.places, plans, kept=split.kept)).sound


def test_a_problem_whose_parts_have_no_plan_is_solved_whole(small):
    class Failing:
        hands, seconds_to_start = 2, 0.0

        def prove(self, problem, *, seconds):
            self.asked = problem

        def proven(self):
            return 0

        def solve(self, errand):
            return [None for _ in errand.parts]

    plan = solve_in_parts(small, Failing(), count=2, time_limit=6)
    assert audit(small, plan).sound
    assert plan.bookings


def test_a_bound_of_the_whole_that_meets_the_cost_proves_the_plan(monkeypatch):
    class Alone:
        hands, seconds_to_start = 2, 0.0

        def prove(self, problem, *, seconds):
            self.bound = solve(problem, time_limit=2).cost

        def proven(self):
            return self.bound

        def solve(self, errand):
            return [solve(part.problem, time_limit=1, begin=part.begin) for part in errand.parts]

    monkeypatch.setattr(rounds_module, "LEAST_SECONDS", 0.5)
    plan = solve_in_parts(a_clinic(), Alone(), count=1, time_limit=8)
    assert plan.status is PlanStatus.OPTIMAL


def test_the_size_says_how_many_parts(small):
    many = [a_case(f"C{number}") for number in range(rounds_module.CASES_WORTH_SPLITTING)]
    assert parts_for(small) == 1
    assert parts_for(a_clinic(cases=many)) == 1, "one site is never split"
    assert most_parts(small) == 3


def test_one_part_is_the_whole_as_before():
    plan = solve_by_size(a_clinic(sessions=[a_suite_session()]), parts=5, time_limit=1, workers=1, seed=0)
    assert [row.case for row in plan.bookings] == ["A"]


def test_a_prefect_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("NEUROLIST_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with pytest.raises(NoPrefectError, match="neurolist up"):
        prefect_to_use(asked=True)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(NoPrefectError, match=r"does not answer at http://127\.0\.0\.1:9/api"):
        prefect_to_use(asked=True)
    assert prefect_to_use(asked=False) is None


def test_counted_work_does_not_go_with_parts(small):
    with pytest.raises(BadInputError, match="--effort: counts work on the whole problem"):
        solve_by_size(small, parts=2, effort=5, time_limit=1, workers=1, seed=0)
