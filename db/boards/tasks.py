"""Tasks as people see them: each with why it is asked, when it is due now, how it is done and whom it asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlmodel import Session, col, select

from db.pictures import TaskLine
from db.tables import CaseRow, TaskRow
from db.tasks import booked_at, sites_of
from db.words import TaskState
from scheduler.pathway.due import CLOCK_OF_STATE, CaseNow, task_due
from scheduler.pathway.effects import TaskKind, Timer
from scheduler.pathway.todo import NOT_BY_HAND, done_by
from scheduler.pathway.validity import day


def open_tasks(
    session: Session, cases: Sequence[CaseRow], now: Mapping[str, CaseNow], *, today: date
) -> tuple[TaskLine, ...]:
    """List the open tasks of the open cases, of no case, and those that outlive theirs; the soonest due first."""
    rows = session.exec(select(TaskRow).where(TaskRow.state == TaskState.OPEN)).all()
    known = {case.id: case for case in cases}
    ended = {row.case_id for row in rows if row.case_id is not None and row.case_id not in known}
    known |= {case.id: case for case in session.exec(select(CaseRow).where(col(CaseRow.id).in_(ended)))}
    places = booked_at(session)
    return in_order(
        _line(row, known.get(row.case_id or ""), now.get(row.case_id or ""), places, today=today) for row in rows
    )


def case_tasks(session: Session, case: CaseRow, now: CaseNow) -> tuple[TaskLine, ...]:
    """List every task of one case, in the order they were made."""
    asked = select(TaskRow).where(TaskRow.case_id == case.id).order_by(col(TaskRow.made_at), TaskRow.id)
    places = booked_at(session, case.id)
    return tuple(_line(row, case, now, places, today=now.today) for row in session.exec(asked))


def kept_tasks(session: Session) -> tuple[TaskLine, ...]:
    """List the open tasks as they were kept, without asking any clock: for those who work through very many."""
    asked = select(TaskRow, CaseRow).join(CaseRow, col(CaseRow.id) == TaskRow.case_id)
    found = session.exec(asked.where(TaskRow.state == TaskState.OPEN)).all()
    return in_order(_line(row, case, None, {}, today=date.min) for row, case in found)


def in_order(lines: Iterable[TaskLine]) -> tuple[TaskLine, ...]:
    """Put the soonest due first, and what has no day last."""
    return tuple(sorted(lines, key=lambda line: (line.due_on or date.max, line.ref or "", line.id)))


def _line(
    row: TaskRow, case: CaseRow | None, now: CaseNow | None, places: Mapping[str, str], *, today: date
) -> TaskLine:
    live = now if row.state is TaskState.OPEN else None
    due_on = task_due(live, row.kind, row.due_on) if live is not None else row.due_on
    return TaskLine(
        id=row.id,
        ref=case.ref if case else None,
        kind=row.kind,
        role=row.role,
        says=row.says,
        due_on=due_on,
        state=row.state,
        version=row.version,
        why=_why(row, live) if live is not None else "",
        overdue=row.state is TaskState.OPEN and due_on is not None and due_on < today,
        done_by=tuple(event.value for event in done_by(row.kind, case.state if case else None)),
        about=row.about,
        by_hand=row.kind not in NOT_BY_HAND,
        sites=sites_of(case, places) if case else (),
        assignee=row.assignee,
        assignee_name=row.assignee_name,
        snoozed_until=row.snoozed_until if row.snoozed_until and row.snoozed_until > today else None,
    )


def _why(row: TaskRow, now: CaseNow) -> str:
    """Why the task is asked: the clock that runs where the case stands, or the day it prepares for."""
    facts = now.facts
    if row.for_day is not None:
        return f"The procedure is booked for {day(row.for_day)}."
    clock = now.running(CLOCK_OF_STATE[facts.state]) if facts.state in CLOCK_OF_STATE else None
    if clock is not None and (row.kind == TaskKind.STATE or row.kind in set(Timer)):
        return clock.says
    since = f" since {day(facts.history[-1].entered_on)}" if facts.history else ""
    return f"{facts.state.label}{since}."
