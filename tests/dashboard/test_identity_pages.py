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
    at = show_to(of_lee(desk), "my-account")
    type_in(at, "Password", "not the password")
    at = press(at, "Set up a second step")
    assert "not your current password" in at.error[0].value
    assert not at.code
    type_in(at, "Password", PASSWORD)
    at = press(at, "Set up a second step")
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


def hidden(at):
    """What password managers are told of each field on the page, and whether what is typed is hidden."""
    return {
        each.label: (each.proto.type == each.proto.PASSWORD, each.proto.autocomplete)
        for each in at.text_input
        if each.label
    }


CURRENT, NEW = (True, "current-password"), (True, "new-password")
OF_THE_PASSWORD = {"Current password": CURRENT, "New password": NEW, "New password again": NEW}


def test_passwords_are_hidden_as_they_are_typed_and_password_managers_know_each_field(desk, show_to):
    lee = of_lee(desk)
    desk.sign_in("lee", PASSWORD, "here")
    at = show_to(lee, "my-account")
    assert hidden(at) == {**OF_THE_PASSWORD, "Password": CURRENT, "Password, to end a sign-in": CURRENT}
    assert hidden(show_to(of_lee(desk, must_change=True))) == OF_THE_PASSWORD
    assert hidden(show_to(of_lee(desk, must_enrol=True))) == {"Password": CURRENT}
    at = show_to(lee, "my-account")
    type_in(at, "Password", PASSWORD)
    at = press(at, "Set up a second step")
    assert hidden(at)["The code it shows"] == (False, "one-time-code")


def test_a_sign_in_is_ended_with_the_password_on_the_page(desk, show_to):
    lee = of_lee(desk)
    desk.sign_in("lee", PASSWORD, "here")
    at = press(show_to(lee, "my-account"), "End sign-in 1")
    assert "not your current password" in at.error[0].value
    assert len(lee.people.own_sign_ins()) == 1
    type_in(at, "Password, to end a sign-in", PASSWORD)
    at = press(at, "End sign-in 1")
    assert at.success[0].value == "The sign-in is ended."
    assert lee.people.own_sign_ins() == ()


def test_whoever_signs_in_with_the_hospitals_account_is_told_where_its_password_is_changed_and_asked_for_none(
    desk, show_to
):
    of_lee(desk)
    desk.sign_in("lee", PASSWORD, "here")
    at = show_to(of_lee(desk, external=True), "my-account")
    assert [each.label for each in at.button] == ["End sign-in 1"]
    assert hidden(at) == {}
    assert "Its password and its second step are changed there." in html(at)


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
