"""What a rule keeps off a list by itself, on both sides of its edge."""

from __future__ import annotations

from datetime import time

import pytest

from scheduler.problem import Pin
from scheduler.rules import RULEBOOK
from tests.builders.edges import TUESDAY_LIST
from tests.builders.planning import (
    a_case,
    a_problem,
    a_radiologist,
    a_site,
    a_suite_session,
    a_unit,
    at,
)

RULES = {rule.name: rule for rule in RULEBOOK}
SITES = [a_site("S1"), a_site("S2")]


def bars(rule, problem):
    """Tell whether a rule alone keeps the first case, or the first radiologist, off the first list."""
    case, facts, person = problem.cases[0], next(iter(problem.lists.values())), problem.radiologists[0]
    rule = RULES[rule]
    if rule.bars_place is not None:
        return rule.bars_place(problem, case, facts)
    return rule.bars_staff(problem, facts, person)


def needing(*kinds, units):
    return a_problem(sites=SITES, cases=[a_case(equipment=kinds)], equipment=units)


def recovering(minutes, **site):
    return a_problem(sites=[a_site(**site)], cases=[a_case(recovery_minutes=minutes)])


def lasting(minutes, **session):
    return a_problem(sessions=[a_suite_session(**session)], cases=[a_case(duration_minutes=minutes)])


def pinned_to(session):
    pin = Pin(session=session, start=at("09:00"))
    return a_problem(sessions=[a_suite_session(), TUESDAY_LIST], cases=[a_case(pinned=pin)])


def away(start, end):
    return a_problem(radiologists=[a_radiologist(unavailable=((at(start), at(end)),))])


BOTH = [a_unit("U1"), a_unit("U2", kind="cryo_console", sites=("S1", "S2"))]
BARRED = [
    ("equipment", needing("rf_generator", units=[a_unit(sites=("S2",))])),
    ("equipment", needing("rf_generator", "laser", units=BOTH)),
    ("equipment", needing("rf_generator", units=[])),
    ("recovery", recovering(5, recovery_bays=0)),
    ("recovery", recovering(1, recovery_bays=0)),
    ("recovery", recovering(35, recovery_close=time(10))),
    ("session-window", lasting(65)),
    ("session-window", lasting(70, overtime_minutes=5)),
    ("max-cases", a_problem(sessions=[a_suite_session(max_cases=0)])),
    ("pinned", pinned_to("L2")),
    ("rostered", a_problem(sessions=[a_suite_session(radiologist="R2")])),
    ("radiologist-available", away("08:00", "09:01")),
    ("radiologist-available", away("09:59", "12:00")),
    ("session-closed", a_problem(sessions=[a_suite_session(closed=True)])),
]
OPEN = [
    ("equipment", needing("rf_generator", "cryo_console", units=BOTH)),
    ("equipment", needing(units=[])),
    ("recovery", recovering(0, recovery_bays=0)),
    ("recovery", recovering(5, recovery_bays=1)),
    ("recovery", recovering(5)),
    ("recovery", recovering(30, recovery_close=time(10))),
    ("session-window", lasting(60)),
    ("session-window", lasting(65, overtime_minutes=5)),
    ("max-cases", a_problem(sessions=[a_suite_session(max_cases=1)])),
    ("max-cases", a_problem()),
    ("pinned", pinned_to("L1")),
    ("pinned", a_problem()),
    ("rostered", a_problem(sessions=[a_suite_session(radiologist="R1")])),
    ("rostered", a_problem()),
    ("radiologist-available", away("08:00", "09:00")),
    ("radiologist-available", away("10:00", "12:00")),
    ("session-closed", a_problem()),
]


@pytest.mark.parametrize(("rule", "problem"), BARRED, ids=lambda part: part if isinstance(part, str) else "")
def test_what_can_never_be_is_barred(rule, problem):
    assert bars(rule, problem)


@pytest.mark.parametrize(("rule", "problem"), OPEN, ids=lambda part: part if isinstance(part, str) else "")
def test_what_may_be_is_left_open(rule, problem):
    assert not bars(rule, problem)
