"""A case's reminders follow its facts: new ones are set, and those that no longer come out are dropped."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from db import due_steps
from db.effects import standing_booking
from db.facts import case_row, facts_of
from db.giving_back import tick_off
from db.localtime import local_date, start_of_day, timezone_of
from db.protocol import protocol as protocol_in_force
from db.tables import CaseRow, DueStepRow
from db.words import StepState
from scheduler.pathway.effects import DueStep, Timer
from scheduler.pathway.reminders import REMINDERS, reminders

# Somebody told of a visit with less notice than this has just been told of it.
ONLY_AHEAD = frozenset({Timer.VISIT_REMINDER})


def follow(session: Session, case_ref: str, *, now: datetime, by: str) -> int:
    """Set and drop reminders until they are those of the facts; says how many were set."""
    case = case_row(session, case_ref)
    wanted = _wanted(session, case, now)
    known = _known(session, case)
    _drop(session, case, wanted, known, now=now, by=by)
    return sum(_set(session, case, key, step, now) for key, step in wanted.items() if key not in known)


def _wanted(session: Session, case: CaseRow, now: datetime) -> dict[str, DueStep]:
    """Each reminder by the key of its step."""
    if case.state.ends:
        return {}
    today = local_date(session, now)
    booking = standing_booking(session, case.id)
    visit = f"{booking.id[:8]}" if booking is not None else ""
    found = reminders(facts_of(session, [case])[case.id], protocol_in_force(session, today), visit=visit)
    return {f"{case.ref}:{step.name.value}:{step.key_suffix}": step for step in found}


def _known(session: Session, case: CaseRow) -> dict[str, DueStepRow]:
    """Each reminder ever set that was not dropped since, by its key."""
    asked = select(DueStepRow).where(DueStepRow.case_ref == case.ref, col(DueStepRow.name).in_(REMINDERS))
    return {row.key: row for row in session.exec(asked) if row.state is not StepState.CANCELLED}


def _drop(
    session: Session, case: CaseRow, wanted: dict[str, DueStep], known: dict[str, DueStepRow], *, now: datetime, by: str
) -> None:
    stale = [row for key, row in known.items() if key not in wanted]
    for row in stale:
        if row.state is StepState.WAITING:
            row.state, row.finished_at = StepState.CANCELLED, now
    session.flush()
    still_spoken_of = {row.name for key, row in known.items() if key in wanted and row.state is not StepState.WAITING}
    over = {row.name for row in stale} - still_spoken_of
    if over:
        tick_off(session, case.id, sorted(over), now=now, by=by)


def _set(session: Session, case: CaseRow, key: str, step: DueStep, now: datetime) -> bool:
    if step.name in ONLY_AHEAD and step.due_on <= local_date(session, now):
        return False
    return due_steps.enqueue(
        session,
        key=key,
        name=step.name.value,
        due_at=start_of_day(step.due_on, timezone_of(session)),
        case_ref=case.ref,
        payload={"role": step.role.value, "says": step.says, "due_on": step.due_on.isoformat()},
        revive=True,
    )
