"""The service looks after its own memory: the trail is anchored, a backup made and tried, each in its own time.

Their times are the machine's, whatever time the service's clock shows. What goes wrong becomes one task of the
administrators, which is over once the job has gone well again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from db import alarms, audit, due_steps, logs
from db.backups import archive
from db.backups.making import back_up
from db.due_steps import DueStep
from db.log_words import LogEvent
from flows.drills import TOO_OLD, drills, last_good, try_backup
from flows.handlers import UPKEEP_STEPS
from flows.service import MACHINE, Service
from flows.upkeep import anchor_trail
from flows.words import StepOutcome
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.settings import MemorySettings

LEASE = timedelta(hours=1)  # a large database takes a while to dump and restore
DRILL_EVERY = timedelta(hours=24)
DRILL_AGAIN = timedelta(hours=1)  # after one that found a fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job: its name, how people call it, how often it comes (never, when None), and what it does.

    What it does gives what there is to say.
    """

    name: str
    called: str
    every: Callable[[MemorySettings], timedelta | None]
    work: Callable[[Service], str]


def _anchor(service: Service) -> str:
    return f"The trail ends at row {anchor_trail(service).seq}."


def _back_up(service: Service) -> str:
    """Make a backup if anything was written since the last good one, and remove those that are too old."""
    settings, now = service.database.settings, service.clock.machine_now()
    folder = settings.backup_folder
    last = archive.newest_in(folder)
    # A rehearsal may move the service's clock by days at a time; no more backups are made for that.
    if last is not None and now - archive.made_at(last) < timedelta(minutes=settings.backup_minutes):
        return f"{last.name} is fresh enough."
    if last is not None and _still_holds_all(service, last):
        return f"Nothing was written since {last.name}."
    made = back_up(service.database, folder, now=now)
    archive.thin_out(folder, kept=settings.backups_kept, days=settings.backup_days, now=now)
    return f"Made {made.path.name}."


def _still_holds_all(service: Service, last: Path) -> bool:
    """Say whether a backup holds all there is; one that a drill found bad, or that cannot be read, holds nothing."""
    if any(line.backup == last.name and not line.good for line in drills(last.parent)):
        return False
    try:
        kept = archive.manifest_of(last).contents.seq
    except NeurolistError:
        return False
    with service.database.reading() as session:
        return audit.head(session)[0] == kept


def _drill(service: Service) -> str:
    """Try the newest backup, unless one was tried within the day or there is none yet."""
    folder, now = service.database.settings.backup_folder, service.clock.machine_now()
    newest, tried = archive.newest_in(folder), drills(folder)
    if newest is None:
        return "There is no backup to try yet."
    if tried and now - tried[-1].at < (DRILL_EVERY if tried[-1].good else DRILL_AGAIN):
        return f"Tried {tried[-1].backup} already."
    found = try_backup(service, newest)
    if not found.good:
        raise NeurolistError(drills(folder)[-1].says)
    return f"{newest.name} was restored and is good."


def _minutes(number: int) -> timedelta | None:
    return timedelta(minutes=number) if number else None


def _every_anchor(settings: MemorySettings) -> timedelta | None:
    return _minutes(settings.anchor_minutes)


def _every_backup(settings: MemorySettings) -> timedelta | None:
    return _minutes(settings.backup_minutes)


_anchoring, _backing_up, _drilling = UPKEEP_STEPS
ANCHOR = Job(name=_anchoring, called="Anchoring the audit trail", every=_every_anchor, work=_anchor)
BACK_UP = Job(name=_backing_up, called="The backup", every=_every_backup, work=_back_up)
# It looks every so often, and tries a backup once a day: so the first is tried as soon as it is made.
DRILL = Job(name=_drilling, called="The drill", every=_every_backup, work=_drill)
JOBS = {job.name: job for job in (ANCHOR, BACK_UP, DRILL)}


def perform(service: Service, step: DueStep) -> StepOutcome:
    """Do one job, keep what it came to, and set its next time; the database is not held meanwhile."""
    job = JOBS[step.name]
    now = service.clock.now()
    service.database.write(lambda session: due_steps.lengthen(session, step, now + LEASE), author=MACHINE, now=now)
    says, fault = _done(service, job)
    if fault:
        logs.tell(LogEvent.UPKEEP_FAILED, step_name=job.name)

    def keep(session: Session) -> None:
        due_steps.note(session, step, says)
        if fault:
            alarms.raise_alarm(session, job.name, f"{job.called} failed: {says}", now=service.clock.now())
        else:
            alarms.end_alarm(session, job.name, now=service.clock.now(), by=MACHINE.id)
        due_steps.finish(session, step, now=service.clock.now())
        _set_next(session, service, job)

    service.database.write(keep, author=MACHINE, now=service.clock.now(), why=f"step {step.name}")
    return StepOutcome.DONE


def set_missing(service: Service) -> None:
    """Set the next time of each job that has none, and look whether the last good drill is too old."""
    settings, now = service.database.settings, service.clock.now()
    with service.database.reading() as session:
        missing = [job for job in JOBS.values() if job.every(settings) and _is_missing(session, job)]
        too_old = says_drill_is_too_old(service)
        alarm = too_old is not None and not alarms.is_raised(session, DRILL.name)

    def work(session: Session) -> None:
        for job in missing:
            due_steps.enqueue(session, key=job.name, name=job.name, due_at=now, revive=True)
        if alarm:
            alarms.raise_alarm(session, DRILL.name, str(too_old), now=now)

    if missing or alarm:
        service.database.write(work, author=MACHINE, now=now)


def says_drill_is_too_old(service: Service) -> str | None:
    """Say that no backup was restored and found good for too long; None while all is well or backups are off."""
    settings, now = service.database.settings, service.clock.machine_now()
    if not settings.backup_minutes:
        return None
    good, backups = last_good(settings.backup_folder), archive.all_in(settings.backup_folder)
    since = good.at if good else archive.made_at(backups[0]) if backups else now
    hours = TOO_OLD // timedelta(hours=1)
    if now - since <= TOO_OLD:
        return None
    return f"No backup was restored and found good for {hours} hours. Run: neurolist drill"


def _is_missing(session: Session, job: Job) -> bool:
    return due_steps.next_due(session, name=job.name) is None


def _set_next(session: Session, service: Service, job: Job) -> None:
    every = job.every(service.database.settings)
    if every is not None:
        due_at: datetime = service.clock.now() + every
        due_steps.enqueue(session, key=job.name, name=job.name, due_at=due_at, revive=True)


def _done(service: Service, job: Job) -> tuple[str, bool]:
    try:
        return job.work(service), False
    except NeurolistError as fault:
        return str(fault), True
    except OSError as fault:
        return f"The machine refused: {fault.strerror}.", True
