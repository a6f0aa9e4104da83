"""The second step of a sign-in: a code that a person's telephone works out, or a recovery code that is taken once."""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp
from sqlmodel import Session, col, select

from db import audit
from db.digests import digest_of
from db.tables import AccountRow, RecoveryCodeRow, SecondStepRow
from scheduler.errors import BadInputError, NotFoundError

ISSUER = "Neurolist"
HALF_MINUTE = 30  # seconds, as every authenticator counts
RECOVERY_CODES = 10
RECOVERY_BYTES = 16  # 128 bits: a plain digest is enough for what nobody can try out
NOT_RIGHT = "This code does not fit. Check that the telephone's clock is right, then give the next code."
RUN_OUT = "This code has just run out: each lives for half a minute. Type the one your telephone shows now."


def is_asked(session: Session, account_id: str) -> bool:
    """Say whether an account has a second step."""
    row = session.get(SecondStepRow, account_id)
    return row is not None and row.confirmed_at is not None


def accounts_with(session: Session) -> frozenset[str]:
    """Give the accounts that have a second step."""
    asked = select(SecondStepRow.account_id).where(col(SecondStepRow.confirmed_at).is_not(None))
    return frozenset(session.exec(asked).all())


def begin(session: Session, account_id: str) -> str:
    """Make the key that the telephone is to share, and give its address for an authenticator; a new one each time."""
    account = session.get_one(AccountRow, account_id)
    if account.external_id is not None:
        raise BadInputError.of("code", "You sign in with the hospital's own account: its second step is set up there.")
    row = session.get(SecondStepRow, account_id)
    if row is not None and row.confirmed_at is not None:
        raise BadInputError.of("code", "You have a second step already. End it first, then set it up again.")
    row = row or SecondStepRow(account_id=account_id, secret="")
    row.secret = pyotp.random_base32()
    session.add(row)
    audit.record(session, action="begin_second_step", entity="account", ref=account_id)
    return pyotp.TOTP(row.secret).provisioning_uri(name=account.username, issuer_name=ISSUER)


def confirm(session: Session, account_id: str, code: str, *, now: datetime) -> tuple[str, ...]:
    """Take the first code, which turns the second step on; gives the recovery codes, which are shown this once."""
    row = session.get(SecondStepRow, account_id)
    if row is None or row.confirmed_at is not None:
        raise NotFoundError("There is no second step to confirm. Begin to set it up first.")
    if not _take_code(row, code, now):
        raise BadInputError.of("code", RUN_OUT if _has_run_out(row, code, now) else NOT_RIGHT)
    row.confirmed_at = now
    codes = tuple(_spoken(secrets.token_hex(RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))
    session.add_all([RecoveryCodeRow(account_id=account_id, code_digest=digest_of(_plain(one))) for one in codes])
    audit.record(session, action="set_second_step", entity="account", ref=account_id)
    return codes


def end(session: Session, account_id: str) -> None:
    """Take the second step of an account away, with its recovery codes."""
    row = session.get(SecondStepRow, account_id)
    if row is None:
        raise NotFoundError("This account has no second step.")
    for code in session.exec(select(RecoveryCodeRow).where(RecoveryCodeRow.account_id == account_id)):
        session.delete(code)
    session.delete(row)
    audit.record(session, action="end_second_step", entity="account", ref=account_id)


def take(session: Session, account_id: str, code: str, *, now: datetime) -> bool:
    """Take a code of the telephone or a recovery code, each once; says whether it was right."""
    row = session.get(SecondStepRow, account_id)
    if row is None or row.confirmed_at is None:
        return False
    if _take_code(row, code, now):
        audit.record(session, action="take_code", entity="account", ref=account_id)
        return True
    asked = select(RecoveryCodeRow).where(
        RecoveryCodeRow.account_id == account_id, RecoveryCodeRow.code_digest == digest_of(_plain(code))
    )
    kept = session.exec(asked.where(col(RecoveryCodeRow.used_at).is_(None))).first()
    if kept is not None:
        kept.used_at = now
        audit.record(session, action="take_recovery_code", entity="account", ref=account_id)
    return kept is not None


def has_run_out(session: Session, account_id: str, code: str, *, now: datetime) -> bool:
    """Say whether this was the right code until the half minute changed, as when somebody types slowly."""
    row = session.get(SecondStepRow, account_id)
    return row is not None and row.confirmed_at is not None and _has_run_out(row, code, now)


def left(session: Session, account_id: str) -> int:
    """Count the recovery codes that are still good."""
    asked = select(RecoveryCodeRow).where(
        RecoveryCodeRow.account_id == account_id, col(RecoveryCodeRow.used_at).is_(None)
    )
    return len(session.exec(asked).all())


def _take_code(row: SecondStepRow, code: str, now: datetime) -> bool:
    """A code counts in its own half minute alone, and only after the last that was taken."""
    counter = _counter(now)
    right = _is_code_of(row, code, counter)
    if right:
        row.last_counter = counter
    return right


def _has_run_out(row: SecondStepRow, code: str, now: datetime) -> bool:
    return _is_code_of(row, code, _counter(now) - 1)


def _is_code_of(row: SecondStepRow, code: str, counter: int) -> bool:
    """Say whether this is the code of that half minute, and it comes after the last that was taken."""
    shown = pyotp.TOTP(row.secret).generate_otp(counter)
    return counter > row.last_counter and pyotp.utils.strings_equal(shown, "".join(code.split()))


def _counter(now: datetime) -> int:
    """Count the half minutes since 1970, as every authenticator does (RFC 6238)."""
    return int(now.timestamp()) // HALF_MINUTE


def _spoken(code: str) -> str:
    return "-".join(code[at : at + 5] for at in range(0, len(code), 5))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.casefold() if letter.isalnum())
