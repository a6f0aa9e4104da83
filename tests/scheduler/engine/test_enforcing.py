"""Each rule by itself holds the solver to just what it finds in a plan, on both sides of its edge."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from scheduler.engine.model import rules_model
from scheduler.engine.places import every_place
from scheduler.plan import Booking
from scheduler.rules import RULEBOOK
from tests.builders.agreement import every_schedule, plan_from, schedule_from, sound, takes
from tests.builders.clinics import hand_made
from tests.builders.edges import BROKEN, KEPT
from tests.builders.planning import (
    a_booking,
    a_case,
    a_plan,
    a_problem,
    a_radiologist,
    a_site,
    a_suite,
    a_suite_session,
    a_unit,
    at,
    later,
)

CLINICS = hand_made()
TRIED = 12
BASIC = ("session-window", "one-booking", "one-radiologist")  # the others speak of cases within lists that are staffed


def alone(name):
    """Give a rule and those that every other takes for granted."""
    return tuple(rule for rule in RULEBOOK if rule.name in (name, *BASIC))


def for_the_solver(row):
    """Tell whether the solver can say this plan: one start on the grid to a case on a list, no unit placed for none."""
    _, problem, plan = row
    try:
        return len(schedule_from(problem, plan).bookings) == len(plan.bookings) and not (
            plan.equipment and not plan.bookings
        )
    except ValueError:
        return False


def by_name(part):
    return part if isinstance(part, str) else ""


EDGE = pytest.mark.parametrize(("rule", "problem", "plan"), list(filter(for_the_solver, KEPT)), ids=by_name)
BEYOND = pytest.mark.parametrize(("rule", "problem", "plan"), list(filter(for_the_solver, BROKEN)), ids=by_name)
RULE = pytest.mark.parametrize("rule", [rule.name for rule in RULEBOOK])


@EDGE
def test_the_solver_takes_what_just_fits(rule, problem, plan):
    assert takes(problem, plan, alone(rule))


@BEYOND
def test_the_solver_refuses_what_just_does_not_fit(rule, problem, plan):
    assert not takes(problem, plan, alone(rule))


@EDGE
def test_without_times_of_day_the_solver_takes_what_just_fits_too(rule, problem, plan):
    assert takes(problem, plan, alone(rule), timed=False)


def on_both_sides(problem, rules):
    """Choose schedules of a tiny clinic that break these rules, and as many that do not; the same ones every time."""
    schedules = list(every_schedule(problem))
    random.Random(1).shuffle(schedules)
    sides = {True: [], False: []}
    for schedule in schedules:
        sides[sound(problem, schedule, rules)].append(schedule)
        if min(len(side) for side in sides.values()) >= TRIED:
            break
    return [(schedule, fine) for fine, group in sides.items() for schedule in group[:TRIED]]


@RULE
def test_a_rule_alone_takes_and_refuses_the_same_schedules_as_the_audit(rule):
    problem, rules = CLINICS[rule], alone(rule)
    tried = on_both_sides(problem, rules)
    assert {fine for _, fine in tried} == {True, False}
    for schedule, fine in tried:
        assert takes(problem, plan_from(problem, schedule), rules) == fine, schedule


@pytest.mark.parametrize(("session", "fits"), [("L1", True), ("L2", False), ("L3", True)])
def test_a_mobile_unit_is_at_one_site_a_date_wherever_the_solver_puts_it(session, fits):
    sessions = [
        a_suite_session("L1", "10:00", "11:00"),
        a_suite_session("L2", "10:00", "11:00", suite="CT2"),
        a_suite_session("L3", suite="CT2", day=later(1)),
    ]
    cases = [a_case(key, equipment=("rf_generator",)) for key in "AB"]
    clinic = a_problem(
        sites=[a_site("S1"), a_site("S2")],
        suites=[a_suite("CT1"), a_suite("CT2", site="S2")],
        sessions=[a_suite_session("L0"), *sessions],
        radiologists=[a_radiologist("R1"), a_radiologist("R2")],
        equipment=[a_unit("U1", sites=("S1", "S2"))],
        cases=cases,
    )
    start = at("09:00", later(1)) if session == "L3" else at("10:00")
    plan = a_plan(a_booking("A", "L0"), Booking(case="B", session=session, start=start))
    assert takes(clinic, plan, alone("equipment"), placing=True) == fits


@pytest.mark.parametrize("kind", ["rf_generator", "cryo_console"])
def test_units_of_another_kind_or_that_may_not_come_are_no_help_wherever_the_solver_puts_them(kind):
    sessions = [a_suite_session("L1"), a_suite_session("L2", suite="CT2")]
    clinic = a_problem(
        sites=[a_site(key) for key in ("S1", "S2", "S3")],
        suites=[a_suite("CT1"), a_suite("CT2")],
        sessions=sessions,
        radiologists=[a_radiologist("R1"), a_radiologist("R2")],
        equipment=[a_unit("U1"), a_unit("U2", kind=kind, sites=("S2", "S3"))],
        cases=[a_case(key, equipment=("rf_generator",)) for key in "AB"],
    )
    near = a_unit("U2", kind=kind, sites=("S1", "S3"))
    plan = a_plan(a_booking("A", "L1"), a_booking("B", "L2"))
    assert not takes(clinic, plan, alone("equipment"), placing=True)
    helped = takes(replace(clinic, equipment=(a_unit("U1"), near)), plan, alone("equipment"), placing=True)
    assert helped == (kind == "rf_generator")


@pytest.mark.parametrize("name", CLINICS)
def test_without_times_of_day_no_start_is_asked_for(name):
    model = rules_model(CLINICS[name], every_place(CLINICS[name]), timed=False)
    model.minimise()
    constraints = model.cp.proto.constraints
    assert not any(each.has_interval() or each.has_no_overlap() or each.has_cumulative() for each in constraints)
    assert {step for _, step in model.answer(lambda _: 1).bookings.values()} <= {0}  # 1 if it were read from a variable
