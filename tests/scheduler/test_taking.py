"""Part of a plan is taken: the chosen cases change, the others stay, and what cannot go alone says with whom it can."""

from __future__ import annotations

from scheduler.audit import audit
from scheduler.taking import NEW_SINCE, NOT_TAKEN, changes, stands, take, with_companions, without_clashes
from scheduler.vocabulary import Commitment
from tests.builders.planning import a_case, a_problem, a_radiologist, a_suite
from tests.scheduler.engine.quick.clinic import a_list, places_of, promised_at, staff_of, standing


def a_swap():
    """A stands on L1, B waits; the plan moves A to L2 and gives B the place on L1."""
    problem = a_problem(
        suites=[a_suite("CT1"), a_suite("CT2")],
        radiologists=[a_radiologist("R1"), a_radiologist("R2")],
        sessions=[a_list("L1", end="09:30"), a_list("L2", suite="CT2")],
        cases=[a_case("A", previous=promised_at("L1", "09:00", Commitment.BOOKED)), a_case("B"), a_case("C")],
    )
    return (
        problem,
        standing(problem, A=("L1", "09:00")),
        standing(problem, A=("L2", "09:00"), B=("L1", "09:00"), staff={"L2": "R2"}),
    )


def test_a_change_is_another_place_a_first_place_or_none_any_more():
    problem, now, then = a_swap()
    assert changes(problem, now, then) == {"A", "B"}
    assert changes(problem, now, now) == frozenset()
    assert changes(problem, then, now) == {"A", "B"}


def test_the_chosen_case_moves_and_everybody_else_stays():
    problem, now, then = a_swap()
    taken = take(problem, now, then, ["A"])
    assert (places_of(taken.plan), taken.lawful) == ({"A": ("L2", "09:00")}, True)
    assert audit(problem, taken.plan).sound
    reasons = {left.case: left.reasons for left in taken.plan.unscheduled}
    assert reasons["B"] == (NOT_TAKEN,)


def test_a_case_whose_place_is_another_s_cannot_go_alone_and_says_with_whom_it_can():
    problem, now, then = a_swap()
    assert not take(problem, now, then, ["B"]).lawful
    taken = with_companions(problem, now, then, ["B"])
    assert (taken.chosen, taken.lawful) == ({"A", "B"}, True)
    assert places_of(taken.plan) == places_of(then)


def test_what_clashes_with_what_stands_is_left_out():
    problem, _, then = a_swap()
    there = standing(problem, A=("L1", "09:00"), C=("L2", "09:00"), staff={"L2": "R2"})
    taken = without_clashes(problem, there, then, ["A", "B"])
    assert (taken.chosen, taken.lawful) == (frozenset(), True)
    assert places_of(taken.plan) == places_of(there)


def test_a_case_that_stays_keeps_its_radiologist():
    problem, now, _ = a_swap()
    then = standing(problem, A=("L1", "09:00"), B=("L2", "09:00"), staff={"L1": "R2", "L2": "R1"})
    assert changes(problem, now, then) == {"A", "B"}
    assert staff_of(take(problem, now, then, ["A"]).plan) == {"L1": "R2"}
    assert staff_of(take(problem, now, then, []).plan) == {"L1": "R1"}


def test_a_case_that_came_since_is_left_over_as_such():
    problem, now, then = a_swap()
    told = type(then)(bookings=then.bookings, sessions=then.sessions)
    reasons = {left.case: left.reasons for left in take(problem, now, told, []).plan.unscheduled}
    assert reasons["C"] == (NEW_SINCE,)


def test_what_stood_is_priced_to_compare_with():
    problem, now, _ = a_swap()
    before = stands(problem)
    assert (places_of(before), before.cost) == (places_of(now), now.cost)
