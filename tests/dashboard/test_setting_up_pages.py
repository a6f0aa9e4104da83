"""Each set-up page draws what a real desk shows, and offers its forms to those who may use them."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import dashboard
from db import accounts, publishing
from flows.desk import keeping
from scheduler.vocabulary import Role
from tests.builders.memory import CLERK, MORNING, TODAY, a_clinic, a_proposal, list_for_test, write
from tests.builders.service import a_desk, a_service

APP = Path(dashboard.__file__).parent / "app.py"
TITLES = {
    "setup-lists": "Lists and templates",
    "setup-radiologists": "Radiologists",
    "setup-equipment": "Equipment",
    "setup-sites": "Sites and suites",
    "setup-holidays": "Holidays",
    "setup-protocol": "Protocol",
    "setup-users": "Users",
    "setup-retention": "Retention",
    "setup-service": "Service",
    "my-account": "My account",
}
CHOSEN = {
    "setup-lists": ("S01-1", "Close it"),
    "setup-radiologists": ("R01", "Enter leave"),
    "setup-equipment": ("rf-1", "Take it out of service"),
    "setup-sites": ("suite:S01-CT1", "Change it"),
    "setup-holidays": ("", "Add a public holiday"),
    "setup-protocol": ("consent_valid", "Propose a change, or that it be approved as it stands"),
    "setup-users": ("ada", "Change roles"),
}


@pytest.fixture
def desk(sqlite_database):
    """A clinic with a booked case, leave entered, a template and an account."""
    a_clinic(sqlite_database)
    ref = list_for_test(sqlite_database, 1)
    proposal = a_proposal(sqlite_database, {f"{ref}-T": ("S01-1", 0, "R01")})
    write(sqlite_database, lambda s: publishing.publish(s, proposal, actor=CLERK, now=MORNING))
    made = {"username": "ada", "name": "Ada", "password": "a long pass phrase", "roles": {"*": {Role.ADMINISTRATOR}}}
    write(sqlite_database, lambda s: accounts.add_account(s, **made))
    opened = a_desk(a_service(sqlite_database), Role.ADMINISTRATOR)
    opened.keeping.save(keeping.AddLeave(radiologist="R01", name="R01", first=TODAY, last=TODAY, reason="Course"))
    pattern = keeping.Pattern(suite="S01-CT1", first_on=TODAY, start=time(9), end=time(12), funding=("public",))
    opened.keeping.save(keeping.AddTemplate(pattern=pattern))
    return opened


@pytest.fixture
def show(monkeypatch):
    def draw(desk, page, **query):
        monkeypatch.setattr("dashboard.session.person", lambda: desk.actor)
        monkeypatch.setattr("dashboard.session.front_door", lambda: desk)
        at = AppTest.from_file(APP, default_timeout=60)
        for name, value in query.items():
            at.query_params[name] = value
        at._page_hash = calc_hash(page)
        return at.run()

    return draw


def forms(at):
    return {each.label for each in at.expander}


def test_every_page_draws_what_is_open_with_its_forms(desk, show):
    for page, title in TITLES.items():
        what, form = CHOSEN.get(page, ("", ""))
        at = show(desk, page, what=what)
        assert not at.exception
        assert [each.value for each in at.title] == [title]
        assert form in {*forms(at), ""}


def test_a_viewer_reads_the_pages_and_is_offered_no_form(desk, show):
    viewer = a_desk(desk.service, Role.VIEWER)
    for page, (what, _) in CHOSEN.items():
        if page != "setup-users":
            at = show(viewer, page, what=what)
            assert not at.exception
            assert forms(at) == set()


def test_leave_that_breaks_nothing_is_entered_at_once_and_one_that_does_waits_for_a_decision(desk, show):
    at = show(desk, "setup-radiologists", what="R02")
    at.button(key=next(each.key for each in at.button if each.label == "Enter the leave")).click().run()
    assert [each.value for each in at.success] == ["The leave of Radiologist R02 is entered."]
    assert len(next(line for line in desk.keeping.staff() if line.id == "R02").leave) == 1
    at = show(desk, "setup-lists", what="S01-1")
    next(each for each in at.text_input if each.label == "Why it is closed").input("Scanner down")
    at.button(key=next(each.key for each in at.button if each.label == "Close the list")).click().run()
    assert not at.success
    at.button(key="draft-drop").click().run()
    assert [each.value for each in at.success] == ["Nothing was saved."]
    assert not desk.keeping.list("S01-1").closed


def test_templates_show_the_lists_they_ask_for(desk, show):
    at = show(desk, "setup-lists", show="Templates")
    assert not at.exception
    assert "make" in {each.key for each in at.button}
