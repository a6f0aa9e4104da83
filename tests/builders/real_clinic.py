"""A small real clinic for the browser: the demonstration's sites, staff and lists, with a few cases on their way.

It is made in seconds, without the solver: seven cases are planned by hand and published, six wait for a place, two
wait for Wednesday's MDT meeting, and one has just come in.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from db import accounts
from db.engine import Database, open_database
from db.incoming import IncomingItem
from db.settings import MemorySettings
from flows.clock import fixed_clock
from flows.demo.clinic import set_up
from flows.demo.doors import past_doors
from flows.demo.staff import STAFF
from flows.permissions import EVERY_SITE
from flows.service import Service
from flows.steps import run_due_steps
from scheduler.pathway.events import Event
from scheduler.vocabulary import Laterality, Role, Target, Urgency
from tests.builders.memory import MORNING, TODAY, a_case, a_patient, list_for_test, step, write

if TYPE_CHECKING:
    from pathlib import Path

    from sqlmodel import Session

PASSWORD = "four plain words here"
COLLEAGUE = "colleague"  # a second person at the bookings desk
ONE_SITE = "merri"  # bookings at Merri Valley alone
LAST_WEEK = MORNING - timedelta(days=7)
KINDS = (
    (Target.COELIAC, Laterality.BILATERAL, Urgency.CATEGORY_1),
    (Target.COELIAC, Laterality.BILATERAL, Urgency.CATEGORY_2),
    (Target.SPLANCHNIC, Laterality.BILATERAL, Urgency.CATEGORY_2),
    (Target.STELLATE, Laterality.LEFT, Urgency.CATEGORY_3),
)
BOOKED, WAITING, FOR_THE_MEETING, JUST_IN = 7, 6, 2, 1


def make_clinic(home: Path) -> None:
    """Fill this folder's prepared memory as it stands at nine on Tuesday 24 November 2026."""
    database = open_database(MemorySettings(home=home))
    try:
        write(database, _people_and_places, now=LAST_WEEK)
        numbers = iter(range(1, 100))
        for _ in range(BOOKED):
            _waits(database, next(numbers))
        _publish(database)
        for _ in range(WAITING):
            _waits(database, next(numbers))
        for _ in range(FOR_THE_MEETING):
            _meets(database, next(numbers))
        for _ in range(JUST_IN):
            _comes_in(database, next(numbers))
        run_due_steps(_service(database))
    finally:
        database.close()


def _people_and_places(session: Session) -> None:
    for one in STAFF:
        _account(session, one.username, one.name, EVERY_SITE, one.role)
    _account(session, COLLEAGUE, "Marlowe Ferreira", EVERY_SITE, Role.BOOKINGS)
    _account(session, ONE_SITE, "Juniper Halloran", "MVH", Role.BOOKINGS)
    set_up(session, seed=0, first=TODAY - timedelta(days=1), today=TODAY, timezone="Australia/Melbourne")


def _account(session: Session, username: str, name: str, site: str, role: Role) -> None:
    accounts.add_account(session, username=username, name=name, password=PASSWORD, roles={site: {role}})


def _of_kind(number: int, received: date) -> dict[str, object]:
    target, side, urgency = KINDS[number % len(KINDS)]
    written = received - timedelta(days=1)
    return {
        "patient": replace(a_patient(number), family_name=f"Invented{number}"),
        "target": target,
        "laterality": side,
        "urgency": urgency,
        "received_on": received,
        "written_on": written,
        "items": tuple(IncomingItem(key=f"R{at}", dated=written, title="Item") for at in range(1, 8)),
    }


def _waits(database: Database, number: int) -> None:
    list_for_test(database, number, now=LAST_WEEK, **_of_kind(number, LAST_WEEK.date()))


def _meets(database: Database, number: int) -> None:
    ref = a_case(database, number, now=LAST_WEEK, **_of_kind(number, LAST_WEEK.date()))
    step(database, ref, Event.START_TRIAGE, now=LAST_WEEK)
    step(database, ref, Event.ACCEPT, now=LAST_WEEK)


def _comes_in(database: Database, number: int) -> None:
    step(database, a_case(database, number, **_of_kind(number, TODAY)), Event.START_TRIAGE)


def _publish(database: Database) -> None:
    doors = past_doors(database, seed=0, today=TODAY)
    doors.plan(LAST_WEEK, start=TODAY + timedelta(days=1), weeks=2)


def _service(database: Database) -> Service:
    return Service(database=database, clock=fixed_clock(MORNING, timezone=database.timezone), owner="browser")
