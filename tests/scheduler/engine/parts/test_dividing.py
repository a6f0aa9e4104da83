"""A radiologist's time is divided so that parts which each keep the limits keep them together."""

from scheduler.engine.parts.dividing import divided
from scheduler.engine.places import possible_places
from tests.builders.planning import a_problem, a_radiologist, a_site, a_suite, a_suite_session, later

SITES = {"S1": 0, "S2": 1}


def a_clinic(*sessions, travel=30, **limits):
    return a_problem(
        sites=[a_site("S1"), a_site("S2")],
        suites=[a_suite("CT1"), a_suite("CT2", site="S2")],
        radiologists=[a_radiologist(**limits)],
        sessions=list(sessions),
        travel_minutes=(("S1", "S2", travel),),
    )


def here(name, start="09:00", end="12:00", day=0, **facts):
    return a_suite_session(name, start, end, day=later(day), **facts)


def there(name, start="09:00", end="12:00", day=0, **facts):
    return here(name, start, end, day, suite="CT2", **facts)


def open_lists(problem, expected):
    """Give the lists open to R1 in each part, when R1 is expected on these."""
    shifts = divided(problem, possible_places(problem), SITES, dict.fromkeys(expected, "R1"))
    return {part: set(shift.open) for (_, part), shift in shifts.items()}


def test_each_date_goes_to_the_part_that_expects_the_radiologist():
    problem = a_clinic(here("A0"), there("B0"), here("A1", day=1), there("B1", day=1))
    assert open_lists(problem, ["A0", "B1"]) == {0: {"A0"}, 1: {"B1"}}


def test_a_week_one_part_expects_goes_to_it_whole():
    problem = a_clinic(here("A0"), there("B0"), here("A1", day=1), there("B1", day=1))
    assert open_lists(problem, ["A0"]) == {0: {"A0", "A1"}, 1: set()}


def test_a_date_both_parts_expect_is_divided_list_by_list():
    problem = a_clinic(here("A0", "08:00", "12:00"), there("B0", "13:00", "17:00"), here("A1", "13:00", "17:00"))
    assert open_lists(problem, ["A0", "B0"]) == {0: {"A0"}, 1: {"B0"}}


def test_a_date_is_not_divided_where_the_journey_takes_too_long():
    problem = a_clinic(here("A0", "08:00", "12:00"), there("B0", "13:00", "17:00"), travel=65)
    assert open_lists(problem, ["A0", "B0"]) == {0: {"A0"}, 1: set()}


def test_a_list_within_the_time_of_one_that_is_open_is_open_too():
    problem = a_clinic(here("A0", "08:00", "12:00"), here("A1", "09:00", "10:00", suite="CT1"), there("B0"))
    assert open_lists(problem, ["A0"])[0] == {"A0", "A1"}


def test_a_day_limit_holds_over_the_parts():
    morning, noon = here("A0", "08:00", "10:00"), there("B0", "13:00", "15:00")
    assert open_lists(a_clinic(morning, noon, max_sessions_per_day=2), ["A0", "B0"]) == {0: {"A0"}, 1: {"B0"}}
    assert open_lists(a_clinic(morning, noon, max_sessions_per_day=1), ["A0", "B0"]) == {0: {"A0"}, 1: set()}


def test_a_week_limit_holds_over_the_parts():
    lists = [here("A0"), here("A1", "14:00", "17:00"), there("B2", day=2), there("B3", "14:00", "17:00", day=2)]
    problem = a_clinic(*lists, max_sessions_per_week=4)
    assert open_lists(problem, ["A0", "B2"]) == {0: {"A0", "A1"}, 1: {"B2", "B3"}}
    problem = a_clinic(*lists, max_sessions_per_week=3)
    assert open_lists(problem, ["A0", "B2"]) == {0: {"A0"}, 1: {"B2"}}
    problem = a_clinic(*lists, max_sessions_per_week=1)
    assert open_lists(problem, ["A0", "B2"]) == {0: {"A0", "A1"}, 1: set()}


def test_weeks_are_divided_each_by_itself():
    problem = a_clinic(here("A0"), there("B0"), here("A7", day=7), there("B7", day=7))
    assert open_lists(problem, ["A0", "B7"]) == {0: {"A0"}, 1: {"B7"}}


def test_somebody_of_one_part_alone_loses_nothing():
    problem = a_clinic(here("A0"), here("A1", "10:00", "13:00"))
    assert open_lists(problem, []) == {0: {"A0", "A1"}}
