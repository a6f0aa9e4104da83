"""The board shows whole weeks, and a weekend only where somebody works."""

from __future__ import annotations

from datetime import date

from dashboard.shapes.window import window_of

MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 29)


def test_a_window_begins_on_the_monday_whichever_day_is_asked_for():
    assert window_of(MONDAY, 1).start == window_of(SUNDAY, 1).start == MONDAY
    assert window_of(date(2026, 11, 30), 1).start == date(2026, 11, 30)


def test_a_window_ends_before_the_next_monday():
    assert (window_of(MONDAY, 2).end, window_of(MONDAY, 2).last) == (date(2026, 12, 7), date(2026, 12, 6))


def test_weekends_are_left_out():
    days = window_of(MONDAY, 2).days()
    assert len(days) == 10
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 4}


def test_a_weekend_day_with_a_list_is_shown():
    days = window_of(MONDAY, 1).days({date(2026, 11, 28)})
    assert days[-1] == date(2026, 11, 28)
    assert len(days) == 6


def test_a_plan_never_begins_before_tomorrow():
    this_week, next_week = window_of(MONDAY, 2), window_of(date(2026, 11, 30), 2)
    assert this_week.first_to_plan(date(2026, 11, 25)) == date(2026, 11, 26)
    assert next_week.first_to_plan(date(2026, 11, 29)) == date(2026, 11, 30)
    assert next_week.first_to_plan(SUNDAY) == date(2026, 11, 30)


def test_a_window_crosses_the_turn_of_the_year():
    assert window_of(date(2026, 12, 31), 1).days()[-1] == date(2027, 1, 1)
