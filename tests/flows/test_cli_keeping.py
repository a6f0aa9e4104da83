"""`neurolist setup` says what a change would break, and saves it only when it is told to."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from db import publishing
from db.keeping import templates
from db.keeping.templates import Pattern
from db.tables import SuiteSessionRow
from scheduler.vocabulary import Role
from tests.builders.command import runner
from tests.builders.memory import CLERK, MORNING, TODAY, a_clinic, a_proposal, list_for_test, read, write
from tests.builders.service import a_desk, a_service

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def neurolist(sqlite_database, monkeypatch, capsys):
    """The command over a clinic where one case is booked tomorrow on S01-1 with R01."""
    monkeypatch.setenv("NEUROLIST_HOME", str(sqlite_database.settings.home))
    monkeypatch.setenv("NEUROLIST_NOW", MORNING.isoformat())
    monkeypatch.setenv("COLUMNS", "200")
    a_clinic(sqlite_database)
    ref = list_for_test(sqlite_database, 1)
    proposal = a_proposal(sqlite_database, {f"{ref}-T": ("S01-1", 0, "R01")})
    write(sqlite_database, lambda s: publishing.publish(s, proposal, actor=CLERK, now=MORNING))
    return runner(monkeypatch, capsys)


def closed(database, name="S01-1"):
    return read(database, lambda session: session.get(SuiteSessionRow, name)).closed


def test_a_list_with_bookings_is_closed_only_with_save(neurolist, sqlite_database):
    code, out, _ = neurolist("setup", "close", "S01-1", "--reason", "Scanner down")
    assert code == 1
    assert "Wed 25 Nov 08:30, CT 1, Site 1: Case" in out
    assert "Nothing was saved." in out
    assert not closed(sqlite_database)
    code, out, _ = neurolist("setup", "close", "S01-1", "--reason", "Scanner down", "--save")
    assert (code, "Saved. To rebook: N" in out) == (0, True)
    assert closed(sqlite_database)


def test_a_list_without_bookings_is_closed_at_once(neurolist, sqlite_database):
    code, out, _ = neurolist("setup", "close", "S02-1", "--reason", "Scanner down")
    assert (code, out.strip()) == (0, "Saved.")
    assert closed(sqlite_database, "S02-1")


def test_leave_says_which_lists_lose_their_radiologist(neurolist):
    code, out, _ = neurolist("setup", "leave", "R01", "--from", TOMORROW, "--to", TOMORROW)
    assert code == 1
    assert "1 list will have no radiologist: S01-1." in out
    assert neurolist("setup", "leave", "R09", "--from", TOMORROW, "--to", TOMORROW)[0] == 2


def test_weekly_lists_are_made_with_save(neurolist, sqlite_database):
    pattern = Pattern(suite="S02-CT1", first_on=TOMORROW, start=time(13), end=time(17), funding=("public",))
    write(sqlite_database, lambda session: templates.add(session, pattern))
    asked = ("setup", "make-lists", "--from", TOMORROW, "--to", TOMORROW + timedelta(weeks=2))
    assert "3 lists will be made." in neurolist(*asked)[1]
    assert neurolist(*asked, "--save")[0] == 0
    assert not closed(sqlite_database, f"S02-CT1-{TOMORROW}-1300")


def test_every_sign_in_is_ended_at_once_or_those_of_one_account(neurolist, sqlite_database):
    words = "a quite long pass phrase"
    desk = a_desk(a_service(sqlite_database))
    for name in ("jo", "lee"):
        desk.add_account(name, name.title(), words, {"*": {Role.ADMINISTRATOR}})
    jo, lee = (desk.sign_in(name, words, "here") for name in ("jo", "lee"))
    assert neurolist("setup", "end-sign-ins", "nobody")[0] == 2
    assert "1 sign-ins were ended" in neurolist("setup", "end-sign-ins", "jo")[1]
    assert (desk.person(jo), desk.person(lee) is None) == (None, False)
    assert "1 sign-ins were ended" in neurolist("setup", "end-sign-ins")[1]
    assert desk.person(lee) is None
