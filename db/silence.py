"""No case waits in silence: each one that has not ended has an open task, a timer or a booking still to come."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from db import audit
from db.due_steps import OPEN
from db.facts import case_facts, case_row
from db.light import light_of
from db.tables import BookingRow, CaseRow, DueStepRow, TaskRow
from db.tables.booking import STANDS
from db.words import TaskState
from scheduler.pathway.due import state_due
from scheduler.pathway.duties import DUTIES
from scheduler.pathway.effects import TaskKind
from scheduler.pathway.states import LIVE


def silent_cases(session: Session, *, now: datetime, ref: str | None = None) -> tuple[str, ...]:
    """List the cases that nobody and nothing would look at again, among all of them or asking about one."""
    tasks = select(TaskRow.case_id).where(TaskRow.state == TaskState.OPEN, col(TaskRow.case_id).is_not(None))
    timers = select(DueStepRow.case_ref).where(col(DueStepRow.state).in_(OPEN), col(DueStepRow.case_ref).is_not(None))
    booked = select(BookingRow.case_id).where(STANDS, BookingRow.start > now)
    asked = select(CaseRow.ref).where(
        col(CaseRow.state).in_(LIVE),
        col(CaseRow.id).not_in(tasks),
        col(CaseRow.ref).not_in(timers),
        col(CaseRow.id).not_in(booked),
    )
    asked = asked if ref is None else asked.where(CaseRow.ref == ref)
    return tuple(session.exec(asked.order_by(CaseRow.ref)))


def break_silence(session: Session, ref: str, *, now: datetime) -> None:
    """Ask again for the next step of a case, and tell the audit trail that it had been silent."""
    row, light = case_row(session, ref), light_of(session, now)
    case = light.on(case_facts(session, ref))
    duty = DUTIES[row.state]
    session.add(
        TaskRow(
            case_id=row.id,
            kind=TaskKind.STATE.value,
            role=duty.role,
            says=duty.says,
            due_on=state_due(case, light.today),
            made_at=now,
        )
    )
    why = "The case had no open task, timer or coming booking."
    audit.record(session, action="silent_case", entity="case", ref=ref, why=why)
