"""The audit trail told row by row, oldest first, for whoever keeps it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from db.tables import AuditEventRow
from db.words import Outcome

ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailLine:
    """One act as the trail tells it; `changed` are the rows it changed, by table and id, and never what is in them."""

    seq: int
    at: datetime
    actor: str
    role: str
    action: str
    refused: bool
    entity: str
    ref: str
    why: str
    changed: tuple[str, ...]
    seal: str


def lines(session: Session) -> Iterator[TrailLine]:
    """Give every line of the trail, without holding more than a thousand."""
    asked = select(AuditEventRow).order_by(col(AuditEventRow.seq)).execution_options(yield_per=ROWS_AT_ONCE)
    for row in session.exec(asked):
        yield TrailLine(
            seq=row.seq,
            at=row.at,
            actor=row.actor,
            role=row.role,
            action=row.action,
            refused=row.outcome is Outcome.REFUSED,
            entity=row.entity,
            ref=row.ref,
            why=row.why,
            changed=tuple(sorted(where for where in row.after if ":" in where)),
            seal=row.seal,
        )
        session.expunge(row)
