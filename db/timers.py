"""Timers that were lost: due steps are compared with what the facts of every open case call for, and set anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from db import audit, due_steps, holds, reminders
from db.facts import case_facts, case_row, facts_of, open_cases
from db.light import Light, light_of
from db.localtime import start_of_day, timezone_of
from db.tables import DueStepRow
from db.words import StepState
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.timers import Running, running_timers


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """The timers of one case that were missing and are set again, by name."""

    ref: str
    names: tuple[str, ...]


def lost(session: Session, now: datetime) -> tuple[str, ...]:
    """List the open cases that lack a timer they should have."""
    rows, known, light = open_cases(session), _known(session, None), light_of(session, now)
    facts, untimed, zone = facts_of(session, rows), set(holds.untimed(session)), timezone_of(session)
    return tuple(
        row.ref
        for row in rows
        if row.ref in untimed
        or _missing(_running(facts[row.id], light), known[row.ref], zone)
        or reminders.behind(session, row, facts[row.id], light.protocol, now=now, steps=known[row.ref])
    )


def rebuild(session: Session, ref: str, *, now: datetime, by: str) -> Rebuilt:
    """Set the timers that one case lacks; those that it has stay as they are."""
    case_row(session, ref, lock=True)
    zone, facts = timezone_of(session), case_facts(session, ref)
    missing = _missing(_running(facts, light_of(session, now)), _known(session, ref)[ref], zone)
    for one in missing:
        step = one.step
        due_steps.set_timer(
            session,
            ref,
            name=step.name.value,
            about=f"{step.key_suffix}/set again {now.isoformat()}",
            due_on=step.due_on,
            told={"role": step.role.value, "says": step.says},
        )
    names = [one.step.name.value for one in missing]
    if ref in holds.untimed(session):
        names.append(holds.time_again(session, ref, now=now, by=by))
    names += ["reminder"] * reminders.follow(session, ref, now=now, by=by, facts=facts)
    if names:
        audit.record(session, action="rebuild_timers", entity="case", ref=ref, facts={"timers": sorted(names)})
    return Rebuilt(ref=ref, names=tuple(names))


def _running(facts: CaseFacts, light: Light) -> tuple[Running, ...]:
    return running_timers(facts, light.protocol, light.today, light.holidays)


def _known(session: Session, ref: str | None) -> Mapping[str, Sequence[DueStepRow]]:
    """Every step of each case, or of one, that was not dropped."""
    asked = select(DueStepRow).where(
        col(DueStepRow.case_ref).is_not(None), col(DueStepRow.state) != StepState.CANCELLED
    )
    found: dict[str, list[DueStepRow]] = defaultdict(list)
    for row in session.exec(asked if ref is None else asked.where(DueStepRow.case_ref == ref)):
        found[str(row.case_ref)].append(row)
    return found


def _missing(running: Sequence[Running], known: Sequence[DueStepRow], zone: str) -> list[Running]:
    return [one for one in running if not any(_is_of(row, one, zone) for row in known)]


def _is_of(row: DueStepRow, one: Running, zone: str) -> bool:
    about = row.key.split(":", 2)[-1]
    return (
        row.name == one.step.name
        and about.startswith(f"{one.key}/" if one.key else "")
        and row.created_at >= start_of_day(one.since, zone)
    )
