"""What the rules bar by their tests alone is what they bar in the solver's model."""

from __future__ import annotations

import pytest

from scheduler.engine.model import rules_model
from scheduler.engine.places import every_place, possible_places
from tests.builders.clinics import hand_made, mixed
from tests.builders.edges import BROKEN, KEPT
from tests.builders.planning import a_case, a_problem

EDGES = {f"{rule}-{number}": problem for number, (rule, problem, _) in enumerate((*KEPT, *BROKEN))}
TOO_LONG = {"too long": a_problem(cases=[a_case(duration_minutes=65)])}
CLINICS = TOO_LONG | EDGES | hand_made() | {f"mixed-{seed}": mixed(seed) for seed in range(40)}


@pytest.mark.parametrize("name", CLINICS)
def test_the_rules_leave_the_same_places_with_and_without_the_solver(name):
    problem = CLINICS[name]
    assert possible_places(problem) == rules_model(problem, every_place(problem), timed=False).possible_places()
