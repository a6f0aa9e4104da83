"""Pinned cases that cannot all stay where they are are named, and only those."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.engine import NoPlanError, solve
from scheduler.engine.run import EngineFaultError
from scheduler.explain import conflicting_pins, pins
from scheduler.problem import Case, Follows, Pin, SchedulingProblem
from tests.builders.planning import a_case, a_problem, a_radiologist, a_suite, a_suite_session, at, later


def pinned(name: str, clock: str, session: str = "L1", days: int = 0, who: str | None = None, **facts: Any) -> Case:
    return a_case(name, pinned=Pin(session=session, start=at(clock, later(days)), radiologist=who), **facts)


def with_pins(*cases: Case, **parts: Any) -> SchedulingProblem:
    return a_problem(cases=list(cases), **{"sessions": [a_suite_session(end="12:00")], **parts})


def test_pins_that_all_hold_are_no_conflict() -> None:
    assert conflicting_pins(with_pins(pinned("A", "09:00"), pinned("B", "09:30"), a_case("C"))) is None


def test_two_pins_that_overlap_are_named_and_the_others_are_not() -> None:
    problem = with_pins(pinned("A", "09:00"), pinned("B", "10:00"), pinned("C", "10:25"), pinned("D", "11:00"))
    found = conflicting_pins(problem)
    assert found is not None
    assert found.cases == ("B", "C")
    assert found.says == (
        "No plan can keep these 2 pinned cases where they are: case B on L1 at 10:00 on 1 Feb 2027; case C on L1 at "
        "10:25 on 1 Feb 2027. suite-no-overlap: Case C starts at 10:25 on L1; case B ends at 10:30 and turning over "
        "takes 0 minutes. Move or unpin any one of them."
    )
    with pytest.raises(NoPlanError):
        solve(problem, time_limit=5, workers=1)


def test_one_pin_on_a_closed_list_is_named_alone() -> None:
    found = conflicting_pins(with_pins(pinned("A", "09:00"), sessions=[a_suite_session(closed=True)]))
    assert found is not None
    assert found.says == (
        "No plan can keep this pinned case where it is: case A on L1 at 09:00 on 1 Feb 2027. "
        "session-closed: Case A is booked on L1, which is closed. Move it or take its pin away."
    )


def test_pins_that_need_one_radiologist_in_two_places_are_found() -> None:
    sessions = [a_suite_session("L1"), a_suite_session("L2", suite="CT2")]
    suites = [a_suite("CT1"), a_suite("CT2")]
    cases = (pinned("A", "09:00"), pinned("B", "09:00", "L2"))
    one = with_pins(*cases, sessions=sessions, suites=suites)
    two = with_pins(*cases, sessions=sessions, suites=suites, radiologists=[a_radiologist("R1"), a_radiologist("R2")])
    named = (pinned("A", "09:00", who="R2"), pinned("B", "09:00", "L2", who="R2"))
    both = with_pins(*named, sessions=sessions, suites=suites, radiologists=[a_radiologist("R1"), a_radiologist("R2")])
    assert conflicting_pins(two) is None
    for problem in (one, both):
        found = conflicting_pins(problem)
        assert found is not None
        assert found.cases == ("A", "B")


def test_three_pins_of_which_any_two_hold_are_all_named() -> None:
    problem = with_pins(*(pinned(key, clock) for key, clock in (("A", "09:00"), ("B", "09:30"), ("C", "10:00"))))
    few = with_pins(*problem.cases, sessions=[a_suite_session(end="12:00", max_cases=2)])
    found = conflicting_pins(few)
    assert found is not None
    assert found.cases == ("A", "B", "C")


def test_a_pin_is_kept_if_the_case_it_follows_can_still_be_booked() -> None:
    sessions = [a_suite_session("L1"), a_suite_session("L2", day=later(7))]
    later_case = pinned("B", "09:00", "L2", 7, follows=Follows(case="A", min_days=1))
    possible = with_pins(a_case("A"), later_case, sessions=sessions)
    impossible = with_pins(a_case("A", funding="private"), later_case, sessions=sessions)
    assert conflicting_pins(possible) is None
    found = conflicting_pins(impossible)
    assert found is not None
    assert found.cases == ("B",)


def test_a_solver_that_changes_its_mind_without_presolve_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "pins_agree", lambda _, __, presolve=True, rules=(): not presolve)
    with pytest.raises(EngineFaultError, match="contradicts itself"):
        conflicting_pins(with_pins(pinned("A", "09:00")))
