"""A case's reminders follow its facts: new ones are set, and those that no longer come out are dropped."""

from __future__ import annotations

from collections import defaultdict
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


def follow(session: Session, case_ref: str, *, now: datetime, by: str, facts: CaseFacts | None = None) -> int:
    """Set and drop a case's reminders until they are those of its facts; says how many were set."""
    case, rules = case_row(session, case_ref), protocol_in_force(session, local_date(session, now))
    known = facts or case_facts(session, case_ref)
    return follow_each(session, [(case, known)], rules, at_hand(session, [case]), now=now, by=by)


def follow_each(
    session: Session,
    cases: Sequence[tuple[CaseRow, CaseFacts]],
    rules: Protocol,
    hand: AtHand,
    *,
    now: datetime,
    by: str,
) -> int:
    """Do the same for several cases whose facts were read; the reminders of all are written together."""
    today = local_date(session, now)
    timers, over = [], defaultdict[tuple[str, ...], list[str]](list)
    for case, facts in cases:
        wanted = _wanted(case, facts, rules, hand.bookings.get(case.id))
        known = {row.key: row for row in hand.steps_of(case.ref, REMINDERS)}
        over[_dropped(wanted, known, now)].append(case.id)
        timers += [
            due_steps.timer(
                session,
                case.ref,
                name=step.name.value,
                about=step.key_suffix,
                due_on=step.due_on,
                told={"role": step.role.value, "says": step.says},
            )
            for step in _fresh(wanted, known, today).values()
        ]
    for names, ids in over.items():
        if names:
            tick_off(session, ids, names, now=now, by=by)
    due_steps.enqueue_each(session, timers, revive=True)
    return len(timers)


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


def _dropped(wanted: Mapping[str, DueStep], known: Mapping[str, DueStepRow], now: datetime) -> tuple[str, ...]:
    """Drop the reminders that no longer come out; names those whose tasks are over with them."""
    stale = [row for key, row in known.items() if key not in wanted]
    for row in stale:
        if row.state is StepState.WAITING:
            row.state, row.finished_at = StepState.CANCELLED, now
    still_spoken_of = {row.name for key, row in known.items() if key in wanted and row.state is not StepState.WAITING}
    return tuple(sorted({row.name for row in stale} - still_spoken_of))
