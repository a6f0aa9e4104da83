"""A diary lays a plan's names over its problem, in order, and leaves out what the problem does not know."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from scheduler.diary import Diary, show_date
from scheduler.plan import SessionUse, UnitPlacement
from scheduler.problem import minutes_of
from tests.builders.planning import (
    MONDAY,
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

PROBLEM = a_problem(
    sites=[a_site("S1"), a_site("S2")],
    suites=[a_suite("CT1"), a_suite("CT2", site="S2")],
    sessions=[a_suite_session("L3"), a_suite_session("L2", suite="CT2"), a_suite_session("L1", day=later(1))],
    radiologists=[a_radiologist("R1"), a_radiologist("R2")],
    equipment=[a_unit("U1", sites=("S1", "S2"))],
    cases=[a_case("A", recovery_minutes=45), a_case("B"), a_case("C"), a_case("D")],
)


def diary(*bookings, **facts):
    """Lay a plan of these bookings over the problem."""
    return Diary(problem=PROBLEM, plan=a_plan(*bookings, **facts))


def names(groups):
    """Name the cases of each group of bookings."""
    return {key: [entry.case.id for entry in group] for key, group in groups.items()}


def test_a_booking_ends_with_its_case_and_its_patient_recovers_after_that():
    (entry,) = diary(a_booking("A", "L3", "09:10")).entries
    assert [entry.start, entry.end, entry.recovered] == [minutes_of(at(clock)) for clock in ("09:10", "09:40", "10:25")]


def test_bookings_are_found_by_list_and_time_by_case_and_by_site():
    laid = diary(
        a_booking("C", "L3", "09:30"),
        a_booking("B", "L2", "09:00"),
        a_booking("D", "L3", "09:00"),
        a_booking("A", "L3", "09:00"),
    )
    assert names(laid.by_list) == {"L3": ["A", "D", "C"], "L2": ["B"]}
    assert {key: [entry.list.id for entry in group] for key, group in laid.by_case.items()} == {
        "C": ["L3"],
        "B": ["L2"],
        "D": ["L3"],
        "A": ["L3"],
    }
    assert names(laid.by_site) == {"S1": ["C", "D", "A"], "S2": ["B"]}


def test_a_case_booked_twice_is_found_twice():
    laid = diary(a_booking("A", "L3"), a_booking("A", "L1", day=later(1)))
    assert [entry.list.id for entry in laid.by_case["A"]] == ["L3", "L1"]


def test_the_lists_in_use_come_by_start_and_then_by_name():
    laid = diary(a_booking("A", "L1", day=later(1)), a_booking("B", "L3"), a_booking("C", "L2"))
    assert [facts.id for facts in laid.used] == ["L2", "L3", "L1"]


def test_a_radiologist_named_twice_for_a_list_is_kept_twice_and_has_it_once():
    uses = [("L1", "R1"), ("L3", "R1"), ("L3", "R1"), ("L3", "R2"), ("L2", "R1")]
    plan = replace(a_plan(), sessions=tuple(SessionUse(session=one, radiologist=other) for one, other in uses))
    laid = Diary(problem=PROBLEM, plan=plan)
    assert laid.staff == {"L1": ("R1",), "L3": ("R1", "R1", "R2"), "L2": ("R1",)}
    lists = {key: [facts.id for facts in group] for key, group in laid.lists_of.items()}
    assert lists == {"R1": ["L2", "L3", "L1"], "R2": ["L3"]}


def test_the_radiologists_of_a_booking_are_those_of_its_list_each_once():
    plan = a_plan(a_booking("A", "L3"), a_booking("B", "L2"), staff={})
    plan = replace(plan, sessions=tuple(SessionUse(session="L3", radiologist=key) for key in ("R2", "R1", "R2")))
    laid = Diary(problem=PROBLEM, plan=plan)
    assert [laid.radiologists_of(entry) for entry in laid.entries] == [("R2", "R1"), ()]


def test_a_unit_placed_at_a_site_twice_is_there_once():
    rows = [("U1", MONDAY, "S2"), ("U1", MONDAY, "S1"), ("U1", MONDAY, "S2"), ("U1", later(1), "S1")]
    assert diary(placed=rows).placements == {("U1", MONDAY): ("S2", "S1"), ("U1", later(1)): ("S1",)}


STRANGERS = a_plan(
    a_booking("Z", "L3"),
    a_booking("A", "L9"),
    a_booking("Z", "L9"),
    staff={"L8": "R1", "L3": "R9"},
    placed=[("U9", MONDAY, "S1"), ("U1", MONDAY, "S9")],
    waiting=["Y"],
)


def test_names_the_problem_does_not_know_are_left_out():
    laid = Diary(problem=PROBLEM, plan=STRANGERS)
    assert (laid.entries, laid.staff, laid.placements) == ((), {}, {})


def test_names_the_problem_does_not_know_are_told_once_each():
    assert Diary(problem=PROBLEM, plan=STRANGERS).strangers() == (
        "The problem has no case called Z.",
        "The problem has no case called Y.",
        "The problem has no list called L9.",
        "The problem has no list called L8.",
        "The problem has no radiologist called R9.",
        "The problem has no equipment unit called U9.",
        "The problem has no site called S9.",
    )


def test_a_list_without_a_radiologist_names_no_stranger():
    plan = replace(a_plan(), sessions=(SessionUse(session="L3", radiologist=None),))
    assert Diary(problem=PROBLEM, plan=plan).strangers() == ()


def test_known_names_are_no_strangers():
    row = UnitPlacement(unit="U1", date=MONDAY, site="S2")
    plan = replace(a_plan(a_booking("A", "L3"), waiting=["B"]), equipment=(row,))
    assert Diary(problem=PROBLEM, plan=plan).strangers() == ()


def test_a_booking_and_a_date_read_as_people_write_them():
    laid = diary(a_booking("A", "L3", "09:30"))
    assert laid.at(laid.entries[0]) == "L3 at 09:30 on 1 Feb 2027"
    assert show_date(date(2026, 11, 25)) == "25 Nov 2026"
