"""How the service stands at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, func, select

from db import audit, proposals
from db.boards.cases import cases_now, summaries_of
from db.boards.tasks import open_tasks
from db.facts import open_cases
from db.light import light_of
from db.localtime import local_date
from db.pictures import ServiceStatus, TaskLine
from db.silence import silent_cases
from db.tables import (
    AuditEventRow,
    CaseRow,
    DueStepRow,
    NoticeRow,
    ProposalRow,
    ProtocolProcedureRow,
    ProtocolValueRow,
    SuiteSessionRow,
)
from db.tables.base import Row
from db.words import NoticeState, Outcome, ProposalStatus, StepState
from scheduler.pathway.due import CaseNow
from scheduler.pathway.states import BOOKED, WAITING, PathwayState

SOON = timedelta(days=28)


def service_status(session: Session, *, now: datetime) -> ServiceStatus:
    """Say how the service stands: cases by state, what is late, what waits to be done, and how the trail ends."""
    rows, cases = _open_cases(session, now)
    found = summaries_of(session, rows, cases)
    today = local_date(session, now)
    asked = open_tasks(session, rows, cases, today=today)
    counts = dict(session.exec(select(CaseRow.state, func.count()).group_by(col(CaseRow.state))).all())
    late = [case for case in found if case.overdue]
    worst = max(late, key=lambda case: case.days - (case.limit or 0), default=None)
    trail_rows, trail_seal = audit.head(session)
    steps = _steps(session)
    return ServiceStatus(
        engine=session.get_bind().dialect.name,
        cases={state: counts.get(state, 0) for state in PathwayState},
        open_cases=len(found),
        waiting=sum(case.state in WAITING for case in found),
        booked=sum(case.state in BOOKED for case in found),
        overdue=len(late),
        longest_overdue=worst.ref if worst else None,
        open_tasks=len(asked),
        tasks_overdue=sum(task.overdue for task in asked),
        silent=silent_cases(session, now=now),
        steps_waiting=steps.get(StepState.WAITING, 0) + steps.get(StepState.TAKEN, 0),
        steps_overdue=_count(session, DueStepRow, DueStepRow.state == StepState.WAITING, col(DueStepRow.due_at) <= now),
        steps_parked=steps.get(StepState.PARKED, 0),
        proposals_working=_count(session, ProposalRow, col(ProposalRow.status).in_(proposals.WORKING)),
        proposals_ready=_count(session, ProposalRow, ProposalRow.status == ProposalStatus.READY),
        lists_coming=_count(session, SuiteSessionRow, col(SuiteSessionRow.on).between(today, today + SOON)),
        letters_queued=_count(session, NoticeRow, NoticeRow.state == NoticeState.QUEUED),
        refusals=_count(session, AuditEventRow, AuditEventRow.outcome == Outcome.REFUSED),
        trail_rows=trail_rows,
        trail_seal=trail_seal,
        unapproved_values=_count(session, ProtocolValueRow, col(ProtocolValueRow.approved_by).is_(None))
        + _count(session, ProtocolProcedureRow, col(ProtocolProcedureRow.approved_by).is_(None)),
    )


def tasks(session: Session, *, now: datetime) -> tuple[TaskLine, ...]:
    """List the open tasks, the soonest due first."""
    rows, cases = _open_cases(session, now)
    return open_tasks(session, rows, cases, today=local_date(session, now))


def _open_cases(session: Session, now: datetime) -> tuple[Sequence[CaseRow], dict[str, CaseNow]]:
    rows = open_cases(session)
    return rows, cases_now(session, rows, light_of(session, now))


def _steps(session: Session) -> Counter[StepState]:
    asked = select(DueStepRow.state, func.count()).group_by(col(DueStepRow.state))
    return Counter({StepState(state): count for state, count in session.exec(asked)})


def _count(session: Session, table: type[Row], *conditions: ColumnElement[bool] | bool) -> int:
    return session.exec(select(func.count()).select_from(table).where(*conditions)).one()
