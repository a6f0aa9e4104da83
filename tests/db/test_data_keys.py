"""The keys of authenticators are encrypted under a key outside the database, which can be changed, and is missed."""

from __future__ import annotations

import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from alembic import command

from db import data_keys, encryption, reencrypting, second_steps
from db.backups.making import back_up
from db.backups.restoring import drill, restore
from db.cipher import Cipher, data_key
from db.engine import open_database
from db.errors import MemoryFaultError, UnguardedMemoryError
from db.migrations import configuration
from db.settings import MemorySettings
from scheduler.errors import BadInputError, NeurolistError
from tests.builders.memory import CLERK, MORNING, write
from tests.builders.secrets_kept import by_hand, code, enrolled, stored

PAIR = data_key(b"a" * 32), data_key(b"b" * 32)
BEFORE = "0014"  # the revision before any value was encrypted
KEPT = "SELECT account_id, secret, row_proof FROM second_step ORDER BY account_id"


def a_cipher(*keys, identity=True):
    return Cipher(lambda: keys, identity=identity)


def takes(database, account, secret, *, after):
    """Say whether the code of so many half minutes later lets this account in."""
    now = MORNING + timedelta(seconds=30 * after)
    return write(
        database, lambda session: second_steps.take(session, account, code(secret, after=after), now=now), now=now
    )


def begin_to_rotate(database):
    """Change the key, and have the process die after the first row was written anew."""

    class KilledError(Exception):
        pass

    def die(_table, rows):
        if rows:
            raise KilledError

    data_keys.replace(database.settings)
    database.cipher.look_again()
    with pytest.raises(KilledError):
        reencrypting.bring_all(database, say=die)


# What the cipher itself promises.


def test_a_value_opens_only_where_it_was_encrypted_and_equal_ones_look_different():
    cipher = a_cipher(PAIR[0])
    one, other = (cipher.encrypt("table.column", "Zebra") for _ in range(2))
    assert one != other
    assert "Zebra" not in one
    assert cipher.open("table.column", one) == cipher.open("table.column", other) == "Zebra"
    with pytest.raises(MemoryFaultError, match="changed or moved behind our back"):
        cipher.open("table.another", one)


@pytest.mark.parametrize("at", [-1, -20, 20])
def test_a_value_with_one_letter_changed_does_not_open(at):
    cipher = a_cipher(PAIR[0])
    token = cipher.encrypt("table.column", "Zebra " * 10)
    at %= len(token)
    changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
    with pytest.raises(MemoryFaultError, match=r"table\.column"):
        cipher.open("table.column", changed)


@pytest.mark.parametrize("broken", ["nl1:", "nl1:abc", "nl1:{id}:", "nl1:{id}:not base 64!", "nl1:{id}:AAAA"])
def test_what_only_looks_encrypted_is_refused_in_words(broken):
    with pytest.raises(MemoryFaultError):
        a_cipher(PAIR[0]).open("table.column", broken.format(id=PAIR[0].id))


def test_an_older_key_opens_what_it_closed_and_a_missing_one_is_named():
    token = a_cipher(PAIR[0]).encrypt("t.c", "Zebra")
    assert a_cipher(PAIR[1], PAIR[0]).open("t.c", token) == "Zebra"
    with pytest.raises(MemoryFaultError, match=f"data key {PAIR[0].id}, which is not at hand"):
        a_cipher(PAIR[1]).open("t.c", token)
    with pytest.raises(MemoryFaultError, match=r"Put data\.key back"):
        a_cipher().encrypt("t.c", "Zebra")


def test_a_proof_is_of_one_row_with_its_values_and_one_key():
    cipher = a_cipher(*PAIR)
    proof = cipher.prove("t", "1", ["a", None])
    cipher.check("t", "1", ["a", None], proof)
    for table, row, values in (("u", "1", ["a", None]), ("t", "2", ["a", None]), ("t", "1", [None, "a"])):
        with pytest.raises(MemoryFaultError):
            cipher.check(table, row, values, proof)
    assert cipher.prove("t", "1", ["a", None], PAIR[1]) != proof


def test_an_exact_value_stands_for_itself_under_one_key_and_in_one_column():
    cipher = a_cipher(*PAIR)
    assert cipher.blind("t.c", "8003") == cipher.blind("t.c", "8003")
    assert len({cipher.blind("t.c", "8003"), cipher.blind("t.d", "8003"), cipher.blind("t.c", "8004")}) == 3
    assert cipher.blinds("t.c", "8003") == (cipher.blind("t.c", "8003"), cipher.blind("t.c", "8003", PAIR[1]))


def test_many_threads_may_use_one_cipher():
    cipher = a_cipher(PAIR[0])

    def there_and_back(number):
        return cipher.open("t.c", cipher.encrypt("t.c", f"Zebra {number}")) == f"Zebra {number}"

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(4000)))


# Keys of authenticators.


def test_the_key_lies_in_the_home_for_its_owner_alone_and_an_authenticators_key_is_not_readable(database):
    path = database.settings.home / "data.key"
    assert (stat.S_IMODE(path.stat().st_mode), len(path.read_bytes())) == (0o400, 32)
    account, secret = enrolled(database, "kim")
    [(_, kept, proof)] = stored(database, KEPT)
    assert kept.startswith(f"nl1:{database.cipher.current.id}:")
    assert proof.startswith(f"{database.cipher.current.id}:")
    assert secret not in str(
        stored(database, "SELECT * FROM second_step") + stored(database, "SELECT * FROM audit_event")
    )
    assert takes(database, account, secret, after=2)
    if database.is_sqlite:
        files = database.settings.home.glob("neurolist.sqlite3*")
        assert not any(secret.encode() in path.read_bytes() for path in files)


def test_one_that_was_kept_in_the_clear_is_encrypted_as_the_memory_is_prepared(database):
    account, secret = enrolled(database, "kim")
    by_hand(database, "UPDATE second_step SET secret = :secret, row_proof = NULL", secret=secret)
    with database._changing() as connection:  # as an older version left it
        command.downgrade(configuration(connection), BEFORE)
    database.prepare(MORNING)
    [(_, kept, _)] = stored(database, KEPT)
    assert kept.startswith("nl1:")
    assert takes(database, account, secret, after=2)


def test_one_that_was_written_by_hand_lets_nobody_in(database):
    account, _ = enrolled(database, "kim")
    chosen = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    by_hand(database, "UPDATE second_step SET secret = :chosen, row_proof = NULL", chosen=chosen)
    with pytest.raises(MemoryFaultError, match="lost its proof"):
        takes(database, account, chosen, after=2)
    with pytest.raises(MemoryFaultError, match="lost its proof"):
        reencrypting.bring_all(database)
    by_hand(database, "DELETE FROM data_key")
    database.prepare(MORNING)  # it does not become ours by being prepared
    with pytest.raises(MemoryFaultError, match="lost its proof"):
        takes(database, account, chosen, after=2)
    by_hand(database, "UPDATE second_step SET row_proof = 'abc:def'")
    with pytest.raises(MemoryFaultError, match="behind our back"):
        takes(database, account, chosen, after=2)


def test_somebody_elses_does_not_stand_in_for_mine(database):
    """With both the value and its proof copied, the row is still not the one they are of."""
    (mine, _), (_, theirs) = enrolled(database, "kim"), enrolled(database, "pat")
    other = "(SELECT {} FROM second_step AS other WHERE other.account_id <> :mine)"
    by_hand(
        database,
        f"UPDATE second_step SET secret = {other.format('secret')}, row_proof = {other.format('row_proof')} "
        "WHERE account_id = :mine",
        mine=mine,
    )
    with pytest.raises(MemoryFaultError, match="changed or moved behind our back"):
        takes(database, mine, theirs, after=2)
    with database.reading() as session:
        found = encryption.verify(session.connection(), database.cipher)
    assert [fault.split(":")[0] for fault in found.faults] == [f"second_step {mine}"]


# Losing it.


@pytest.mark.parametrize("instead", ["", "another"])
def test_without_its_key_the_memory_is_not_served_and_no_other_is_made(database, instead):
    enrolled(database, "kim")
    path, id_ = database.settings.home / "data.key", database.cipher.current.id
    path.unlink()
    if instead:
        path.write_bytes(b"x" * 32)
    again = open_database(database.settings)
    for look in (again.check_guards, lambda: again.prepare(MORNING)):
        with pytest.raises(UnguardedMemoryError, match=f"data key {id_} is not at hand .*put data.key"):
            look()
    assert path.exists() is bool(instead)
    again.close()


def test_a_lost_key_that_nothing_was_encrypted_with_is_made_anew(database):
    (database.settings.home / "data.key").unlink()
    again = open_database(database.settings)
    again.check_guards()
    again.prepare(MORNING)
    account, secret = enrolled(again, "kim")
    assert takes(again, account, secret, after=2)
    again.close()


def test_a_key_may_be_given_by_the_environment(database):
    given = database.settings.model_copy(update={"home": database.settings.home / "other"})
    settings = MemorySettings(
        **{**given.model_dump(), "database_url": str(database.settings.url.render_as_string(hide_password=False))},
    ).model_copy(update={"data_key": MemorySettings(data_key="k" * 32).data_key})
    again = open_database(settings)
    again.prepare(MORNING)
    account, secret = enrolled(again, "kim")
    assert again.cipher.current == data_key(b"k" * 32)
    assert not (settings.home / "data.key").exists()
    assert takes(again, account, secret, after=2)
    with pytest.raises(NeurolistError, match="NEUROLIST_DATA_KEYS_BEFORE"):
        data_keys.replace(settings)
    again.close()


def test_a_short_key_is_refused(tmp_path):
    with pytest.raises(BadInputError, match="32 characters or more"):
        data_keys.at_hand(MemorySettings(home=tmp_path, data_key="k" * 31))
    assert len(data_keys.at_hand(MemorySettings(home=tmp_path, data_key="k" * 32))) == 1


# Changing it.


def test_with_a_new_key_everything_is_encrypted_anew_and_the_old_one_stays_for_old_backups(database):
    people = [enrolled(database, name) for name in ("kim", "pat")]
    old = database.cipher.current.id
    versions = stored(database, "SELECT account_id, version FROM second_step ORDER BY account_id")
    data_keys.replace(database.settings)
    database.cipher.look_again()
    assert reencrypting.bring_all(database) == 2
    new = database.cipher.current.id
    assert {kept.split(":")[1] for _, kept, _ in stored(database, KEPT)} == {new} != {old}
    assert stored(database, "SELECT key_id FROM data_key") == [(new,)]
    assert stored(database, "SELECT account_id, version FROM second_step ORDER BY account_id") == versions
    assert (database.settings.home / "data-keys" / f"{old}.key").exists()
    assert all(takes(database, *person, after=2) for person in people)
    assert reencrypting.bring_all(database) == 0


def test_a_change_that_was_killed_half_way_works_meanwhile_and_is_gone_on_with(database, monkeypatch):
    monkeypatch.setattr(encryption, "ROWS_AT_ONCE", 1)
    people = [enrolled(database, name) for name in ("kim", "pat", "sam")]
    begin_to_rotate(database)
    again = open_database(database.settings)
    again.check_guards()
    [found] = [one for one in reencrypting.standing(again) if one.table == "second_step"]
    assert (found.current, found.older, found.plain) == (1, 2, 0)
    assert len(stored(again, "SELECT key_id FROM data_key")) == 2
    assert all(takes(again, *person, after=2) for person in people)  # each writes its row, under the new key
    begin_again = reencrypting.bring_all(again)
    assert begin_again == 0
    assert len(stored(again, "SELECT key_id FROM data_key")) == 1
    again.close()


def test_a_change_that_was_killed_before_its_first_row_holds_too(database):
    account, secret = enrolled(database, "kim")
    data_keys.replace(database.settings)
    again = open_database(database.settings)
    again.check_guards()
    again.prepare(MORNING)
    assert takes(again, account, secret, after=2)
    again.close()


def test_a_process_that_runs_meanwhile_takes_the_new_key_up(database):
    account, secret = enrolled(database, "kim")
    runs = open_database(database.settings)
    assert takes(runs, account, secret, after=2)
    data_keys.replace(database.settings)
    database.cipher.look_again()
    reencrypting.bring_all(database)
    assert takes(runs, account, secret, after=4)
    [(_, kept, _)] = stored(database, KEPT)
    assert kept.split(":")[1] == database.cipher.current.id
    runs.close()


def test_a_row_that_was_tampered_with_is_not_encrypted_anew(database):
    enrolled(database, "kim")
    by_hand(database, "UPDATE second_step SET row_proof = row_proof || '0'")
    data_keys.replace(database.settings)
    database.cipher.look_again()
    with pytest.raises(MemoryFaultError, match="behind our back"):
        reencrypting.bring_all(database)


# Backups.


def test_a_backup_is_restored_with_the_key_of_its_values_and_not_without(database, request, tmp_path):
    account, secret = enrolled(database, "kim")
    backup = back_up(database, database.settings.backup_folder, now=MORNING)
    assert list(backup.manifest.contents.data_keys) == [database.cipher.current.id]
    assert drill(backup.path, database.settings).good
    home = database.settings.home
    settings = database.settings.model_copy(update={"home": tmp_path / "new"})
    if not database.is_sqlite:
        server, name = request.getfixturevalue("postgres_server"), f"restored-{tmp_path.name}"
        request.addfinalizer(lambda: server.drop(name))
        settings = MemorySettings(home=settings.home, database_url=server.make(name))
    given = {"author": CLERK, "now": MORNING, "keys": [home / "audit.key"]}
    wrong = tmp_path / "wrong.key"
    wrong.write_bytes(b"w" * 32)
    for opening in ([], [wrong]):
        with pytest.raises(NeurolistError, match=f"{database.cipher.current.id}, which is not in it"):
            restore(backup.path, settings, **given, opening=opening)
        assert not settings.home.exists()
    found = restore(backup.path, settings, **given, opening=[home / "data.key"])
    assert [finding.says for finding in found.findings if not finding.good] == []
    again = open_database(settings)
    assert takes(again, account, secret, after=2)
    again.close()


def test_a_drill_finds_a_value_that_does_not_open(sqlite_database):
    enrolled(sqlite_database, "kim")
    by_hand(sqlite_database, "UPDATE second_step SET secret = substr(secret, 1, 40) || 'AAAAA' || substr(secret, 46)")
    backup = back_up(sqlite_database, sqlite_database.settings.backup_folder, now=MORNING)
    found = {one.what: one for one in drill(backup.path, sqlite_database.settings).findings}
    assert not found["encryption"].good
    assert "1 rows cannot be opened" in found["encryption"].says


def test_a_copied_home_brings_its_keys(sqlite_database, tmp_path):
    account, secret = enrolled(sqlite_database, "kim")
    sqlite_database.close()
    shutil.copytree(sqlite_database.settings.home, tmp_path / "copy")
    again = open_database(MemorySettings(home=tmp_path / "copy"))
    again.check_guards()
    assert takes(again, account, secret, after=2)
    again.close()
