"""The sweep: whatever was missed, lost or left by a dead worker is found in our own memory and put right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from db import timers
from flows import recurring, upkeep_jobs
from flows.keeping_watch import WatchReport, keep_watch
from flows.service import MACHINE, Service
from flows.steps import StepReport, re_drive

if TYPE_CHECKING:
    from db.timers import Rebuilt


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """What one sweep did: steps worked, timers set again, daily jobs set, and what the watch over cases found."""

    worked: tuple[StepReport, ...]
    rebuilt: tuple[Rebuilt, ...]
    daily: tuple[str, ...]
    watched: WatchReport

    def rows(self) -> list[dict[str, str]]:
        """Give one row for each thing done, with references only."""
        return [
            *({"case": one.case_ref or "", "what": one.name, "outcome": one.outcome.value} for one in self.worked),
            *({"case": one.ref, "what": name, "outcome": "set again"} for one in self.rebuilt for name in one.names),
            *({"case": "", "what": name, "outcome": "next time set"} for name in self.daily),
            *(
                {"case": ref, "what": "silent", "outcome": "its next step was asked for again"}
                for ref in self.watched.silent
            ),
        ]

    def lines(self) -> list[str]:
        """Give one line for each thing done."""
        return [
            " ".join(part for part in (row["case"], row["what"]) if part) + f": {row['outcome']}" for row in self.rows()
        ]


def sweep(service: Service) -> SweepReport:
    """Set what is missing, work what is overdue, then look for cases nobody would look at again."""
    upkeep_jobs.set_missing(service)
    daily, rebuilt = _set_daily(service), _rebuild(service)
    return SweepReport(daily=daily, rebuilt=rebuilt, worked=re_drive(service), watched=keep_watch(service))


def _set_daily(service: Service) -> tuple[str, ...]:
    now = service.clock.now()
    with service.database.reading() as session:
        if not recurring.missing(session):
            return ()
    return service.database.write(lambda session: recurring.set_missing(session, now), author=MACHINE, now=now)


def _rebuild(service: Service) -> tuple[Rebuilt, ...]:
    with service.database.reading() as session:
        lost = timers.lost(session, service.clock.now())
    return tuple(found for ref in lost if (found := _rebuild_one(service, ref)).names)


def _rebuild_one(service: Service, ref: str) -> Rebuilt:
    """The case may have moved on since it was looked at, so it is looked at once more inside the write."""
    now = service.clock.now()
    return service.database.write(
        lambda session: timers.rebuild(session, ref, now=now, by=MACHINE.id), author=MACHINE, now=now
    )
