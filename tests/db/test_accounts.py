"""People sign in with passwords nobody can read back, and are locked out after five wrong tries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db import accounts
from db.tables import AccountRow, AuditEventRow, LoginSessionRow
from scheduler.errors import BadInputError
from scheduler.vocabulary import Role
from tests.builders.memory import MORNING, read, write

PASSWORD = "correct horse battery"
IDLE, LIFE = timedelta(minutes=30), timedelta(hours=12)


@pytest.fixture
def account(database):
    roles = {"S01": {Role.BOOKINGS}, "*": {Role.VIEWER}}
    return write(
        database,
        lambda session: accounts.add_account(session, username="Kim", name="Kim Clerk", password=PASSWORD, roles=roles),
    )


def sign_in(database, username="kim", password=PASSWORD, now=MORNING):
    return write(
        database, lambda session: accounts.sign_in(session, username=username, password=password, now=now), now=now
    )


def person(database, token, now=MORNING):
    return read(database, lambda session: accounts.person(session, token, now=now, idle=IDLE, life=LIFE))


def test_a_person_signs_in_and_is_known_with_their_roles(database, account):
    found = person(database, sign_in(database, " KIM ").token)
    assert (found.id, found.name) == (account, "Kim Clerk")
    assert found.roles == {"S01": frozenset({Role.BOOKINGS}), "*": frozenset({Role.VIEWER})}


def test_neither_password_nor_token_is_kept(database, account):
    token = sign_in(database).token
    kept = read(database, lambda session: session.exec(select(AccountRow.password_hash)).one())
    digests = read(database, lambda session: session.exec(select(LoginSessionRow.token_digest)).all())
    trail = read(database, lambda session: [str(row.model_dump()) for row in session.exec(select(AuditEventRow))])
    assert kept.startswith("$argon2id$")
    assert token not in digests
    assert not [line for line in trail if PASSWORD in line or token in line or kept in line]


@pytest.mark.parametrize(("username", "password"), [("kim", "wrong password"), ("nobody", PASSWORD)])
def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(database, account, username, password):
    answer = sign_in(database, username, password)
    assert (answer.token, answer.refusal) == (None, accounts.WRONG)


def test_the_fifth_wrong_try_locks_and_a_quarter_of_an_hour_opens_again(database, account):
    for _ in range(4):
        sign_in(database, password="wrong password")
    assert sign_in(database).token  # a right one in time clears the count
    for _ in range(5):
        sign_in(database, password="wrong password")
    assert sign_in(database).refusal == accounts.LOCKED
    assert sign_in(database, now=MORNING + timedelta(minutes=15) - timedelta(seconds=1)).refusal == accounts.LOCKED
    assert sign_in(database, now=MORNING + timedelta(minutes=15)).token


def test_a_sign_in_rests_half_an_hour_and_no_longer(database, account):
    token = sign_in(database).token
    assert person(database, token, MORNING + IDLE)
    assert person(database, token, MORNING + IDLE + timedelta(seconds=1)) is None


def test_a_sign_in_in_use_still_ends_after_twelve_hours(database, account):
    token = sign_in(database).token
    for half_hours in range(1, 25):
        now = MORNING + half_hours * IDLE
        assert person(database, token, now)
        write(database, lambda session, now=now: accounts.touch(session, token, now=now), now=now)
    assert person(database, token, MORNING + LIFE + timedelta(seconds=1)) is None


def test_signing_out_ends_it(database, account):
    token = sign_in(database).token
    write(database, lambda session: accounts.sign_out(session, token, now=MORNING))
    assert person(database, token) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda session, account: accounts.set_password(session, account, "another long one", now=MORNING),
        lambda session, account: accounts.set_active(session, account, active=False, now=MORNING),
    ],
)
def test_a_new_password_or_a_closed_account_ends_every_sign_in(database, account, change):
    token = sign_in(database).token
    write(database, lambda session: change(session, account))
    assert person(database, token) is None


def test_roles_are_replaced(database, account):
    write(database, lambda session: accounts.set_roles(session, account, {"*": {Role.IR_LEAD}}))
    [found] = read(database, accounts.accounts)
    assert found.roles == {"*": frozenset({Role.IR_LEAD})}


def test_a_name_is_taken_once_and_a_short_password_is_refused(database, account):
    with pytest.raises(BadInputError, match="taken"):
        write(
            database,
            lambda session: accounts.add_account(session, username="kim", name="x", password=PASSWORD, roles={}),
        )
    with pytest.raises(BadInputError, match="12 characters"):
        write(
            database,
            lambda session: accounts.add_account(session, username="new", name="x", password="eleven chrs", roles={}),
        )
