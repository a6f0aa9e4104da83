"""What the board asks besides its lists: who the radiologists are, and what a person did last."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from db.pictures import RadiologistLine
from db.tables import ClientWriteRow, RadiologistRow


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
