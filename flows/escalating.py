"""Late cases and tasks are told to the next role, once at each level; nothing about the case itself changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from db import cases, due_steps, late
from flows.handling import Moment, case_of
from flows.service import MACHINE
from scheduler.pathway.effects import Timer
from scheduler.vocabulary import Role

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.due_steps import DueStep


def tell_who_is_next(session: Session, at: Moment) -> str:
    """Set one step for each level that something late has newly reached, and end what is no longer late."""
    found = late.late_cases(session, at.now)
    ended = late.tick_off_what_is_no_longer_late(session, found, now=at.now, by=MACHINE.id)
    told = sum(
        due_steps.enqueue(
            session,
            key=f"{case.ref}:{Timer.ESCALATION.value}:{call.key}",
            name=Timer.ESCALATION.value,
            due_at=at.now,
            case_ref=case.ref,
            payload={"kind": call.kind, "role": call.role.value, "says": call.says, "due_on": at.today.isoformat()},
        )
        for case in found
        for call in case.calls
    )
    return f"{len(found)} cases have something late; {told} told to the next role, {ended} no longer late."


def escalate(session: Session, step: DueStep, at: Moment) -> None:
    """Give the next role the task to see that the late thing is done."""
    cases.raise_task(
        session,
        case_of(step),
        kind=str(step.payload["kind"]),
        role=Role(str(step.payload["role"])),
        says=str(step.payload["says"]),
        due_on=at.today,
        now=at.now,
    )
