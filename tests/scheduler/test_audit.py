"""An audit finds every fault of a plan without the solver, and never stumbles."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.audit import audit, cost_of, terms_of
from scheduler.diary import Diary
from scheduler.engine import solve
from scheduler.plan import Booking, Plan, PlanStatus, SessionUse, UnitPlacement, Unscheduled
from scheduler.problem import Objective
from tests.builders.clinics import mixed
from tests.builders.planning import a_booking, a_case, a_plan, a_problem, at, later

PROBLEM = a_problem(cases=[a_case("A"), a_case("B")])
PLAN = solve(PROBLEM, time_limit=5)


def broken(plan, problem=PROBLEM):
    """Give the names of what a plan breaks."""
    return {breach.rule for breach in audit(problem, plan).breaches}


def priced(plan, problem=PROBLEM):
    """Let a plan state its own terms and cost."""
    terms = terms_of(Diary(problem=problem, plan=plan))
    return replace(plan, terms=terms, cost=cost_of(terms, problem.objective))


def test_a_solved_plan_is_sound():
    found = audit(PROBLEM, PLAN)
    assert (found.sound, found.cost, found.terms) == (True, PLAN.cost, PLAN.terms)


def test_a_plan_that_states_another_cost_is_found():
    assert broken(replace(PLAN, cost=PLAN.cost + 1, status=PlanStatus.FEASIBLE)) == {"stated-cost"}
    assert broken(replace(PLAN, terms={**PLAN.terms, "travel": 99})) == {"stated-terms"}
    assert broken(replace(PLAN, bound=PLAN.cost + 1, status=PlanStatus.FEASIBLE)) == {"stated-bound"}
    assert broken(replace(PLAN, bound=PLAN.cost - 1)) == {"stated-bound"}


def test_a_case_both_booked_and_left_out_is_found():
    assert broken(replace(PLAN, unscheduled=(Unscheduled(case="A", reasons=("Full.",)),))) == {"unscheduled"}


def test_a_case_neither_booked_nor_left_out_is_found():
    assert "unscheduled" in broken(a_plan(a_booking("A")))


def test_a_case_left_out_without_a_reason_is_found():
    plan = a_plan(a_booking("A"), waiting=["B"])
    wordless = replace(plan, unscheduled=(Unscheduled(case="B", reasons=()),))
    assert ("unscheduled" in broken(plan), "unscheduled" in broken(wordless)) == (False, True)


def test_names_the_problem_does_not_know_are_found():
    assert "known-names" in broken(a_plan(a_booking("Z"), a_booking("A", "L9"), staff={"L1": "R9"}))


def test_a_breach_reads_as_its_rule_and_a_sentence():
    found = audit(a_problem(), a_plan(a_booking(clock="09:35")))
    assert str(found.breaches[0]) == "session-window: Case A ends at 10:05; L1 ends at 10:00 and 0 minutes of overtime."


CASES, LISTS, PEOPLE = st.sampled_from("ABZ"), st.sampled_from(["L1", "L2", "L9"]), st.sampled_from(["R1", "R2", None])
NONSENSE = st.builds(
    Plan,
    bookings=st.lists(
        st.builds(
            Booking,
            case=CASES,
            session=LISTS,
            start=st.integers(-2000, 2000).map(lambda minutes: at("09:00") + timedelta(minutes=minutes)),
        ),
        max_size=4,
    ).map(tuple),
    sessions=st.lists(st.builds(SessionUse, session=LISTS, radiologist=PEOPLE), max_size=4).map(tuple),
    equipment=st.lists(
        st.builds(
            UnitPlacement,
            unit=st.sampled_from(["M1", "U9"]),
            date=st.integers(-1, 2).map(later),
            site=st.sampled_from(["S1", "S2", "S9"]),
        ),
        max_size=3,
    ).map(tuple),
    unscheduled=st.lists(st.builds(Unscheduled, case=CASES, reasons=st.just(("Full.",))), max_size=3).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(plan=NONSENSE, seed=st.integers(0, 20))
def test_no_plan_makes_the_audit_stumble(plan, seed):
    assert all(str(breach).endswith(".") for breach in audit(mixed(seed), plan).breaches)


def said(plan, problem=PROBLEM):
    """Give what an audit finds beside broken rules: name, sentence, cases and list."""
    ours = {"known-names", "unscheduled", "stated-terms", "stated-cost", "stated-bound"}
    return [
        (each.rule, each.says, each.cases, each.session) for each in audit(problem, plan).breaches if each.rule in ours
    ]


def test_what_is_wrong_with_the_cases_left_out_is_said():
    waiting = (Unscheduled(case="A", reasons=("Full.",)), Unscheduled(case="B", reasons=()))
    twice = replace(priced(a_plan(a_booking("A"))), unscheduled=(*waiting, waiting[1]))
    assert said(twice) == [
        ("unscheduled", "Case A is booked and also listed as unscheduled.", ("A",), None),
        ("unscheduled", "Case B is not booked and is listed as unscheduled 2 times; it must be once.", ("B",), None),
        ("unscheduled", "Case B is listed as unscheduled without a reason.", ("B",), None),
        ("unscheduled", "Case B is listed as unscheduled without a reason.", ("B",), None),
    ]
    nowhere = priced(a_plan(a_booking("A")))
    assert said(nowhere) == [
        ("unscheduled", "Case B is not booked and is listed as unscheduled 0 times; it must be once.", ("B",), None)
    ]


def test_every_case_is_looked_at_even_after_one_that_is_well_accounted_for():
    plan = priced(a_plan(a_booking("A"), waiting=["B"]))
    third = a_problem(cases=[a_case("A"), a_case("B"), a_case("C")])
    assert [row[2] for row in said(priced(plan, third), third)] == [("C",)]


def test_what_is_misstated_is_said():
    plan = priced(a_plan(a_booking("A"), waiting=["B"]))
    terms = {name: value for name, value in plan.terms.items() if name != "travel"} | {"opened": 9}
    wrong = replace(plan, terms=terms, cost=1, bound=plan.cost + 1)
    assert said(wrong) == [
        ("stated-terms", "The plan states nothing for travel; it comes to 0.", (), None),
        ("stated-terms", "The plan states 9 for opened; it comes to 1.", (), None),
        ("stated-cost", f"The plan states a cost of 1; it comes to {plan.cost}.", (), None),
        (
            "stated-bound",
            f"The plan states that no plan costs less than {plan.cost + 1}, but it costs {plan.cost} itself.",
            (),
            None,
        ),
    ]
    early = replace(plan, status=PlanStatus.OPTIMAL, bound=7)
    sentence = f"The plan is called optimal, but its bound is 7 and its cost {plan.cost}."
    assert said(early) == [("stated-bound", sentence, (), None)]


def test_a_bound_may_reach_the_cost_and_a_plan_that_is_not_called_optimal_may_leave_a_gap():
    plan = priced(a_plan(a_booking("A"), waiting=["B"]))
    assert said(replace(plan, bound=plan.cost)) == said(replace(plan, bound=0)) == []


def test_a_name_the_problem_does_not_know_is_said():
    assert said(priced(a_plan(a_booking("A"), waiting=["B", "Z"]))) == [
        ("known-names", "The problem has no case called Z.", (), None)
    ]


def test_the_cost_is_each_term_times_its_coefficient():
    terms = {"access": 1, "waiting": 10, "opened": 3}
    assert cost_of(terms, Objective(access=7, waiting=2, opened=100)) == 7 + 20 + 300
