"""How the service runs, in numbers alone: cases by state, steps, plans, refusals, sizes, and the database's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select as core_select
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, func, select

from db import audit, due_steps
from db.due_steps import OPEN
from db.localtime import in_utc
from db.tables import AuditEventRow, CaseRow, DueStepRow, NoticeRow, ProposalRow
from db.words import NoticeState, Outcome, StepState
from scheduler.pathway.states import PathwayState

_SIZE = {
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
    "postgresql": "SELECT pg_database_size(current_database())",
}
_CLOCK = {"sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')", "postgresql": "SELECT clock_timestamp()"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLine:
    """How many cases stand in one state, and since when the oldest does."""

    state: PathwayState
    cases: int
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningNumbers:
    """How the service runs; nothing in it is about one patient."""

    states: tuple[StateLine, ...]
    steps: Mapping[str, int]
    oldest_step: datetime | None
    upkeep_due: datetime | None
    plans: Mapping[str, int]
    letters_queued: int
    refused: Mapping[str, int]
    trail_rows: int
    size: int
    clock: datetime


def running_numbers(session: Session, *, upkeep: str) -> RunningNumbers:
    """Count how the service stands now; `upkeep` is the job whose next time tells that somebody works."""
    connection = session.connection()
    dialect = connection.dialect.name
    return RunningNumbers(
        states=_states(session),
        steps=_steps(session),
        oldest_step=session.exec(select(func.min(DueStepRow.due_at)).where(col(DueStepRow.state).in_(OPEN))).one(),
        upkeep_due=due_steps.next_due(session, name=upkeep),
        plans={str(status): number for status, number in _by(session, col(ProposalRow.status))},
        letters_queued=session.exec(
            select(func.count()).select_from(NoticeRow).where(NoticeRow.state == NoticeState.QUEUED)
        ).one(),
        refused=_refused(session),
        trail_rows=audit.head(session)[0],
        size=int(connection.execute(text(_SIZE[dialect])).scalar_one()),
        clock=in_utc(str(connection.execute(text(_CLOCK[dialect])).scalar_one())),
    )


def _states(session: Session) -> tuple[StateLine, ...]:
    asked = select(CaseRow.state, func.count(), func.min(CaseRow.state_since)).group_by(col(CaseRow.state))
    found = {state: (count, since) for state, count, since in session.exec(asked)}
    return tuple(
        StateLine(state=state, cases=found[state][0], since=found[state][1]) for state in PathwayState if state in found
    )


def _steps(session: Session) -> dict[str, int]:
    found = {StepState(state): number for state, number in _by(session, col(DueStepRow.state))}
    return {state.value: found.get(state, 0) for state in (StepState.WAITING, StepState.TAKEN, StepState.PARKED)}


def _refused(session: Session) -> dict[str, int]:
    asked = select(AuditEventRow.action, func.count()).where(AuditEventRow.outcome == Outcome.REFUSED)
    return dict(session.exec(asked.group_by(AuditEventRow.action).order_by(AuditEventRow.action)).all())


def _by(session: Session, column: Mapped[Any]) -> Iterable[tuple[Any, int]]:
    found = session.connection().execute(core_select(column, func.count()).group_by(column).order_by(column))
    return ((word, number) for word, number in found)
