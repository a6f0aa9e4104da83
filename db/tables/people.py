"""Staff accounts, what each may do where, and their sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, false
from sqlmodel import Field

from db.tables.base import OPERATIONAL, STRICT, Row, VersionedRow, key, private, words
from db.tables.encrypted import encrypted, protect, row_proof
from scheduler.vocabulary import Role


class AccountRow(VersionedRow, table=True):
    """One person's account."""

    __tablename__ = "account"
    __table_args__ = (Index("uq_account_external_id", "external_id", unique=True), STRICT)

    id: str = key()
    username: str = Field(unique=True)
    name: str
    password_hash: str = Field(sa_column_kwargs={"info": {"private": True}})
    active: bool = True
    must_change: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    # Who this is at the hospital's own sign-in; such an account has no password of ours.
    external_id: str | None = Field(default=None, sa_column_kwargs={"info": {"private": True}})


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
    address_digest: str = Field(default="", sa_column_kwargs={"server_default": ""})
    # The password was right and the code of the second step is still to come: nobody is let in by it.
    half_open: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class LoginAttemptRow(Row, table=True):
    """A failed sign-in, kept by a digest of the name that was typed and of the address it came from."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index(None, "name_digest", "at"), Index(None, "address_digest", "at"), OPERATIONAL)

    id: str = key()
    name_digest: str
    at: datetime
    address_digest: str = Field(default="", sa_column_kwargs={"server_default": ""})


class SecondStepRow(VersionedRow, table=True):
    """What a person's telephone shares with us, so that both work out the same code."""

    __tablename__ = "second_step"
    __table_args__ = (STRICT,)

    account_id: str = Field(primary_key=True, foreign_key="account.id")
    secret: str = encrypted("second_step.secret", always=True)
    confirmed_at: datetime | None = None
    last_counter: int = 0  # the half minute of the last code that was taken: none is taken twice
    row_proof: str | None = row_proof()


protect(SecondStepRow)


class RecoveryCodeRow(VersionedRow, table=True):
    """A code for the day the telephone is lost: only its digest is kept, and it is taken once."""

    __tablename__ = "recovery_code"
    __table_args__ = (STRICT,)

    id: str = key()
    account_id: str = Field(foreign_key="account.id", index=True)
    code_digest: str = Field(sa_column_kwargs={"info": {"private": True}})
    used_at: datetime | None = None


class EmergencyReadingRow(VersionedRow, table=True):
    """Somebody opened who a patient of another site is, for a while, with the reason they typed."""

    __tablename__ = "emergency_reading"
    __table_args__ = (Index(None, "case_id", "account_id"), STRICT)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id")
    account_id: str
    name: str
    reason: str = private()
    opened_at: datetime
    until: datetime
