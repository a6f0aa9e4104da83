"""Printing and feeds from the command line: files where they were asked for, and sentences for what is wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db.engine import open_database
from tests.builders.command import runner
from tests.builders.memory import TODAY, a_clinic

DAY = (TODAY + timedelta(days=1)).isoformat()


@pytest.fixture
def neurolist(monkeypatch, capsys, fresh):
    settings = fresh("sqlite")
    monkeypatch.setenv("NEUROLIST_HOME", str(settings.home))
    monkeypatch.setenv("NEUROLIST_NOW", f"{TODAY}T09:00:00+11:00")
    database = open_database(settings)
    a_clinic(database)
    database.close()
    return runner(monkeypatch, capsys)


def test_a_day_is_written_where_it_was_asked_for(neurolist, tmp_path):
    code, out, _ = neurolist("print", "day", "S01-CT1", DAY, "--into", tmp_path)
    assert (code, out) == (0, f"Wrote {tmp_path / f'S01-CT1-{DAY}.pdf'}.\n")
    assert (tmp_path / f"S01-CT1-{DAY}.pdf").read_bytes().startswith(b"%PDF-")


def test_a_folder_that_is_not_there_is_named(neurolist, tmp_path):
    code, _, err = neurolist("print", "list", "S01-1", "--into", tmp_path / "none")
    assert code == 2
    assert "cannot be written: No such file or directory. Name another folder." in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("print", "day", "X", DAY), "No suite has the id 'X'"),
        (("print", "day", "S01-CT1", "friday"), "is not a date"),
        (("print", "list", "S01-1", "--standard", "x"), "is no kind of PDF"),
        (("feeds", "add", "nurse", "X"), "is no kind of calendar"),
        (("feeds", "end", "X"), "No calendar feed has the id X"),
    ],
)
def test_what_is_wrong_is_said_with_code_two(neurolist, words, says):
    code, _, err = neurolist(*words)
    assert code == 2
    assert says in " ".join(err.split())


def test_a_feed_is_made_listed_and_ended(neurolist):
    assert "No calendar feed yet" in neurolist("feeds")[1]
    code, out, _ = neurolist("feeds", "add", "suite", "S01-CT1")
    assert code == 0
    assert "/feed/" in out
    listed = neurolist("feeds")[1]
    assert "Site 1, CT 1 (suite)" in " ".join(listed.split())
    feed = listed.splitlines()[-1].split()[0]
    assert "has ended" in neurolist("feeds", "end", feed)[1]
