"""What was written and kept as it was: letters as they were sent, minutes of meetings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from db.tables.base import STRICT, Row, key, words
from db.tables.encrypted import encrypted, protect, row_proof
from db.words import DocumentKind


class DocumentRow(Row, table=True):
    """One document of a case or of a meeting; never changed and never removed, unless a record is destroyed.

    The title names nobody, for it is shown in lists; the text may name a patient, so reading it is told to the trail.
    """

    __tablename__ = "document"
    __table_args__ = (CheckConstraint("(case_id IS NULL) <> (meeting_id IS NULL)", name="one_subject"), STRICT)

    id: str = key()
    case_id: str | None = Field(default=None, foreign_key="neurolysis_case.id", index=True)
    meeting_id: str | None = Field(default=None, foreign_key="mdt_meeting.id", index=True)
    kind: DocumentKind = Field(sa_type=words(DocumentKind, "kind_known"))
    title: str
    media_type: str
    text: str = encrypted("document.text")
    version: int = 1
    replaces: str | None = Field(default=None, foreign_key="document.id", unique=True)
    made_at: datetime
    made_by: str
    digest: str
    salt: str | None = encrypted("document.salt", default=None)  # without it nobody can try texts out on the digest
    row_proof: str | None = row_proof()


protect(DocumentRow)
