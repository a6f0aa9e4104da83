"""Made-up clinics and plans find no explanation that a check from scratch does not confirm."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scheduler.audit import audit, cost_of, rule_breaches, terms_of
from scheduler.diary import Diary
from scheduler.explain import Verdict, conflicting_pins, pin_conflicts, places_for, why_not
from scheduler.explain.changes import put_in, take_out
from scheduler.explain.places import best_place, judge
from scheduler.explain.resolving import pins_agree
from scheduler.explain.surroundings import surroundings_of
from scheduler.plan import Plan
from scheduler.problem import Pin, SchedulingProblem
from tests.builders.clinics import mixed
from tests.builders.planning import a_case, a_problem, a_radiologist, a_suite, a_suite_session, at, later
from tests.scheduler.explain.clinic import filled, muddled

SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=25)


def price(problem: SchedulingProblem, plan: Plan) -> int:
    return cost_of(terms_of(Diary(problem=problem, plan=plan)), problem.objective)


@SLOW
@example(seed=27572, muddle=True)  # a list nobody does
@example(seed=188, muddle=False)  # a promise kept gives back what waiting costs
@given(seed=st.integers(0, 10**6), muddle=st.booleans())
def test_the_ranking_and_the_best_place_are_those_of_pricing_every_choice_from_scratch(seed: int, muddle: bool) -> None:
    problem = mixed(seed)
    plan = muddled(problem, random.Random(seed)) if muddle else filled(problem)
    stands = price(problem, plan)
    for case in problem.cases:
        around, without = surroundings_of(problem, plan, case.id), take_out(plan, case.id)
        priced = []
        for facts in problem.lists.values():
            spot, broken = judge(around, facts)
            if not broken:
                priced.append((price(problem, put_in(problem, without, spot)) - stands, spot.entry.start, facts.id))
        possible = [place for place in places_for(problem, plan, case.id) if place.verdict is not Verdict.NO]
        assert [(place.cost_change, place.session) for place in possible] == [(c, key) for c, _, key in sorted(priced)]
        best = best_place(around)
        assert (best and best[0].entry.list.id) == (possible[0].session if possible else None)


@SLOW
@example(seed=2473)  # recovery alone leaves no list, also where a list would end before recovery closes
@given(seed=st.integers(0, 10**6))
def test_every_way_to_make_room_holds_on_a_problem_read_anew_and_costs_what_it_says(seed: int) -> None:
    problem = mixed(seed)
    plan = filled(problem)
    if rule_breaches(Diary(problem=problem, plan=plan)):
        return
    for waiting in plan.unscheduled:
        for way in why_not(problem, plan, waiting.case).ways:
            anew = replace(way.problem)  # nothing worked out before is carried over
            assert audit(anew, way.plan).sound
            assert price(anew, way.plan) - plan.cost == way.cost_change
            assert waiting.case in {booking.case for booking in way.plan.bookings}
            moved = {b.case for b in way.plan.bookings} - {waiting.case}
            changed = moved - {b.case for b in plan.bookings if b in way.plan.bookings}
            assert all(any(f"Case {case}" in says for says in way.affects) for case in changed)


def pinned_clinic(seed: int) -> SchedulingProblem:
    """Pin five cases carelessly on four lists, with two radiologists."""
    rng = random.Random(seed)
    sessions = [
        a_suite_session("L1", "09:00", "10:00", closed=rng.random() < 0.1),
        a_suite_session("L2", "09:00", "10:00", suite="CT2", max_cases=rng.choice([None, 1, 2])),
        a_suite_session("L3", "09:00", "10:00", day=later(1), funding=rng.choice([("public",), ("private",)])),
        a_suite_session("L4", "09:00", "10:00", suite="CT2", day=later(1)),
    ]
    days = {"L1": 0, "L2": 0, "L3": 1, "L4": 1}
    cases = []
    for key in "ABCDE":
        session = rng.choice(list(days))
        start = at(rng.choice(["09:00", "09:15", "09:30", "09:40"]), later(days[session]))
        pin = Pin(session=session, start=start, radiologist=rng.choice([None, None, "R1", "R2"]))
        cases.append(a_case(key, patient=rng.choice("pqrst"), pinned=pin))
    people = [a_radiologist("R1"), a_radiologist("R2", max_sessions_per_day=1)]
    return a_problem(suites=[a_suite("CT1"), a_suite("CT2")], sessions=sessions, cases=cases, radiologists=people)


@pytest.mark.parametrize("seed", range(30))
def test_a_pin_conflict_conflicts_and_no_part_of_it_does_and_the_rest_agrees(seed: int) -> None:
    problem = pinned_clinic(seed)
    every = [case.id for case in problem.cases]
    found = conflicting_pins(problem)
    assert (found is None) == pins_agree(problem, every, presolve=False)
    if found is None:
        return
    assert not pins_agree(problem, found.cases, presolve=False)
    for part in combinations(found.cases, len(found.cases) - 1):
        assert pins_agree(problem, part, presolve=False)
    if len(found.cases) > 1:
        assert all(pins_agree(problem, [case], presolve=False) for case in every)
    kept = {"one-booking", "one-radiologist", "pinned"}
    assert not pins_agree(problem, found.cases, rules=kept.union(found.rules))
    for fewer in combinations(found.rules, len(found.rules) - 1):
        assert pins_agree(problem, found.cases, rules=kept.union(fewer))
    told = [case for conflict in pin_conflicts(problem) for case in conflict.cases]
    assert len(told) == len(set(told))
    assert pins_agree(problem, [case for case in every if case not in told])
