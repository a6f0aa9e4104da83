"""Eight hostile processes book, move, confirm and cancel at once, and no resource is ever held twice."""

from __future__ import annotations

import os

import pytest
from sqlmodel import select

from db import guards
from db.tables import BookingRow
from tests.builders.hostile import acknowledged, broken_bookings, overlaps, storm, waiting_cases
from tests.builders.memory import a_clinic, read

CLERKS = 8
SECONDS = float(os.environ.get("NEUROLIST_STRESS_SECONDS", "20"))
SECONDS_WITHOUT_GUARD = 6.0
CASES = 40

pytestmark = [pytest.mark.stress, pytest.mark.slow]


@pytest.fixture
def cases(database):
    a_clinic(database)
    return waiting_cases(database, CASES)


def take_guards_away(database):
    with database._changing() as connection:
        if database.is_sqlite:
            for name in ("claim_no_overlap_insert", "claim_no_overlap_update"):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql(f"ALTER TABLE claim DROP CONSTRAINT {guards.NO_OVERLAP}")


@pytest.mark.parametrize("polite", [True, False], ids=["looking first", "leaving it to the guard"])
def test_nothing_is_ever_held_twice(database, settings, cases, tmp_path, polite):
    counts = storm(settings, cases, seconds=SECONDS, clerks=CLERKS, folder=tmp_path, polite=polite)
    print(f"{database.settings.url.get_backend_name()}: {dict(counts)}")
    assert overlaps(database) == []
    assert broken_bookings(database) == {}
    assert acknowledged(tmp_path) <= set(read(database, lambda session: session.exec(select(BookingRow.id)).all()))
    assert database.verify_trail().fault is None
    assert counts["refused"] > 20
    assert min(counts[act] for act in ("book", "move", "confirm", "cancel")) > 0


def test_without_the_guard_the_same_storm_does_hold_things_twice(database, settings, cases, tmp_path):
    take_guards_away(database)
    storm(settings, cases, seconds=SECONDS_WITHOUT_GUARD, clerks=CLERKS, folder=tmp_path, polite=False)
    assert len(overlaps(database)) > 0
