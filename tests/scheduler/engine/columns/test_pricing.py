"""The pricer finds what listing every set of cases in every order finds."""

from __future__ import annotations

import random
from itertools import combinations, permutations

import numpy as np
import pytest

from scheduler.engine.columns.pricing import SCALE, Pricer, Prices
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.places import possible_places
from tests.builders.planning import a_case, a_problem, a_radiologist, a_site, a_suite, a_suite_session, a_unit, later

SITES = (a_site("S1"), a_site("S2"))


def a_clinic(seed, *, flags):
    """Build two lists and six cases with all that the pricer minds."""
    rng = random.Random(seed)
    sessions = [
        a_suite_session(
            f"L{number}",
            "09:00",
            rng.choice(("10:00", "10:30", "11:00")),
            suite=rng.choice(("CT1", "CT2")),
            day=later(number),
            overtime_minutes=rng.choice((0, 15, 30)),
            max_cases=rng.choice((None, None, 1, 2)),
        )
        for number in range(2)
    ]
    cases = [
        a_case(
            name,
            duration_minutes=rng.choice((15, 30, 45)),
            first_on_list=flags and rng.random() < 0.5,
            equipment=("rf_generator",) if rng.random() < 0.3 else (),
            weight=rng.choice((1, 3, 10)),
            due=later(rng.choice((-3, 0, 9))),
            prefer_radiologist=rng.choice((None, "R1", "R2")),
        )
        for name in "ABCDEF"
    ]
    return a_problem(
        sites=SITES,
        suites=[a_suite("CT1", turnaround_minutes=10), a_suite("CT2", site="S2")],
        sessions=sessions,
        radiologists=[a_radiologist("R1"), a_radiologist("R2")],
        cases=cases,
        equipment=[a_unit("U1"), a_unit("U2", sites=("S1", "S2"))],
    )


def by_listing(tables, prices, number, slot):
    """Try every set in every order; None stands for the empty set's worth of nothing."""
    best = 0
    fitting = [case for case in range(len(tables.cases)) if tables.fits[case, slot.session]]
    mobile = [kind for kind in range(len(tables.kinds)) if not tables.fixed_units[kind, tables.site[slot.session]]]
    usable = [
        case
        for case in fitting
        if tables.skilled[case, slot.person]
        and not any(tables.needs[case, kind] and kind not in slot.kinds for kind in mobile)
    ]
    for size in range(1, min(len(usable), tables.most[slot.session]) + 1):
        for cases in combinations(usable, size):
            for order in permutations(cases):
                best = max(best, worth_of(tables, prices, slot, order))
    return best - prices.slot[number]


def worth_of(tables, prices, slot, order):
    """Give what one order is worth, or nothing if it ends too late."""
    clock = 0
    for case in order:
        clock += tables.duration[case]
        if clock > tables.latest_end[case, slot.session]:
            return 0
        clock += tables.turnaround[slot.session]
    over = max(0, clock - tables.turnaround[slot.session] - tables.length[slot.session])
    late = sum(bool(tables.first[case]) for case in order[1:])
    cost = tables.opened_cost + tables.overtime_cost * over + tables.not_first_cost * late
    worth = sum(prices.worth[case, slot.session] - prices.person[case, slot.person] for case in order)
    return int(worth - cost * SCALE)


def some_prices(tables, pricer, seed):
    rng = np.random.default_rng(seed)
    size = (len(tables.cases), len(tables.lists))
    return Prices(
        worth=rng.integers(-100 * SCALE, 900 * SCALE, size),
        person=rng.integers(0, 90 * SCALE, (len(tables.cases), len(tables.people))),
        slot=rng.integers(0, 50 * SCALE, len(pricer.slots)),
    )


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("flags", [False, True])
def test_the_best_set_of_every_slot_is_found(seed, flags):
    problem = a_clinic(seed, flags=flags)
    tables = tables_of(problem, possible_places(problem))
    pricer = Pricer(tables)
    prices = some_prices(tables, pricer, seed)
    best, sets = pricer.best(prices)
    for number, slot in enumerate(pricer.slots):
        listed = by_listing(tables, prices, number, slot)
        # Every case fits in any order here but for the list's own end, so a flag taken at its word can be kept.
        assert best[number] == listed
        assert all(tables.fits[case, slot.session] for case in sets[number])


def test_a_closing_time_is_kept_by_putting_long_recoveries_first():
    cases = [a_case("A", recovery_minutes=0), a_case("B", recovery_minutes=60)]
    site = a_site(recovery_close=a_suite_session("L", "09:00", "10:30").end.timetz().replace(tzinfo=None))
    problem = a_problem(sites=[site], sessions=[a_suite_session("L1", "09:00", "10:00")], cases=cases)
    tables = tables_of(problem, possible_places(problem))
    assert Pricer(tables).column(0, 0, (0, 1)) is not None


def test_a_set_that_ends_too_late_is_no_column():
    problem = a_problem(cases=[a_case(name) for name in "ABC"])
    tables = tables_of(problem, possible_places(problem))
    pricer = Pricer(tables)
    assert pricer.column(0, 0, (0, 1)) is not None
    assert pricer.column(0, 0, (0, 1, 2)) is None


def test_two_flagged_cases_cannot_both_be_first():
    problem = a_problem(cases=[a_case(name, first_on_list=True) for name in "AB"])
    tables = tables_of(problem, possible_places(problem))
    pricer = Pricer(tables)
    both, one = pricer.column(0, 0, (0, 1)), pricer.column(0, 0, (0,))
    assert both is not None
    assert one is not None
    costs = tables.cost[:2, 0].tolist()
    assert both.cost - sum(costs) == one.cost - costs[0] + tables.not_first_cost
