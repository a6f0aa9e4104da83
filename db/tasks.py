"""Tasks of people: who is asked, who took one, what was put off, and what was ticked off by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from db import audit, meetings, outbox, writes
from db.audit import Author
from db.facts import case_row
from db.protocol import protocol
from db.silence import silent_cases
from db.tables import BookingRow, CaseRow, SuiteRow, SuiteSessionRow, TaskRow
from db.tables.booking import STANDS
from db.words import TaskState
from scheduler.errors import BadInputError, NotFoundError, TransitionNotAllowedError
from scheduler.pathway.effects import Timer
from scheduler.pathway.states import PathwayState
from scheduler.pathway.todo import NOT_BY_HAND, done_by
from scheduler.vocabulary import Role

LEAST_OF_ID = 6  # characters of an id that a person may type in place of the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whom a task asks: people of this role, at one of these sites where the case has any."""

    id: str
    ref: str | None
    kind: str
    role: Role
    sites: tuple[str, ...]


def asked_of(session: Session, task_id: str) -> Asked:
    """Say whom a task asks; an id may be shortened to its first characters."""
    task = _task(session, task_id)
    case = session.get(CaseRow, task.case_id) if task.case_id else None
    return Asked(
        id=task.id,
        ref=case.ref if case else None,
        kind=task.kind,
        role=task.role,
        sites=sites_of(case, booked_at(session, case.id)) if case else (),
    )


def sites_of_case(session: Session, ref: str) -> tuple[str, ...]:
    """Give the sites whose staff act on a case, as `sites_of` does."""
    case = case_row(session, ref)
    return sites_of(case, booked_at(session, case.id))


def booked_at(session: Session, case_id: str | None = None) -> dict[str, str]:
    """Give the site each booked case, or this one, is booked at, by case id."""
    asked = (
        select(BookingRow.case_id, SuiteRow.site_id)
        .join(SuiteSessionRow, col(SuiteSessionRow.id) == BookingRow.session_id)
        .join(SuiteRow, col(SuiteRow.id) == SuiteSessionRow.suite_id)
        .where(STANDS)
    )
    asked = asked if case_id is None else asked.where(BookingRow.case_id == case_id)
    return dict(session.exec(asked).all())


def sites_of(case: CaseRow, booked: Mapping[str, str]) -> tuple[str, ...]:
    """Give the site a case is booked at, or else the only ones that may take it; empty while it may go anywhere."""
    return (booked[case.id],) if case.id in booked else tuple(case.allowed_sites or ())


def finish(
    session: Session,
    task_id: str,
    *,
    actor: Author,
    now: datetime,
    expected_version: int | None = None,
    write_id: str | None = None,
) -> None:
    """Tick off a task by hand; refused where only its step ends it, and for the last thing a case waits for."""
    if writes.earlier(session, write_id, "finish_task") is not None:
        return
    task = _open(session, task_id, expected_version)
    case = session.get(CaseRow, task.case_id) if task.case_id else None
    if task.kind in NOT_BY_HAND and case is not None and not case.state.ends:
        steps = ", ".join(event.value for event in done_by(task.kind, case.state))
        raise TransitionNotAllowedError(
            f"“{task.says}” ticks itself off when the step is recorded: {steps}. It is the next step of {case.ref}."
        )
    if task.kind == Timer.ADD_TO_MDT_AGENDA and case is not None and _waits_for_an_agenda(session, case):
        raise TransitionNotAllowedError(
            f"{case.ref} is on no agenda yet. Add a meeting, or put the case on the agenda of one; "
            "the task then ticks itself off."
        )
    task.end(TaskState.DONE, now=now, by=actor.id)
    outbox.settle(session, task.id, actor=actor)
    session.flush()
    if case is not None and silent_cases(session, now=now, ref=case.ref):
        raise TransitionNotAllowedError(
            f"This is the last thing that keeps {case.ref} in sight: record its next step first."
        )
    audit.record(session, action="finish_task", entity="task", ref=task.id)
    writes.finish(session, write_id, {"task": task.id})


def _waits_for_an_agenda(session: Session, case: CaseRow) -> bool:
    return case.state is PathwayState.AWAITING_MDT and meetings.open_agenda_item(session, case.id) is None


def assign(
    session: Session,
    task_id: str,
    *,
    person: str | None,
    name: str = "",
    expected_version: int | None = None,
    write_id: str | None = None,
) -> None:
    """Give a task to one person, or back to everybody of its role when no person is named."""
    action = "assign_task" if person else "hand_back_task"
    if writes.earlier(session, write_id, action) is not None:
        return
    task = _open(session, task_id, expected_version)
    task.assignee, task.assignee_name = person, name if person else ""
    audit.record(session, action=action, entity="task", ref=task.id)
    writes.finish(session, write_id, {"task": task.id})


def snooze(
    session: Session,
    task_id: str,
    *,
    until: date,
    reason: str,
    today: date,
    expected_version: int | None = None,
    write_id: str | None = None,
) -> None:
    """Put a task off to a later day, with the reason, within the protocol's limit; its due day does not change."""
    if writes.earlier(session, write_id, "snooze_task") is not None:
        return
    limit = protocol(session, today).days("snooze_at_most")
    if not reason.strip():
        raise BadInputError.of("reason", "say why the task is put off.")
    if not 0 < (until - today).days <= limit:
        says = f"a task is put off to a later day, at most {limit} days from today; {until} is not one."
        raise BadInputError.of("until", says)
    task = _open(session, task_id, expected_version)
    task.snoozed_until, task.snooze_reason = until, reason.strip()
    audit.record(session, action="snooze_task", entity="task", ref=task.id, facts={"until": until})
    writes.finish(session, write_id, {"task": task.id})


def _open(session: Session, task_id: str, expected_version: int | None) -> TaskRow:
    task = _task(session, task_id)
    task.expect(expected_version)
    if task.state is not TaskState.OPEN:
        raise TransitionNotAllowedError("This task is not open any more: somebody did it, or it was no longer needed.")
    return task


def _task(session: Session, task_id: str) -> TaskRow:
    whole = session.get(TaskRow, task_id)
    if whole is not None:
        return whole
    like = select(TaskRow).where(col(TaskRow.id).startswith(task_id, autoescape=True)).limit(2)
    found = session.exec(like).all() if len(task_id) >= LEAST_OF_ID else []
    if len(found) > 1:
        raise NotFoundError(f"More than one task begins with {task_id}: give more of its id.")
    if not found:
        raise NotFoundError("No task has this id. See: neurolist tasks")
    return found[0]
