"""A plan made by hand keeps every rule, keeps what is booked, and says why it leaves a case over."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows.demo.by_hand import plan_by_hand
from scheduler.audit import audit
from scheduler.documents.problems import read_problem
from scheduler.plan import Plan
from scheduler.problem import Previous, SchedulingProblem
from scheduler.vocabulary import Commitment
from tests.builders.planning import (
    MONDAY,
    a_case,
    a_problem,
    a_radiologist,
    a_site,
    a_suite,
    a_suite_session,
    a_unit,
    at,
)

PROBLEMS = Path(__file__).parents[3] / "examples" / "problems"


def an_example(name: str) -> SchedulingProblem:
    """A whole clinic's problem, each case on its own: the demonstration never asks one to follow another."""
    problem = read_problem((PROBLEMS / f"{name}.json").read_bytes())
    return replace(problem, cases=tuple(replace(case, follows=None) for case in problem.cases))


def starts(plan: Plan) -> dict[str, tuple[str, str]]:
    return {booking.case: (booking.session, f"{booking.start:%H:%M}") for booking in plan.bookings}


@pytest.mark.parametrize("name", ["tiny", "small", "metro"])
def test_a_whole_clinics_plan_passes_the_audit(name: str) -> None:
    problem = an_example(name)
    plan = plan_by_hand(problem)
    assert audit(problem, plan).breaches == ()
    assert len(plan.bookings) >= len(problem.cases) // 2


def test_the_same_problem_gives_the_same_plan() -> None:
    assert plan_by_hand(an_example("small")) == plan_by_hand(an_example("small"))


def test_the_more_pressing_case_comes_first() -> None:
    cases = [a_case("A", weight=1), a_case("B", weight=10)]
    plan = plan_by_hand(a_problem(cases=cases, sessions=[a_suite_session("L1", "09:00", "10:00")]))
    assert starts(plan)["B"] == ("L1", "09:00")


def test_a_case_fits_to_the_lists_last_minute_and_the_next_is_left_over_with_a_reason() -> None:
    minutes = a_case().duration_minutes
    cases = [a_case(name) for name in ("A", "B", "C")]
    end = f"{9 + 2 * minutes // 60:02}:{2 * minutes % 60:02}"
    plan = plan_by_hand(a_problem(cases=cases, sessions=[a_suite_session("L1", "09:00", end)]))
    assert [len(plan.bookings), [left.case for left in plan.unscheduled]] == [2, ["C"]]
    assert all(left.reasons for left in plan.unscheduled)


def test_a_booked_case_stays_where_it_is_though_another_presses_more() -> None:
    before = Previous(session="L1", start=at("09:00"), radiologist="R1", status=Commitment.BOOKED)
    cases = [a_case("A", weight=1, previous=before), a_case("B", weight=10)]
    plan = plan_by_hand(a_problem(cases=cases, sessions=[a_suite_session("L1", "09:00", "12:00")]))
    assert starts(plan)["A"] == ("L1", "09:00")
    assert starts(plan)["B"][1] > "09:00"


def test_a_travelling_machine_serves_one_site_a_day() -> None:
    needs = [("A", "S1"), ("B", "S2")]
    problem = a_problem(
        sites=[a_site("S1"), a_site("S2")],
        suites=[a_suite("CT1"), a_suite("CT2", site="S2")],
        radiologists=[a_radiologist("R1"), a_radiologist("R2")],
        equipment=[a_unit("VAN", sites=("S1", "S2"))],
        cases=[a_case(name, equipment=("rf_generator",), allowed_sites=(site,)) for name, site in needs],
        sessions=[a_suite_session("L1", suite="CT1"), a_suite_session("L2", suite="CT2")],
    )
    plan = plan_by_hand(problem)
    assert audit(problem, plan).breaches == ()
    assert [(row.unit, row.date, row.site) for row in plan.equipment] == [("VAN", MONDAY, "S1")]
    assert [left.case for left in plan.unscheduled] == ["B"]
