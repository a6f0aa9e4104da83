"""Accounts of those whom the hospital's own sign-in vouches for: made at the first sign-in, their roles kept fresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session, select

from db import accounts, audit
from db.accounts import SignIn
from db.digests import digest_of
from db.tables import AccountRow
from db.words import Outcome
from scheduler.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.vocabulary import Role

NO_PASSWORD = ""  # no password has this hash
CLOSED = "Your account in Neurolist is closed. Ask an administrator."
TAKEN = "The name you sign in with belongs to an account with a password here. Ask an administrator to close that one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Whom the provider vouches for, with the roles of their groups at each site."""

    external_id: str
    username: str
    name: str
    roles: Mapping[str, frozenset[Role]]


def sign_in(session: Session, person: Vouched, *, now: datetime, address: str, without_roles: str) -> SignIn:
    """Open a sign-in; somebody without a role is refused with `without_roles`, and loses the roles they had."""
    row = session.exec(select(AccountRow).where(AccountRow.external_id == person.external_id)).first()
    if row is None:
        if not person.roles:
            return refused(session, person, without_roles)
        if session.exec(select(AccountRow.id).where(AccountRow.username == person.username)).first() is not None:
            return refused(session, person, TAKEN)
        row = _new(session, person)
    elif not row.active:
        return refused(session, person, CLOSED)
    if not _refresh(session, row, person):
        return refused(session, person, without_roles)
    token = accounts.open_session(session, row, now=now, place=digest_of(address), how="by the provider")
    return SignIn(token=token, account=row.id)


def _new(session: Session, person: Vouched) -> AccountRow:
    row = AccountRow(
        username=person.username, name=person.name, password_hash=NO_PASSWORD, external_id=person.external_id
    )
    session.add(row)
    session.flush()
    audit.record(session, action="add_account", entity="account", ref=row.id, why="vouched for by the provider")
    return row


def _refresh(session: Session, row: AccountRow, person: Vouched) -> bool:
    """Give the account the roles of today's groups; says whether there are any."""
    row.name = person.name
    if accounts.roles_of(session, row.id) != person.roles:
        try:
            accounts.set_roles(session, row.id, person.roles)
        except BadInputError:  # the last administrator of every site keeps the role, and is not let in without a group
            return False
    elif audit.has_changes(session):
        audit.record(session, action="rename_account", entity="account", ref=row.id)
    return bool(person.roles)


def refused(session: Session, person: Vouched, why: str) -> SignIn:
    """Let nobody in, and tell the trail why, without their name."""
    digest = digest_of(person.external_id)
    audit.record(session, action="sign_in", entity="account", ref=digest[:12], why=why, outcome=Outcome.REFUSED)
    return SignIn(token=None, refusal=why)
