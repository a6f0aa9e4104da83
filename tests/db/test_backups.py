"""A backup is one moment of the database, whole or not there; restored, it is tried from end to end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import zipfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlmodel import select

from db import accounts, anchors, audit
from db.anchors import Anchor
from db.backups import archive, postgresql
from db.backups.making import back_up
from db.backups.restoring import drill, restore
from db.engine import open_database
from db.migrations import upgrade
from db.settings import MemorySettings
from db.tables import CaseRow
from scheduler.errors import BadInputError, NeurolistError, NotFoundError
from scheduler.vocabulary import Role
from tests.builders.memory import CLERK, MORNING, a_case, a_clinic, list_for_test, read, write

PASSWORD = "a long enough password"
CHECKS = ["integrity", "trail", "overlaps", "rows", "guards", "encryption"]


@pytest.fixture
def lived_in(database):
    """A memory with a few cases in it."""
    a_clinic(database)
    for number in (1, 2):
        a_case(database, number)
    return database


def made(database, folder=None, *, now=MORNING):
    return back_up(database, folder or database.settings.backup_folder, now=now)


def elsewhere(database, request, tmp_path):
    """The settings of a new empty home, and on PostgreSQL of a new empty database."""
    settings = database.settings.model_copy(update={"home": tmp_path / "new"})
    if database.is_sqlite:
        return settings
    server = request.getfixturevalue("postgres_server")
    name = f"restored-{tmp_path.name}"
    request.addfinalizer(lambda: server.drop(name))
    return MemorySettings(home=settings.home, database_url=server.make(name))


def cases(database):
    return read(database, lambda session: sorted(session.exec(select(CaseRow.ref))))


def faults(restored):
    return {finding.what: finding.says for finding in restored.findings if not finding.good}


def test_a_backup_says_what_it_holds_and_names_nobody(lived_in):
    backup = made(lived_in)
    contents = archive.manifest_of(backup.path).contents
    assert (contents.rows["neurolysis_case"], contents.rows["audit_event"]) == (2, contents.seq)
    assert (contents.seq, contents.seal) == read(lived_in, audit.head)
    with zipfile.ZipFile(backup.path) as kept:
        assert "Family1" not in kept.read("manifest.json").decode()


def test_only_the_owner_may_read_backups(lived_in):
    backup = made(lived_in)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (backup.path, backup.path.parent)]
    assert modes == [0o600, 0o700]


def test_a_restored_backup_is_what_it_was_goes_on_and_lets_no_old_sign_in_in(lived_in, request, tmp_path):
    lived_in_token = _signed_in(lived_in)
    backup = made(lived_in)
    a_case(lived_in, 3)
    settings = elsewhere(lived_in, request, tmp_path)
    found = restore(backup.path, settings, author=CLERK, now=MORNING, keys=[lived_in.settings.home / "audit.key"])
    assert faults(found) == {}
    assert [finding.what for finding in found.findings] == CHECKS
    again = open_database(settings)
    again.prepare(MORNING)
    assert cases(again) == ["N10001", "N10002"]
    assert a_case(again, 4) == "N10003"
    known = anchors.still_expected(anchors.read(settings.anchor_file))
    assert again.verify_trail(anchors=known).fault is None
    assert _person(again, lived_in_token) is None
    assert _person(lived_in, lived_in_token) is not None
    again.close()


def _signed_in(database):
    write(
        database,
        lambda session: accounts.add_account(
            session, username="pat", name="Pat Doe", password=PASSWORD, roles={"*": {Role.BOOKINGS}}
        ),
    )
    return write(
        database, lambda session: accounts.sign_in(session, username="pat", password=PASSWORD, now=MORNING)
    ).token


def _person(database, token):
    hour = timedelta(hours=1)
    return read(database, lambda session: accounts.signed_in(session, token, now=MORNING, idle=hour, life=hour))


def test_nothing_is_restored_over_what_is_there(lived_in, request, tmp_path):
    backup = made(lived_in, tmp_path / "kept")
    key = [lived_in.settings.home / "audit.key"]
    with pytest.raises(NeurolistError, match="is not empty, and nothing is restored over what is there"):
        restore(backup.path, lived_in.settings, author=CLERK, now=MORNING, keys=key)
    if not lived_in.is_sqlite:
        full = lived_in.settings.model_copy(update={"home": tmp_path / "new"})
        with pytest.raises(NeurolistError, match="Create an empty one"):
            restore(backup.path, full, author=CLERK, now=MORNING, keys=key)
        assert not (tmp_path / "new").exists()


def test_a_restore_without_the_key_of_the_trail_is_refused_with_what_to_give(lived_in, request, tmp_path):
    backup = made(lived_in)
    settings = elsewhere(lived_in, request, tmp_path)
    with pytest.raises(NeurolistError, match="--key FILE"):
        restore(backup.path, settings, author=CLERK, now=MORNING)
    assert not settings.home.exists()


def test_a_drill_finds_a_good_backup_good_and_leaves_nothing_behind(lived_in, request):
    backup = made(lived_in)
    seq, seal = read(lived_in, audit.head)
    anchors.append(lived_in.settings.anchor_file, Anchor(seq=seq, seal=seal, at=MORNING))
    found = drill(backup.path, lived_in.settings)
    assert faults(found) == {}
    assert "with 1 anchors on it" in {finding.what: finding.says for finding in found.findings}["trail"]
    assert sorted(path.name for path in backup.path.parent.iterdir()) == [".lock", backup.path.name]
    if not lived_in.is_sqlite:
        with psycopg.connect(request.getfixturevalue("postgres_server").url("postgres")) as connection:
            left = connection.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'neurolist_drill%'")
            assert left.fetchone() == (0,)


def test_a_drill_finds_what_is_wrong_with_a_backup(lived_in):
    """The trail is rewritten, a claim overlaps, a guard is gone and a row is missing, each told by its check."""
    list_for_test(lived_in, 5)
    with lived_in._changing() as connection:
        for statement in _sabotage(lived_in):
            connection.exec_driver_sql(statement)
    backup = made(lived_in)
    _lie(backup.path, {"neurolysis_case": 99})
    found = faults(drill(backup.path, lived_in.settings))
    assert set(found) == {"guards", "trail", "overlaps", "rows"}
    assert "claim_no_overlap" in found["guards"]
    assert "1 pairs of bookings" in found["overlaps"]
    assert "neurolysis_case has 3 rows, and the manifest says 99" in found["rows"]
    assert "was changed after it was written" in found["trail"]


def _sabotage(database):
    claim = (
        'INSERT INTO claim (id, version, kind, resource_id, start, "end", active) VALUES '
        "('{}', 1, 'suite', 'S', '2026-12-01 0{}:00:00.000000', '2026-12-01 05:00:00.000000', {})"
    )
    true = "1" if database.is_sqlite else "true"
    if database.is_sqlite:
        yield from (f"DROP TRIGGER {name}" for name in ("claim_no_overlap_insert", "audit_event_no_update"))
    else:
        yield "ALTER TABLE claim DROP CONSTRAINT claim_no_overlap"
        yield "DROP TRIGGER audit_event_no_update ON audit_event"
    yield claim.format("x", 1, true)
    yield claim.format("y", 2, true)
    yield "UPDATE audit_event SET why = 'because' WHERE seq = 2"


def _lie(path, rows, **contents):
    """Put other counts into a backup's manifest."""
    with zipfile.ZipFile(path) as old:
        told = json.loads(old.read("manifest.json"))
        payload = old.read(told["payload"])
    told["contents"] |= contents
    told["contents"]["rows"] |= rows
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("manifest.json", json.dumps(told))
        new.writestr(told["payload"], payload)


def test_a_backup_that_was_changed_or_cut_short_is_refused(lived_in, request, tmp_path):
    whole = made(lived_in).path
    key = [lived_in.settings.home / "audit.key"]
    changed = shutil.copy(whole, tmp_path / "changed.zip")
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(changed, "w") as new:
        payload = archive.manifest_of(whole).payload
        new.writestr("manifest.json", old.read("manifest.json"))
        new.writestr(payload, old.read(payload) + b"!")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-2000])
    settings = elsewhere(lived_in, request, tmp_path)
    for path, says in ((changed, "damaged or changed"), (cut, "cut short"), (Path(__file__), "not a backup")):
        with pytest.raises(BadInputError, match=says):
            restore(Path(path), settings, author=CLERK, now=MORNING, keys=key)
        assert not settings.home.exists()
    with pytest.raises(NotFoundError, match="There is no backup at"):
        restore(tmp_path / "none.zip", settings, author=CLERK, now=MORNING, keys=key)


def test_a_backup_made_while_others_write_is_one_moment(lived_in):
    stop = threading.Event()

    def keep_writing():
        number = 100
        while not stop.is_set():
            a_case(lived_in, number)
            number += 1

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        backups = [made(lived_in, now=MORNING + timedelta(seconds=second)) for second in range(3)]
    finally:
        stop.set()
        writer.join()
    assert faults(drill(backups[-1].path, lived_in.settings)) == {}


KILLED = """
import os, signal, sys
from datetime import datetime, UTC
from pathlib import Path
from db.backups import archive, making
from db.engine import open_database
def die(*_): os.kill(os.getpid(), signal.SIGKILL)
where = sys.argv[1]
target = {"copied": (archive, "digest_of"), "packed": (os, "fsync"), "settled": (archive, "settle")}[where]
setattr(*target, die)
database = open_database()
making.back_up(database, database.settings.backup_folder, now=datetime(2026, 11, 24, tzinfo=UTC))
"""


@pytest.mark.parametrize("where", ["copied", "packed", "settled"])
def test_a_backup_that_is_killed_leaves_no_half_file_with_a_good_name(sqlite_database, where):
    home = sqlite_database.settings.home
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, where],
        env={**os.environ, "NEUROLIST_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    folder = sqlite_database.settings.backup_folder
    named = archive.all_in(folder)
    assert [faults(drill(path, sqlite_database.settings)) for path in named] == [{}] * (where == "settled")
    assert faults(drill(made(sqlite_database).path, sqlite_database.settings)) == {}
    assert not (folder / ".making").exists()


def test_the_newest_few_stay_and_the_last_of_each_day(tmp_path):
    names = [f"neurolist-202611{day:02}T{hour:02}0000Z-7.zip" for day in (20, 21, 22) for hour in (1, 2)]
    for name in [*names, "notes.zip"]:
        (tmp_path / name).touch()
    now = MORNING.replace(day=22, hour=3)
    gone = [path.name for path in archive.thin_out(tmp_path, kept=1, days=2, now=now)]
    assert gone == [names[0], names[1], names[2], names[4]]
    assert (tmp_path / "notes.zip").exists()


def test_without_postgresqls_programs_the_sentence_says_what_to_install(postgresql_database, monkeypatch, tmp_path):
    monkeypatch.setenv("NEUROLIST_PG_BIN", str(tmp_path))
    with pytest.raises(NeurolistError, match=r"program pg_dump is needed and was not found. Install it"):
        made(postgresql_database)


def test_a_role_that_may_not_create_databases_is_told_so(postgres_server, postgresql_database, tmp_path):
    backup = made(postgresql_database)
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE least LOGIN")
        try:
            least = postgresql_database.settings.url.set(username="least").render_as_string(hide_password=False)
            settings = MemorySettings(
                home=postgresql_database.settings.home,
                database_url=postgresql_database.settings.database_url,
                drill_url=least,
            )
            with pytest.raises(NeurolistError, match="may not create a database for the drill"):
                drill(backup.path, settings)
        finally:
            connection.execute("DROP ROLE least")


def test_a_backup_from_another_engine_is_refused(sqlite_database, tmp_path):
    backup = made(sqlite_database)
    settings = MemorySettings(home=tmp_path / "new", database_url="postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(BadInputError, match="it was made from sqlite, and NEUROLIST_DATABASE_URL leads to postgresql"):
        restore(backup.path, settings, author=CLERK, now=MORNING)


def test_a_backup_of_an_older_version_is_brought_up_and_one_of_a_newer_is_refused(tmp_path):
    old = open_database(MemorySettings(home=tmp_path / "old"))
    old._key()
    with old._changing() as connection:
        upgrade(connection, "0011")
    backup = made(old)
    found = restore(
        backup.path,
        MemorySettings(home=tmp_path / "new"),
        author=CLERK,
        now=MORNING,
        keys=[tmp_path / "old" / "audit.key"],
    )
    assert faults(found) == {}
    assert "brought up from revision 0011" in next(one.says for one in found.findings if one.what == "guards")
    _lie(backup.path, {}, schema="9999")
    with pytest.raises(BadInputError, match="revision 9999, which this version does not know"):
        restore(backup.path, MemorySettings(home=tmp_path / "other"), author=CLERK, now=MORNING)


def test_a_full_disk_is_told_and_leaves_nothing(sqlite_database, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive, "pack", full)
    with pytest.raises(NeurolistError, match="could not be used for backups: no space left on device"):
        made(sqlite_database)
    assert [path.name for path in sqlite_database.settings.backup_folder.iterdir()] == [".lock"]


def test_a_password_never_stands_on_a_command_line(monkeypatch, tmp_path):
    seen = []

    def run(command, **options):
        seen.append((command, options["env"].get("PGPASSWORD")))
        return subprocess.CompletedProcess(command, 0, b"", b"")

    monkeypatch.setattr(postgresql.subprocess, "run", run)
    url = MemorySettings(home=tmp_path, database_url="postgresql://me:secret@127.0.0.1:5433/mine").url
    postgresql.restore(tmp_path / "dump", url)
    [(command, password)] = seen
    assert password == "secret"
    assert "secret" not in " ".join(command)
    assert "--dbname=postgresql://me@127.0.0.1:5433/mine" in command


def test_a_half_written_anchor_is_passed_over_and_written_after(tmp_path):
    path = tmp_path / "anchors" / "trail.jsonl"
    anchors.append(path, Anchor(seq=1, seal="a", at=MORNING))
    with path.open("a") as file:
        file.write('{"seq": 2, "se')
    anchors.append(path, Anchor(seq=3, seal="c", at=MORNING))
    assert [anchor.seq for anchor in anchors.read(path)] == [1, 3]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_after_a_restore_only_what_it_kept_is_expected():
    told = [Anchor(seq=seq, seal=f"s{seq}", at=MORNING) for seq in (0, 5, 9)]
    again = Anchor(seq=7, seal="s7", at=MORNING, restored=True)
    assert anchors.still_expected([*told, again, Anchor(seq=9, seal="new", at=MORNING)]) == {
        5: "s5",
        7: "s7",
        9: "new",
    }
