"""Work that comes back every day at a local wall time: once a date whatever the clocks do, and once after an outage.

Only the next time of each is ever waiting. Working it sets the one after now, so days that were missed are not made up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from db import due_steps
from db import protocol as protocols
from db.due_steps import DueStep
from db.localtime import local_date, timezone_of, wall_instant, wall_time
from flows.escalating import tell_who_is_next
from flows.handling import Handler, Moment
from flows.nightly import propose_tonight
from flows.words import FlowName

if TYPE_CHECKING:
    from sqlmodel import Session

DAYS_LOOKED_AHEAD = 3  # today's time may have passed, and today's step may have been worked before the time was moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurring:
    """One daily job: its name, its flow, the protocol row with its wall time, and what it does."""

    name: str
    flow: FlowName
    at: str
    says: str
    work: Callable[[Session, Moment], str]


NIGHTLY_PLAN = Recurring(
    name="nightly_plan",
    flow=FlowName.NIGHTLY_PLANNING,
    at="nightly_plan_at",
    says="Propose a plan if anything has changed; nothing is published.",
    work=propose_tonight,
)
ESCALATE = Recurring(
    name="escalate",
    flow=FlowName.ESCALATION,
    at="escalation_at",
    says="Tell the next role of what is late.",
    work=tell_who_is_next,
)
RECURRING = (NIGHTLY_PLAN, ESCALATE)


def handlers_of(flow: FlowName) -> Mapping[str, Handler]:
    """Give the handlers of the daily jobs of one flow."""
    return {job.name: _handler(job) for job in RECURRING if job.flow is flow}


def _handler(job: Recurring) -> Handler:
    def work(session: Session, step: DueStep, at: Moment) -> None:
        due_steps.note(session, step, job.work(session, at))
        _set_next(session, job, at.now)

    return work


def missing(session: Session) -> tuple[Recurring, ...]:
    """List the daily jobs of which no time is waiting."""
    return tuple(job for job in RECURRING if due_steps.next_due(session, name=job.name) is None)


def set_missing(session: Session, now: datetime) -> tuple[str, ...]:
    """Set the next time of each daily job that has none; gives their names."""
    return tuple(job.name for job in missing(session) if _set_next(session, job, now))


def _set_next(session: Session, job: Recurring, now: datetime) -> bool:
    """Set the first time after now on a date that has had none."""
    zone, today = timezone_of(session), local_date(session, now)
    wall = wall_time(protocols.protocol(session, today).word(job.at), job.at)
    for ahead in range(DAYS_LOOKED_AHEAD):
        day = today + timedelta(days=ahead)
        due_at = wall_instant(day, wall, zone)
        key = f"{job.name}:{day.isoformat()}"
        if due_at > now and due_steps.enqueue(session, key=key, name=job.name, due_at=due_at):
            return True
    return False
