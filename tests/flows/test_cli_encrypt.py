"""`neurolist encrypt` says what is encrypted, changes it where the setting agrees, and leaves a line in the trail."""

from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
from sqlmodel import select

from db import data_keys
from db.encrypted_file import BEGINS
from db.engine import open_database
from db.tables import AuditEventRow
from flows.upkeep import encryption_state
from scheduler.vocabulary import Role
from tests.builders.command import runner
from tests.builders.memory import a_case, read
from tests.builders.secrets_kept import by_hand, stored
from tests.builders.service import a_desk, a_service

ON, OFF = "true", "false"


@pytest.fixture
def setting(monkeypatch):
    """Change the setting, as an operator does before every process is started again."""

    def change(value):
        monkeypatch.setenv("NEUROLIST_ENCRYPT_IDENTITY", value)

    return change


@pytest.fixture
def neurolist(monkeypatch, capsys, sqlite_database):
    monkeypatch.setenv("NEUROLIST_HOME", str(sqlite_database.settings.home))
    monkeypatch.delenv("NEUROLIST_DATABASE_URL", raising=False)
    for number in (1, 2):
        a_case(sqlite_database, number)
    return runner(monkeypatch, capsys)


def test_on_status_new_key_and_off_from_the_command_line(neurolist, setting, sqlite_database):
    code, out, _ = neurolist("encrypt", "status")
    assert (code, "in the clear." in out, "patient_identity: 0 encrypted, 2 in the clear" in out) == (0, True, True)
    code, _, errors = neurolist("encrypt", "on")
    assert (code, "NEUROLIST_ENCRYPT_IDENTITY=true" in errors) == (1, True)

    setting(ON)
    code, out, _ = neurolist("encrypt", "status")
    assert (code, "neurolist encrypt on" in out) == (1, True)
    code, out, errors = neurolist("encrypt", "on")
    assert (code, "patient_identity: 2 rows" in errors, "are wrong" in out) == (0, True, True)
    assert "patient_identity: 2 encrypted, 0 in the clear" in out
    code, _, errors = neurolist("encrypt", "off")
    assert (code, "NEUROLIST_ENCRYPT_IDENTITY=false" in errors) == (1, True)

    before = json.loads(neurolist("encrypt", "status", "--json")[1])["key"]
    code, out, errors = neurolist("encrypt", "rotate-key")
    assert (code, before in out, "Put a copy of the new data.key away" in errors) == (0, False, True)

    setting(OFF)
    code, out, _ = neurolist("encrypt", "off")
    assert (code, "patient_identity: 0 encrypted, 2 in the clear" in out) == (0, True)
    told = [action for (action,) in stored(sqlite_database, "SELECT action FROM audit_event ORDER BY seq")]
    assert [one for one in told if "crypt" in one or "rotate" in one] == [
        *("encrypt_identity", "rotate_data_key", "decrypt_identity"),
    ]


def test_a_new_key_that_was_begun_is_gone_on_with_and_no_second_one_made(neurolist, setting, sqlite_database):
    setting(ON)
    assert neurolist("encrypt", "on")[0] == 0
    data_keys.replace(sqlite_database.settings)  # and then the process was killed
    code, out, _ = neurolist("encrypt", "status")
    assert (code, "2 with an older key" in out) == (1, True)
    begun = sqlite_database.cipher
    begun.look_again()
    assert neurolist("encrypt", "rotate-key")[0] == 0
    assert json.loads(neurolist("encrypt", "status", "--json")[1])["key"] == begun.current.id


def test_what_is_wrong_is_named_by_its_row(neurolist, setting, sqlite_database):
    setting(ON)
    assert neurolist("encrypt", "on")[0] == 0
    by_hand(sqlite_database, "UPDATE patient_identity SET family_name = given_names")
    code, out, _ = neurolist("encrypt", "status", "--verify")
    assert (code, out.count("✗ patient_identity"), "2 are wrong" in out) == (1, 2, True)


def test_only_an_administrator_may_ask(sqlite_database):
    desk = a_desk(a_service(sqlite_database), Role.IR_LEAD)
    for act in (desk.upkeep.encryption, desk.upkeep.encrypt_identity, desk.upkeep.rotate_data_key):
        with pytest.raises(Exception, match="backups, audit trail and running"):
            act()


def test_nothing_is_left_to_do_on_a_fresh_memory(database):
    found = encryption_state(database, verified=True)
    assert (found.complete, found.identity, found.verified.faults) == (True, False, ())


def test_the_file_is_encrypted_and_opened_again_from_the_command_line(neurolist, monkeypatch, sqlite_database):
    path = sqlite_database.settings.url.database
    assert "not encrypted" in neurolist("encrypt", "status")[1]
    sqlite_database.close()

    monkeypatch.setenv("NEUROLIST_ENCRYPT_FILE", ON)
    code, out, _ = neurolist("encrypt", "status")
    assert (code, "run neurolist encrypt file" in out) == (1, True)
    code, out, _ = neurolist("encrypt", "file")
    assert (code, "encrypted as a whole, with the key" in out) == (0, True)
    assert not Path(path).read_bytes().startswith(BEGINS)
    assert neurolist("case", "N10001")[0] == 0
    gc.collect()  # a command's connections, which end with its process

    monkeypatch.setenv("NEUROLIST_ENCRYPT_FILE", OFF)
    code, out, _ = neurolist("encrypt", "file")
    assert (code, "not encrypted" in out) == (0, True)
    assert Path(path).read_bytes().startswith(BEGINS)
    database = open_database(sqlite_database.settings)
    asked = select(AuditEventRow.after).where(AuditEventRow.action == "write_file_anew")
    told = read(database, lambda session: [after["facts"]["encrypted"] for after in session.exec(asked)])
    database.close()
    assert told == [True, False]
