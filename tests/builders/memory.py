"""Small clinics in the memory, filled in where a test does not care."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlmodel import Session

from db import cases, clinic, outbox, proposals, referrals
from db.audit import Author
from db.clinic import holidays
from db.engine import Database
from db.facts import case_facts
from db.incoming import Identifier, IncomingItem, IncomingPatient, IncomingReferral, IncomingReferrer
from db.localtime import local_date
from db.mapping import planning
from db.protocol import protocol
from db.words import SendState
from scheduler.audit import cost_of, terms_of
from scheduler.diary import Diary
from scheduler.pathway.events import Event
from scheduler.pathway.machine import decide
from scheduler.plan import Booking, Plan, SessionUse, UnitPlacement, Unscheduled
from scheduler.problem import EquipmentUnit, Location, Radiologist, SchedulingProblem, Site, Suite
from scheduler.vocabulary import Funding, Laterality, Modality, Target, Technique, Urgency

MORNING = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)  # 09:00 on Tuesday 24 November in Melbourne
TODAY = date(2026, 11, 24)
CLERK = Author(id="clerk", name="A Clerk", role="bookings")

ATTENDED = "interventional_radiology,palliative_care,pain_anaesthesia,treating_oncology"  # a quorum

T = TypeVar("T")


def write(database: Database, work: Callable[[Session], T], *, now: datetime = MORNING, author: Author = CLERK) -> T:
    """Do some work in one writing transaction."""
    with database.writing(author, now) as session:
        return work(session)


def letters_go(database: Database, ref: str | None = None) -> None:
    """Every letter that waits has gone: those of one case, or all."""

    def work(session: Session) -> None:
        for letter in outbox.letters(session, case_ref=ref, state=SendState.WAITING):
            outbox.sent(session, letter.id, receipt="kept")

    write(database, work)


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


def list_for_test(database: Database, number: int = 1, *, now: datetime = MORNING, **changes: object) -> str:
    """Bring a case from its referral to the waiting list for a test block; gives its reference."""
    ref = a_case(database, number, now=now, **changes)
    today = now.astimezone(ZoneInfo("Australia/Melbourne")).date()
    step(database, ref, Event.START_TRIAGE, now=now)
    step(database, ref, Event.ACCEPT, now=now)
    step(database, ref, Event.MDT_PROCEED_TEST, now=now, attended=ATTENDED)
    step(database, ref, Event.LIST_FOR_TEST, now=now, seen_on=today, consent_on=today)
    return ref


def a_clinic(database: Database, *, days: int = 3, rostered: str | None = None, bays: int | None = 2) -> None:
    """Two sites with one CT suite each, two radiologists, one generator fixed and one mobile, and morning lists."""

    def work(session: Session) -> None:
        for at, (lat, lon) in enumerate(((-37.8, 144.96), (-37.92, 145.12)), start=1):
            location = Location(lat=lat, lon=lon)
            clinic.add_site(
                session,
                Site(id=f"S0{at}", name=f"Site {at}", location=location, recovery_bays=bays, recovery_close=time(19)),
            )
            suite = Suite(id=f"S0{at}-CT1", site=f"S0{at}", modalities=(Modality.CT,), turnaround_minutes=15)
            clinic.add_suite(session, suite, name=f"CT {at}")
        for name in ("R01", "R02"):
            clinic.add_radiologist(session, a_radiologist(name))
        clinic.add_unit(session, EquipmentUnit(id="rf-1", kind="rf_generator", sites=("S01",)))
        clinic.add_unit(session, EquipmentUnit(id="rf-2", kind="rf_generator", sites=("S01", "S02")))
        clinic.add_travel(session, "S02", "S01", 40)
        clinic.add_lists(session, [a_list(at, site, rostered) for at in range(1, days + 1) for site in ("S01", "S02")])

    write(database, work)


def a_radiologist(name: str) -> Radiologist:
    """An operator who may do everything everywhere."""
    return Radiologist(
        id=name, name=f"Radiologist {name}", sites=("S01", "S02"), targets=tuple(Target), techniques=tuple(Technique)
    )


def a_list(ahead: int, site: str, radiologist: str | None = None) -> clinic.NewList:
    """A morning list some days from today, for every payer."""
    return clinic.NewList(
        id=f"{site}-{ahead}",
        suite=f"{site}-CT1",
        on=TODAY + timedelta(days=ahead),
        start=time(8, 30),
        end=time(12, 30),
        funding=tuple(payer.value for payer in Funding),
        anaesthetist=True,
        radiologist=radiologist,
    )


def a_proposal(
    database: Database,
    places: Mapping[str, tuple[str, int, str]],
    *,
    now: datetime = MORNING,
    days: int = 14,
    units: Sequence[str] = (),
) -> str:
    """Keep a ready proposal: each case (by its id in plans) on a list, minutes from its start, with a radiologist."""

    def work(session: Session) -> str:
        today = local_date(session, now)
        made = planning(session, start=today, end=today + timedelta(days=days), now=now)
        made_id = proposals.request(session, start=today, end=today + timedelta(days=days), actor=CLERK, now=now)
        proposals.begin(session, made_id, made, now=now)
        plan = a_plan(made.problem, places, units)
        proposals.finish(session, made_id, plan, now=now, run={"seed": 0})
        return made_id

    return write(database, work, now=now)


def a_plan(problem: SchedulingProblem, places: Mapping[str, tuple[str, int, str]], units: Sequence[str] = ()) -> Plan:
    """A plan with exactly these places, the mobile unit at these sites day by day, priced as the audit prices it."""
    lists = problem.lists
    days = sorted({lists[name].date for name, _, _ in places.values()})
    plan = Plan(
        bookings=tuple(
            Booking(case=case, session=name, start=lists[name].session.start + timedelta(minutes=minutes))
            for case, (name, minutes, _) in places.items()
        ),
        sessions=tuple(
            SessionUse(session=name, radiologist=who) for name, who in {v[0]: v[2] for v in places.values()}.items()
        ),
        equipment=tuple(UnitPlacement(unit="rf-2", date=on, site=at) for on, at in zip(days, units, strict=False)),
        unscheduled=tuple(
            Unscheduled(case=case.id, reasons=("No room.",)) for case in problem.cases if case.id not in places
        ),
    )
    terms = terms_of(Diary(problem=problem, plan=plan))
    return replace(plan, terms=terms, cost=cost_of(terms, problem.objective))
