"""Records are destroyed on the page as at the desk: by two people, and each reading of the register is on record."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

import dashboard
from db.tables import AuditEventRow
from flows.desk import Desk
from scheduler.pathway.events import Event
from scheduler.vocabulary import Role
from tests.builders.memory import a_case, read, step
from tests.builders.service import MovingClock, a_service, an_actor

APP = Path(dashboard.__file__).parent / "app.py"
PAGE = "setup-retention"
EIGHT_YEARS = timedelta(days=8 * 366)


RECORDS, LEAD = an_actor(Role.ADMINISTRATOR), an_actor(Role.IR_LEAD)


@pytest.fixture
def service(sqlite_database):
    return a_service(sqlite_database, source=MovingClock())


@pytest.fixture
def ended(service):
    """A case that was declined eight years ago."""
    ref = a_case(service.database)
    step(service.database, ref, Event.START_TRIAGE)
    step(service.database, ref, Event.DECLINE_REFERRAL, reason="Out of scope", alternative="Pain clinic")
    service.clock.source.pass_(EIGHT_YEARS)
    return ref


@pytest.fixture
def show(service, monkeypatch):
    def draw(who):
        monkeypatch.setattr("dashboard.session.person", lambda: who)
        monkeypatch.setattr("dashboard.session.front_door", lambda: Desk(service, who))
        at = AppTest.from_file(APP, default_timeout=60)
        at._page_hash = calc_hash(PAGE)
        return at.run()

    return draw


def press(at, label):
    return at.button(key=next(each.key for each in at.button if each.label == label)).click().run()


def fill(at, label, words, *, which=0):
    [each for each in at.text_input if each.label == label][which].input(words)


def said(at):
    return [each.value for each in (*at.success, *at.error)]


def html(at):
    return " ".join(each.body for each in at.main if each.type == "html")


def test_one_person_proposes_another_approves_and_the_register_is_read_on_record(service, show, ended):
    at = show(RECORDS)
    at.multiselect[0].select(ended)
    fill(at, "Why; do not name the patient", "Yearly disposal")
    at = press(at, "Propose that they be destroyed")
    assert said(at) == [f"{ended}: proposed; somebody else approves it here."]
    assert "Approve" not in {each.label for each in at.button}
    at = press(show(LEAD), "Approve")
    assert said(at)[0].startswith(f"The record of case {ended} is destroyed: ")
    at = press(at, "Read the register")
    assert not at.exception
    assert "Yearly disposal" in html(at)
    asked = select(AuditEventRow.actor).where(AuditEventRow.action == "read_register")
    assert read(service.database, lambda session: session.exec(asked).all()) == [LEAD.id]
    assert "Yearly disposal" not in html(at.run())  # names are shown for one look


def test_a_legal_hold_is_placed_keeps_the_record_and_is_lifted(show, ended):
    at = show(LEAD)
    fill(at, "Case", ended, which=1)
    fill(at, "Why; do not name the patient", "A claim is open", which=1)
    at = press(at, "Place the hold")
    assert said(at) == [f"{ended} is under a legal hold: its record is not destroyed, whatever its age."]
    assert not at.multiselect
    fill(at, "Case", ended)
    at = press(at, "May its record be destroyed?")
    assert "legal hold" in said(at)[0]
    fill(at, "Why; do not name the patient", "Settled", which=1)
    at = press(at, "Lift the hold")
    assert said(at) == [f"{ended} is no longer under a legal hold."]
    assert [each.options for each in at.multiselect] == [[ended]]


def test_what_is_left_out_or_unknown_is_said_in_words(show, ended):
    at = press(show(RECORDS), "Propose that they be destroyed")
    assert said(at) == ["Choose the records first."]
    at.multiselect[0].select(ended)
    at = press(at, "Propose that they be destroyed")
    assert "reason" in said(at)[0].lower()
    fill(at, "Case", "N99999")
    at = press(at, "May its record be destroyed?")
    assert said(at) == ["No case has the reference N99999."]


def test_nobody_else_is_offered_the_page(show):
    at = show(an_actor(Role.BOOKINGS))
    assert [each.value for each in at.title] != ["Retention"]
