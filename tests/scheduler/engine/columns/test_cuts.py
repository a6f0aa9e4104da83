"""Rows that bound what lists running at one time can do with the bays and machines they share."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from scheduler.audit import rule_breaches
from scheduler.diary import Diary
from scheduler.engine.columns.cuts import Separator
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.places import possible_places
from tests.builders.planning import (
    a_booking,
    a_case,
    a_plan,
    a_problem,
    a_site,
    a_suite,
    a_suite_session,
    a_unit,
)

STARTS = ("09:00", "09:30", "09:45", "10:00")
TIMES = {"equipment", "session-window", "suite-no-overlap"}


def two_lists_at_once(names="AB", *, units=1, second="09:00", **facts):
    """Build two suites of one site, open at one time, and cases that all need the same kind of machine."""
    return a_problem(
        sites=[a_site()],
        suites=[a_suite("CT1"), a_suite("CT2")],
        equipment=[a_unit(f"U{number}") for number in range(units)],
        sessions=[
            a_suite_session("L1", "09:00", "10:30", suite="CT1"),
            a_suite_session("L2", second, "10:30", suite="CT2"),
        ],
        cases=[a_case(name, equipment=("rf_generator",), **facts) for name in names],
    )


def rows_broken_by(problem, shares):
    tables = tables_of(problem, possible_places(problem))
    bookings = np.zeros(tables.fits.shape)
    for (case, session), share in shares.items():
        bookings[case, session] = share
    return tables, Separator(problem, tables).broken(bookings)


def test_two_lists_full_of_one_machine_break_a_row():
    problem = two_lists_at_once("ABCD", duration_minutes=45)
    _, broken = rows_broken_by(problem, {(0, 0): 1, (1, 0): 1, (2, 1): 1, (3, 1): 1})
    assert broken
    for cut in broken:
        assert int(cut.coefficients.sum()) > cut.most


def test_one_machine_for_each_list_breaks_none():
    problem = two_lists_at_once("ABCD", units=2, duration_minutes=45)
    assert rows_broken_by(problem, {(0, 0): 1, (1, 0): 1, (2, 1): 1, (3, 1): 1})[1] == []


def test_lists_after_each_other_need_no_row():
    problem = replace(
        two_lists_at_once("AB"),
        sessions=(a_suite_session("L1", "09:00", "10:00"), a_suite_session("L2", "10:00", "11:00", suite="CT2")),
    )
    assert rows_broken_by(problem, {(0, 0): 1, (1, 1): 1})[1] == []


@pytest.mark.parametrize("seed", range(6))
def test_no_row_is_broken_by_what_can_be_done(seed):
    rng = random.Random(seed)
    problem = two_lists_at_once("ABC", duration_minutes=rng.choice((30, 45)), second=rng.choice(STARTS[:2]))
    _, broken = rows_broken_by(problem, {(0, 0): 1, (1, 0): 0.9, (1, 1): 0.1, (2, 1): 1})
    lawful = 0
    for places in product(("L1", "L2", None), repeat=3):
        for starts in product(STARTS, repeat=3):
            done = [
                (number, place, start)
                for number, (place, start) in enumerate(zip(places, starts, strict=True))
                if place
            ]
            plan = a_plan(*(a_booking("ABC"[number], place, start) for number, place, start in done))
            if TIMES & {breach.rule for breach in rule_breaches(Diary(problem=problem, plan=plan))}:
                continue
            lawful += 1
            booked = {(number, ("L1", "L2").index(place)) for number, place, _ in done}
            for cut in broken:
                used = sum(
                    int(weight)
                    for case, session, weight in zip(cut.cases, cut.lists, cut.coefficients, strict=True)
                    if (int(case), int(session)) in booked
                )
                assert used <= cut.most
    assert lawful > 1
