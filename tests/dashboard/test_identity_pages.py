"""The pages of one's second step and of an emergency do with a real desk what they say."""

from __future__ import annotations

import pyotp
import pytest

from flows.desk import Actor, Drop
from scheduler.vocabulary import Role
from tests.builders.memory import a_clinic, list_for_test
from tests.builders.service import MovingClock, a_desk, a_service
from tests.dashboard.conftest import html

PASSWORD = "a long pass phrase"


@pytest.fixture
def desk(sqlite_database):
    a_clinic(sqlite_database)
    return a_desk(a_service(sqlite_database, source=MovingClock()))


@pytest.fixture
def show_to(show):
    """Draw a page for whoever acts at a desk."""
    return lambda desk, page="", **query: show(desk, page, who=desk.actor, **query)


def press(at, label):
    return at.button(key=next(each.key for each in at.button if each.label == label)).click().run()


def type_in(at, label, text):
    next(each for each in at.text_input if each.label == label).input(text)


def a_booked_case(desk):
    ref = list_for_test(desk.service.database)
    desk.board.place(Drop(ref=ref, list="S01-1", seen_on=None))
    return ref


def of_lee(desk, **changed):
    found = next((one.id for one in desk.accounts() if one.username == "lee"), None)
    lee = found or desk.add_account("lee", "Lee Doe", PASSWORD, {"*": {Role.CLINICIAN}})
    return desk.acting(Actor(id=lee, name="Lee Doe", roles={"*": frozenset({Role.CLINICIAN})}, **changed))


def test_a_second_step_is_set_up_with_its_first_code_and_ended_with_the_password(desk, show_to):
    at = press(show_to(of_lee(desk), "my-account"), "Set up a second step")
    key = at.code[0].value.replace(" ", "")
    assert "data:image/png;base64," in html(at)
    type_in(at, "The code it shows", "000000")
    at = press(at, "Turn the second step on")
    assert "does not fit" in at.error[0].value
    type_in(at, "The code it shows", pyotp.TOTP(key).at(desk.now()))
    at = press(at, "Turn the second step on")
    assert not at.exception
    assert len(at.code[0].value.splitlines()) == 10
    assert "10 recovery codes are left" in html(at)
    assert desk.awaits_code(desk.sign_in("lee", PASSWORD, "here"))
    at = press(at, "I have kept them")
    assert not at.code
    type_in(at, "Password", PASSWORD)
    at = press(at, "End the second step")
    assert not desk.awaits_code(desk.sign_in("lee", PASSWORD, "here"))


def test_somebody_whose_role_asks_for_a_second_step_sees_nothing_else_until_it_is_set_up(desk, show_to):
    at = show_to(of_lee(desk, must_enrol=True))
    assert not at.exception
    assert [each.value for each in at.title] == ["Set up your second step"]
    assert [each.label for each in at.button] == ["Set up a second step"]


def test_a_clinician_of_another_site_opens_the_patient_in_an_emergency_on_the_case_page(desk, show_to):
    ref = a_booked_case(desk)
    away = desk.acting(Actor(id="away", name="Dr Away", roles={"S02": frozenset({Role.CLINICIAN})}))
    at = press(show_to(away, "case", case=ref), "Show who the patient is")
    assert "In an emergency a clinician may open it" in at.error[0].value
    assert "Family1" not in html(at)
    type_in(at, "What is the emergency?", "Bleeding at night")
    at = press(at, "Open in an emergency")
    assert at.success[0].value == "Opened until 10:00. Press “Show who the patient is” again."
    at = press(at, "Show who the patient is")
    assert "Family1" in html(at)
    assert "Opened in an emergency by Dr Away" in html(at)


def test_a_clerk_of_another_site_is_refused_and_offered_no_emergency(desk, show_to):
    ref = a_booked_case(desk)
    away = desk.acting(Actor(id="away", name="A Clerk", roles={"S02": frozenset({Role.BOOKINGS})}))
    at = press(show_to(away, "case", case=ref), "Show who the patient is")
    assert "may not see who a patient is at S01" in at.error[0].value
    assert not [each for each in at.text_input if each.label == "What is the emergency?"]
