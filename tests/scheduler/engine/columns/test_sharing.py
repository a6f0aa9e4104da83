"""Two lists of one site and date bar each other's combinations just when no order of both leaves a bay free in time."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest

from scheduler.engine.columns.child import Choice
from scheduler.engine.columns.menus import IMPOSSIBLE
from scheduler.engine.columns.pricing import Pricer
from scheduler.engine.columns.sharing import pairs_of
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.columns.timing import times_of
from scheduler.engine.places import possible_places
from tests.builders.planning import a_case, a_problem, a_site, a_suite, a_suite_session


def a_day(seed):
    """Build a morning and an afternoon list with few bays for both."""
    rng = random.Random(seed)
    cases = [
        a_case(name, duration_minutes=rng.choice((20, 30, 45)), recovery_minutes=rng.choice((0, 60, 120, 240)))
        for name in "ABCDE"
    ]
    return a_problem(
        sites=[a_site(recovery_bays=rng.choice((1, 2)))],
        suites=[a_suite(turnaround_minutes=10)],
        sessions=[
            a_suite_session("L1", "09:00", "10:45", overtime_minutes=15),
            a_suite_session("L2", "11:30", "13:00", overtime_minutes=rng.choice((0, 30))),
        ],
        cases=cases,
    )


def held_by(pricer, session):
    """List the sets of one to three cases a list can hold, each with its combination."""
    sets = [chosen for size in (1, 2, 3) for chosen in combinations(range(5), size)]
    numbered = {chosen: pricer.combination(session, np.array(chosen)) for chosen in sets}
    return {chosen: number for chosen, number in numbered.items() if number != IMPOSSIBLE}


@pytest.mark.parametrize("seed", range(12))
def test_sets_bar_each_other_just_when_both_cannot_be_timed(seed):
    problem = a_day(seed)
    tables = tables_of(problem, possible_places(problem))
    pricer = Pricer(tables)
    (pair,) = pairs_of(tables, pricer.listings)
    for first, number in held_by(pricer, 0).items():
        barred = pair.barred_after(number)
        for second, other in held_by(pricer, 1).items():
            if set(first) & set(second):
                continue
            both = [Choice(session=0, person=0, cases=first), Choice(session=1, person=0, cases=second)]
            assert barred[other] == (len(times_of(tables, both)) < len(first) + len(second))


def test_a_row_is_found_that_a_mixture_breaks_and_no_whole_choice_does():
    problem = a_day(0)
    tables = tables_of(problem, possible_places(problem))
    pricer = Pricer(tables)
    (pair,) = pairs_of(tables, pricer.listings)
    early, late = held_by(pricer, 0), held_by(pricer, 1)
    number, other = next(
        (number, other) for number in early.values() for other in late.values() if pair.barred_after(number)[other]
    )
    cut = pair.broken({number: 0.9}, {other: 0.9})
    assert cut is not None
    marks = dict(cut.combinations)
    assert marks[0][number]
    assert marks[1][other]
    for one in early.values():
        for two in late.values():
            if not pair.barred_after(one)[two]:
                assert int(marks[0][one]) + int(marks[1][two]) <= cut.most
