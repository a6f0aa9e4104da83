"""Alarms: what the service cannot mend by itself becomes one task of the administrators, until it goes well again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, select

from db import audit
from db.tables import TaskRow
from db.words import TaskState
from scheduler.vocabulary import Role

LONGEST = 500  # characters of what is said


def raise_alarm(session: Session, name: str, says: str, *, now: datetime) -> None:
    """Give the administrators a task, unless the one of this name is still open."""
    if is_raised(session, name):
        return
    session.add(TaskRow(kind=_kind(name), role=Role.ADMINISTRATOR, says=says[:LONGEST], made_at=now))
    audit.record(session, action="raise_alarm", entity="service", ref=name, why=says[:LONGEST])


def end_alarm(session: Session, name: str, *, now: datetime, by: str) -> None:
    """Tick the task off, if there is one: what it was about goes well again."""
    for task in _open(session, name):
        task.end(TaskState.DONE, now=now, by=by)
        audit.record(session, action="end_alarm", entity="service", ref=name)


def is_raised(session: Session, name: str) -> bool:
    """Say whether the administrators have been told and it is not over."""
    return bool(_open(session, name))


def _open(session: Session, name: str) -> Sequence[TaskRow]:
    asked = select(TaskRow).where(TaskRow.kind == _kind(name), TaskRow.state == TaskState.OPEN)
    return session.exec(asked).all()


def _kind(name: str) -> str:
    return f"alarm_{name}"
