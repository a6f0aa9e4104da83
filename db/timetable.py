"""What falls due and when: the timers of a case, and the daily jobs with what the last time of each came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from db.due_steps import OPEN
from db.facts import case_row
from db.localtime import local_date
from db.pictures import TimerLine
from db.tables import DueStepRow
from db.words import StepState
from scheduler.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyLine:
    """One daily job: its next time, and when it was last worked and what came of it; None where it never was."""

    name: str
    says: str
    next_at: datetime | None
    last_at: datetime | None
    last_says: str


def of_case(session: Session, ref: str) -> tuple[TimerLine, ...]:
    """List the timers of a case, the soonest first."""
    asked = select(DueStepRow).where(DueStepRow.case_ref == case_row(session, ref).ref, col(DueStepRow.state).in_(OPEN))
    rows = session.exec(asked.order_by(col(DueStepRow.due_at), DueStepRow.key)).all()
    return tuple(
        TimerLine(
            name=row.name,
            due_at=row.due_at,
            due_on=local_date(session, row.due_at),
            role=Role(str(row.payload["role"])) if "role" in row.payload else None,
            says=str(row.payload.get("says", "")),
        )
        for row in rows
    )


def daily(session: Session, jobs: Sequence[tuple[str, str]]) -> tuple[DailyLine, ...]:
    """Say how each daily job stands, given its name and what it does."""
    return tuple(_daily(session, name, says) for name, says in jobs)


def _daily(session: Session, name: str, says: str) -> DailyLine:
    steps = select(DueStepRow).where(DueStepRow.name == name)
    waiting = session.exec(steps.where(col(DueStepRow.state).in_(OPEN)).order_by(col(DueStepRow.due_at))).first()
    ended = steps.where(col(DueStepRow.state).in_((StepState.DONE, StepState.PARKED, StepState.REFUSED)))
    last = session.exec(ended.order_by(col(DueStepRow.finished_at).desc())).first()
    return DailyLine(
        name=name,
        says=says,
        next_at=waiting.due_at if waiting is not None else None,
        last_at=last.finished_at if last is not None else None,
        last_says="" if last is None else str(last.payload.get("says") or last.last_error),
    )
