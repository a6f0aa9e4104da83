"""Who hears that a case or a task is late: the next role in turn, once at each number of days the protocol gives.

Late is computed from clocks and due dates each time it is asked; nothing here keeps it, and nothing changes but a task.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from scheduler.pathway.clocks import Clock
from scheduler.pathway.duties import DUTIES
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role

ESCALATED_CLOCKS = frozenset({"C1", "C2", "C3", "C4", "C5r", "C5v", "C6"})
BEFORE_THE_OUTCOME = frozenset({PathwayState.REFERRAL_RECEIVED, PathwayState.REFERRAL_INCOMPLETE, PathwayState.TRIAGE})
SEND_THE_OUTCOME = "Send or post the letters with the outcome; the task of each says how."
OF_CLOCK, OF_TASK = "overdue_", "late_"  # what the kinds of such tasks begin with


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """One thing that is late: whose work it is, since when, and what tells it from every other."""

    key: str
    kind: str
    role: Role
    since: date
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """A task that somebody still has to do, by this day."""

    id: str
    kind: str
    role: Role
    due_on: date
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One role is told of one late thing, the first time at each level."""

    key: str
    kind: str
    role: Role
    says: str


def late_clocks(state: PathwayState, clocks: Iterable[Clock]) -> Iterator[Late]:
    """Find the running clocks that are past their limit; the work is that of whoever acts where the case stands."""
    duty = DUTIES.get(state)
    for clock in clocks:
        if duty is None or clock.id not in ESCALATED_CLOCKS or clock.stopped or not clock.overdue or not clock.due_on:
            continue
        answered = clock.id == "C1" and state not in BEFORE_THE_OUTCOME
        role, says = (Role.BOOKINGS, SEND_THE_OUTCOME) if answered else (duty.role, duty.says)
        yield Late(
            key=f"{clock.id}/{clock.started}",
            kind=f"{OF_CLOCK}{clock.id.lower()}",
            role=role,
            since=clock.due_on,
            says=f"{clock.id} {clock.label} is past its limit. To do, by {role.label}: {says}",
        )


def late_task(task: OpenTask, today: date) -> Late | None:
    """Tell of an open task past its day, unless it was itself made because something is late."""
    if task.due_on >= today or task.kind.startswith((OF_CLOCK, OF_TASK)):
        return None
    told = f"A task of {task.role.label} is late: {task.says}"
    return Late(key=f"task/{task.id}", kind=f"{OF_TASK}{task.kind}", role=task.role, since=task.due_on, says=told)


def calls(late: Late, protocol: Protocol, today: date) -> tuple[Call, ...]:
    """List every level this has reached, lowest first: so many days late, the next role in turn."""
    days = (today - late.since).days
    chain = protocol.words(f"escalate_to.{late.role}") if f"escalate_to.{late.role}" in protocol.values else ()
    reached = zip(protocol.wholes("escalate_after"), chain, strict=False)
    return tuple(
        Call(
            key=f"{late.key}/{level}",
            kind=late.kind,
            role=Role(role),
            says=f"{late.says} It was due on {late.since:%-d %B %Y}.",
        )
        for level, (after, role) in enumerate(reached, start=1)
        if days >= after
    )
