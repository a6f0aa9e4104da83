"""What follows from the facts of cases is looked for in their steps, tasks and bookings: read once, for one or many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from db.tables import BookingRow, CaseRow, DueStepRow, TaskRow
from db.tables.booking import STANDS
from db.words import StepState, TaskState
from scheduler.pathway.due import CLOCK_OF
from scheduler.pathway.effects import TaskKind, Timer
from scheduler.pathway.preparation import PREPARATION
from scheduler.pathway.reminders import REMINDERS

REBOOK = "rebook"  # the kind of the task that asks for another place
FOLLOWED = tuple(sorted({name.value for name, _ in CLOCK_OF} | {Timer.RESULT_AGEING.value}))
PREPARED = tuple(kind.value for kind in PREPARATION)
AT_ONCE = 500  # cases in one question
_STEPS = select(DueStepRow).where(
    col(DueStepRow.case_ref).in_(bindparam("refs", expanding=True)),
    col(DueStepRow.name).in_({*FOLLOWED, *REMINDERS}),
    DueStepRow.state != StepState.CANCELLED,
)
_TASKS = (
    select(TaskRow)
    .where(
        col(TaskRow.case_id).in_(bindparam("ids", expanding=True)),
        col(TaskRow.kind).in_({*FOLLOWED, *PREPARED, TaskKind.REDISCUSSION.value, REBOOK}),
    )
    .order_by(col(TaskRow.made_at), col(TaskRow.id))
)
_STANDING = select(BookingRow).where(col(BookingRow.case_id).in_(bindparam("ids", expanding=True)), STANDS)


@dataclass(frozen=True, slots=True)
class AtHand:
    """The steps (by a case's reference), tasks and standing bookings (by its id) of some cases, as they were read.

    A task that ends afterwards, or a step that is dropped, says so itself; one made afterwards is not among them.
    """

    steps: Mapping[str, Sequence[DueStepRow]]
    tasks: Mapping[str, Sequence[TaskRow]]
    bookings: Mapping[str, BookingRow]

    def steps_of(self, ref: str, names: Collection[str]) -> list[DueStepRow]:
        """List the steps of these names that were not dropped."""
        found = self.steps.get(ref, ())
        return [row for row in found if row.name in names and row.state is not StepState.CANCELLED]

    def tasks_of(self, case_id: str, kinds: Collection[str], state: TaskState | None = None) -> list[TaskRow]:
        """List the tasks of these kinds, oldest first; those in one state, or all."""
        found = self.tasks.get(case_id, ())
        return [row for row in found if row.kind in kinds and state in {None, row.state}]


def at_hand(session: Session, cases: Sequence[CaseRow]) -> AtHand:
    """Read what is at hand of these cases."""
    steps: dict[str, list[DueStepRow]] = defaultdict(list)
    tasks: dict[str, list[TaskRow]] = defaultdict(list)
    bookings: dict[str, BookingRow] = {}
    for at in range(0, len(cases), AT_ONCE):
        some = cases[at : at + AT_ONCE]
        ids = {"ids": [case.id for case in some]}
        for step in session.exec(_STEPS, params={"refs": [case.ref for case in some]}):
            steps[str(step.case_ref)].append(step)
        for task in session.exec(_TASKS, params=ids):
            tasks[str(task.case_id)].append(task)
        bookings |= standing_bookings(session, ids["ids"])
    return AtHand(steps, tasks, bookings)


def standing_bookings(session: Session, ids: Collection[str]) -> dict[str, BookingRow]:
    """Give the bookings that still hold their slots, of these cases and by their ids."""
    return {row.case_id: row for row in session.exec(_STANDING, params={"ids": list(ids)})}
