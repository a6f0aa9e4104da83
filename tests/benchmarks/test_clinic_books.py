"""Whoever looks through the simulated clinic's books finds what is lost, repeated, silent or out of order."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest

from benchmarks.clinic.checker import Books
from benchmarks.clinic.journal import Journal
from flows.demo.staff import CLINICIAN
from flows.desk import Desk
from flows.steps import run_due_steps
from tests.builders.memory import a_case
from tests.builders.service import MovingClock, a_service

ACCEPTED = "accepted by the office"


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(sqlite_database, clock):
    return a_service(sqlite_database, source=clock)


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "clinic"
    (found / "post").mkdir(parents=True)
    (found / "post" / "2026-11-24.csv").write_text("referral_id\nreferral-1\nreferral-2\n")
    return found


@pytest.fixture
def books(service, folder, clock):
    """Two cases; one was accepted by somebody who wrote that down."""
    refs = [a_case(service.database, number) for number in (1, 2)]
    clock.pass_(timedelta(minutes=1))
    run_due_steps(service)
    clock.pass_(timedelta(minutes=1))
    office = Journal(folder / "wards.jsonl")
    office.write("begin", write=ACCEPTED, ref=refs[0], event="accept")
    Desk(service, CLINICIAN.actor).record(refs[0], "accept", {}, write_id=ACCEPTED)
    office.write("ack", write=ACCEPTED, ref=refs[0], event="accept")
    run_due_steps(service)
    return Books(service.database.settings, folder, service)


def verdict(books):
    return books.close(days=1, seconds=1.0, broken=(), faults=())


def forge(service, *statements):
    """Change the database behind everybody's back, with its guards taken away."""
    with closing(sqlite3.connect(service.database.settings.url.database)) as connection:
        guards = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, statement
        connection.commit()


def double(service, table, where="true"):
    """Add the row again under another id."""
    with closing(sqlite3.connect(service.database.settings.url.database)) as connection:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    anew = {"id": "id || 'x'", "number": "number + 1000"}  # no two letters of a case have one number
    taken = ", ".join(anew.get(name, f'"{name}"') for name in columns)
    named = ", ".join(f'"{name}"' for name in columns)
    forge(service, f"INSERT INTO {table} ({named}) SELECT {taken} FROM {table} WHERE {where} LIMIT 1")


def test_books_in_order_are_clean(books):
    found = verdict(books)
    assert (found.lost, found.repeated, found.silent, found.other) == ((), (), (), ())
    assert found.clean
    assert (found.cases, found.acts) == (2, 1)


def test_an_answered_act_that_is_not_in_the_history_is_lost(books, service):
    forge(service, "UPDATE case_event SET event = 'start_triage' WHERE event = 'accept'")
    assert any("accept was answered" in fault for fault in verdict(books).lost)


def test_a_letter_that_one_of_two_equal_steps_did_not_send_is_lost(books, service, folder, clock):
    clock.pass_(timedelta(minutes=1))
    Desk(service, CLINICIAN.actor).record("N10002", "accept", {}, write_id="another")
    Journal(folder / "wards.jsonl").write("begin", write="another", ref="N10002", event="accept")
    assert verdict(books).clean
    forge(service, "DELETE FROM notice WHERE id = (SELECT max(id) FROM notice)")
    assert any("different letters" in fault for fault in verdict(books).lost)


def test_a_referral_that_was_posted_and_is_no_case_is_lost(books, folder):
    with (folder / "post" / "2026-11-24.csv").open("a") as file:
        file.write("referral-3\n")
    Journal(folder / "front.jsonl").write("ack", write="import", event="import", file="2026-11-24.csv")
    assert verdict(books).lost == ("3 referrals were posted and 2 are cases",)


def test_a_letter_queued_twice_is_repeated(books, service):
    double(service, "notice")
    assert any("letters" in fault for fault in verdict(books).repeated)


def test_a_task_given_twice_is_repeated(books, service):
    double(service, "task", "kind = 'state' AND state = 'open'")
    assert any("tasks" in fault for fault in verdict(books).repeated)


def test_a_step_that_nobody_asked_for_is_repeated(books, folder):
    (folder / "wards.jsonl").unlink()
    assert any("asked for 0 times" in fault for fault in verdict(books).repeated)


def test_a_counter_that_says_more_than_the_history_is_repeated(books, service):
    forge(service, "UPDATE neurolysis_case SET test_repeats = 1 WHERE ref = 'N10001'")
    assert any("test_repeats says 1" in fault for fault in verdict(books).repeated)


def test_an_open_case_that_nothing_comes_back_to_is_silent(books, service):
    forge(
        service,
        "UPDATE task SET state = 'done' WHERE state = 'open'",
        "UPDATE due_step SET state = 'cancelled' WHERE state = 'waiting'",
    )
    assert len(verdict(books).silent) == 2


def test_a_history_with_a_gap_is_out_of_order(books, service):
    forge(service, "DELETE FROM case_event WHERE seq = 2")
    assert any("gaps" in fault for fault in verdict(books).other)


def test_a_trail_that_was_rewritten_is_out_of_order(books, service):
    forge(service, "UPDATE audit_event SET actor = 'somebody else' WHERE seq = 3")
    assert any("trail" in fault for fault in verdict(books).other)


def test_a_step_left_under_a_lease_is_told(books, service):
    forge(service, "UPDATE due_step SET state = 'taken' WHERE state = 'done'")
    assert any("due and not done" in fault for fault in verdict(books).other)


def test_an_act_whose_answer_was_lost_is_found_in_the_journal(tmp_path):
    journal = Journal(tmp_path / "wards.jsonl")
    journal.write("begin", write="one", ref="N10001", event="accept")
    journal.write("ack", write="one", ref="N10001", event="accept")
    journal.write("begin", write="two", ref="N10002", event="accept")
    assert [entry["write"] for entry in journal.unanswered()] == ["two"]
