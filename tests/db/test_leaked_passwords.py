"""A password that was leaked elsewhere is refused, by a list larger than memory; a file that is none is refused too."""

from __future__ import annotations

import hashlib
import io
from types import SimpleNamespace

import pytest
from pydantic import ValidationError

from db import accounts
from db.errors import MemoryFaultError
from db.leaked_passwords import is_leaked
from db.passwords import check_password
from db.settings import MemorySettings
from flows.settings_faults import setting_fault
from scheduler.errors import BadInputError
from tests.builders.memory import MORNING, read, write

LEAKED = "wet gravel under lamps"
SAFE = "seven slow owls unmoved"


def line_of(password, count=3, kind="sha1"):
    return f"{hashlib.new(kind, password.encode()).hexdigest().upper()}:{count}"


def listed(*passwords, ending="\n"):
    return "".join(line + ending for line in sorted(map(line_of, passwords))).encode()


@pytest.fixture
def a_list(tmp_path):
    """Write a file with what is given, and give its path."""

    def made(content):
        file = tmp_path / "leaked.txt"
        file.write_bytes(content)
        return file

    return made


@pytest.mark.parametrize("others", [0, 1, 2, 3, 500])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_every_password_of_the_list_is_found_and_no_other(a_list, others, ending):
    passwords = [LEAKED, *(f"number {number}" for number in range(others))]
    file = a_list(listed(*passwords, ending=ending))
    assert [each for each in passwords if not is_leaked(file, each)] == []
    assert [
        each for each in (SAFE, f"{LEAKED} ", *(f"other {number}" for number in range(50))) if is_leaked(file, each)
    ] == []


def test_a_list_whose_last_line_has_no_end_is_read_too(a_list):
    passwords = [f"number {number}" for number in range(9)]
    file = a_list(listed(*passwords).rstrip(b"\n"))
    assert all(is_leaked(file, each) for each in passwords)


class Counted(io.BytesIO):
    """A file that counts the bytes that are read of it."""

    read_so_far = 0

    def readline(self, *limit):
        line = super().readline(*limit)
        Counted.read_so_far += len(line)
        return line


def test_a_hash_is_found_without_reading_the_list():
    content = listed(*(f"number {number}" for number in range(100_000)))
    file = SimpleNamespace(open=lambda _: Counted(content), stat=lambda: SimpleNamespace(st_size=len(content)))
    Counted.read_so_far = 0
    assert is_leaked(file, "number 77777")
    assert 0 < Counted.read_so_far < 3_000 < len(content)


def test_the_sentence_says_that_it_was_leaked_and_what_to_choose(a_list):
    file = a_list(listed(LEAKED))
    check_password(SAFE, leaked=file)
    check_password(LEAKED)
    with pytest.raises(BadInputError, match=r"leaked from some service elsewhere.*four plain words"):
        check_password(LEAKED, leaked=file)


@pytest.fixture
def guarded(sqlite_database, a_list):
    """A memory that asks the list, with an account."""
    sqlite_database.settings = sqlite_database.settings.model_copy(update={"leaked_passwords": a_list(listed(LEAKED))})
    account = write(sqlite_database, lambda session: add(session, "kim", SAFE))
    return sqlite_database, account


def add(session, username, password):
    return accounts.add_account(session, username=username, name="A Clerk", password=password, roles={})


def test_an_account_and_a_change_are_refused_a_leaked_password(guarded):
    database, account = guarded
    for act in (
        lambda session: add(session, "lee", LEAKED),
        lambda session: accounts.set_password(session, account, LEAKED, now=MORNING),
        lambda session: accounts.choose_password(session, account, current=SAFE, wanted=LEAKED, now=MORNING),
    ):
        with pytest.raises(BadInputError, match="leaked"):
            write(database, act)
    assert [each.username for each in read(database, accounts.accounts)] == ["kim"]


def test_a_list_that_is_gone_meanwhile_lets_no_password_be_changed(guarded):
    database, account = guarded
    database.settings.leaked_passwords.unlink()
    with pytest.raises(MemoryFaultError, match="cannot be read, so no password was changed"):
        write(database, lambda session: accounts.set_password(session, account, "slow seven owls moved", now=MORNING))


PASSWORDS = [f"number {number}" for number in range(100)]
BY_HASH = sorted(map(line_of, PASSWORDS))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty."),
        ("\n".join(PASSWORDS).encode(), "has other lines than leaked passwords."),
        ("\n".join(sorted(line_of(each, kind="md5") for each in PASSWORDS)).encode(), "has other lines than"),
        ("\n".join(each.partition(":")[0] for each in BY_HASH).encode(), "has other lines than"),
        (b"\0" * 100_000, "has other lines than"),
        ("\n".join(map(line_of, PASSWORDS)).encode(), "is not in the order of its hashes."),
        ("\n".join([*BY_HASH[:-2], BY_HASH[-1], BY_HASH[-2]]).encode(), "is not in the order of its hashes."),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_at_start_in_a_sentence(a_list, monkeypatch, content, says):
    monkeypatch.setenv("NEUROLIST_LEAKED_PASSWORDS", str(a_list(content)))
    with pytest.raises(ValidationError) as caught:
        MemorySettings()
    assert setting_fault(caught.value).startswith(f"The file in NEUROLIST_LEAKED_PASSWORDS {says}")


def test_a_missing_list_is_refused_at_start_and_a_right_one_is_taken(tmp_path, a_list, monkeypatch):
    monkeypatch.setenv("NEUROLIST_LEAKED_PASSWORDS", str(tmp_path / "nowhere.txt"))
    with pytest.raises(ValidationError) as caught:
        MemorySettings()
    assert "cannot be read. Check its path" in setting_fault(caught.value)
    file = a_list("\n".join(BY_HASH).encode())
    monkeypatch.setenv("NEUROLIST_LEAKED_PASSWORDS", str(file))
    assert MemorySettings().leaked_passwords == file
