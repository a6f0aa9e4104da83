"""The tasks that ask for a case to come back to the meeting: raised once for each reason, ended when it is gone."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from db.at_hand import AtHand
from db.tables import CaseRow, TaskRow
from db.words import TaskState
from scheduler.pathway.due import CaseNow
from scheduler.pathway.effects import TaskKind
from scheduler.pathway.meetings.again import rediscussions


def ask_for_the_meeting(session: Session, row: CaseRow, case: CaseNow, hand: AtHand, *, now: datetime, by: str) -> None:
    """Keep one task for each reason; what a person has ticked off is not asked for again."""
    wanted = {task.about: task for task in rediscussions(case.facts, case.protocol, case.today)}
    known = hand.tasks_of(row.id, {TaskKind.REDISCUSSION.value})
    for task in known:
        if task.state is TaskState.OPEN and task.about not in wanted:
            task.end(TaskState.DONE, now=now, by=by)
        elif task.state is TaskState.OPEN:
            task.says = wanted[task.about].says
    answered = {task.about for task in known if task.state is TaskState.OPEN or task.ended_by != by}
    for one in (each for about, each in wanted.items() if about not in answered):
        session.add(
            TaskRow(
                case_id=row.id,
                kind=one.kind.value,
                role=one.role,
                says=one.says,
                due_on=one.due_on,
                about=one.about,
                made_at=now,
            )
        )
