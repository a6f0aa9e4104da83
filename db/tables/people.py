"""Staff accounts, what each may do where, and their sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, false
from sqlmodel import Field

from db.tables.base import OPERATIONAL, STRICT, Row, VersionedRow, key, words
from scheduler.vocabulary import Role


class AccountRow(VersionedRow, table=True):
    """One person's account."""

    __tablename__ = "account"
    __table_args__ = (STRICT,)

    id: str = key()
    username: str = Field(unique=True)
    name: str
    password_hash: str = Field(sa_column_kwargs={"info": {"private": True}})
    active: bool = True
    must_change: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class AccountRoleRow(VersionedRow, table=True):
    """A role an account holds at one site, or at all of them (`*`)."""

    __tablename__ = "account_role"
    __table_args__ = (UniqueConstraint("account_id", "site", "role"), STRICT)

    id: str = key()
    account_id: str = Field(foreign_key="account.id", index=True)
    site: str = "*"
    role: Role = Field(sa_type=words(Role, "role_known"))


class LoginSessionRow(Row, table=True):
    """A sign-in that is still good: only a digest of its token is kept."""

    __tablename__ = "login_session"
    __table_args__ = (OPERATIONAL,)

    token_digest: str = Field(primary_key=True)
    account_id: str = Field(foreign_key="account.id", index=True)
    started_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None = None


class LoginAttemptRow(Row, table=True):
    """A failed sign-in, kept by a digest of the name that was typed."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index(None, "name_digest", "at"), OPERATIONAL)

    id: str = key()
    name_digest: str
    at: datetime
