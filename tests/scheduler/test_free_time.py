"""Free minutes count as usable only where a waiting case fits."""

from __future__ import annotations

import pytest

from scheduler.free_time import free_time
from scheduler.plan import Booking, Plan, SessionUse
from scheduler.vocabulary import Target
from tests.builders.planning import a_case, a_problem, a_radiologist, a_suite, a_suite_session, at


def measured(*, plan=Plan(), suite=None, **facts):  # noqa: B008 (frozen)
    usual = {"sessions": [a_suite_session()], "suites": [suite or a_suite()]}
    found = free_time(a_problem(**{**usual, **facts}), plan)["L1"]
    return found.free, found.usable


def test_an_hour_can_be_used_by_a_case_of_an_hour_and_not_by_one_five_minutes_longer():
    assert measured(cases=[a_case(duration_minutes=60)]) == (60, 60)
    assert measured(cases=[a_case(duration_minutes=65)]) == (60, 0)


def test_with_nobody_waiting_free_minutes_are_of_no_use():
    assert measured(cases=[]) == (60, 0)


def booked_from(start):
    return Plan(
        bookings=(Booking(case="A", session="L1", start=at(start)),),
        sessions=(SessionUse(session="L1", radiologist="R1"),),
    )


def test_turnaround_is_taken_off_on_both_sides_of_what_is_booked():
    cases = [a_case("A", duration_minutes=10), a_case("B", duration_minutes=10)]
    # 09:00 to 09:20 less 15 leaves 5; from 09:30 and 15 more, 15 are left before 10:00.
    assert measured(plan=booked_from("09:20"), suite=a_suite(turnaround_minutes=15), cases=cases) == (20, 15)


@pytest.mark.parametrize(
    "unfit",
    [
        {"funding": "private"},
        {"target": Target.STELLATE},
        {"allowed_sites": ("S2",)},
        {"pinned": None, "unavailable": (at("09:00").date(),)},
    ],
    ids=["funding", "skill", "site", "date"],
)
def test_a_case_that_a_rule_keeps_off_the_list_makes_no_minute_usable(unfit):
    facts = {"radiologists": [a_radiologist(targets=(Target.COELIAC,))]}
    assert measured(cases=[a_case(**unfit)], **facts) == (60, 0)


def test_a_list_that_is_full_by_number_or_closed_has_nothing_to_use():
    full = [a_suite_session(max_cases=1)]
    assert measured(plan=booked_from("09:00"), sessions=full, cases=[a_case("A"), a_case("B")]) == (30, 0)
    assert free_time(a_problem(sessions=[a_suite_session(closed=True)], cases=[a_case()]), Plan()) == {}
