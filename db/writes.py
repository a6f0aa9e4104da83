"""A write asked for twice is done once: the client names it, and a repeat is given the first answer."""

from __future__ import annotations

from sqlmodel import Session

from db import audit
from db.tables import ClientWriteRow
from scheduler.errors import NeurolistError


def earlier(session: Session, write_id: str | None, action: str) -> dict[str, object] | None:
    """Give the answer of this write if it was done before; None means it is now begun and must be finished.

    Two at once meet at the key: the later one waits, is told to try again, and then finds the answer.
    """
    if write_id is None:
        return None
    row = session.get(ClientWriteRow, write_id)
    if row is None:
        session.add(ClientWriteRow(id=write_id, action=action, at=audit.attribution(session).now))
        session.flush()
        return None
    if row.action != action:
        raise NeurolistError("This write id was used for something else. Make a new one for each thing you do.")
    return row.result or {}


def finish(session: Session, write_id: str | None, result: dict[str, object]) -> None:
    """Keep the answer of a write, so that a repeat finds it."""
    if write_id is None:
        return
    row = session.get_one(ClientWriteRow, write_id)
    row.result = result
    session.flush()


def answered(session: Session, write_id: str, action: str) -> bool:
    """Say whether this write was done before, without beginning it; a reading session will do."""
    return answer(session, write_id, action) is not None


def answer(session: Session, write_id: str, action: str) -> dict[str, object] | None:
    """Give the answer of this write if it was done before, without beginning it; a reading session will do."""
    row = session.get(ClientWriteRow, write_id)
    return (row.result or {}) if row is not None and row.action == action else None
