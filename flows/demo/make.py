"""Makes the demonstration in an empty memory: the clinic, the accounts, then the past, day by day."""

from __future__ import annotations

import gc
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from db import accounts
from db.engine import Database
from flows.clock import Clock
from flows.demo.arrivals import arrivals
from flows.demo.clinic import set_up
from flows.demo.days import at
from flows.demo.doors import past_doors
from flows.demo.sites import RADIOLOGISTS, SITES
from flows.demo.staff import ADMINISTRATOR, LEAD, STAFF, StaffMember
from flows.demo.story import Story, story
from flows.desk import Desk, PublishReport
from flows.permissions import EVERY_SITE, Action, demand
from flows.service import Service
from scheduler.errors import NeurolistError
from scheduler.pathway.states import PathwayState

if TYPE_CHECKING:
    from sqlmodel import Session

SET_UP_BEFORE = timedelta(days=1)  # the first referral
NOTE = "demo-accounts.txt"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
OBJECTS_BETWEEN_COLLECTIONS = (50_000, 20, 50)
PLANNING_SECONDS = 10.0
PASSWORD_PARTS, LETTERS_IN_A_PART = 3, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """What was made, and how to sign in: every account has the same password, made for this installation."""

    sites: int
    radiologists: int
    lists: int
    cases: int
    states: Mapping[PathwayState, int]
    plans: int
    staff: tuple[StaffMember, ...]
    password: str
    seconds: float


def make_demo(
    database: Database,
    *,
    clock: Clock,
    seed: int = 0,
    one_in: int = 1,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> DemoReport:
    """Fill an empty memory with a service that has run for some months; raises NeurolistError if it holds anything.

    The same seed on the same date makes the same people, cases and histories. `one_in` keeps one referral of so many,
    for a small service made quickly.
    """
    began, today = time.monotonic(), clock.today()
    _must_be_empty(database, clock)
    coming = arrivals(seed, today)[::one_in]
    first = coming[0].received_on - SET_UP_BEFORE
    password = _password()
    lists = _prepare(database, seed=seed, first=first, today=today, password=password)
    doors = past_doors(database, seed=seed, today=today)
    told = story(doors, seed=seed, today=today, protocol=doors.protocol, coming=coming)
    with _rarely_collecting():
        told.tell(on_progress)
    _leave_note(database.settings.home.expanduser(), password)
    return _report(told, lists=lists, password=password, seconds=time.monotonic() - began)


def plan_ahead(service: Service, *, seconds: float = PLANNING_SECONDS) -> PublishReport:
    """Let the planner place those who still wait in the coming weeks, and publish that as the IR lead would."""
    desk = Desk(service, LEAD.actor)
    return desk.publish(desk.plan_now(time_limit=seconds))


def demo_accounts(home: Path) -> str | None:
    """Give the note on how to sign in that a demonstration left in this folder; None where none was made."""
    note = home / NOTE
    return note.read_text(encoding="utf-8") if note.exists() else None


def _leave_note(home: Path, password: str) -> None:
    """Write down how to sign in, for nobody but the owner of the folder; the people and the data are invented."""
    lines = [f"Sign in as one of these, each with the password {password}"]
    lines += [f"  {one.username:<10} {one.role.label:<16} {one.name}" for one in STAFF]
    note = home / NOTE
    note.unlink(missing_ok=True)
    note.touch(mode=0o600)
    note.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _must_be_empty(database: Database, clock: Clock) -> None:
    desk = Desk(Service(database=database, clock=clock, owner="demonstration"), ADMINISTRATOR.actor)
    demand(desk.actor, Action.MAKE_DEMO)
    if desk.cases() or desk.sites():
        raise NeurolistError(
            "This database already holds a service, and the demonstration would mix invented patients into it. "
            "Set NEUROLIST_HOME to an empty folder, or NEUROLIST_DATABASE_URL to an empty database, and try again."
        )


def _prepare(database: Database, *, seed: int, first: date, today: date, password: str) -> int:
    def work(session: Session) -> int:
        for one in STAFF:
            accounts.add_account(
                session, username=one.username, name=one.name, password=password, roles={EVERY_SITE: {one.role}}
            )
        return set_up(session, seed=seed, first=first, today=today, timezone=database.timezone)

    now = at(first, 7, timezone=database.timezone)
    return database.write(work, author=ADMINISTRATOR.author, now=now, why="demonstration")


@contextmanager
def _rarely_collecting() -> Iterator[None]:
    """Look for garbage less often: the story drops its rows day by day, and looking took a seventh of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(*OBJECTS_BETWEEN_COLLECTIONS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _password() -> str:
    parts = ("".join(secrets.choice(LETTERS) for _ in range(LETTERS_IN_A_PART)) for _ in range(PASSWORD_PARTS))
    return "-".join(parts)


def _report(told: Story, *, lists: int, password: str, seconds: float) -> DemoReport:
    return DemoReport(
        sites=len(SITES),
        radiologists=len(RADIOLOGISTS),
        lists=lists,
        cases=len(told.journeys),
        states=Counter(journey.state for journey in told.journeys),
        plans=len(told.plans),
        staff=STAFF,
        password=password,
        seconds=seconds,
    )
