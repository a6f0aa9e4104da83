"""SQLite's file encrypted as a whole: nothing of it is read without the data key, and nothing is lost on the way."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta

import pytest
from sqlcipher3 import dbapi2 as sqlcipher
from sqlmodel import select

from db import claims, data_keys, encrypted_file
from db.backups import making, restoring
from db.encrypted_file import file_of
from db.engine import open_database
from db.errors import MemoryFaultError
from db.settings import MemorySettings
from db.tables import METADATA, AuditEventRow, CaseRow
from scheduler.errors import DoubleBookingError, NeurolistError
from tests.builders.memory import CLERK, MORNING, a_case, read
from tests.db.test_claims import hold, take

WORD = "Wombatitis"


@pytest.fixture
def encrypted(tmp_path):
    return MemorySettings(home=tmp_path / "home", encrypt_file=True)


@pytest.fixture
def plain(tmp_path):
    return MemorySettings(home=tmp_path / "home")


def filled(settings):
    """A memory with a case whose diagnosis is a word that is nowhere else; gives the case's reference."""
    database = open_database(settings)
    database.prepare(MORNING)
    ref = a_case(database, diagnosis=WORD)
    return database, ref


def files_of(settings):
    """Every byte that lies beside the database, its log among them."""
    return b"".join(path.read_bytes() for path in settings.home.glob("neurolist.sqlite3*"))


def refs(settings):
    database = open_database(settings)
    try:
        return read(database, lambda session: session.exec(select(CaseRow.ref)).all())
    finally:
        database.close()


def test_a_new_file_shows_nothing_to_whoever_has_no_key(encrypted):
    database, ref = filled(encrypted)
    assert WORD.encode() not in files_of(encrypted)
    assert ref.encode() not in files_of(encrypted)
    database.close()
    found = files_of(encrypted)
    assert not found.startswith(encrypted_file.BEGINS)
    assert ref.encode() not in found
    with closing(sqlite3.connect(file_of(encrypted).path)) as stranger, pytest.raises(sqlite3.DatabaseError):
        stranger.execute("SELECT * FROM neurolysis_case")
    assert refs(encrypted) == [ref]


def test_the_same_in_the_clear_shows_it(plain):
    """So that the test above would notice."""
    database, ref = filled(plain)
    database.close()
    assert ref.encode() in files_of(plain)


def test_every_guard_stands_and_refuses_in_an_encrypted_file_too(encrypted):
    database, _ = filled(encrypted)
    database.check_guards()
    take(database, hold())
    with pytest.raises(DoubleBookingError, match="already held"):
        take(database, hold(1, 3))
    assert database.verify_trail().fault is None
    assert len(read(database, claims.held_by)) == 1
    assert database.cautions() == ()
    database.close()


@pytest.mark.parametrize(("first", "then"), [(False, True), (True, False)])
def test_a_file_is_written_anew_as_it_should_be_and_holds_what_it_held(tmp_path, first, then):
    before = MemorySettings(home=tmp_path / "home", encrypt_file=first)
    after = MemorySettings(home=tmp_path / "home", encrypt_file=then)
    database, ref = filled(before)
    rows = read(database, lambda session: session.exec(select(AuditEventRow.seal)).all())
    database.close()
    database = open_database(after)
    assert "neurolist encrypt file" in " ".join(database.cautions())
    state = database.write_file_anew()
    assert (state.encrypted, state.as_it_should_be) == (then, True)
    assert database.cautions() == () or "SQLite" in database.cautions()[0]
    assert read(database, lambda session: session.exec(select(AuditEventRow.seal)).all()) == rows
    database.check_guards()
    assert database.verify_trail().fault is None
    take(database, hold())
    database.close()
    assert (ref.encode() in files_of(after)) is not then
    assert refs(after) == [ref]
    assert sorted(path.name for path in after.home.glob("neurolist.sqlite3*")) == [
        "neurolist.sqlite3",
        "neurolist.sqlite3.lock",
    ]


def test_a_file_in_the_clear_is_told_of_also_while_there_is_no_key(plain, encrypted):
    database, _ = filled(plain)
    database.close()
    (plain.home / data_keys.KEY_FILE).unlink()
    assert "in the clear" in file_of(encrypted).caution()


def test_a_file_that_is_as_it_should_be_is_left_alone(encrypted):
    database, _ = filled(encrypted)
    database.close()
    before = file_of(encrypted).path.stat()
    assert encrypted_file.bring(encrypted).encrypted
    assert file_of(encrypted).path.stat().st_ino == before.st_ino


SOMEBODY = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
if sys.argv[2] == "reads":
    connection.execute("BEGIN")
connection.execute("SELECT COUNT(*) FROM claim").fetchall()
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("who", ["reads", "rests"])
def test_a_file_that_somebody_has_open_is_left_as_it_is(plain, encrypted, who):
    database, ref = filled(plain)
    database.close()
    path = file_of(plain).path
    with subprocess.Popen(
        [sys.executable, "-c", SOMEBODY, path, who], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as somebody:
        somebody.stdout.readline()
        with pytest.raises(NeurolistError, match="Stop the service"):
            encrypted_file.bring(encrypted)
        assert not file_of(plain).encrypted
        somebody.communicate("")
    assert refs(plain) == [ref]
    assert encrypted_file.bring(encrypted).encrypted
    assert refs(encrypted) == [ref]


@pytest.mark.parametrize(
    ("fault", "told", "says"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt, ""),
        (sqlcipher.OperationalError("database or disk is full"), MemoryFaultError, "disk is full.*Make room"),
    ],
)
def test_a_write_anew_that_is_cut_short_leaves_the_file_as_it_was(plain, encrypted, monkeypatch, fault, told, says):
    database, ref = filled(plain)
    database.close()

    def cut_short(*_):
        raise fault

    monkeypatch.setattr(encrypted_file, "_must_be_whole", cut_short)
    with pytest.raises(told, match=says or None):
        encrypted_file.bring(encrypted)
    assert refs(plain) == [ref]
    assert not list(plain.home.glob("*.draft"))


def test_without_the_key_nothing_is_served_and_no_other_is_made(encrypted):
    database, ref = filled(encrypted)
    database.close()
    key = encrypted.home / data_keys.KEY_FILE
    away = key.rename(encrypted.home.parent / "away")
    with pytest.raises(MemoryFaultError, match=r"none of the data keys at hand opens it.*data\.key"):
        open_database(encrypted).prepare(MORNING)
    assert not key.exists()
    away.rename(key)
    assert refs(encrypted) == [ref]


def test_whoever_comes_while_the_file_is_written_anew_is_told_to_wait_and_not_that_the_key_is_gone(encrypted):
    database, ref = filled(encrypted)
    database.close()
    file = file_of(encrypted)
    with closing(file.connect()) as writer:
        assert writer.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",)
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(MemoryFaultError, match="Wait until it is done"):
            file.key()
        with pytest.raises(MemoryFaultError, match="Wait until it is done"):
            open_database(encrypted).prepare(MORNING)
        writer.execute("ROLLBACK")
    assert refs(encrypted) == [ref]


def test_a_damaged_page_is_noticed(encrypted):
    database, _ = filled(encrypted)
    database.close()
    path = file_of(encrypted).path
    content = bytearray(path.read_bytes())
    content[4096 * 3 + 100] ^= 1
    path.write_bytes(content)
    with pytest.raises(NeurolistError):
        gone_through(encrypted)


def gone_through(settings):
    database = open_database(settings)
    database.prepare(MORNING)
    for table in METADATA.tables:
        read(database, lambda session, name=table: session.connection().exec_driver_sql(f"SELECT * FROM {name}").all())


def test_a_new_data_key_leaves_the_file_readable_until_it_is_written_anew_under_it(encrypted):
    database, ref = filled(encrypted)
    database.close()
    old = file_of(encrypted).state().key
    data_keys.replace(encrypted)
    state = file_of(encrypted).state()
    assert (state.key, state.as_it_should_be) == (old, False)
    assert "encrypted with an older key" in file_of(encrypted).caution()
    assert refs(encrypted) == [ref]
    assert encrypted_file.bring(encrypted).key not in {"", old}
    assert file_of(encrypted).caution() == ""
    assert refs(encrypted) == [ref]


def test_a_backup_of_an_encrypted_file_is_encrypted_and_comes_back_with_the_key_alone(encrypted, tmp_path):
    database, ref = filled(encrypted)
    made = making.back_up(database, tmp_path / "backups", now=MORNING)
    key = file_of(encrypted).state().key
    assert key in made.manifest.contents.data_keys
    assert ref.encode() not in made.path.read_bytes()
    assert restoring.drill(made.path, encrypted).good
    database.close()
    elsewhere = MemorySettings(home=tmp_path / "elsewhere", encrypt_file=True)
    audit_key = encrypted.home / "audit.key"
    with pytest.raises(NeurolistError, match=f"data key {key}"):
        restoring.restore(made.path, elsewhere, author=CLERK, now=MORNING, keys=[audit_key])
    found = restoring.restore(
        made.path,
        elsewhere,
        author=CLERK,
        now=MORNING + timedelta(hours=1),
        keys=[audit_key],
        opening=[encrypted.home / data_keys.KEY_FILE],
    )
    assert found.good
    assert refs(elsewhere) == [ref]


def test_on_postgresql_the_setting_is_answered_with_what_to_do_instead(postgresql_database):
    asked = postgresql_database.settings.model_copy(update={"encrypt_file": True})
    assert "for SQLite alone" in open_database(asked).cautions()[0]
    with pytest.raises(NeurolistError, match="for SQLite alone"):
        encrypted_file.bring(asked)


def test_something_else_in_the_place_of_the_file_is_never_taken_for_a_new_database(encrypted):
    encrypted.home.mkdir(parents=True)
    file_of(encrypted).path.write_bytes(b"This is a letter." * 300)
    data_keys.make(encrypted)
    with pytest.raises(MemoryFaultError, match="or no database at all"):
        open_database(encrypted).prepare(MORNING)
    shutil.rmtree(encrypted.home)
