"""A clinic with as many bookings as a large network has in four weeks, and a few cases still to place."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from db import accounts, clinic
from db.engine import Database, open_database
from db.settings import MemorySettings
from flows.clock import Clock
from flows.demo.staff import ADMINISTRATOR
from flows.desk import Desk
from flows.permissions import EVERY_SITE
from flows.service import Service
from scheduler.problem import Location, Radiologist, Site, Suite
from scheduler.vocabulary import Funding, Modality, Role, Target, Technique
from tests.builders.memory import a_proposal, list_for_test

if TYPE_CHECKING:
    from sqlmodel import Session

SITES, SUITES_EACH, DAYS = 5, 4, 20
PARTS = ((time(8), time(12)), (time(13), time(17)))
EACH_MINUTES = 60  # a test block and the turning over after it
TO_PLACE = 40
NOTE = "ground.json"
USERS = ("bookings1", "bookings2")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where the clinic is kept, who may sign in, and how much it holds."""

    settings: MemorySettings
    password: str
    bookings: int
    lists: int


def make_ground(home: Path, *, bookings: int, now: datetime | None = None) -> Ground:
    """Make the clinic in an empty folder."""
    settings = MemorySettings(home=home)
    moment = now or datetime.now(tz=UTC)
    database = open_database(settings)
    database.prepare(moment)
    clock = Clock(timezone=database.timezone, source=lambda: moment)
    password = secrets.token_urlsafe(12)
    lists = _places(database, moment, clock, password)
    refs = [list_for_test(database, number, now=moment) for number in range(1, bookings + TO_PLACE + 1)]
    _book(database, clock, refs[:bookings], moment)
    database.close()
    known = {"password": password, "bookings": bookings, "lists": lists}
    (home / NOTE).write_text(json.dumps(known))
    return Ground(settings=settings, password=password, bookings=bookings, lists=lists)


def open_ground(home: Path) -> Ground | None:
    """Take up the clinic that was made in this folder before; None where there is none."""
    note = home / NOTE
    if not note.exists():
        return None
    settings = MemorySettings(home=home)
    database = open_database(settings)
    database.prepare(datetime.now(tz=UTC))  # its tables may be of an older shape
    database.close()
    return Ground(settings=settings, **json.loads(note.read_text()))


def _places(database: Database, moment: datetime, clock: Clock, password: str) -> int:
    def work(session: Session) -> int:
        for name in USERS:
            accounts.add_account(
                session, username=name, name=name.title(), password=password, roles={EVERY_SITE: {Role.BOOKINGS}}
            )
        made = []
        for site in range(1, SITES + 1):
            location = Location(lat=-37.8 - site / 50, lon=144.9 + site / 50)
            clinic.add_site(
                session,
                Site(
                    id=f"S{site:02}",
                    name=f"Hospital {site}",
                    location=location,
                    recovery_bays=40,
                    recovery_close=time(20),
                ),
            )
            for suite in range(1, SUITES_EACH + 1):
                room = f"S{site:02}-CT{suite}"
                clinic.add_suite(
                    session,
                    Suite(id=room, site=f"S{site:02}", modalities=(Modality.CT,), turnaround_minutes=15),
                    name=f"CT {suite}",
                )
                radiologist = f"R{site:02}{suite}"
                clinic.add_radiologist(
                    session,
                    Radiologist(
                        id=radiologist,
                        name=f"Dr {site}{suite}",
                        sites=(f"S{site:02}",),
                        targets=tuple(Target),
                        techniques=tuple(Technique),
                    ),
                )
                made += [
                    clinic.NewList(
                        id=f"{room}-{ahead:02}-{at}",
                        suite=room,
                        on=clock.today() + timedelta(days=ahead),
                        start=start,
                        end=end,
                        funding=tuple(payer.value for payer in Funding),
                        anaesthetist=True,
                        radiologist=radiologist,
                    )
                    for ahead in range(1, DAYS + 1)
                    for at, (start, end) in enumerate(PARTS)
                ]
        clinic.add_lists(session, made)
        return len(made)

    return database.write(work, author=ADMINISTRATOR.author, now=moment, why="benchmark")


def _book(database: Database, clock: Clock, refs: list[str], moment: datetime) -> None:
    """Book these cases two to a list, an hour apart, and publish that as a lead would."""
    suites = [f"S{site:02}-CT{suite}" for site in range(1, SITES + 1) for suite in range(1, SUITES_EACH + 1)]
    slots = (
        (f"{room}-{ahead:02}-{part}", place * EACH_MINUTES, f"R{room[1:3]}{room[-1]}")
        for place in range(3)
        for ahead in range(1, DAYS + 1)
        for part in range(len(PARTS))
        for room in suites
    )
    places = {f"{ref}-T": slot for ref, slot in zip(refs, slots, strict=False)}
    proposal = a_proposal(database, places, now=moment, days=DAYS + 7)
    Desk(Service(database=database, clock=clock, owner="benchmark"), ADMINISTRATOR.actor).publish(proposal)
