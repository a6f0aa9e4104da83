"""Staff accounts: passwords nobody can read back, sign-ins that end, and a lock after too many tries."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from db import audit, second_steps
from db.digests import digest_of
from db.passwords import check_password, hashed, is_outdated, matches, nobodys_hash
from db.tables import AccountRoleRow, AccountRow, LoginSessionRow, SecondStepRow
from db.tries import forget, note_wrong, wait_until
from db.words import Outcome
from scheduler.errors import BadInputError, NotFoundError
from scheduler.vocabulary import Role

CODE_WITHIN = timedelta(minutes=5)  # after the password
TOKEN_BYTES = 32
EVERYWHERE = "*"
NOWHERE = ""  # the place of a password that somebody signed in gives once more
WRONG = "The name or the password is wrong."
LOCKED = "Too many wrong tries. Wait a while, then try again: a quarter of an hour at first, longer after more."
NOT_YOURS = "That is not your current password. Nothing was changed."
WRONG_CODE = "This code is wrong or was used before. Wait for the next one, or use a recovery code."

Roles = Mapping[str, Set[Role]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who has signed in, and the roles they hold at each site (`*` is every site)."""

    id: str
    username: str
    name: str
    roles: Mapping[str, frozenset[Role]]
    active: bool
    version: int
    must_change: bool = False
    second_step: bool = False
    external: bool = False  # signs in at the hospital's own provider


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A sign-in that is still good: whose it is, and when it was last used."""

    account: Account
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """The answer to a sign-in: a token, or the sentence that says why not."""

    token: str | None
    refusal: str = ""
    half_open: bool = False  # the code of the second step is still to come
    account: str = ""  # the id of whom it lets in


def add_account(
    session: Session, *, username: str, name: str, password: str, roles: Roles, must_change: bool = False
) -> str:
    """Make an account and give its id; with `must_change` the password is a first one, to be replaced at once."""
    _check_wanted(session, password, known=(username, name))
    wanted = username.strip().casefold()
    if not wanted or any(letter.isspace() for letter in wanted):
        raise BadInputError.of("username", "A name to sign in with has no spaces, such as jo.lee. Choose one.")
    if session.exec(select(AccountRow.id).where(AccountRow.username == wanted)).first() is not None:
        raise BadInputError.of("username", f"The name '{wanted}' is taken. Choose another.")
    row = AccountRow(username=wanted, name=name, password_hash=hashed(password), must_change=must_change)
    session.add(row)
    session.flush()
    _give_roles(session, row.id, roles)
    audit.record(session, action="add_account", entity="account", ref=row.id)
    return row.id


def set_roles(session: Session, account_id: str, roles: Roles, *, expected_version: int | None = None) -> None:
    """Give an account these roles and no others; where that changes them, every sign-in of the account ends."""
    row = _account(session, account_id)
    row.expect(expected_version)
    lets_in, before = _is_administrator(session, account_id), roles_of(session, account_id)
    for held in session.exec(select(AccountRoleRow).where(AccountRoleRow.account_id == account_id)):
        session.delete(held)
    session.flush()
    _give_roles(session, account_id, roles)
    if before != {site: frozenset(held) for site, held in roles.items() if held}:
        _end_all(session, account_id, audit.attribution(session).now)
    if lets_in:
        _keep_an_administrator(session)
    audit.record(session, action="set_roles", entity="account", ref=account_id)


def set_password(session: Session, account_id: str, password: str, *, now: datetime, must_change: bool = False) -> None:
    """Change a password; every sign-in of the account ends. With `must_change` it is to be replaced at once."""
    row = _account(session, account_id)
    if row.external_id is not None:
        raise BadInputError.of(
            "password", f"{row.name} signs in with the hospital's own account, which has no password here."
        )
    _check_wanted(session, password, known=(row.username, row.name))
    row.password_hash, row.must_change = hashed(password), must_change
    _end_all(session, account_id, now)
    audit.record(session, action="set_password", entity="account", ref=account_id)


def choose_password(session: Session, account_id: str, *, current: str, wanted: str, now: datetime) -> None:
    """Change one's own password, once `give_password` has taken the current one; every sign-in of the account ends."""
    row = _account(session, account_id)
    if row.external_id is not None:
        raise BadInputError.of("current", "You sign in with the hospital's own account. Change its password there.")
    if current == wanted:
        raise BadInputError.of("password", "The new password is the current one. Choose another.")
    set_password(session, account_id, wanted, now=now)


def own_hash_to_check(session: Session, account_id: str, *, now: datetime) -> str | None:
    """Give the hash that a password given once more must be checked against; None for who has none, or must wait."""
    row = _account(session, account_id)
    return None if row.external_id is not None or _must_wait(session, row, now) else row.password_hash


def give_password(
    session: Session, account_id: str, password: str, *, now: datetime, checked: Checked | None = None
) -> str:
    """Take the password of somebody signed in once more; gives the sentence that refuses it, nothing for the right one.

    A wrong one counts as a wrong try of the name. Who signs in with the hospital's own account has no password here,
    and is asked for none.
    """
    row = _account(session, account_id)
    if row.external_id is not None:
        return ""
    name = digest_of(row.username)
    if _must_wait(session, row, now):
        return _turned_away(session, name, LOCKED).refusal
    if checked is None or checked.kept != row.password_hash:
        checked = compare(row.password_hash, password)
    if not checked.right:
        note_wrong(session, name=name, place=NOWHERE, now=now)
        return _turned_away(session, name, NOT_YOURS).refusal
    forget(session, name=name, place=NOWHERE)
    audit.record(session, action="password_right", entity="account", ref=row.id, why="asked again")
    return ""


def _must_wait(session: Session, row: AccountRow, now: datetime) -> bool:
    name = digest_of(row.username)
    return wait_until(session, name=name, place=NOWHERE, account=row.id, now=now, signed_in=True) > now


def end_sign_ins(session: Session, account_id: str, *, now: datetime) -> None:
    """End every sign-in of an account."""
    _end_all(session, account_id, now)
    audit.record(session, action="end_sign_ins", entity="account", ref=account_id)


def set_active(
    session: Session, account_id: str, *, active: bool, now: datetime, expected_version: int | None = None
) -> None:
    """Open or close an account; closing ends every sign-in."""
    row = _account(session, account_id)
    row.expect(expected_version)
    row.active = active
    if not active:
        _end_all(session, account_id, now)
        if _is_administrator(session, account_id):
            _keep_an_administrator(session)
    audit.record(session, action="open_account" if active else "close_account", entity="account", ref=account_id)


@dataclass(frozen=True, slots=True)
class Checked:
    """A hash, and whether a password is the one that was hashed: worked out before others are kept waiting.

    `renewed` is the hash to keep instead, where the one that is kept was made as none is any more.
    """

    kept: str
    right: bool
    renewed: str = ""


def compare(kept: str, password: str) -> Checked:
    """Check a password against a hash; it takes a tenth of a second, or two where the hash is to be renewed."""
    right = matches(kept, password)
    return Checked(kept, right, hashed(password) if right and is_outdated(kept) else "")


def hash_to_check(session: Session, *, username: str, now: datetime, address: str) -> str | None:
    """Give the hash that a password must be checked against, to be done without a session; None for one that waits."""
    wanted = username.strip().casefold()
    row = session.exec(select(AccountRow).where(AccountRow.username == wanted, col(AccountRow.active))).first()
    account = row.id if row else None
    if wait_until(session, name=digest_of(wanted), place=digest_of(address), account=account, now=now) > now:
        return None
    return row.password_hash if row else nobodys_hash()


def sign_in(
    session: Session,
    *,
    username: str,
    password: str,
    now: datetime,
    address: str = "",
    checked: Checked | None = None,
) -> SignIn:
    """Check a name and password; an unknown name takes as long as a wrong password, and both get the same answer.

    Somebody with a second step gets a token that lets nobody in until `give_code` has taken its code. What
    was `checked` before is taken if the password has not changed since.
    """
    wanted, place = username.strip().casefold(), digest_of(address)
    digest = digest_of(wanted)
    row = session.exec(select(AccountRow).where(AccountRow.username == wanted, col(AccountRow.active))).first()
    if wait_until(session, name=digest, place=place, account=row.id if row else None, now=now) > now:
        return _turned_away(session, digest, LOCKED)
    kept = row.password_hash if row else nobodys_hash()
    if checked is None or checked.kept != kept:
        checked = compare(kept, password)
    if not checked.right or row is None:
        note_wrong(session, name=digest, place=place, now=now)
        return _turned_away(session, digest, WRONG)
    if checked.renewed:
        _renew(session, row, checked)
    half_open = second_steps.is_asked(session, row.id)
    if not half_open:
        forget(session, name=digest, place=place)
    token = open_session(session, row, now=now, place=place, half_open=half_open)
    return SignIn(token=token, half_open=half_open, account=row.id)


def give_code(session: Session, token: str, code: str, *, now: datetime, address: str = "") -> SignIn:
    """Take the code of the second step; the token that comes back is another one, and lets the person in."""
    found, place = session.get(LoginSessionRow, digest_of(token)), digest_of(address)
    if found is None or not is_half_open(session, token, now=now):
        return SignIn(token=None, refusal=WRONG)
    row = _account(session, found.account_id)
    name = digest_of(row.username)
    if wait_until(session, name=name, place=place, account=row.id, now=now) > now:
        return _turned_away(session, name, LOCKED)
    if not row.active or not second_steps.take(session, row.id, code, now=now):
        return _code_refused(session, row, code, place=place, now=now)
    found.ended_at = now
    forget(session, name=name, place=place)
    return SignIn(token=open_session(session, row, now=now, place=place), account=row.id)


def open_session(
    session: Session, row: AccountRow, *, now: datetime, place: str, half_open: bool = False, how: str = ""
) -> str:
    """Open a sign-in for somebody who has shown who they are, and give its token; only a digest of it is kept."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        LoginSessionRow(
            token_digest=digest_of(token),
            account_id=row.id,
            started_at=now,
            last_seen_at=now,
            address_digest=place,
            half_open=half_open,
        )
    )
    audit.record(session, action="password_right" if half_open else "sign_in", entity="account", ref=row.id, why=how)
    return token


def signed_in(session: Session, token: str, *, now: datetime, idle: timedelta, life: timedelta) -> SignedIn | None:
    """Give who this token belongs to, or nobody if it is unknown, ended, idle too long or too old.

    Every page and every request asks this, so it is one question to the database.
    """
    asked = (
        select(LoginSessionRow, AccountRow, AccountRoleRow, SecondStepRow.confirmed_at)
        .join(AccountRow, col(AccountRow.id) == LoginSessionRow.account_id)
        .outerjoin(SecondStepRow, col(SecondStepRow.account_id) == LoginSessionRow.account_id)
        .outerjoin(AccountRoleRow, col(AccountRoleRow.account_id) == LoginSessionRow.account_id)
        .where(LoginSessionRow.token_digest == digest_of(token), col(AccountRow.active))
    )
    found = session.exec(asked).all()
    if not found:
        return None
    login, account, _, confirmed_at = found[0]
    if login.ended_at is not None or login.half_open:
        return None
    if now - login.last_seen_at > idle or now - login.started_at > life:
        return None
    held = _held(role for _, _, role, _ in found)
    known = _with_roles(account, held, second_step=confirmed_at is not None)
    return SignedIn(account=known, last_seen_at=login.last_seen_at)


def is_half_open(session: Session, token: str, *, now: datetime) -> bool:
    """Say whether the code of a second step is still to come for this token, and may."""
    found = session.get(LoginSessionRow, digest_of(token))
    return found is not None and found.half_open and found.ended_at is None and now - found.started_at <= CODE_WITHIN


def touch(session: Session, token: str, *, now: datetime) -> None:
    """Note that a sign-in was used just now."""
    found = session.get(LoginSessionRow, digest_of(token))
    if found is not None and found.ended_at is None:
        found.last_seen_at = now


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """End a sign-in; nothing to do if it has ended already."""
    found = session.get(LoginSessionRow, digest_of(token))
    if found is None or found.ended_at is not None:
        return
    found.ended_at = now
    audit.record(session, action="sign_out", entity="account", ref=found.account_id)


def accounts(session: Session) -> tuple[Account, ...]:
    """List every account by name."""
    rows = session.exec(select(AccountRow).order_by(AccountRow.username)).all()
    held = session.exec(select(AccountRoleRow)).all()
    stepped = second_steps.accounts_with(session)
    return tuple(
        _with_roles(row, [role for role in held if role.account_id == row.id], second_step=row.id in stepped)
        for row in rows
    )


def account_named(session: Session, username: str) -> Account | None:
    """Give the account with this name."""
    wanted = username.strip().casefold()
    row = session.exec(select(AccountRow).where(AccountRow.username == wanted)).first()
    return _picture(session, row) if row else None


def roles_of(session: Session, account_id: str) -> Roles:
    """Give the roles an account holds at each site; none for one that does not exist."""
    return _by_site(session.exec(select(AccountRoleRow).where(AccountRoleRow.account_id == account_id)).all())


def _by_site(held: Sequence[AccountRoleRow]) -> dict[str, frozenset[Role]]:
    sites = {one.site for one in held}
    return {site: frozenset(one.role for one in held if one.site == site) for site in sites}


def _held(joined: Iterable[AccountRoleRow | None]) -> list[AccountRoleRow]:
    """An account without a role is joined with none."""
    return [role for role in joined if role is not None]


def _give_roles(session: Session, account_id: str, roles: Roles) -> None:
    for site, held in roles.items():
        session.add_all([AccountRoleRow(account_id=account_id, site=site, role=role) for role in sorted(held)])


def _account(session: Session, account_id: str) -> AccountRow:
    row = session.get(AccountRow, account_id)
    if row is None:
        raise NotFoundError("No account has this id.")
    return row


def _end_all(session: Session, account_id: str, now: datetime) -> None:
    asked = select(LoginSessionRow).where(LoginSessionRow.account_id == account_id)
    for row in session.exec(asked.where(col(LoginSessionRow.ended_at).is_(None))):
        row.ended_at = now


def _keep_an_administrator(session: Session) -> None:
    """Somebody must be able to let people in: refuse to lose the last administrator of every site."""
    asked = select(AccountRow.id).where(col(AccountRow.active))
    session.flush()
    if not any(_is_administrator(session, account_id) for account_id in session.exec(asked)):
        says = "This is the last administrator of every site. Give somebody else that role first."
        raise BadInputError.of("roles", says)


def _is_administrator(session: Session, account_id: str) -> bool:
    asked = select(AccountRoleRow.id).where(
        AccountRoleRow.account_id == account_id,
        AccountRoleRow.role == Role.ADMINISTRATOR,
        AccountRoleRow.site == EVERYWHERE,
    )
    return session.exec(asked).first() is not None


def _code_refused(session: Session, row: AccountRow, code: str, *, place: str, now: datetime) -> SignIn:
    """Refuse a code; one that was right until just now is no wrong try."""
    name = digest_of(row.username)
    if row.active and second_steps.has_run_out(session, row.id, code, now=now):
        return _turned_away(session, name, second_steps.RUN_OUT)
    note_wrong(session, name=name, place=place, now=now)
    return _turned_away(session, name, WRONG_CODE)


def _check_wanted(session: Session, password: str, *, known: Iterable[str]) -> None:
    check_password(password, known=known, leaked=session.info["leaked_passwords"])


def _renew(session: Session, row: AccountRow, checked: Checked) -> None:
    """Keep the new hash, unless somebody else did or the password changed meanwhile."""
    session.refresh(row, with_for_update=True)
    if row.password_hash == checked.kept:
        row.password_hash = checked.renewed


def _turned_away(session: Session, digest: str, refusal: str) -> SignIn:
    audit.record(session, action="sign_in", entity="account", ref=digest[:12], why=refusal, outcome=Outcome.REFUSED)
    return SignIn(token=None, refusal=refusal)


def _picture(session: Session, row: AccountRow) -> Account:
    held = session.exec(select(AccountRoleRow).where(AccountRoleRow.account_id == row.id)).all()
    return _with_roles(row, held, second_step=second_steps.is_asked(session, row.id))


def _with_roles(row: AccountRow, held: Sequence[AccountRoleRow], *, second_step: bool) -> Account:
    return Account(
        id=row.id,
        username=row.username,
        name=row.name,
        roles=_by_site(held),
        active=row.active,
        version=row.version,
        must_change=row.must_change,
        second_step=second_step,
        external=row.external_id is not None,
    )
