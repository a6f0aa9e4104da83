"""Small planning problems: every builder fills in what a test does not care about."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from scheduler.plan import Booking, Plan, SessionUse, UnitPlacement, Unscheduled
from scheduler.problem import (
    Case,
    EquipmentUnit,
    Horizon,
    Location,
    Radiologist,
    SchedulingProblem,
    Site,
    Suite,
    SuiteSession,
)
from scheduler.vocabulary import Modality, Stage, Target, Technique, Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable

MELBOURNE = ZoneInfo("Australia/Melbourne")
MONDAY = date(2027, 2, 1)


def at(clock: str, day: date = MONDAY) -> datetime:
    """Give a local time on a date, Monday 1 February 2027 unless told."""
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=MELBOURNE)


def later(days: int) -> date:
    """Give the date so many days after Monday 1 February 2027."""
    return MONDAY + timedelta(days=days)


def a_site(name: str = "S1", **facts: Any) -> Site:
    """Build a site without limits."""
    return Site(**{"id": name, "name": f"Site {name}", "location": Location(lat=-37.8, lon=144.96), **facts})


def a_suite(name: str = "CT1", **facts: Any) -> Suite:
    """Build a suite at S1 with every kind of imaging and no turnaround."""
    return Suite(**{"id": name, "site": "S1", "modalities": tuple(Modality), **facts})


def a_radiologist(name: str = "R1", **facts: Any) -> Radiologist:
    """Build a radiologist credentialed at S1 and S2 who can do everything."""
    every = {"targets": tuple(Target), "techniques": tuple(Technique)}
    return Radiologist(**{"id": name, "name": f"Radiologist {name}", "sites": ("S1", "S2"), **every, **facts})


def a_unit(name: str = "U1", **facts: Any) -> EquipmentUnit:
    """Build a generator fixed at S1."""
    return EquipmentUnit(**{"id": name, "kind": "rf_generator", "sites": ("S1",), **facts})


def a_suite_session(name: str = "L1", start: str = "09:00", end: str = "10:00", **facts: Any) -> SuiteSession:
    """Build an open public list of one hour on Monday in CT1, with an anaesthetist and no rostered radiologist."""
    day = facts.pop("day", MONDAY)
    usual = {"suite": "CT1", "funding": ("public",), "anaesthetist": True}
    return SuiteSession(**{"id": name, "start": at(start, day), "end": at(end, day), **usual, **facts})


def a_case(name: str = "A", **facts: Any) -> Case:
    """Build a public case of 30 minutes without recovery, due at the end of the first week."""
    usual = {
        "patient": f"P-{name}",
        "stage": Stage.TEST_BLOCK,
        "target": Target.COELIAC,
        "technique": Technique.LOCAL_ANAESTHETIC,
        "duration_minutes": 30,
        "recovery_minutes": 0,
        "modalities": (Modality.CT,),
        "funding": "public",
        "urgency": Urgency.CATEGORY_2,
        "weight": 3,
        "ready_from": MONDAY,
        "due": later(4),
    }
    return Case(**{"id": name, **usual, **facts})


def a_problem(**parts: Any) -> SchedulingProblem:
    """Build one site, one suite, one radiologist, one list and one case over two weeks."""
    usual = {
        "timezone": "Australia/Melbourne",
        "horizon": Horizon(start=MONDAY, end=later(11)),
        "sites": (a_site(),),
        "suites": (a_suite(),),
        "radiologists": (a_radiologist(),),
        "sessions": (a_suite_session(),),
        "cases": (a_case(),),
    }
    lists = {key: tuple(part) if isinstance(part, list) else part for key, part in parts.items()}
    return SchedulingProblem(**{**usual, **lists})


def a_booking(case: str = "A", session: str = "L1", clock: str = "09:00", day: date = MONDAY) -> Booking:
    """Book a case at a time of day."""
    return Booking(case=case, session=session, start=at(clock, day))


def a_plan(
    *bookings: Booking,
    staff: dict[str, str] | None = None,
    placed: Iterable[tuple[str, date, str]] = (),
    waiting: Iterable[str] = (),
    **facts: Any,
) -> Plan:
    """Build a plan; every list in use has R1 unless told."""
    used = dict.fromkeys((booking.session for booking in bookings), "R1") if staff is None else staff
    return Plan(
        bookings=bookings,
        sessions=tuple(SessionUse(session=session, radiologist=person) for session, person in used.items()),
        equipment=tuple(UnitPlacement(unit=unit, date=day, site=site) for unit, day, site in placed),
        unscheduled=tuple(Unscheduled(case=case, reasons=("Every list is full.",)) for case in waiting),
        **facts,
    )
