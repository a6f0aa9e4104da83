"""A wish is never worth more than its price, and what it saves is what planning anew with it saves."""

from __future__ import annotations

import pytest

from benchmarks.families import FAMILIES, make_problem
from scheduler.engine import NoPlanError, solve
from scheduler.engine.columns.wishes import ListWish, SkillWish, granted
from scheduler.engine.columns.worth import Worth
from scheduler.plan import PlanStatus
from scheduler.problem import Pin
from scheduler.vocabulary import Modality, Target
from tests.builders.clinics import hand_made, mixed
from tests.builders.planning import (
    a_case,
    a_problem,
    a_radiologist,
    a_site,
    a_suite,
    a_suite_session,
    a_unit,
    at,
    later,
)

CLINICS = hand_made() | {f"mixed-{seed}": mixed(seed) for seed in range(40)}
ROUNDED = 1  # cost unit


def worth_of(problem):
    worth = Worth(problem, seconds=120)
    assert worth.settled
    return worth


def cost_of_best(problem):
    plan = solve(problem, time_limit=10)
    assert plan.status is PlanStatus.OPTIMAL
    return plan.cost


def the_list(worth, site="S1"):
    """Give the wish for a list at a site that is worth most."""
    wishes = [wish for wish in worth.priced if isinstance(wish, ListWish) and wish.suite.site == site]
    return max(wishes, key=lambda wish: worth.priced[wish].value)


def two_sites(**parts):
    """Build a clinic with one full list at each of two sites, all on Monday."""
    usual = {
        "sites": [a_site("S1"), a_site("S2")],
        "suites": [a_suite("CT1"), a_suite("CT2", site="S2")],
        "radiologists": [a_radiologist("R1"), a_radiologist("R2"), a_radiologist("R3")],
        "sessions": [a_suite_session("L1", end="09:30"), a_suite_session("L2", end="09:30", suite="CT2")],
        "cases": [
            *(a_case(name, weight=10, allowed_sites=("S1",)) for name in "AB"),
            *(a_case(name, weight=1, allowed_sites=("S2",)) for name in "CD"),
        ],
    }
    return a_problem(**{**usual, **parts})


@pytest.mark.parametrize("name", CLINICS)
def test_no_wish_saves_more_than_its_price(name):
    worth = worth_of(CLINICS[name])
    for wish, asked in worth.priced.items():
        gain = worth.gain(wish, 120)
        assert gain is not None
        assert gain.value <= asked.value + worth.slack + ROUNDED, wish


@pytest.mark.parametrize("seed", range(2))
def test_in_a_clinic_as_they_are_too_no_wish_saves_more_than_its_price(seed):
    worth = worth_of(make_problem(FAMILIES["tiny"], seed))
    for wish, asked in worth.priced.items():
        gain = worth.gain(wish, 120)
        assert gain is not None
        assert gain.value <= asked.value + worth.slack + ROUNDED, wish


@pytest.mark.parametrize("seed", range(0, 40, 4))
def test_no_plan_with_a_wish_costs_less_than_its_price_and_its_saving_allow(seed):
    problem = mixed(seed)
    worth = worth_of(problem)
    for wish, asked in worth.priced.items():
        cost, gain = cost_of_best(granted(problem, wish)), worth.gain(wish, 120)
        assert gain is not None
        assert cost >= worth.mixture.cost - asked.value - worth.slack - ROUNDED, wish
        assert cost >= worth.mixture.cost - gain.value - ROUNDED, wish


def test_one_more_list_is_worth_what_planning_with_it_saves():
    problem = two_sites()
    worth, before = worth_of(problem), cost_of_best(problem)
    for site in ("S1", "S2"):
        wish = the_list(worth, site)
        gain = worth.gain(wish, 120)
        assert gain is not None
        assert gain.value == before - cost_of_best(granted(problem, wish)) > 0
        assert gain.cases == 1


def test_the_list_that_heavier_cases_wait_for_is_worth_more():
    worth = worth_of(two_sites())
    heavy, light = the_list(worth, "S1"), the_list(worth, "S2")
    assert worth.priced[heavy].value > worth.priced[light].value
    gains = [worth.gain(wish, 120) for wish in (heavy, light)]
    # Left out, a case counts 28 days and the 7 from its due date to the horizon's end.
    assert [gain.patient_days for gain in gains if gain] == [10 * 35, 35]


def test_where_every_case_has_its_place_another_list_is_worth_nothing():
    worth = worth_of(a_problem())
    assert [asked.value for wish, asked in worth.priced.items() if isinstance(wish, ListWish)] == [0]


def test_the_time_of_a_radiologist_who_is_needed_elsewhere_is_not_free():
    # One radiologist, not rostered: a second list at the same hour could only take them from the first.
    problem = two_sites(radiologists=[a_radiologist("R1")], sessions=[a_suite_session("L1", end="09:30")])
    worth = worth_of(problem)
    wish = the_list(worth)
    gain = worth.gain(wish, 120)
    assert wish.extra is None
    assert gain is not None
    assert gain.value == 0
    assert worth.priced[wish].value <= ROUNDED


def test_a_limit_on_lists_a_day_is_kept_by_the_price():
    two = [a_suite_session("L1", end="09:30"), a_suite_session("L2", "10:00", "10:30")]
    radiologist = a_radiologist("R1", max_sessions_per_day=2)
    problem = a_problem(sessions=two, cases=[a_case(name) for name in "ABC"], radiologists=[radiologist])
    worth = worth_of(problem)
    wish = the_list(worth)
    assert cost_of_best(granted(problem, wish)) == cost_of_best(problem)
    assert worth.priced[wish].value <= ROUNDED


def test_when_everybody_is_rostered_elsewhere_an_extra_radiologist_is_valued():
    sessions = [a_suite_session("L1", end="09:30", radiologist="R1")]
    problem = two_sites(radiologists=[a_radiologist("R1")], sessions=sessions)
    worth = worth_of(problem)
    wish = the_list(worth)
    gain = worth.gain(wish, 120)
    assert wish.extra is not None
    assert wish.session.radiologist == wish.extra.id
    assert gain is not None
    assert gain.value == cost_of_best(problem) - cost_of_best(granted(problem, wish)) > 0


def test_a_list_goes_into_a_suite_that_stands_empty_and_else_into_one_more():
    suites = [a_suite("CT1"), a_suite("CT2"), a_suite("U1", modalities=(Modality.ULTRASOUND,))]
    one = [a_suite_session("L1")]
    assert (the_list(worth_of(a_problem(suites=suites, sessions=one))).suite.id) == "CT2"
    both = [*one, a_suite_session("L2", suite="CT2")]
    wish = the_list(worth_of(a_problem(suites=suites, sessions=both)))
    assert wish.another_room
    assert wish.suite.id == "CT1 (another)"


def test_a_wished_for_list_runs_as_the_lists_there_usually_do():
    usual = {"overtime_minutes": 15, "anaesthetist": False, "max_cases": 3}
    sessions = [
        a_suite_session("L1", "13:00", "15:00", **usual),
        a_suite_session("L2", "13:00", "15:00", day=later(1), **usual),
        a_suite_session("L3", "08:00", "09:00", day=later(2), overtime_minutes=60),
    ]
    worth = worth_of(a_problem(sessions=sessions, cases=[a_case(name) for name in "AB"]))
    session = next(wish.session for wish in worth.priced if isinstance(wish, ListWish))
    assert (session.start, session.end) == (at("13:00"), at("15:00"))
    assert (session.overtime_minutes, session.anaesthetist, session.max_cases) == (15, False, 3)


def test_a_skill_that_nobody_has_is_worth_the_cases_that_wait_for_it():
    problem = a_problem(radiologists=[a_radiologist(targets=(Target.STELLATE,))])
    worth = worth_of(problem)
    wish = SkillWish(radiologist="R1", target=Target.COELIAC)
    gain = worth.gain(wish, 120)
    saved = cost_of_best(problem) - cost_of_best(granted(problem, wish))
    assert gain is not None
    assert gain.value == saved == worth.priced[wish].value > 0


def test_a_credential_is_worth_the_list_that_nobody_else_can_do():
    problem = two_sites(radiologists=[a_radiologist(sites=("S1",)), a_radiologist("R2", sites=("S1",))])
    worth = worth_of(problem)
    gains = {}
    for who in ("R1", "R2"):
        wish = SkillWish(radiologist=who, site="S2")
        gain = worth.gain(wish, 120)
        assert gain is not None
        gains[who] = gain.value
        assert gain.value == cost_of_best(problem) - cost_of_best(granted(problem, wish)) > 0
        assert gain.value <= worth.priced[wish].value + ROUNDED
    assert gains["R1"] == gains["R2"]


@pytest.mark.parametrize(("units", "worth_it"), [([], False), ([a_unit("M1", sites=("S1", "S2"))], True)])
def test_a_list_for_cases_that_need_a_unit_is_worth_something_only_if_one_can_come(units, worth_it):
    elsewhere = [a_suite_session("L2", end="09:30", suite="CT2")]
    cases = [a_case("A", equipment=("rf_generator",), allowed_sites=("S2",), weight=10, ready_from=later(1))]
    tomorrow = [*elsewhere, a_suite_session("L1", day=later(1))]
    problem = two_sites(sessions=tomorrow, cases=cases, equipment=units)
    worth = worth_of(problem)
    wish = the_list(worth, "S2")
    gain = worth.gain(wish, 120)
    assert gain is not None
    assert (gain.value > 0) is (worth.priced[wish].value > 0) is worth_it


def test_pinned_cases_that_cannot_stay_are_refused_with_a_sentence():
    pins = [a_case(name, pinned=Pin(session="L1", start=at("09:00"), radiologist="R1")) for name in "AB"]
    session = a_suite_session("L1", end="09:30")
    with pytest.raises(NoPlanError, match="cannot all stay"):
        Worth(a_problem(sessions=[session], cases=pins), seconds=120)
