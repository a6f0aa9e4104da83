"""Whatever is said about a place is what the full audit says once the case is there."""

from __future__ import annotations

import random

import pytest

from scheduler.audit import audit, cost_of, rule_breaches, terms_of
from scheduler.diary import Diary
from scheduler.explain import Verdict, places_for
from scheduler.explain.changes import put_in, take_out, with_figures
from scheduler.explain.judging import caused, cost_at
from scheduler.explain.places import judge, standing_cost
from scheduler.explain.scopes import GOAL_LOOKS, RULE_LOOKS
from scheduler.explain.scopes import alone as alone_scope
from scheduler.explain.surroundings import surroundings_of
from scheduler.goals import GOALS
from scheduler.plan import Plan
from scheduler.problem import ListFacts, SchedulingProblem
from scheduler.rules import RULEBOOK
from tests.builders.clinics import hand_made, mixed
from tests.scheduler.explain.clinic import example, filled, muddled


def whole_price(problem: SchedulingProblem, plan: Plan) -> int:
    return cost_of(terms_of(Diary(problem=problem, plan=plan)), problem.objective)


def barred(problem: SchedulingProblem, case_id: str, facts: ListFacts) -> bool:
    case = problem.case_by_id[case_id]
    alone = [
        rule
        for rule in RULEBOOK
        if rule.bars_place and not (RULE_LOOKS[rule.name].start or RULE_LOOKS[rule.name].staff)
    ]
    return any(rule.bars_place(problem, case, facts) for rule in alone if RULE_LOOKS[rule.name].scope is alone_scope)


def disagreements(problem: SchedulingProblem, plan: Plan, case_id: str) -> list[str]:
    """Compare every list's verdict, sentences and cost with a full audit of the plan changed that way."""
    around = surroundings_of(problem, plan, case_id)
    without = take_out(plan, case_id)
    before = rule_breaches(Diary(problem=problem, plan=without))
    stands, now = whole_price(problem, plan), standing_cost(around)
    found = []
    for facts in problem.lists.values():
        spot, broken = judge(around, facts)
        changed = put_in(problem, without, spot)
        after = rule_breaches(Diary(problem=problem, plan=changed))
        expected = set(caused(case_id, after, before))
        # A list that is out of the question is asked no further, so it may tell less than the audit.
        agrees = (
            bool(broken) and set(broken) <= expected if barred(problem, case_id, facts) else set(broken) == expected
        )
        if not agrees:
            found.append(f"{case_id} on {facts.id}: {broken} but the audit says {expected}")
        price = whole_price(problem, changed) - stands
        if price != cost_at(around, spot) - now:
            found.append(f"{case_id} on {facts.id}: {cost_at(around, spot) - now} but re-priced {price}")
    return found


def test_every_rule_and_goal_says_what_it_must_be_shown() -> None:
    assert set(RULE_LOOKS) == {rule.name for rule in RULEBOOK}
    assert set(GOAL_LOOKS) == {goal.name for goal in GOALS}


@pytest.mark.parametrize("name", sorted(hand_made()))
def test_a_place_in_a_tiny_clinic_is_judged_as_the_audit_does(name: str) -> None:
    problem = hand_made()[name]
    for plan in (filled(problem), muddled(problem, random.Random(name)), muddled(problem, random.Random(name + "2"))):
        for case in problem.cases:
            assert disagreements(problem, plan, case.id) == []


@pytest.mark.parametrize("seed", range(40))
def test_a_place_in_a_mixed_clinic_is_judged_as_the_audit_does(seed: int) -> None:
    problem = mixed(seed)
    for plan in (filled(problem), muddled(problem, random.Random(seed))):
        for case in problem.cases:
            assert disagreements(problem, plan, case.id) == []


@pytest.mark.parametrize("name", ["tiny", "small"])
def test_a_place_in_an_example_is_judged_as_the_audit_does(name: str) -> None:
    problem = example(name)
    for plan in (filled(problem), muddled(problem, random.Random(name))):
        for case in problem.cases[:: max(1, len(problem.cases) // 12)]:
            assert disagreements(problem, plan, case.id) == []


def test_a_plan_with_a_case_put_where_it_can_go_passes_the_whole_audit() -> None:
    problem = example("small")
    plan = filled(problem)
    case = problem.cases[0].id
    best = places_for(problem, plan, case)[0]
    around = surroundings_of(problem, plan, case)
    spot, _ = judge(around, problem.lists[best.session])
    changed = with_figures(problem, put_in(problem, take_out(plan, case), spot))
    assert best.verdict is not Verdict.NO
    assert audit(problem, changed).sound
    assert changed.cost == plan.cost + best.cost_change


def test_the_ranking_is_that_of_pricing_each_choice_from_scratch() -> None:
    problem = example("small")
    plan = filled(problem)
    for case in problem.cases[:6]:
        around = surroundings_of(problem, plan, case.id)
        without = take_out(plan, case.id)
        spots = {facts.id: judge(around, facts) for facts in problem.lists.values()}
        prices = {key: whole_price(problem, put_in(problem, without, spot)) for key, (spot, _) in spots.items()}
        possible = [key for key, (_, broken) in spots.items() if not broken]
        ranked = [place.session for place in places_for(problem, plan, case.id) if place.verdict is not Verdict.NO]
        assert ranked == sorted(possible, key=lambda key: (prices[key], spots[key][0].entry.start, key))
