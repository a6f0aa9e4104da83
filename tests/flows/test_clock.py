"""The clock: instants in UTC, dates in the service's own zone, shifted only when asked."""

from datetime import UTC, date, datetime, timedelta

import pytest

from flows.clock import Clock, carry, clock_from, fixed_clock
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
