"""How the sending of each letter goes: the letter itself is a notice and, once written, a document."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from db.tables.base import STRICT, VersionedRow, private, words
from db.words import SendState


class DeliveryRow(VersionedRow, table=True):
    """The way of one letter out of the house; an attempt is recorded before anything leaves.

    `event_seq` is the line of the case's history that asked for the letter, 0 where none did. `replaces` is the letter
    that this one corrects or repeats, with the reason a person gave. `task_id` is the task of the person it waits for.
    """

    __tablename__ = "delivery"
    __table_args__ = (STRICT,)

    notice_id: str = Field(primary_key=True, foreign_key="notice.id")
    state: SendState = Field(default=SendState.WAITING, sa_type=words(SendState, "state_known"), index=True)
    event_seq: int = 0
    channel: str = ""
    attempts: int = 0
    attempted_at: datetime | None = None
    receipt: str = ""
    problem: str = ""
    document_id: str | None = Field(default=None, foreign_key="document.id", unique=True)
    task_id: str | None = Field(default=None, foreign_key="task.id", unique=True)
    replaces: str | None = Field(default=None, foreign_key="notice.id", unique=True)
    reason: str = private(default="")
