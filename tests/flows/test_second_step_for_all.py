"""Behind TLS everybody with a password signs in with a second step, unless the operator says otherwise."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from pydantic import ValidationError

from db import external_accounts
from db.external_accounts import Vouched
from db.settings import MemorySettings
from scheduler.errors import NotPermittedError
from scheduler.vocabulary import Role
from tests.builders.memory import MORNING, write
from tests.builders.service import MovingClock, a_desk, a_service

PASSWORD = "wet gravel under lamps"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(sqlite_database):
    """A real set-up: behind TLS, with no word about second steps."""
    sqlite_database.settings = sqlite_database.settings.model_copy(update={"tls": True})
    return a_desk(a_service(sqlite_database, source=MovingClock()))


def signed_in(desk, username):
    return desk.acting(desk.person(desk.sign_in(username, PASSWORD, "here")))


@pytest.mark.parametrize("role", Role)
def test_behind_tls_every_role_sets_up_a_second_step_before_anything_else(desk, role):
    desk.add_account("kim", "Kim Roe", PASSWORD, {"S01": {role}})
    kim = signed_in(desk, "kim")
    with pytest.raises(NotPermittedError, match="Set it up before you do anything else"):
        kim.cases()
    shared = pyotp.parse_uri(kim.people.begin_second_step(PASSWORD))
    kim.people.confirm_second_step(shared.at(desk.now()))
    desk.service.clock.source.pass_(MINUTE)
    half = desk.sign_in("kim", PASSWORD, "here")
    assert (desk.awaits_code(half), desk.person(half)) == (True, None)
    whole = desk.give_code(half, shared.at(desk.now()), "here")
    assert desk.acting(desk.person(whole)).cases() == ()


def test_no_way_in_ends_with_a_password_alone(desk):
    """A password leads to the set-up of a second step, or to its code; the provider asks for its own."""
    desk.add_account("kim", "Kim Roe", PASSWORD, {"*": {Role.VIEWER}})
    assert signed_in(desk, "kim").actor.must_enrol
    person = Vouched(external_id="p lee", username="lee", name="Lee Doe", roles={"*": frozenset({Role.VIEWER})})
    answer = write(
        desk.service.database,
        lambda session: external_accounts.sign_in(session, person, now=MORNING, address="here", without_roles=""),
    )
    lee = desk.acting(desk.person(answer.token))
    assert (lee.actor.must_enrol, lee.cases()) == (False, ())
    with pytest.raises(NotPermittedError):
        desk.sign_in("lee", "", "here")


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ({"tls": "true"}, set(Role)),
        ({"tls": "true", "second_step_roles": ""}, set(Role)),
        ({"tls": "true", "second_step_roles": " administrator, ir_lead "}, {Role.ADMINISTRATOR, Role.IR_LEAD}),
        ({"tls": "true", "second_step_roles": "none"}, set()),
        ({"tls": "false"}, set()),
        ({}, set()),
        ({"second_step_roles": "viewer"}, {Role.VIEWER}),
    ],
)
def test_the_operator_asks_it_of_fewer_or_of_none_and_without_tls_it_is_asked_of_none(monkeypatch, said, asked):
    for name in ("tls", "second_step_roles"):
        monkeypatch.delenv(f"NEUROLIST_{name.upper()}", raising=False)
    for name, value in said.items():
        monkeypatch.setenv(f"NEUROLIST_{name.upper()}", value)
    assert MemorySettings().roles_with_second_step == asked


@pytest.mark.parametrize("said", ["none,viewer", "nobody"])
def test_a_word_that_would_leave_somebody_out_by_mistake_is_refused(said):
    with pytest.raises(ValidationError, match="Write none alone to ask nobody"):
        MemorySettings(second_step_roles=said)
