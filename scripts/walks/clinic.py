"""The clinic that a walk goes through: its memory on either engine, its people, its lists and its clock."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlmodel import select

from db import clinic as clinics
from db import mapping, proposals
from db import protocol as protocols
from db.engine import Database, open_database
from db.settings import MemorySettings
from db.tables import SuiteSessionRow
from flows.clock import Clock
from flows.demo.by_hand import plan_by_hand
from flows.demo.days import holidays_around
from flows.desk import Desk
from flows.service import Service
from scheduler.pathway.protocols import Protocol
from scheduler.problem import EquipmentUnit, Location, Site, Suite
from scheduler.vocabulary import Funding, Modality, Role
from scripts.walks.refilling import Refilled
from tests.builders.memory import CLERK, a_radiologist, a_referral
from tests.builders.service import MovingClock, an_actor

if TYPE_CHECKING:
    from sqlmodel import Session

    from db.incoming import IncomingReferral
    from db.pictures import CasePage, CaseSummary
    from tests.builders.postgres import Server

ENGINES = ("sqlite", "postgresql")
SITE, SUITE = "S01", "S01-CT1"
MELBOURNE = ZoneInfo("Australia/Melbourne")
FIRST_MORNING = datetime(2026, 1, 5, 9, tzinfo=MELBOURNE)
DAYS_PLANNED = 14

# Days on which walks begin: before the clocks change, before Christmas, Easter and a leap day, and two plain ones.
BEGINNINGS = tuple(
    date.fromisoformat(day)
    for day in ("2026-04-02", "2026-10-01", "2026-12-17", "2027-03-22", "2028-02-24", "2026-06-09", "2027-08-02")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unseen:
    """What nobody looks at, in place of a page and of what it sums up."""

    cautions: tuple[str, ...] = ()

    @property
    def summary(self) -> _Unseen:
        """Nothing either."""
        return self


class QuietDesk(Desk):
    """The desk as people use it, but for the page it shows after each act, which only reads and takes the longest."""

    def case(self, ref: str) -> CasePage:  # noqa: ARG002  # type: ignore[override]
        """Give nothing to look at."""
        return _Unseen()  # type: ignore[return-value]

    def _in_a_line(self, ref: str) -> CaseSummary:  # noqa: ARG002  # type: ignore[override]
        return _Unseen()  # type: ignore[return-value]


@dataclass(slots=True, kw_only=True)
class Place:
    """Where the memories of walks are made: a prepared one to copy, on one engine."""

    engine: str
    prepared: Path
    folder: Path
    server: Server | None = None
    opened: dict[int, Database] = field(default_factory=dict)  # by process
    refilled: dict[int, Refilled] = field(default_factory=dict)  # by process, on PostgreSQL

    @contextmanager
    def memory(self) -> Iterator[Database]:
        """Give a memory with a clinic in it, as it was prepared; a process opens one and fills it anew for each walk.

        An opened memory keeps the questions it has worked out, which takes longer than asking them.
        """
        name = f"walk-{os.getpid()}"
        home = self.folder / name
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.prepared, home)
        database = self.opened.get(os.getpid()) or self._open(home, name)
        if os.getpid() in self.refilled:
            self.refilled[os.getpid()].again()
        try:
            yield database
        finally:
            if not self.server:
                database.close()

    def _open(self, home: Path, name: str) -> Database:
        """Open a memory; on PostgreSQL its connections stay, since each plans every question again."""
        url = None
        if self.server:
            self.server.drop(name)
            url = self.server.make(name, template="walks")
            self.refilled[os.getpid()] = Refilled(url)
        database = self.opened[os.getpid()] = open_database(MemorySettings(home=home, database_url=url))
        return database


@contextmanager
def places(engine: str, server: Server | None = None) -> Iterator[Place]:
    """Prepare one memory with a clinic on this engine, in memory where the machine allows, and copy it from then on."""
    roomy = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  a folder in memory, not a name to guess
    with tempfile.TemporaryDirectory(prefix="neurolist-walks-", dir=roomy) as folder:
        home = Path(folder) / "prepared"
        url = server.make("walks") if server else None
        database = open_database(MemorySettings(home=home, database_url=url))
        database.prepare(FIRST_MORNING)
        database.write(_build, author=CLERK, now=FIRST_MORNING)
        database.close()
        place = Place(engine=engine, prepared=home, folder=Path(folder), server=server)
        try:
            yield place
        finally:
            for opened in place.opened.values():
                opened.close()
            if server:
                for name in {f"walk-{process}" for process in place.opened} | {"walks"}:
                    server.drop(name)


def _build(session: Session) -> None:
    location = Location(lat=-37.8, lon=144.96)
    site = Site(id=SITE, name="Site", location=location, recovery_bays=3, recovery_close=time(19))
    clinics.add_site(session, site)
    suite = Suite(id=SUITE, site=SITE, modalities=(Modality.CT, Modality.FLUOROSCOPY), turnaround_minutes=15)
    clinics.add_suite(session, suite, name="CT 1")
    clinics.add_radiologist(session, replace(a_radiologist("R01"), sites=(SITE,)))
    for kind in ("rf_generator", "cryo_console"):
        clinics.add_unit(session, EquipmentUnit(id=f"{kind}-1", kind=kind, sites=(SITE,)))
    known = clinics.holidays(session)
    for year in (2026, 2028):
        for on, name in holidays_around(date(year, 1, 1)).items():
            if on not in known:
                clinics.add_holiday(session, on, name, confirmed=True)
                known |= {on}


class Clinic:
    """One clinic while a walk goes through it."""

    def __init__(self, database: Database, at: datetime) -> None:
        self.database = database
        self.clock = MovingClock(at)
        clock = Clock(timezone=self.database.timezone, source=self.clock)
        self.service = Service(database=self.database, clock=clock, owner="worker-1")
        self.desks = {role: QuietDesk(self.service, an_actor(role, name=role.label)) for role in Role}

    @property
    def now(self) -> datetime:
        """The instant."""
        return self.service.clock.now()

    @property
    def today(self) -> date:
        """The local date."""
        return self.service.clock.today()

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return MELBOURNE

    @cached_property
    def holidays(self) -> frozenset[date]:
        """The days that are no working days."""
        with self.database.reading() as session:
            return clinics.holidays(session)

    @cached_property
    def protocol(self) -> Protocol:
        """The protocol in force; nobody changes it in a walk."""
        with self.database.reading() as session:
            return protocols.protocol(session, self.today)

    def write(self, work: Callable[[Session], Any]) -> Any:
        """Do some work in one transaction."""
        return self.database.write(work, author=CLERK, now=self.now)

    def receive(self, number: int, **changes: object) -> IncomingReferral:
        """Give a referral of today, complete but for what is changed."""
        usual = a_referral(number)
        items = tuple(replace(item, dated=self.today - timedelta(days=3)) for item in usual.items)
        told: Mapping[str, Any] = {
            "received_on": self.today,
            "written_on": self.today - timedelta(days=2),
            "items": items,
        }
        return a_referral(number, **{**told, **changes})

    def lists_ahead(self, wanted: int) -> str:
        """Add the coming lists, and give the name of one of them."""
        first = self.today + timedelta(days=1)
        self.write(lambda session: self._add_lists(session, first))
        days = self._list_days(first)
        return a_list(days[wanted % len(days)]).id

    def plan(self) -> str:
        """Plan the coming days by hand, and give the proposal."""
        first = self.today + timedelta(days=1)
        last = first + timedelta(days=DAYS_PLANNED)

        def work(session: Session) -> str:
            self._add_lists(session, first)
            made = proposals.request(session, start=first, end=last, actor=CLERK, now=self.now)
            found = mapping.planning(session, start=first, end=last, now=self.now, protocol=self.protocol)
            proposals.begin(session, made, found, now=self.now)
            proposals.finish(session, made, plan_by_hand(found.problem), now=self.now, run={"made": "by hand"})
            return made

        return str(self.write(work))

    def _add_lists(self, session: Session, first: date) -> None:
        known = set(session.exec(select(SuiteSessionRow.id)))
        wanted = [a_list(day) for day in self._list_days(first)]
        clinics.add_lists(session, [new for new in wanted if new.id not in known])

    def _list_days(self, first: date) -> list[date]:
        days = (first + timedelta(days=ahead) for ahead in range(DAYS_PLANNED))
        return [day for day in days if day.weekday() < 5 and day not in self.holidays]


def a_list(day: date) -> clinics.NewList:
    """The morning list of a day, for every payer."""
    return clinics.NewList(
        id=f"{SUITE}-{day.isoformat()}",
        suite=SUITE,
        on=day,
        start=time(8, 30),
        end=time(12, 30),
        funding=tuple(payer.value for payer in Funding),
        anaesthetist=True,
    )
