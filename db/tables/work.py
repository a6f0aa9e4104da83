"""The machinery's own bookkeeping: due steps under lease, writes already answered, and counters."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from db.tables.base import OPERATIONAL, Row, document, key, words
from db.words import StepState


class DueStepRow(Row, table=True):
    """One thing to do at a time, claimed under a lease; its key is unique for ever."""

    __tablename__ = "due_step"
    __table_args__ = (Index(None, "state", "due_at"), OPERATIONAL)

    id: str = key()
    key: str = Field(unique=True)
    name: str
    case_ref: str | None = Field(default=None, index=True)
    payload: dict[str, object] = document()
    due_at: datetime
    state: StepState = Field(default=StepState.WAITING, sa_type=words(StepState, "state_known"))
    owner: str | None = None
    lease_until: datetime | None = None
    fence: int = 0
    failures: int = 0
    last_error: str = ""
    created_at: datetime
    finished_at: datetime | None = None


class ClientWriteRow(Row, table=True):
    """A write already done, with its answer, so that a repeat finds it."""

    __tablename__ = "client_write"
    __table_args__ = (OPERATIONAL,)

    id: str = Field(primary_key=True)
    action: str
    at: datetime = Field(index=True)
    result: dict[str, object] | None = document(default=None, nullable=True)


class CounterRow(Row, table=True):
    """The last number given out in a series."""

    __tablename__ = "counter"
    __table_args__ = (OPERATIONAL,)

    name: str = Field(primary_key=True)
    last: int
