"""Documents: kept once, found again, and read only with a line in the audit trail."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from db import audit
from db.errors import MemoryFaultError
from db.exact import is_encrypting
from db.facts import case_row
from db.tables import CaseRow, DocumentRow
from db.words import DocumentKind
from scheduler.errors import BadInputError, NotFoundError, StaleVersionError

SALT_BYTES = 16
PLAIN_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """A document as lists show it; nothing here names a patient."""

    id: str
    case_ref: str | None
    meeting_id: str | None
    kind: DocumentKind
    title: str
    media_type: str
    version: int
    replaces: str | None
    made_at: datetime
    made_by: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document with its text, for a person who may know who the patient is."""

    line: DocumentLine
    text: str


def keep(
    session: Session,
    *,
    kind: DocumentKind,
    title: str,
    text: str,
    case_ref: str | None = None,
    meeting_id: str | None = None,
    media_type: str = PLAIN_TEXT,
    replaces: str | None = None,
) -> DocumentLine:
    """Keep a document of one case or of one meeting as it is, for ever; the title must name nobody.

    One that `replaces` another is its next version. The digest goes into the audit trail, whose seal then holds the
    document as well. Raises BadInputError for an empty text, StaleVersionError for a document replaced before.
    """
    if not text.strip():
        raise BadInputError.of("text", "A document needs a text. Write it, then keep it.")
    case = case_row(session, case_ref) if case_ref else None
    author, now = audit.attribution(session).author, audit.attribution(session).now
    row = DocumentRow(
        case_id=case.id if case else None,
        meeting_id=meeting_id,
        kind=kind,
        title=title,
        media_type=media_type,
        text=text,
        version=_next_version(session, replaces),
        replaces=replaces,
        made_at=now,
        made_by=author.name,
        digest="",
    )
    if is_encrypting(session):
        row.salt = secrets.token_hex(SALT_BYTES)
    row.digest = digest_of(row)
    session.add(row)
    audit.record(session, action="keep_document", entity="document", ref=case_ref or row.id, facts={"document": row.id})
    return _line(row, case_ref)


def read(session: Session, document_id: str) -> Document:
    """Give a document with its text; the look itself goes into the audit trail, so this needs a writing session.

    Raises MemoryFaultError when the text is not the one that was kept.
    """
    row = _row(session, document_id)
    ref = _ref_of(session, row)
    audit.record(session, action="read_document", entity="document", ref=ref or row.id, facts={"document": row.id})
    if row.digest != digest_of(row):
        raise MemoryFaultError(
            f"The document {row.id} was changed behind our back: it no longer fits its digest. "
            "Do not use it; restore the database from a backup."
        )
    return Document(line=_line(row, ref), text=row.text)


def of_case(session: Session, case_ref: str) -> tuple[DocumentLine, ...]:
    """List the documents of a case, oldest first, without their texts."""
    asked = select(DocumentRow).where(DocumentRow.case_id == case_row(session, case_ref).id)
    return tuple(_line(row, case_ref) for row in session.exec(asked.order_by(col(DocumentRow.made_at))))


def of_meeting(session: Session, meeting_id: str) -> tuple[DocumentLine, ...]:
    """List the documents of a meeting, oldest first, without their texts."""
    asked = select(DocumentRow).where(DocumentRow.meeting_id == meeting_id)
    return tuple(_line(row, None) for row in session.exec(asked.order_by(col(DocumentRow.made_at))))


def _row(session: Session, document_id: str) -> DocumentRow:
    row = session.get(DocumentRow, document_id)
    if row is None:
        raise NotFoundError(f"No document has the id {document_id}. Look the id up in the list of letters.")
    return row


def _next_version(session: Session, replaces: str | None) -> int:
    if replaces is None:
        return 1
    later = session.exec(select(DocumentRow).where(DocumentRow.replaces == replaces)).first()
    if later is not None:
        raise StaleVersionError(f"The document {replaces} has a newer version, {later.id}. Replace that one.")
    return _row(session, replaces).version + 1


def _ref_of(session: Session, row: DocumentRow) -> str | None:
    return session.exec(select(CaseRow.ref).where(CaseRow.id == row.case_id)).first() if row.case_id else None


def digest_of(row: DocumentRow) -> str:
    """Give the SHA-256 of everything the document says, in hexadecimal digits."""
    told = [
        *(row.id, row.case_id, row.meeting_id, str(row.kind), row.title, row.media_type, row.text, row.version),
        *(row.replaces, row.made_at.astimezone(UTC).isoformat(timespec="microseconds"), row.made_by),
        *((row.salt,) if row.salt else ()),
    ]
    return hashlib.sha256(json.dumps(told, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


def _line(row: DocumentRow, case_ref: str | None) -> DocumentLine:
    return DocumentLine(
        id=row.id,
        case_ref=case_ref,
        meeting_id=row.meeting_id,
        kind=row.kind,
        title=row.title,
        media_type=row.media_type,
        version=row.version,
        replaces=row.replaces,
        made_at=row.made_at,
        made_by=row.made_by,
        digest=row.digest,
    )
