"""What the board asks besides its lists: whether anything on it has changed, and what a person did last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from db.pictures import RadiologistLine
from db.tables import AuditEventRow, ClientWriteRow, RadiologistRow, SuiteSessionRow
from db.words import Outcome

SHOWN_ON_THE_BOARD = ("case", "suite_session", "proposal", "site", "suite", "radiologist", "leave", "equipment_unit")
ONLY_READ = ("read_identity", "ask_about_letter")


def board_version(session: Session) -> int:
    """Give a number that grows whenever something the board shows may have changed, in whichever process."""
    asked = (
        select(AuditEventRow.seq)
        .where(
            col(AuditEventRow.entity).in_(SHOWN_ON_THE_BOARD),
            AuditEventRow.outcome == Outcome.DONE,
            col(AuditEventRow.action).not_in(ONLY_READ),
        )
        .order_by(col(AuditEventRow.seq).desc())
    )
    return session.exec(asked.limit(1)).first() or 0


def locked_lists(session: Session, since: datetime) -> frozenset[str]:
    """Name the locked lists that begin after an instant."""
    asked = select(SuiteSessionRow.id).where(col(SuiteSessionRow.locked), col(SuiteSessionRow.start) > since)
    return frozenset(session.exec(asked))


def radiologist_lines(session: Session) -> tuple[RadiologistLine, ...]:
    """List the radiologists by name."""
    rows = session.exec(select(RadiologistRow).order_by(RadiologistRow.name))
    return tuple(RadiologistLine(id=row.id, name=row.name) for row in rows)


def latest_writes(
    session: Session, actions: Collection[str], *, since: datetime
) -> Sequence[tuple[str, dict[str, object]]]:
    """Give the writes of these kinds since an instant with their answers, the latest first."""
    asked = (
        select(ClientWriteRow)
        .where(col(ClientWriteRow.at) >= since, col(ClientWriteRow.action).in_(actions))
        .order_by(col(ClientWriteRow.at).desc())
    )
    return [(row.id, row.result) for row in session.exec(asked) if row.result]
