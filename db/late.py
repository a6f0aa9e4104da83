"""What is late now, over every open case and task, and the tasks that told of something no longer late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, or_, select

from db import audit
from db.facts import facts_of, open_cases
from db.light import light_of
from db.tables import CaseRow, TaskRow
from db.words import TaskState
from scheduler.pathway.escalation import OF_CLOCK, OF_TASK, Call, Late, OpenTask, calls, late_clocks, late_task


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCase:
    """The calls that one case's late clocks and tasks have reached, and the kinds of everything late about it."""

    ref: str
    calls: tuple[Call, ...]
    kinds: frozenset[str]


def late_cases(session: Session, now: datetime) -> tuple[LateCase, ...]:
    """List every open case of which something is late."""
    light, rows = light_of(session, now), open_cases(session)
    facts, tasks = facts_of(session, rows), _late_tasks(session, light.today)
    found = []
    for row in rows:
        late = [*late_clocks(row.state, light.on(facts[row.id]).clocks), *tasks.get(row.id, ())]
        if late:
            called = tuple(call for one in late for call in calls(one, light.protocol, light.today))
            found.append(LateCase(ref=row.ref, calls=called, kinds=frozenset(one.kind for one in late)))
    return tuple(found)


def _late_tasks(session: Session, today: date) -> dict[str, list[Late]]:
    asked = select(TaskRow).where(
        TaskRow.state == TaskState.OPEN, col(TaskRow.case_id).is_not(None), col(TaskRow.due_on) < today
    )
    found: dict[str, list[Late]] = {}
    for row in session.exec(asked.order_by(TaskRow.id)):
        late = late_task(_open_task(row, today), today)
        if late is not None and row.case_id is not None:
            found.setdefault(row.case_id, []).append(late)
    return found


def _open_task(row: TaskRow, today: date) -> OpenTask:
    """A task put off with a reason is due on the day it was put off to."""
    due_on = max(row.due_on or today, row.snoozed_until or date.min)
    return OpenTask(id=row.id, kind=row.kind, role=row.role, due_on=due_on, says=row.says)


def tick_off_what_is_no_longer_late(session: Session, late: Iterable[LateCase], *, now: datetime, by: str) -> int:
    """Tick off the open tasks that told of something late which is so no more; says how many."""
    kinds: Mapping[str, frozenset[str]] = {one.ref: one.kinds for one in late}
    asked = (
        select(TaskRow, CaseRow.ref)
        .join(CaseRow, col(CaseRow.id) == TaskRow.case_id)
        .where(
            TaskRow.state == TaskState.OPEN,
            or_(
                col(TaskRow.kind).startswith(OF_CLOCK, autoescape=True),
                col(TaskRow.kind).startswith(OF_TASK, autoescape=True),
            ),
        )
    )
    over = [task for task, ref in session.exec(asked).all() if task.kind not in kinds.get(ref, frozenset())]
    for task in over:
        task.end(TaskState.DONE, now=now, by=by)
    if over:
        audit.record(session, action="end_escalations", entity="task", ref="all", facts={"ended": len(over)})
    return len(over)
