"""People sign in with passwords nobody can read back, and are locked out after five wrong tries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlmodel import select

from db import accounts, audit, passwords, second_steps, tries
from db.digests import digest_of
from db.tables import AccountRow, AuditEventRow, LoginSessionRow, RecoveryCodeRow
from scheduler.errors import BadInputError
from scheduler.vocabulary import Role
from tests.builders.memory import CLERK, MORNING, read, write

PASSWORD = "correct horse battery"
IDLE, LIFE = timedelta(minutes=30), timedelta(hours=12)


@pytest.fixture
def account(database):
    roles = {"S01": {Role.BOOKINGS}, "*": {Role.VIEWER}}
    return write(
        database,
        lambda session: accounts.add_account(session, username="Kim", name="Kim Clerk", password=PASSWORD, roles=roles),
    )


def sign_in(database, username="kim", password=PASSWORD, now=MORNING, address=""):
    return write(
        database,
        lambda session: accounts.sign_in(session, username=username, password=password, now=now, address=address),
        now=now,
    )


def person(database, token, now=MORNING):
    found = read(database, lambda session: accounts.signed_in(session, token, now=now, idle=IDLE, life=LIFE))
    return found and found.account


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


def wrong(database, times, address, now=MORNING, username="kim"):
    for _ in range(times):
        sign_in(database, username, "wrong password", now, address)


def test_each_further_run_of_wrong_tries_waits_twice_as_long_and_at_most_four_hours(database, account):
    now, waits = MORNING, []
    for _ in range(5):
        for _ in range(5):
            found = wait_of(database, now, "here")
            now += found
            wrong(database, 1, "here", now)
        waits.append(wait_of(database, now, "here") // timedelta(minutes=1))
    assert waits == [15, 30, 60, 120, 240]


def wait_of(database, now, place):
    names = digest_of("kim"), digest_of(place)
    return (
        read(database, lambda session: tries.wait_until(session, name=names[0], place=names[1], account=None, now=now))
        - now
    )


def test_strangers_lock_nobody_out_of_a_place_they_signed_in_from(database, account):
    assert sign_in(database, address="ward").token
    for place in range(6):
        wrong(database, 5, f"elsewhere-{place}")
    assert sign_in(database, address="a new place").refusal == accounts.LOCKED
    assert sign_in(database, address="ward").token
    assert sign_in(database, address="a new place", now=MORNING + timedelta(hours=1)).token


def test_the_fiftieth_wrong_try_of_one_place_makes_every_name_wait_there_a_minute(database, account):
    for number in range(49):
        wrong(database, 1, "kiosk", username=f"nobody{number}")
    assert sign_in(database, address="kiosk").token
    wrong(database, 1, "kiosk", username="nobody")
    assert sign_in(database, address="kiosk").refusal == accounts.LOCKED
    assert sign_in(database, address="kiosk", now=MORNING + timedelta(minutes=1)).token


def test_other_roles_end_every_sign_in_and_the_same_roles_end_none(database, account):
    token = sign_in(database).token
    same = {"S01": {Role.BOOKINGS}, "*": {Role.VIEWER}}
    write(database, lambda session: accounts.set_roles(session, account, same))
    assert person(database, token)
    write(database, lambda session: accounts.set_roles(session, account, {"*": {Role.VIEWER}}))
    assert person(database, token) is None


@pytest.mark.parametrize(
    "password",
    [
        "Password1234!",
        "P@ssw0rd2026",
        "qwertyuiop123",
        "aaaaaaaaaaaaaa",
        "Kim.Clerk.2026",
        "WelcomeMelbourne1",
        "1" * 14,
    ],
)
def test_a_password_that_guessers_try_first_is_refused(database, account, password):
    with pytest.raises(BadInputError, match="first that a stranger would try"):
        write(database, lambda session: accounts.set_password(session, account, password, now=MORNING))


@pytest.mark.parametrize("password", ["correct horse battery", "wet gravel under lamps", "x7#Qp!vR2m&Lz"])
def test_a_password_of_its_own_words_is_taken(database, account, password):
    write(database, lambda session: accounts.set_password(session, account, password, now=MORNING))


def test_a_password_never_runs_out(database, account):
    much_later = MORNING + timedelta(days=3_653)
    assert not person(database, sign_in(database, now=much_later).token, much_later).must_change


# The hash of a password


def keep(database, account, kept):
    """Keep a hash as an older version made it."""

    def work(session):
        session.get_one(AccountRow, account).password_hash = kept
        audit.record(session, action="set_password", entity="account", ref=account)

    write(database, work)


def hash_of(database, account):
    return read(database, lambda session: session.get_one(AccountRow, account).password_hash)


OLDER = PasswordHasher(time_cost=1, memory_cost=8_192)


def test_a_hash_of_older_parameters_is_made_anew_at_the_next_right_sign_in_alone(database, account):
    older = OLDER.hash(PASSWORD)
    keep(database, account, older)
    assert sign_in(database, password="wrong password").token is None
    assert hash_of(database, account) == older
    assert sign_in(database).token
    newer = hash_of(database, account)
    assert (passwords.is_outdated(newer), passwords.matches(newer, PASSWORD)) == (False, True)
    assert sign_in(database).token
    assert hash_of(database, account) == newer


def test_a_hash_that_was_made_anew_before_others_wait_is_not_kept_over_a_newer_password(database, account):
    keep(database, account, OLDER.hash(PASSWORD))
    checked = accounts.compare(hash_of(database, account), PASSWORD)
    assert checked.renewed
    write(database, lambda session: accounts.set_password(session, account, "another long one", now=MORNING))
    newest, tried = hash_of(database, account), {"username": "kim", "password": PASSWORD, "now": MORNING}
    assert write(database, lambda session: accounts.sign_in(session, **tried, checked=checked)).token is None
    assert hash_of(database, account) == newest


def test_two_that_make_a_hash_anew_at_once_both_come_in(database, account):
    keep(database, account, OLDER.hash(PASSWORD))
    tried, now = {"username": "kim", "password": PASSWORD, "now": MORNING}, MORNING
    checked = accounts.compare(hash_of(database, account), PASSWORD)

    def come_in(_):
        return database.write(
            lambda session: accounts.sign_in(session, **tried, checked=checked), author=CLERK, now=now
        ).token

    with ThreadPoolExecutor(2) as both:
        assert all(both.map(come_in, range(2)))
    assert passwords.matches(hash_of(database, account), PASSWORD)


# The second step


@pytest.fixture
def enrolled(database, account):
    """The key that the telephone shares, and the recovery codes."""
    address = write(database, lambda session: second_steps.begin(session, account))
    shared = pyotp.parse_uri(address)
    first = shared.at(MORNING)
    codes = write(database, lambda session: second_steps.confirm(session, account, first, now=MORNING))
    return shared, codes


LATER = MORNING + timedelta(minutes=2)


def give(database, token, code, now=LATER, address=""):
    return write(database, lambda session: accounts.give_code(session, token, code, now=now, address=address), now=now)


def test_the_password_alone_lets_nobody_in_who_has_a_second_step(database, enrolled):
    half = sign_in(database, now=LATER)
    assert (half.half_open, person(database, half.token, LATER)) == (True, None)
    full = give(database, half.token, enrolled[0].at(LATER))
    assert person(database, full.token, LATER).second_step
    assert full.token != half.token
    assert give(database, half.token, enrolled[0].at(LATER + timedelta(minutes=1))).token is None


def test_a_code_is_taken_once_also_by_somebody_who_watched(database, enrolled):
    code = enrolled[0].at(LATER)
    assert give(database, sign_in(database, now=LATER).token, code).token
    assert give(database, sign_in(database, now=LATER).token, code).refusal == accounts.WRONG_CODE


@pytest.mark.parametrize(
    ("seconds", "refusal"),
    [
        (-1, accounts.WRONG_CODE),
        (0, ""),
        (29, ""),
        (30, second_steps.RUN_OUT),
        (59, second_steps.RUN_OUT),
        (60, accounts.WRONG_CODE),
    ],
)
def test_a_code_lives_for_its_own_half_minute_alone(database, enrolled, seconds, refusal):
    given_at = LATER + timedelta(seconds=seconds)
    half = sign_in(database, now=given_at)
    answer = give(database, half.token, enrolled[0].at(LATER), now=given_at)
    assert (answer.refusal, answer.token is None) == (refusal, bool(refusal))


def test_a_code_that_has_just_run_out_is_no_wrong_try_and_one_that_was_used_is(database, enrolled):
    shared, _ = enrolled
    half = sign_in(database, now=LATER)
    for _ in range(6):
        assert give(database, half.token, shared.at(LATER - timedelta(seconds=1))).refusal == second_steps.RUN_OUT
    assert give(database, half.token, shared.at(LATER)).token
    after = LATER + timedelta(seconds=30)
    half = sign_in(database, now=after)
    for _ in range(5):
        assert give(database, half.token, shared.at(LATER), now=after).refusal == accounts.WRONG_CODE
    assert give(database, half.token, shared.at(after), now=after).refusal == accounts.LOCKED


def test_the_first_code_too_lives_for_half_a_minute(database, account):
    shared = pyotp.parse_uri(write(database, lambda session: second_steps.begin(session, account)))
    for given_at, says in ((LATER + timedelta(seconds=30), "just run out"), (LATER - timedelta(seconds=1), "not fit")):
        with pytest.raises(BadInputError, match=says):
            write(
                database,
                lambda session, at=given_at: second_steps.confirm(session, account, shared.at(LATER), now=at),
            )
    assert write(database, lambda session: second_steps.confirm(session, account, shared.at(LATER), now=LATER))


def test_a_recovery_code_stands_in_for_the_telephone_once_and_is_kept_only_as_a_digest(database, account, enrolled):
    _, codes = enrolled
    assert len(set(codes)) == 10
    assert give(database, sign_in(database, now=LATER).token, codes[3].upper().replace("-", " ")).token
    assert give(database, sign_in(database, now=LATER).token, codes[3]).token is None
    kept = read(database, lambda session: [str(row.model_dump()) for row in session.exec(select(RecoveryCodeRow))])
    trail = read(database, lambda session: [str(row.model_dump()) for row in session.exec(select(AuditEventRow))])
    secret = enrolled[0].secret
    assert not [
        line for line in kept + trail if codes[3] in line or codes[3].replace("-", "") in line or secret in line
    ]
    assert read(database, lambda session: second_steps.left(session, account)) == 9


def test_wrong_codes_lock_as_wrong_passwords_do_and_the_half_open_door_shuts_after_five_minutes(database, enrolled):
    half = sign_in(database, now=LATER)
    assert give(database, half.token, "", now=LATER + accounts.CODE_WITHIN).refusal == accounts.WRONG_CODE
    assert (
        give(database, half.token, "", now=LATER + accounts.CODE_WITHIN + timedelta(seconds=1)).refusal
        == accounts.WRONG
    )
    half = sign_in(database, now=LATER)
    for _ in range(4):
        give(database, half.token, "000000")
    assert give(database, half.token, enrolled[0].at(LATER)).refusal == accounts.LOCKED


def test_a_second_step_counts_only_once_its_first_code_was_right(database, account):
    write(database, lambda session: second_steps.begin(session, account))
    with pytest.raises(BadInputError, match="does not fit"):
        write(database, lambda session: second_steps.confirm(session, account, "000000", now=MORNING))
    assert not sign_in(database).half_open


def test_a_password_is_checked_before_others_are_kept_waiting_and_again_if_it_changed_meanwhile(
    database, account, monkeypatch
):
    kept = read(database, lambda session: accounts.hash_to_check(session, username="kim", now=MORNING, address=""))
    tried = {"username": "kim", "password": PASSWORD, "now": MORNING}
    checked = accounts.Checked(kept, passwords.matches(kept, PASSWORD))
    with monkeypatch.context() as patch:
        patch.setattr(accounts, "matches", lambda *_: pytest.fail("The password was hashed inside the write."))
        assert write(database, lambda session: accounts.sign_in(session, **tried, checked=checked)).token
    write(database, lambda session: accounts.set_password(session, account, "another long one", now=MORNING))
    answer = write(database, lambda session: accounts.sign_in(session, **tried, checked=checked))
    assert answer.refusal == accounts.WRONG


def test_a_try_that_must_wait_is_not_hashed_at_all(database, account, monkeypatch):
    wrong(database, 5, "here")
    monkeypatch.setattr(accounts, "matches", lambda *_: pytest.fail("A locked try was hashed."))
    asked = {"username": "kim", "now": MORNING, "address": "here"}
    assert read(database, lambda session: accounts.hash_to_check(session, **asked)) is None
    assert sign_in(database, address="here").refusal == accounts.LOCKED
