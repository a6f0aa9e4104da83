"""A case's reminders follow its facts: new ones are set, and those that no longer come out are dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session

from db import due_steps
from db.at_hand import AtHand, at_hand
from db.effects import standing_booking
from db.facts import case_facts, case_row
from db.giving_back import tick_off
from db.localtime import local_date
from db.protocol import protocol as protocol_in_force
from db.tables import BookingRow, CaseRow, DueStepRow
from db.words import StepState
from scheduler.pathway.effects import DueStep, Timer
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.reminders import REMINDERS, reminders

# Somebody told of a visit with less notice than this has just been told of it.
ONLY_AHEAD = frozenset({Timer.VISIT_REMINDER})


def follow(
    session: Session,
    case_ref: str,
    *,
    now: datetime,
    by: str,
    facts: CaseFacts | None = None,
    rules: Protocol | None = None,
    hand: AtHand | None = None,
) -> int:
    """Set and drop reminders until they are those of the facts, or of those given; says how many were set."""
    case, today = case_row(session, case_ref), local_date(session, now)
    in_force = rules or protocol_in_force(session, today)
    read = hand or at_hand(session, [case])
    wanted = _wanted(case, facts or case_facts(session, case_ref), in_force, read.bookings.get(case.id))
    known = {row.key: row for row in read.steps_of(case_ref, REMINDERS)}
    _drop(session, case, wanted, known, now=now, by=by)
    fresh = _fresh(wanted, known, today)
    timers = [
        due_steps.timer(
            session,
            case_ref,
            name=step.name.value,
            about=step.key_suffix,
            due_on=step.due_on,
            told={"role": step.role.value, "says": step.says},
        )
        for step in fresh.values()
    ]
    due_steps.enqueue_each(session, timers, revive=True)
    return len(fresh)


def behind(
    session: Session, case: CaseRow, facts: CaseFacts, rules: Protocol, *, now: datetime, steps: Sequence[DueStepRow]
) -> bool:
    """Say whether a case lacks a reminder, given its steps that were not dropped."""
    known = {row.key: row for row in steps}
    booking = standing_booking(session, case.id) if facts.booking is not None else None
    return bool(_fresh(_wanted(case, facts, rules, booking), known, local_date(session, now)))


def _wanted(case: CaseRow, facts: CaseFacts, rules: Protocol, standing: BookingRow | None) -> dict[str, DueStep]:
    """Each reminder by the key of its step."""
    if case.state.ends:
        return {}
    booking = standing if facts.booking is not None else None
    found = reminders(facts, rules, visit=booking.id[:8] if booking is not None else "")
    return {due_steps.timer_key(case.ref, step.name.value, step.key_suffix): step for step in found}


def _fresh(wanted: Mapping[str, DueStep], known: Mapping[str, DueStepRow], today: date) -> dict[str, DueStep]:
    """The reminders that are still to be set."""
    return {
        key: step
        for key, step in wanted.items()
        if key not in known and not (step.name in ONLY_AHEAD and step.due_on <= today)
    }


def _drop(
    session: Session,
    case: CaseRow,
    wanted: Mapping[str, DueStep],
    known: Mapping[str, DueStepRow],
    *,
    now: datetime,
    by: str,
) -> None:
    stale = [row for key, row in known.items() if key not in wanted]
    for row in stale:
        if row.state is StepState.WAITING:
            row.state, row.finished_at = StepState.CANCELLED, now
    still_spoken_of = {row.name for key, row in known.items() if key in wanted and row.state is not StepState.WAITING}
    over = {row.name for row in stale} - still_spoken_of
    if over:
        tick_off(session, case.id, sorted(over), now=now, by=by)
