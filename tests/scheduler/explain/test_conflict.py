"""Small conflicts are found among many things."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from scheduler.explain.conflict import fewest_that_meet, smallest_conflict

RULES = ("funding", "modality", "staging", "recovery", "equipment", "pinned")


@pytest.mark.parametrize("seed", range(60))
def test_the_rules_found_are_the_fewest_that_meet_every_set(seed: int) -> None:
    rng = random.Random(seed)
    sets = [frozenset(rng.sample(RULES, rng.randint(1, 3))) for _ in range(rng.randint(1, 7))]
    found = fewest_that_meet(sets)
    assert all(not rules.isdisjoint(found) for rules in sets)
    for fewer in combinations(RULES, len(found) - 1):
        assert any(rules.isdisjoint(fewer) for rules in sets)


def test_nothing_to_meet_needs_no_rule_and_an_empty_set_cannot_be_met() -> None:
    assert fewest_that_meet([]) == ()
    with pytest.raises(ValueError, match="empty set"):
        fewest_that_meet([frozenset()])


@pytest.mark.parametrize("seed", range(40))
def test_a_conflict_among_many_is_found_whole_and_without_bystanders(seed: int) -> None:
    rng = random.Random(seed)
    things = tuple(range(50))
    hidden = [set(rng.sample(things, rng.randint(1, 4))) for _ in range(2)]
    asked = 0

    def conflict(some: object) -> bool:
        nonlocal asked
        asked += 1
        return any(group <= set(some) for group in hidden)

    found = smallest_conflict(things, conflict)
    assert set(found) in hidden or any(group <= set(found) for group in hidden)
    assert all(not conflict([other for other in found if other != thing]) for thing in found)
    assert asked < 60


def test_things_that_agree_are_no_conflict() -> None:
    assert smallest_conflict((1, 2, 3), lambda _: False) == ()
