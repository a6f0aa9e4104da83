"""Eight hostile processes book, move, confirm, cancel and publish at once, and no resource is ever held twice."""

from __future__ import annotations

import os
from random import Random

import pytest
from sqlmodel import select

from db import guards
from db.audit import Author
from db.tables import BookingRow
from scheduler.pathway.events import Event
from tests.builders.hostile import (
    acknowledged,
    broken_bookings,
    half_staffed,
    names,
    overlaps,
    planned_cases,
    published,
    storm,
    waiting_cases,
)
from tests.builders.hostile_plans import Publisher
from tests.builders.memory import read
from tests.builders.replayed import judged

CLERKS = 8
ATTEMPTS = 5_000  # of one storm; the four of a run, two on each engine, make twenty thousand
SECONDS = float(os.environ.get("NEUROLIST_STRESS_SECONDS", "300"))  # at most, on a slow machine
SECONDS_WITHOUT_GUARD = 6.0
CASES, PLANNED, FEW = 40, 10, 4

pytestmark = [pytest.mark.stress, pytest.mark.slow]


@pytest.fixture
def planned(database):
    return planned_cases(database, PLANNED)


@pytest.fixture
def cases(database, planned):
    return waiting_cases(database, CASES)


@pytest.fixture
def publisher(sqlite_database):
    author = Author(id="publisher", name="Publisher 0", role="ir_lead")
    return Publisher(sqlite_database, planned_cases(sqlite_database, FEW), author, "Clerk 0", Random(2))


def take_guards_away(database):
    with database._changing() as connection:
        if database.is_sqlite:
            for name in ("claim_no_overlap_insert", "claim_no_overlap_update"):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql(f"ALTER TABLE claim DROP CONSTRAINT {guards.NO_OVERLAP}")


@pytest.mark.parametrize("polite", [True, False], ids=["looking first", "leaving it to the guard"])
def test_nothing_is_ever_held_twice_and_a_publish_is_all_or_nothing(
    database, settings, cases, planned, tmp_path, polite
):
    counts = storm(
        settings,
        cases,
        seconds=SECONDS,
        clerks=CLERKS,
        folder=tmp_path,
        polite=polite,
        attempts=ATTEMPTS // CLERKS,
        planned=planned,
    )
    print(f"{database.settings.url.get_backend_name()}: {dict(counts)}")
    assert overlaps(database) == []
    assert broken_bookings(database, planned) == {}
    assert half_staffed(database) == []
    found = judged(database, published(tmp_path), names(CLERKS))
    assert (found.lost_updates, found.in_parts, found.unnamed) == ((), (), ())
    assert found.publishes > 0
    assert acknowledged(tmp_path) <= set(read(database, lambda session: session.exec(select(BookingRow.id)).all()))
    assert database.verify_trail().fault is None
    assert counts.total() >= ATTEMPTS
    assert counts["refused"] > 20
    assert min(counts[act] for act in ("book", "move", "confirm", "cancel")) > 0


def test_without_the_guard_the_same_storm_does_hold_things_twice(database, settings, cases, tmp_path):
    take_guards_away(database)
    storm(settings, cases, seconds=SECONDS_WITHOUT_GUARD, clerks=CLERKS, folder=tmp_path, polite=False)
    assert len(overlaps(database)) > 0


def nothing():
    pass


def call_off(publisher, refs):
    for ref in refs:
        publisher.desk.record(ref, Event.CANCEL_HOSPITAL, {"reason": "other"})


def found_by_whoever_looks(database, publisher, names=("Clerk", "Publisher")):
    return judged(database, publisher.told, names)


def test_whoever_looks_finds_a_publish_in_parts(sqlite_database, publisher):
    assert publisher.publish(meanwhile=nothing) == "publish"
    assert found_by_whoever_looks(sqlite_database, publisher).in_parts == ()
    [told] = publisher.told
    one, *others = told["report"]["booked"]
    told["meant"][one] = [None, ["S01-2", "2026-11-26T01:00:00+00:00", "R02"]]
    told["report"]["booked"] = others
    found = found_by_whoever_looks(sqlite_database, publisher).in_parts
    assert any(f"meant {one} to be at" in wrong for wrong in found)
    assert any("was told that" in wrong for wrong in found)


def test_whoever_looks_finds_a_lost_update(sqlite_database, publisher):
    assert publisher.publish(meanwhile=nothing) == "publish"
    assert found_by_whoever_looks(sqlite_database, publisher).lost_updates == ()
    with sqlite_database._changing() as past_the_trail:
        past_the_trail.exec_driver_sql("UPDATE booking SET status = 'confirmed'")
    assert "status is confirmed" in found_by_whoever_looks(sqlite_database, publisher).lost_updates[0]
    call_off(publisher, publisher.told[0]["report"]["booked"])
    assert "was booked, not confirmed" in found_by_whoever_looks(sqlite_database, publisher).lost_updates[0]


def test_whoever_looks_finds_who_was_left_alone_without_a_name(sqlite_database, publisher):
    assert publisher.publish(meanwhile=nothing) == "publish"
    booked = publisher.told[0]["report"]["booked"]
    assert publisher.publish(meanwhile=lambda: call_off(publisher, booked)) == "publish after a rebase"
    assert found_by_whoever_looks(sqlite_database, publisher).unnamed == ()
    assert found_by_whoever_looks(sqlite_database, publisher, ("Somebody else",)).unnamed != ()
