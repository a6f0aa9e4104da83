"""Small clinics in the memory, filled in where a test does not care."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from sqlmodel import Session

from db import cases, referrals
from db.audit import Author
from db.clinic import holidays
from db.engine import Database
from db.facts import case_facts
from db.incoming import Identifier, IncomingItem, IncomingPatient, IncomingReferral, IncomingReferrer
from db.localtime import local_date
from db.protocol import protocol
from scheduler.pathway.events import Event
from scheduler.pathway.machine import decide
from scheduler.vocabulary import Funding, Laterality, Target, Technique, Urgency

MORNING = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)  # 09:00 on Tuesday 24 November in Melbourne
TODAY = date(2026, 11, 24)
CLERK = Author(id="clerk", name="A Clerk", role="bookings")

T = TypeVar("T")


def write(database: Database, work: Callable[[Session], T], *, now: datetime = MORNING, author: Author = CLERK) -> T:
    """Do some work in one writing transaction."""
    with database.writing(author, now) as session:
        return work(session)


def read(database: Database, work: Callable[[Session], T]) -> T:
    """Look at something in one reading transaction."""
    with database.reading() as session:
        return work(session)


def a_patient(number: int = 1, **changes: object) -> IncomingPatient:
    """A made-up person with a record number of their own."""
    patient = IncomingPatient(
        family_name=f"Family{number}",
        given_names="Given",
        birth_date=date(1960, 1, 1) + timedelta(days=number),
        identifiers=(Identifier(kind="urn", value=f"{number:06}", assigner="S01"),),
        phone="+61355501234",
        postcode="3000",
        suburb="Melbourne",
    )
    return replace(patient, **changes)  # type: ignore[arg-type]  # the test names real fields


def a_referral(number: int = 1, **changes: object) -> IncomingReferral:
    """A complete referral for a coeliac neurolysis."""
    referral = IncomingReferral(
        key=f"referral-{number}",
        received_on=TODAY,
        written_on=TODAY - timedelta(days=2),
        patient=a_patient(number),
        referrer=IncomingReferrer(name="Dr Referrer", provider_number="2426621B"),
        target=Target.COELIAC,
        technique=Technique.CHEMICAL,
        laterality=Laterality.BILATERAL,
        urgency=Urgency.CATEGORY_1,
        funding=Funding.PUBLIC,
        cancer=True,
        items=tuple(IncomingItem(key=f"R{at}", dated=TODAY - timedelta(days=3), title="Item") for at in range(1, 8)),
    )
    return replace(referral, **changes)  # type: ignore[arg-type]  # the test names real fields


def a_case(database: Database, number: int = 1, *, now: datetime = MORNING, **changes: object) -> str:
    """Store a referral and give its case's reference."""
    referral = a_referral(number, **changes)
    return write(database, lambda session: referrals.store(session, referral, actor=CLERK, now=now), now=now).case_ref


def step(database: Database, ref: str, event: Event, *, now: datetime = MORNING, **details: object) -> cases.Applied:
    """Let the pathway decide on an event and apply it."""

    def work(session: Session) -> cases.Applied:
        today = local_date(session, now)
        facts = case_facts(session, ref)
        decided = decide(
            facts, event, details, protocol=protocol(session, today), today=today, holidays=holidays(session)
        )
        return cases.apply_step(session, ref, decided, details, actor=CLERK, now=now)

    return write(database, work, now=now)
