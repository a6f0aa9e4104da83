"""A regular meeting falls on its weekday, and on no day off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.errors import BadInputError
from scheduler.pathway.meetings.series import Skipped, series

WEDNESDAY = date(2026, 12, 2)
CHRISTMAS_WEEK = {date(2026, 12, 30): "Christmas shutdown"}


def test_every_second_wednesday_until_new_year_without_the_shutdown():
    found = series(WEDNESDAY, every_weeks=2, until=date(2027, 1, 13), days_off=CHRISTMAS_WEEK)
    assert found.days == (WEDNESDAY, date(2026, 12, 16), date(2027, 1, 13))
    assert found.skipped == (Skipped(date(2026, 12, 30), "Christmas shutdown"),)


def test_the_last_day_counts_and_the_day_after_does_not():
    until = WEDNESDAY + timedelta(weeks=1)
    assert series(WEDNESDAY, every_weeks=1, until=until, days_off={}).days[-1] == until
    assert len(series(WEDNESDAY, every_weeks=1, until=until - timedelta(days=1), days_off={}).days) == 1


def test_it_keeps_its_weekday_over_the_night_the_clocks_change():
    sunday_ends = date(2027, 4, 4)
    found = series(date(2027, 3, 31), every_weeks=1, until=date(2027, 4, 14), days_off={})
    assert [day.weekday() for day in found.days] == [2, 2, 2]
    assert found.days[0] < sunday_ends < found.days[1]


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(1, 12), st.integers(0, 400))
def test_a_day_is_kept_or_told_why_not(first, every, length):
    until = first + timedelta(days=length)
    off = {first + timedelta(weeks=every): "Holiday"}
    found = series(first, every_weeks=every, until=until, days_off=off)
    told = [*found.days, *(one.on for one in found.skipped)]
    assert len(told) == length // (7 * every) + 1
    assert all((day - first).days % (7 * every) == 0 for day in told)
    assert not set(found.days) & set(off)


@pytest.mark.parametrize(("every", "until", "says"), [(0, WEDNESDAY, "every week"), (1, date(2026, 12, 1), "before")])
def test_a_series_that_makes_no_sense_is_refused(every, until, says):
    with pytest.raises(BadInputError, match=says):
        series(WEDNESDAY, every_weeks=every, until=until, days_off={})
