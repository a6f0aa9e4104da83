"""Calendar feeds: which calendar each unguessable address gives, and until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from db.tables.base import STRICT, VersionedRow, key


class CalendarFeedRow(VersionedRow, table=True):
    """One address of a radiologist's or a suite's calendar; only a digest of its token is kept."""

    __tablename__ = "calendar_feed"
    __table_args__ = (CheckConstraint("(radiologist_id IS NULL) <> (suite_id IS NULL)", name="one_calendar"), STRICT)

    id: str = key()
    radiologist_id: str | None = Field(default=None, foreign_key="radiologist.id", index=True)
    suite_id: str | None = Field(default=None, foreign_key="suite.id", index=True)
    token_digest: str = Field(unique=True, sa_column_kwargs={"info": {"private": True}})
    made_by: str
    made_at: datetime
    ended_at: datetime | None = None
    ended_by: str = ""
