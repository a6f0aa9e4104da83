"""The clock: instants in UTC, dates in the service's own zone, shifted only when asked."""

import os
from datetime import UTC, date, datetime, timedelta

import pytest

from flows.clock import Clock, carry, clock_from, fixed_clock, move_to
from scheduler.errors import BadInputError

ZONE = "Australia/Melbourne"


def test_the_local_date_turns_at_local_midnight_not_at_utc_midnight():
    before = fixed_clock(datetime(2026, 11, 22, 12, 59, tzinfo=UTC), timezone=ZONE)
    after = fixed_clock(datetime(2026, 11, 22, 13, 0, tzinfo=UTC), timezone=ZONE)
    assert (before.today(), after.today()) == (date(2026, 11, 22), date(2026, 11, 23))


def test_the_clock_is_the_machines_when_nothing_is_asked():
    clock = clock_from({}, timezone=ZONE)
    assert not clock.shifted
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_shifted_clock_starts_at_the_instant_asked_and_says_so():
    clock = clock_from({"NEUROLIST_NOW": "2031-02-03T09:00+11:00"}, timezone=ZONE)
    assert clock.shifted
    assert timedelta(0) <= clock.now() - datetime(2031, 2, 2, 22, 0, tzinfo=UTC) < timedelta(seconds=5)


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-23T09:00"])
def test_an_instant_without_an_offset_is_refused_with_advice(text):
    with pytest.raises(BadInputError, match="write it like"):
        clock_from({"NEUROLIST_NOW": text}, timezone=ZONE)


def test_a_child_process_keeps_the_same_shifted_time():
    parent = clock_from({"NEUROLIST_NOW": "2031-02-03T09:00+11:00"}, timezone=ZONE)
    child = clock_from(carry(parent), timezone=ZONE)
    assert abs(child.now() - parent.now()) < timedelta(seconds=5)
    assert carry(Clock(timezone=ZONE)) == {}


def test_every_clock_that_follows_a_file_moves_when_the_file_is_written(tmp_path):
    file = tmp_path / "clock"
    move_to(file, datetime.fromisoformat("2031-02-03T09:00+11:00"))
    first, second = (clock_from({"NEUROLIST_CLOCK": str(file)}, timezone=ZONE) for _ in range(2))
    assert first.shifted_by == "NEUROLIST_CLOCK"
    assert timedelta(0) <= first.now() - datetime.fromisoformat("2031-02-03T09:00+11:00") < timedelta(seconds=30)
    move_to(file, datetime.fromisoformat("2031-03-04T08:00+11:00"))
    assert (first.today(), second.today()) == (date(2031, 3, 4), date(2031, 3, 4))


def test_a_clock_that_follows_a_file_goes_on_by_itself(tmp_path):
    file = tmp_path / "clock"
    move_to(file, datetime.fromisoformat("2031-02-03T09:00+11:00"))
    clock = clock_from({"NEUROLIST_CLOCK": str(file)}, timezone=ZONE)
    os.utime(file, (file.stat().st_atime, file.stat().st_mtime - 3600))
    assert timedelta(hours=1) <= clock.now() - datetime.fromisoformat("2031-02-03T09:00+11:00")


def test_a_child_process_follows_the_same_file(tmp_path):
    file = tmp_path / "clock"
    move_to(file, datetime.fromisoformat("2031-02-03T09:00+11:00"))
    child = clock_from(carry(clock_from({"NEUROLIST_CLOCK": str(file)}, timezone=ZONE)), timezone=ZONE)
    assert child.follows == file


@pytest.mark.parametrize(("holds", "says"), [(None, "no clock file"), ("tomorrow", "not an instant"), ("", "not an")])
def test_a_clock_file_that_says_no_time_is_refused(tmp_path, holds, says):
    file = tmp_path / "clock"
    if holds is not None:
        file.write_text(holds)
    with pytest.raises(BadInputError, match=says):
        clock_from({"NEUROLIST_CLOCK": str(file)}, timezone=ZONE)
