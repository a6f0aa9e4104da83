"""The audit trail: one row for every act, each sealed to the row before it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from db.tables.base import OPERATIONAL, Row, document, words
from db.words import Outcome


class AuditEventRow(Row, table=True):
    """One act: who, in which role, when, what, on what, from what to what, and why."""

    __tablename__ = "audit_event"
    __table_args__ = (OPERATIONAL,)

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    actor: str
    role: str
    action: str
    outcome: Outcome = Field(sa_type=words(Outcome, "outcome_known"))
    entity: str
    ref: str = Field(index=True)
    before: dict[str, object] = document()
    after: dict[str, object] = document()
    why: str = ""
    key_id: str
    previous: str
    seal: str


class AuditHeadRow(Row, table=True):
    """The last row of the trail, so that a cut tail shows."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"), OPERATIONAL)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int
    seal: str
