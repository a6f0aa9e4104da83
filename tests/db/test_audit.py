"""The audit trail shows every way of tampering with it."""

from __future__ import annotations

import stat

import pytest
from sqlmodel import select

from db import audit, guards
from db.audit import load_key
from db.seals import FIRST_SEAL, sealing_key
from db.tables import AuditEventRow
from db.words import Outcome
from scheduler.errors import NotPermittedError
from tests.builders.memory import CLERK, MORNING, a_case, read


@pytest.fixture
def told(database):
    """A trail of a few rows, with its guards taken away as an intruder would."""
    for number in range(3):
        a_case(database, number)
    anchor = read(database, audit.head)
    with database._changing() as connection:
        if database.is_sqlite:
            for name in guards.SQLITE_GUARDS:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for name in guards.POSTGRESQL_TRIGGERS:
                table = name.rsplit("_no_", 1)[0].removesuffix("_next")
                connection.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
    return anchor


def tamper(database, *statements):
    with database._changing() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_an_untouched_trail_holds(database, told):
    report = database.verify_trail(anchors=dict([told]))
    assert (report.fault, report.rows, report.seal) == (None, *told)


@pytest.mark.parametrize("column", ["actor", "action", "ref", "why", "role", "entity", "outcome"])
def test_a_changed_word_shows(database, told, column):
    value = "refused" if column == "outcome" else "changed"
    tamper(database, f"UPDATE audit_event SET {column} = '{value}' WHERE seq = 2")
    assert database.verify_trail().fault == "Row 2 of the trail was changed after it was written."


def test_a_changed_before_or_after_or_time_shows(database, told):
    tamper(database, "UPDATE audit_event SET \"after\" = '{}' WHERE seq = 3")
    assert "Row 3" in database.verify_trail().fault


def test_a_missing_row_shows(database, told):
    tamper(database, "DELETE FROM audit_event WHERE seq = 2")
    assert database.verify_trail().fault == "Row 2 of the trail is missing."


def test_two_rows_that_trade_places_show(database, told):
    swap = [f"UPDATE audit_event SET seq = {to} WHERE seq = {at}" for at, to in ((2, 99), (3, 2), (99, 3))]
    tamper(database, *swap)
    assert "Row 2" in database.verify_trail().fault


def test_a_cut_tail_shows_by_the_head(database, told):
    tamper(database, f"DELETE FROM audit_event WHERE seq = {told[0]}")
    assert "cut off" in database.verify_trail().fault


def test_a_cut_tail_with_its_head_moved_shows_by_the_anchor(database, told):
    seal = read(database, lambda session: session.get(AuditEventRow, told[0] - 1).seal)
    cut = f"DELETE FROM audit_event WHERE seq = {told[0]}"
    tamper(database, cut, f"UPDATE audit_head SET seq = {told[0] - 1}, seal = '{seal}'")
    assert database.verify_trail().fault is None
    assert "anchored outside" in database.verify_trail(anchors=dict([told])).fault


def test_a_trail_sealed_again_with_another_key_shows(database, told):
    tamper(database, "UPDATE audit_event SET key_id = 'other' WHERE seq = 1")
    assert "not at hand" in database.verify_trail().fault


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path):
    first, again = load_key(tmp_path), load_key(tmp_path)
    assert first == again
    assert stat.S_IMODE((tmp_path / "audit.key").stat().st_mode) == 0o400
    assert list(tmp_path.iterdir()) == [tmp_path / "audit.key"]


def test_a_key_from_the_environment_wins(tmp_path):
    assert load_key(tmp_path, "a secret") == sealing_key(b"a secret")
    assert list(tmp_path.iterdir()) == []


def test_the_key_is_never_in_the_database(database):
    a_case(database)
    secret = database._key().secret
    rows = read(database, lambda session: [str(row.model_dump()) for row in session.exec(select(AuditEventRow))])
    assert not [row for row in rows if secret.hex() in row]


def test_a_refusal_is_told_in_a_transaction_of_its_own(database):
    database.refused(
        CLERK, MORNING, action="publish", entity="proposal", ref="p1", why=NotPermittedError("Not permitted.")
    )
    row = read(database, lambda session: session.exec(select(AuditEventRow).where(AuditEventRow.ref == "p1")).one())
    assert (row.outcome, row.why) == (Outcome.REFUSED, "Not permitted.")


def test_the_trail_never_holds_free_text_or_identity(database):
    a_case(database, diagnosis="Zebra disease", note="Wombat note")
    rows = read(database, lambda session: [str(row.model_dump()) for row in session.exec(select(AuditEventRow))])
    assert not [row for row in rows if "Zebra" in row or "Wombat" in row or "Family1" in row]
    assert any("kept back" in row for row in rows)


def test_an_empty_trail_starts_from_nothing(tmp_path):
    from db.engine import open_database
    from db.settings import MemorySettings

    database = open_database(MemorySettings(home=tmp_path))
    database.prepare(MORNING)
    first = read(database, lambda session: session.get(AuditEventRow, 1))
    assert (first.previous, first.action) == (FIRST_SEAL, "seed_protocol")
    database.close()
