"""Accounts are added with a first password, changed, disabled and signed out; somebody is always left to let in."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from operator import attrgetter

import pyotp
import pytest
from sqlmodel import select

from db import external_accounts
from db.external_accounts import Vouched
from db.tables import AuditEventRow
from db.words import Outcome
from flows.desk import EVERY_SITE
from scheduler.errors import BadInputError, NotFoundError, NotPermittedError, StaleVersionError
from scheduler.vocabulary import Role
from tests.builders.memory import write
from tests.builders.service import a_desk, a_service

OWN = "six plain words of my own"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(sqlite_database):
    return a_desk(a_service(sqlite_database), Role.ADMINISTRATOR)


def added(desk, username="jo.lee", role=Role.BOOKINGS):
    return desk.people.add(username, "Jo Lee", {EVERY_SITE: {role}})


def account(desk, username="jo.lee"):
    return next(each for each in desk.people.accounts() if each.username == username)


def signed_in(desk, password, username="jo.lee"):
    token = desk.sign_in(username, password, "here")
    return token, desk.acting(desk.person(token))


def test_a_first_password_allows_nothing_but_choosing_another(desk):
    first = added(desk)
    token, jo = signed_in(desk, first)
    with pytest.raises(NotPermittedError, match="Your password is a first one"):
        jo.cases()
    jo.people.choose_password(first, OWN, OWN)
    assert desk.person(token) is None
    _, jo = signed_in(desk, OWN)
    assert jo.cases() == ()
    assert not account(desk).must_change


def test_a_new_password_is_refused_when_it_is_wrong_short_old_or_mistyped(desk):
    first = added(desk)
    _, jo = signed_in(desk, first)
    for says, typed in {
        "not your current password": ("something else entirely", OWN, OWN),
        "at least 12 characters": (first, "short", "short"),
        "is the current one": (first, first, first),
        "The two new passwords differ": (first, OWN, OWN + "x"),
    }.items():
        with pytest.raises(BadInputError, match=says):
            jo.people.choose_password(*typed)
    with pytest.raises(NotPermittedError, match="Sign in first"):
        type(desk)(desk.service).people.choose_password(first, OWN, OWN)


def test_a_reset_password_ends_every_sign_in(desk):
    token, _ = signed_in(desk, added(desk))
    again = desk.people.reset_password(account(desk).id)
    assert desk.person(token) is None
    assert signed_in(desk, again)[1].actor.must_change


def own_desk(desk):
    """Jo, signed in with a password of their own."""
    first = added(desk)
    signed_in(desk, first)[1].people.choose_password(first, OWN, OWN)
    return signed_in(desk, OWN)[1]


def with_second_step(desk):
    """Jo, with a second step; gives the key that their telephone keeps too."""
    jo = own_desk(desk)
    shared = pyotp.parse_uri(jo.people.begin_second_step(OWN))
    jo.people.confirm_second_step(shared.at(desk.now()))
    desk.service.clock.source.pass_(MINUTE)
    return jo, shared


def test_a_new_first_password_leaves_the_second_step_in_force(desk):
    _, shared = with_second_step(desk)
    first = desk.people.reset_password(account(desk).id)
    half = desk.sign_in("jo.lee", first, "here")
    assert (desk.awaits_code(half), desk.person(half)) == (True, None)
    whole = desk.give_code(half, shared.at(desk.now()), "here")
    assert desk.person(whole).must_change


def test_the_second_step_is_set_up_and_ended_with_the_password_given_again(desk):
    jo = own_desk(desk)
    for wrong in ("", "not the password"):
        with pytest.raises(BadInputError, match="not your current password"):
            jo.people.begin_second_step(wrong)
    shared = pyotp.parse_uri(jo.people.begin_second_step(OWN))
    jo.people.confirm_second_step(shared.at(desk.now()))
    with pytest.raises(BadInputError, match="not your current password"):
        jo.people.end_own_second_step("not the password")
    assert jo.people.second_step().set_up
    jo.people.end_own_second_step(OWN)
    assert not jo.people.second_step().set_up


def test_one_ends_ones_sign_ins_with_the_password_given_again(desk):
    jo = own_desk(desk)
    (line,) = jo.people.own_sign_ins()
    with pytest.raises(BadInputError, match="not your current password"):
        jo.people.revoke_own(line.id, "not the password")
    assert jo.people.own_sign_ins() == (line,)
    jo.people.revoke_own(line.id, OWN)
    assert jo.people.own_sign_ins() == ()


OWN_ACTS = {
    "choose": lambda jo, password: jo.people.choose_password(password, OWN + "x", OWN + "x"),
    "begin": lambda jo, password: jo.people.begin_second_step(password),
    "end": lambda jo, password: jo.people.end_own_second_step(password),
    "revoke": lambda jo, password: jo.people.revoke_own("0" * 12, password),
}


@pytest.mark.parametrize("act", OWN_ACTS.values(), ids=OWN_ACTS)
def test_the_fifth_wrong_password_of_somebody_signed_in_makes_even_the_right_one_wait(desk, act):
    jo = own_desk(desk)
    for _ in range(5):
        with pytest.raises(BadInputError, match="not your current password"):
            act(jo, "not the password")
    with pytest.raises(BadInputError, match="Too many wrong tries"):
        act(jo, OWN)
    assert desk.sign_in("jo.lee", OWN, "here")
    desk.service.clock.source.pass_(timedelta(minutes=15) - timedelta(seconds=1))
    with pytest.raises(BadInputError, match="Too many wrong tries"):
        jo.people.begin_second_step(OWN)
    desk.service.clock.source.pass_(timedelta(seconds=1))
    assert jo.people.begin_second_step(OWN)


def test_wrong_tries_of_strangers_make_nobody_wait_who_is_signed_in(desk):
    jo = own_desk(desk)
    for place in range(6):
        for _ in range(5):
            with pytest.raises(NotPermittedError):
                desk.sign_in("jo.lee", "not the password", f"elsewhere-{place}")
    assert jo.people.begin_second_step(OWN)


def test_whoever_signs_in_with_the_hospitals_account_ends_sign_ins_and_is_asked_for_no_password(desk):
    person = Vouched(external_id="p sam", username="sam", name="Sam Doe", roles={EVERY_SITE: frozenset({Role.VIEWER})})
    made = partial(external_accounts.sign_in, person=person, now=desk.now(), address="here", without_roles="")
    sam = desk.acting(desk.person(write(desk.service.database, made).token))
    assert sam.actor.external
    (line,) = sam.people.own_sign_ins()
    sam.people.revoke_own(line.id, "")
    assert sam.people.own_sign_ins() == ()
    with pytest.raises(BadInputError, match="its second step is set up there"):
        sam.people.begin_second_step("")


def test_a_password_that_is_asked_for_again_is_told_to_the_log_and_the_trail(desk, caplog):
    jo = own_desk(desk)
    caplog.set_level(logging.INFO)
    caplog.clear()
    with pytest.raises(BadInputError):
        jo.people.begin_second_step("not the password")
    jo.people.begin_second_step(OWN)
    assert told(caplog) == [("sign_in_refused", "wrong")]
    with desk.service.database.reading() as session:
        kept = session.exec(select(AuditEventRow).where(AuditEventRow.actor == jo.actor.id)).all()
    last = [(row.action, row.outcome) for row in sorted(kept, key=attrgetter("seq"))][-3:]
    assert last == [
        ("sign_in", Outcome.REFUSED),
        ("password_right", Outcome.DONE),
        ("begin_second_step", Outcome.DONE),
    ]


def test_a_revoked_sign_in_ends_at_once_and_the_other_stays(desk):
    first = added(desk)
    one, other = (desk.sign_in("jo.lee", first, "here") for _ in range(2))
    lines = desk.people.sign_ins()
    assert len(lines) == 2
    desk.people.revoke(lines[0].id, account=account(desk).id)
    assert [desk.person(token) is None for token in (one, other)].count(True) == 1
    with pytest.raises(NotFoundError, match="not there any more"):
        desk.people.revoke(lines[1].id, account="somebody else")


def test_one_sees_and_ends_ones_own_sign_ins_alone(desk):
    signed_in(desk, added(desk, "sam"), "sam")
    first = added(desk)
    signed_in(desk, first)[1].people.choose_password(first, OWN, OWN)
    _, jo = signed_in(desk, OWN)
    (line,) = jo.people.own_sign_ins()
    others = next(each for each in desk.people.sign_ins() if each.account != line.account)
    with pytest.raises(NotFoundError):
        jo.people.revoke_own(others.id, OWN)
    jo.people.revoke_own(line.id, OWN)
    assert jo.people.own_sign_ins() == ()
    assert [each.id for each in desk.people.sign_ins()] == [others.id]


def test_roles_are_given_at_one_site_and_an_old_page_is_refused(desk):
    added(desk)
    shown = account(desk)
    desk.people.set_roles(shown.id, {"S01": {Role.IR_LEAD}}, expected_version=shown.version)
    assert account(desk).roles == {"S01": frozenset({Role.IR_LEAD})}
    desk.people.set_active(shown.id, active=False, expected_version=account(desk).version)
    with pytest.raises(StaleVersionError):
        desk.people.set_active(shown.id, active=True, expected_version=shown.version)
    with pytest.raises(BadInputError, match="choose at least one role"):
        desk.people.set_roles(shown.id, {})


def test_a_repeat_changes_nothing_and_the_first_password_still_works(desk):
    roles = {EVERY_SITE: {Role.BOOKINGS}}
    first = desk.people.add("jo.lee", "Jo Lee", roles, write_id="w1")
    assert desk.people.add("jo.lee", "Jo Lee", roles, write_id="w1") == ""
    assert [each.username for each in desk.people.accounts()] == ["jo.lee"]
    assert signed_in(desk, first)[1].actor.must_change
    shown = account(desk)
    for _ in range(2):
        desk.people.set_active(shown.id, active=False, expected_version=shown.version, write_id="w2")
    assert not account(desk).active


def test_the_last_administrator_stays(desk):
    added(desk, "ada", Role.ADMINISTRATOR)
    added(desk)
    ada = account(desk, "ada")
    for change in (
        lambda: desk.people.set_active(ada.id, active=False),
        lambda: desk.people.set_roles(ada.id, {EVERY_SITE: {Role.BOOKINGS}}),
        lambda: desk.people.set_roles(ada.id, {"S01": {Role.ADMINISTRATOR}}),
    ):
        with pytest.raises(BadInputError, match="last administrator of every site"):
            change()
    desk.people.set_roles(account(desk).id, {EVERY_SITE: {Role.ADMINISTRATOR}})
    desk.people.set_active(ada.id, active=False)
    assert not account(desk, "ada").active


@pytest.mark.parametrize("username", ["", "jo lee"])
def test_a_name_to_sign_in_with_has_no_spaces(desk, username):
    with pytest.raises(BadInputError, match="no spaces"):
        desk.people.add(username, "Jo Lee", {EVERY_SITE: {Role.BOOKINGS}})


def test_only_an_administrator_manages_accounts(desk):
    with pytest.raises(NotPermittedError, match="manage accounts"):
        a_desk(desk.service, Role.IR_LEAD).people.sign_ins()


def told(caplog):
    return [(record.msg["event"], record.msg.get("reason")) for record in caplog.records if record.name == "neurolist"]


def test_each_way_a_sign_in_ends_is_told_to_the_log_and_the_trail(desk, caplog):
    caplog.set_level(logging.INFO)
    first = added(desk)
    token, _ = signed_in(desk, first)
    desk.sign_out(token)
    for _ in range(6):
        with pytest.raises(NotPermittedError):
            desk.sign_in("jo.lee", "not the password at all", "here")
    assert told(caplog) == [
        ("sign_in_accepted", None),
        ("session_ended", "signed_out"),
        *[("sign_in_refused", "wrong")] * 5,
        ("sign_in_locked", "too_many_tries"),
    ]
    accepted = next(record.msg for record in caplog.records if record.name == "neurolist")
    assert accepted["account"] == account(desk).id
    assert not {"jo.lee", "Jo Lee", "not the password", "here"} & set(str(accepted).split())
    with desk.service.database.reading() as session:
        outcomes = [row.outcome for row in session.exec(select(AuditEventRow).where(AuditEventRow.action == "sign_in"))]
    assert sorted(outcomes) == [Outcome.DONE, *[Outcome.REFUSED] * 6]
