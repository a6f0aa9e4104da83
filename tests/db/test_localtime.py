"""Wall times become instants; one that the clocks skip or repeat is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from db.localtime import instant, start_of_day
from scheduler.errors import BadInputError

MELBOURNE = "Australia/Melbourne"
SPRING, AUTUMN = date(2026, 10, 4), date(2027, 4, 4)


@pytest.mark.parametrize(
    ("day", "wall", "utc"),
    [
        (date(2026, 7, 1), time(8, 30), datetime(2026, 6, 30, 22, 30, tzinfo=UTC)),
        (date(2026, 12, 1), time(8, 30), datetime(2026, 11, 30, 21, 30, tzinfo=UTC)),
        (SPRING, time(1, 59), datetime(2026, 10, 3, 15, 59, tzinfo=UTC)),
        (SPRING, time(3), datetime(2026, 10, 3, 16, 0, tzinfo=UTC)),
        (AUTUMN, time(1, 59), datetime(2027, 4, 3, 14, 59, tzinfo=UTC)),
        (AUTUMN, time(3), datetime(2027, 4, 3, 17, 0, tzinfo=UTC)),
    ],
)
def test_a_wall_time_is_an_instant(day, wall, utc):
    assert instant(day, wall, MELBOURNE) == utc


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("wall", [time(2), time(2, 30), time(2, 59)])
def test_a_skipped_or_repeated_time_is_refused(day, wall):
    with pytest.raises(BadInputError, match="skipped or repeated"):
        instant(day, wall, MELBOURNE)


def test_a_day_begins_at_its_own_midnight():
    assert start_of_day(date(2026, 10, 5), MELBOURNE) == datetime(2026, 10, 4, 13, 0, tzinfo=UTC)
