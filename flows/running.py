"""Whether the service runs as it should: what makes it unfit to serve, and what an operator should know."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from db import anchors, boards, due_steps
from db.backups import archive
from db.boards.running import RunningNumbers
from db.proposals import HUNG, REFUSED
from flows.drills import last_good
from flows.home import read_note
from flows.permissions import Action
from flows.prefect_home import answers, health_url, mark_of
from flows.upkeep_jobs import ANCHOR, says_drill_is_too_old
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from flows.desk import Desk
    from flows.service import Service

LEAST_FREE_BYTES = 500_000_000  # a plan, a backup and a day's growth still fit
CLOCK_APART = timedelta(seconds=5)
PLANNER_FAULTS = {
    REFUSED: "The last plan found broke a rule, and the audit refused it. Call whoever looks after Neurolist.",
    HUNG: "The last search never came back and was ended. Call whoever looks after Neurolist.",
}
UPKEEP_LATE = timedelta(minutes=10)  # it comes every five


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: whether it is as it should be, whether the service may serve without it, and in words."""

    what: str
    good: bool
    vital: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """How the service runs: every check, every number, and the ages that an operator watches."""

    checks: tuple[Check, ...]
    numbers: RunningNumbers | None
    backup_at: datetime | None
    drill_at: datetime | None
    anchor_at: datetime | None
    now: datetime

    @property
    def fit(self) -> bool:
        """Say whether the service may serve."""
        return all(check.good for check in self.checks if check.vital)

    def ages(self) -> Mapping[str, float]:
        """Give the seconds since the last backup, good drill and anchor, of those there are."""
        known = {"backup": self.backup_at, "drill": self.drill_at, "anchor": self.anchor_at}
        return {name: (self.now - at).total_seconds() for name, at in known.items() if at is not None}


class Operating:
    """What an operator may see of the running service, at one desk."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def state(self) -> Running:
        """Look at everything there is to look at; nothing is changed."""
        self.desk._permitted(Action.KEEP_SERVICE, "service", "running")
        return running(self.desk.service)


def running(service: Service) -> Running:
    """Look at everything there is to look at; nothing is changed."""
    settings = service.database.settings
    newest, good, known = (
        archive.newest_in(settings.backup_folder),
        last_good(settings.backup_folder),
        anchors.read(settings.anchor_file),
    )
    guarded = _tried(
        "database", service.database.check_guards, "It takes writes, and every guard refuses what it should."
    )
    numbers = _numbers(service) if guarded.good else None
    state = Running(
        checks=(),
        numbers=numbers,
        backup_at=archive.made_at(newest) if newest else None,
        drill_at=good.at if good else None,
        anchor_at=known[-1].at if known else None,
        now=service.clock.machine_now(),
    )
    return replace(state, checks=(guarded, _disk(service), *(_more(service, state, numbers) if numbers else ())))


def told_to_all(service: Service) -> str:
    """Say what everybody at work should know of the service now; nothing when all is well.

    It is asked every few seconds while a page is open, so it looks only at what takes no time.
    """
    with service.database.reading() as session:
        due = due_steps.next_due(session, name=ANCHOR.name)
    checks = (_disk(service), _dispatcher(service, due), *_prefect(service))
    return " ".join(check.says for check in checks if not check.good)


def _numbers(service: Service) -> RunningNumbers:
    with service.database.reading() as session:
        return boards.running_numbers(session, upkeep=ANCHOR.name)


def _tried(what: str, look: Callable[[], None], well: str) -> Check:
    try:
        look()
    except (NeurolistError, OSError) as fault:
        return Check(what=what, good=False, vital=True, says=str(fault))
    return Check(what=what, good=True, vital=True, says=well)


def _disk(service: Service) -> Check:
    free = shutil.disk_usage(service.home).free
    says = f"{free / 1e9:.1f} GB are free in the home folder; it takes {LEAST_FREE_BYTES / 1e9:.1f}."
    return Check(what="disk", good=free >= LEAST_FREE_BYTES, vital=True, says=says)


def _more(service: Service, state: Running, numbers: RunningNumbers) -> Iterator[Check]:
    """Look at what an operator should know; the service serves without it."""
    apart = abs(numbers.clock - state.now)
    says = f"The database's clock and this machine's are {apart.total_seconds():.1f} s apart."
    yield _known("clock", says, good=apart <= CLOCK_APART)
    cautions = service.database.cautions()
    yield _known("engine", " ".join(cautions) or "Nothing is known against it.", good=not cautions)
    yield _planner(service)
    yield from _prefect(service)
    yield _dispatcher(service, numbers.upkeep_due)
    too_old = says_drill_is_too_old(service)
    yield _known("drill", too_old or "A backup was restored and found good, or the first is to come.", good=not too_old)


def _dispatcher(service: Service, due: datetime | None) -> Check:
    """Look whether upkeep, which comes round by itself, waits for somebody who works it."""
    works = due is not None and service.clock.now() - due <= UPKEEP_LATE
    waits = "No dispatcher has looked for due work, so steps, letters and reminders wait. Is neurolist up running?"
    return _known("dispatcher", "The dispatcher works." if works else waits, good=works)


def _planner(service: Service) -> Check:
    """Look whether every search comes back in time, and with a plan that keeps the rules."""
    with service.database.reading() as session:
        found = boards.planner_now(session, now=service.clock.now())
    faults = [f"{found.overdue} searches are past their time."] if found.overdue else []
    faults += [PLANNER_FAULTS.get(found.fault, PLANNER_FAULTS[REFUSED])] if found.fault else []
    return _known(
        "planner", " ".join(faults) or "Every search came back with a plan that was checked.", good=not faults
    )


def _prefect(service: Service) -> Iterator[Check]:
    """Ask Prefect whether it is well, where this folder runs one."""
    note = read_note(service.home)
    if note is not None:
        well = answers(health_url(note.prefect_api), mark=mark_of(service.home))
        says = "Prefect answers." if well else "Prefect does not answer. Due steps are worked without it meanwhile."
        yield _known("prefect", says, good=well)


def _known(what: str, says: str, *, good: bool) -> Check:
    return Check(what=what, good=good, vital=False, says=says)
