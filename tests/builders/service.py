"""A service on a test's own memory, with a clock the test may move, and desks for every role."""

from __future__ import annotations

from datetime import datetime, timedelta

from db.engine import Database
from flows.clock import Clock
from flows.desk import Actor, Desk
from flows.permissions import EVERY_SITE
from flows.service import Service
from scheduler.vocabulary import Role
from tests.builders.memory import MORNING


class MovingClock:
    """An instant that moves only when the test says so."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, time: timedelta) -> None:
        """Let this much time pass."""
        self.at += time


def a_service(database: Database, *, source: MovingClock | None = None, owner: str = "worker-1") -> Service:
    """A service on this memory at nine on a Tuesday, or at the instant of the source."""
    clock = Clock(timezone=database.timezone, source=source or MovingClock())
    return Service(database=database, clock=clock, owner=owner)


def an_actor(*roles: Role, site: str = EVERY_SITE, name: str = "Pat Doe") -> Actor:
    """Somebody with these roles."""
    return Actor(id=f"account-{'-'.join(roles) or 'none'}", name=name, roles={site: frozenset(roles)})


def a_desk(service: Service, *roles: Role) -> Desk:
    """The desk in the name of somebody with these roles; an administrator unless said."""
    return Desk(service, an_actor(*(roles or (Role.ADMINISTRATOR,))))


def publish_as_two(desk: Desk, proposal: str, *, reason: str = "It cannot wait", cases: list[str] | None = None) -> str:
    """Publish a plan over the frozen days: this person asks, another, an IR lead, approves; gives what was done."""
    asked = desk.approvals.ask_to_publish(proposal, reason=reason, cases=cases)
    second = Actor(id="second-person", name="Second Person", roles={EVERY_SITE: frozenset({Role.IR_LEAD})})
    return desk.acting(second).approvals.approve(asked)
