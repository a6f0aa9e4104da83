"""The clinic's own facts are added, changed by version, and refused in words."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from db import clinic
from db.clinic import merged
from db.tables import SuiteSessionRow
from scheduler.errors import BadInputError, NotFoundError, StaleVersionError
from tests.builders.memory import MORNING, TODAY, a_clinic, a_list, read, write

HOUR = timedelta(hours=1)


def row(database, name="S01-1"):
    return read(database, lambda session: session.get(SuiteSessionRow, name))


def test_a_list_keeps_its_wall_times_and_its_instants(database):
    a_clinic(database)
    found = row(database)
    assert (found.on, found.wall_start, found.wall_end) == (TODAY + timedelta(days=1), "08:30", "12:30")
    assert (found.end - found.start) == 4 * HOUR


def test_a_list_at_a_time_that_does_not_exist_is_refused_by_name(database):
    a_clinic(database, days=0)
    night = clinic.NewList(
        id="night", suite="S01-CT1", on=date(2026, 10, 4), start=time(2, 30), end=time(5), funding=("public",)
    )
    with pytest.raises(BadInputError, match="night"):
        write(database, lambda session: clinic.add_lists(session, [a_list(1, "S01"), night]))
    assert row(database) is None


def test_a_closed_list_says_why_and_opens_again(database):
    a_clinic(database)
    write(database, lambda session: clinic.close_list(session, "S01-1", reason="Scanner", expected_version=1))
    assert (row(database).closed, row(database).closed_reason) == (True, "Scanner")
    write(database, lambda session: clinic.open_list(session, "S01-1", expected_version=2))
    assert not row(database).closed


def test_a_stale_change_to_a_list_is_refused(database):
    a_clinic(database)
    write(database, lambda session: clinic.roster(session, "S01-1", "R01", expected_version=1))
    with pytest.raises(StaleVersionError):
        write(database, lambda session: clinic.roster(session, "S01-1", "R02", expected_version=1))
    assert row(database).rostered_radiologist_id == "R01"


def test_an_unknown_list_is_not_found(database):
    with pytest.raises(NotFoundError, match="nowhere"):
        write(database, lambda session: clinic.close_list(session, "nowhere", reason="x"))


def test_holidays_of_every_site_and_of_one(database):
    a_clinic(database)

    def add(session):
        clinic.add_holiday(session, date(2026, 11, 3), "Melbourne Cup Day", site="S01")
        clinic.add_holiday(session, date(2026, 12, 25), "Christmas Day", confirmed=True)

    write(database, add)
    found = [read(database, lambda session, at=at: clinic.holidays(session, site=at)) for at in ("S01", "S02")]
    assert found == [{date(2026, 11, 3), date(2026, 12, 25)}, {date(2026, 12, 25)}]


def test_spans_that_touch_or_overlap_are_joined():
    at = [MORNING + hours * HOUR for hours in range(6)]
    assert merged([(at[2], at[3]), (at[0], at[1]), (at[1], at[2]), (at[4], at[5])]) == [(at[0], at[3]), (at[4], at[5])]
    assert merged([]) == []
