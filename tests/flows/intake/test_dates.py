"""Dates in files become days here."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from flows.intake.dates import NotADateError, csv_day, fhir_day, spoken

MELBOURNE = ZoneInfo("Australia/Melbourne")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-16", date(2026, 11, 16)),
        ("2026-11-16T12:59:59Z", date(2026, 11, 16)),
        ("2026-11-16T13:00:00Z", date(2026, 11, 17)),
        ("2026-11-16T23:30:00+11:00", date(2026, 11, 16)),
        ("2026-11", None),
        ("2026", None),
        ("", None),
    ],
)
def test_a_moment_is_the_day_it_falls_on_at_the_service(written, day):
    assert fhir_day(written, MELBOURNE) == day


@pytest.mark.parametrize("written", ["2026-02-30", "2026-11-16T25:00:00Z", "yesterday", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_day_is_told_apart(written):
    with pytest.raises(NotADateError):
        fhir_day(written, MELBOURNE)


@pytest.mark.parametrize("written", ["2026-11-06", "06/11/2026", "6/11/2026"])
def test_a_cell_is_day_first(written):
    assert csv_day(written) == date(2026, 11, 6)


@pytest.mark.parametrize("written", ["31/11/2026", "11/16/2026", "6/11/26", "20261106", "2026-11-06T10:00"])
def test_a_cell_that_is_no_date_is_refused(written):
    with pytest.raises(NotADateError):
        csv_day(written)


def test_days_are_said_as_people_say_them():
    assert spoken(date(2026, 11, 6)) == "6 November 2026"
