"""A list's menu holds what the rules let one list hold, at the least it can cost."""

from __future__ import annotations

import random
from datetime import time
from itertools import combinations, permutations

import numpy as np
import pytest

from scheduler.audit import audit
from scheduler.engine.columns import menus
from scheduler.engine.columns.menus import IMPOSSIBLE
from scheduler.engine.columns.pricing import SCALE, Pricer
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.places import possible_places
from scheduler.problem import Pin
from tests.builders.planning import a_booking, a_case, a_plan, a_problem, a_site, a_suite, a_suite_session, at


def a_clinic(seed, *, pinned=False):
    """Build one list whose site has few bays and closes soon after it."""
    rng = random.Random(seed)
    close = rng.choice((None, time(12, 30), time(14, 0)))
    cases = [
        a_case(
            name,
            duration_minutes=rng.choice((20, 30, 45)),
            recovery_minutes=rng.choice((0, 60, 90, 150)),
            first_on_list=rng.random() < 0.3,
            pinned=Pin(session="L1", start=at("09:40")) if pinned and name == "A" else None,
        )
        for name in "ABCDE"
    ]
    return a_problem(
        sites=[a_site(recovery_bays=rng.choice((1, 2, 3, None)), recovery_close=close)],
        suites=[a_suite(turnaround_minutes=rng.choice((0, 10)))],
        sessions=[
            a_suite_session("L1", "09:00", "11:30", overtime_minutes=30, max_cases=rng.choice((None, None, 3))),
        ],
        cases=cases,
    )


def as_early_as_can_be(problem, names):
    """Book cases in this order, each at the first start that breaks no rule; None if one cannot be."""
    bookings, steps = [], list(range(0, 181, 5))
    for name in names:
        for minutes in steps:
            booking = a_booking(name, clock=f"{9 + minutes // 60:02}:{minutes % 60:02}")
            if not breaches(problem, [*bookings, booking]):
                bookings.append(booking)
                steps = [later for later in steps if later > minutes]
                break
        else:
            return None
    return bookings


def breaches(problem, bookings):
    """List what these cases break among themselves."""
    found = audit(problem, a_plan(*bookings, waiting=[])).breaches
    there = {booking.case for booking in bookings}
    return [breach for breach in found if breach.cases and there.issuperset(breach.cases)]


def by_hand(problem, names):
    """Give the least that overtime, opening and flags cost in any order, or None."""
    costs = []
    for order in permutations(names):
        bookings = as_early_as_can_be(problem, order)
        if bookings is not None:
            terms = audit(problem, a_plan(*bookings)).terms
            costs.append(200 * terms["opened"] + 10 * terms["overtime"] + 100 * terms["first_on_list"])
    return min(costs, default=None)


@pytest.mark.parametrize("seed", range(14))
def test_a_set_is_a_column_just_when_some_order_breaks_no_rule_and_costs_what_the_best_order_does(seed):
    problem = a_clinic(seed, pinned=seed % 3 == 0)
    tables = tables_of(problem, possible_places(problem))
    pricer = Pricer(tables)
    for size in (1, 2, 3, 4):
        for cases in combinations(range(5), size):
            if not tables.fits[list(cases), 0].all():
                continue
            alone = pricer.cost_alone(0, np.array(cases))
            expected = by_hand(problem, [problem.cases[case].id for case in cases])
            assert (None if alone == IMPOSSIBLE else alone / SCALE) == expected


def test_bays_that_stay_full_keep_a_third_long_recovery_off_the_list():
    cases = [a_case(name, recovery_minutes=240) for name in "ABC"]
    problem = a_problem(
        sites=[a_site(recovery_bays=2)], sessions=[a_suite_session("L1", "09:00", "12:00")], cases=cases
    )
    pricer = Pricer(tables_of(problem, possible_places(problem)))
    assert pricer.column(0, 0, (0, 1)) is not None
    assert pricer.column(0, 0, (0, 1, 2)) is None


def test_waiting_for_a_bay_is_paid_as_overtime():
    cases = [a_case(name, recovery_minutes=60) for name in "AB"]
    session = a_suite_session("L1", "09:00", "10:00", overtime_minutes=30)

    def cost(bays):
        problem = a_problem(sites=[a_site(recovery_bays=bays)], sessions=[session], cases=cases)
        column = Pricer(tables_of(problem, possible_places(problem))).column(0, 0, (0, 1))
        assert column is not None
        return column.cost

    # The second case may end only when the first has left recovery: at 10:30, half an hour late.
    assert cost(1) - cost(2) == 30 * 10


def test_a_menu_too_long_to_list_leaves_bays_out_and_prices_no_set_too_low(monkeypatch):
    problem = a_clinic(1)
    tables = tables_of(problem, possible_places(problem))
    exact = Pricer(tables)
    monkeypatch.setattr(menus, "MOST_COMBINATIONS", 3)
    loose = Pricer(tables)
    assert loose.menus == (None,)
    for size in (1, 2, 3, 4):
        for cases in combinations(range(5), size):
            there = np.array(cases)
            if exact.cost_alone(0, there) != IMPOSSIBLE:
                assert IMPOSSIBLE < loose.cost_alone(0, there) <= exact.cost_alone(0, there)
