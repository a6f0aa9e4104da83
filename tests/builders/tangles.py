"""Plans that break one rule in more than one way, or in a way with words of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from scheduler.plan import SessionUse
from scheduler.problem import Follows, Pin
from scheduler.vocabulary import Modality
from tests.builders.planning import (
    MONDAY,
    a_booking,
    a_case,
    a_plan,
    a_problem,
    a_radiologist,
    a_site,
    a_suite,
    a_suite_session,
    a_unit,
    at,
    later,
)

SITES = [a_site("S1"), a_site("S2")]
ROOMS = [a_suite("CT1"), a_suite("CT2"), a_suite("CT3", site="S2")]
THREE_LISTS = [a_suite_session("L1"), a_suite_session("L2", suite="CT2"), a_suite_session("L3", suite="CT3")]
PEOPLE = [a_radiologist("R1"), a_radiologist("R2")]
NEXT = a_booking("B", clock="09:30")
TOMORROW = later(1)


def named(plan, *uses):
    """Name radiologists for lists, as often as given."""
    return replace(plan, sessions=tuple(SessionUse(session=one, radiologist=other) for one, other in uses))


def cases(**facts):
    """Build cases A, B and C alike."""
    return [a_case(key, **facts) for key in "ABC"]


def everywhere(**parts):
    """Build three rooms at two sites, each with a list at nine, two radiologists and three cases."""
    usual = {"sites": SITES, "suites": ROOMS, "sessions": THREE_LISTS, "radiologists": PEOPLE, "cases": cases()}
    return a_problem(**{**usual, **parts})


AT_ALL_THREE = a_plan(a_booking("A", "L1"), a_booking("B", "L2"), a_booking("C", "L3"))
TWO_DAYS = a_problem(
    sessions=[a_suite_session("L1"), a_suite_session("L2", day=TOMORROW), a_suite_session("L3", day=later(7))],
    cases=cases(),
)
ON_BOTH_DAYS = a_plan(a_booking("A", "L1"), a_booking("B", "L2", day=TOMORROW))
AWAY_TWICE = ((at("08:00"), at("09:05")), (at("09:55"), at("23:00")))
GENERATOR = {"equipment": ("rf_generator",)}

# The rule, the problem and the plan.
TANGLES = [
    (
        "allowed-sites",
        a_problem(cases=[a_case("A", allowed_sites=()), a_case("B", allowed_sites=("S2", "S3"))]),
        a_plan(a_booking(), NEXT),
    ),
    ("funding", everywhere(sessions=[a_suite_session(funding=())], cases=cases()), a_plan(a_booking())),
    (
        "funding",
        a_problem(sessions=[a_suite_session(funding=("private", "compensable"))]),
        a_plan(a_booking()),
    ),
    (
        "modality",
        a_problem(
            suites=[a_suite(modalities=(Modality.ULTRASOUND, Modality.FLUOROSCOPY))],
            cases=[a_case("A", modalities=())],
        ),
        a_plan(a_booking()),
    ),
    (
        "modality",
        a_problem(suites=[a_suite(modalities=())], cases=[a_case(modalities=(Modality.CT, Modality.ULTRASOUND))]),
        a_plan(a_booking()),
    ),
    (
        "radiologist-credential",
        everywhere(radiologists=[a_radiologist("R1", sites=()), a_radiologist("R2", sites=("S2", "S3"))]),
        a_plan(*AT_ALL_THREE.bookings, staff={"L1": "R2", "L2": "R1", "L3": "R2"}),
    ),
    ("one-radiologist", everywhere(), named(a_plan(a_booking(), NEXT), ("L1", "R2"), ("L1", "R1"))),
    ("one-radiologist", everywhere(), named(a_plan(), ("L3", "R1"), ("L2", "R1"), ("L2", "R2"))),
    (
        "one-booking",
        TWO_DAYS,
        a_plan(
            a_booking(),
            a_booking("B"),
            a_booking("A", "L2", day=TOMORROW),
            a_booking("A", clock="09:30"),
        ),
    ),
    (
        "rostered",
        everywhere(sessions=[a_suite_session(radiologist="R2")]),
        named(a_plan(a_booking()), ("L1", "R1"), ("L1", "R2"), ("L1", "R1")),
    ),
    ("radiologist-available", a_problem(radiologists=[a_radiologist(unavailable=AWAY_TWICE)]), a_plan(a_booking())),
    (
        "radiologist-session-limit",
        replace(TWO_DAYS, radiologists=(a_radiologist(max_sessions_per_week=1),)),
        a_plan(*ON_BOTH_DAYS.bookings, a_booking("C", "L3", day=later(7))),
    ),
    (
        "radiologist-session-limit",
        everywhere(radiologists=[a_radiologist(max_sessions_per_day=2), a_radiologist("R2")]),
        AT_ALL_THREE,
    ),
    ("radiologist-travel", everywhere(travel_minutes=(("S1", "S2", 25),)), AT_ALL_THREE),
    (
        "pinned",
        a_problem(cases=[a_case(pinned=Pin(session="L1", start=at("09:10")))]),
        a_plan(a_booking()),
    ),
    (
        "pinned",
        replace(TWO_DAYS, cases=(a_case(pinned=Pin(session="L1", start=at("09:00"))),)),
        a_plan(a_booking(), a_booking("A", "L2", day=TOMORROW)),
    ),
    (
        "pinned",
        replace(TWO_DAYS, cases=(a_case(pinned=Pin(session="L2", start=at("09:00", TOMORROW))),)),
        a_plan(a_booking(clock="09:00")),
    ),
    (
        "staging",
        replace(TWO_DAYS, cases=(a_case("A"), a_case("B", follows=Follows(case="A", min_days=2)))),
        ON_BOTH_DAYS,
    ),
    (
        "staging",
        replace(TWO_DAYS, cases=(a_case("A"), a_case("B"), a_case("C", follows=Follows(case="B", max_days=5)))),
        a_plan(*ON_BOTH_DAYS.bookings, a_booking("C", "L3", day=later(7))),
    ),
    (
        "equipment",
        everywhere(cases=cases(**GENERATOR), equipment=[a_unit("U1"), a_unit("U2", sites=("S1", "S2"))]),
        replace(AT_ALL_THREE, equipment=a_plan(placed=[("U2", TOMORROW, "S2")]).equipment),
    ),
    (
        "equipment",
        everywhere(cases=cases(**GENERATOR), equipment=[a_unit("U1")]),
        a_plan(a_booking("A", "L1"), a_booking("A", "L2")),
    ),
    (
        "equipment",
        everywhere(equipment=[a_unit("U1", sites=("S1", "S3"))]),
        a_plan(placed=[("U1", MONDAY, "S2"), ("U1", TOMORROW, "S1")]),
    ),
    (
        "recovery",
        everywhere(
            sites=[a_site("S1", recovery_bays=0), a_site("S2", recovery_bays=1)], cases=cases(recovery_minutes=5)
        ),
        AT_ALL_THREE,
    ),
    (
        "recovery",
        everywhere(
            sites=[a_site("S1", recovery_bays=1, recovery_close=time(10)), a_site("S2")],
            cases=[a_case("A", recovery_minutes=35), a_case("B", recovery_minutes=5), a_case("C", recovery_minutes=50)],
        ),
        AT_ALL_THREE,
    ),
    (
        "recovery",
        everywhere(sites=[a_site("S1", recovery_bays=1), a_site("S2")], cases=cases(recovery_minutes=5)),
        a_plan(a_booking("A", "L1"), a_booking("A", "L2")),
    ),
    (
        "recovery",
        everywhere(
            sites=[a_site("S1", recovery_bays=0), a_site("S2")],
            cases=[a_case("A", recovery_minutes=30), a_case("B"), a_case("C")],
        ),
        a_plan(a_booking("A", "L1"), a_booking("B", "L2", "09:10")),
    ),
    (
        "suite-no-overlap",
        a_problem(
            sessions=[a_suite_session("L1", overtime_minutes=30), a_suite_session("L2", "10:00", "11:00")],
            cases=cases(),
        ),
        a_plan(a_booking("A", "L1"), a_booking("B", "L1", "09:35"), a_booking("C", "L2", "10:30")),
    ),
    (
        "patient-one-per-day",
        everywhere(cases=[*cases(patient="P"), a_case("D")]),
        a_plan(a_booking("A", "L3"), a_booking("D"), a_booking("B", "L2"), a_booking("C")),
    ),
    (
        "max-cases",
        a_problem(sessions=[a_suite_session(max_cases=1)], cases=cases()),
        a_plan(NEXT, a_booking()),
    ),
    (
        "suite-no-overlap",
        a_problem(
            sessions=[
                a_suite_session("L1", overtime_minutes=60),
                a_suite_session("L2", "10:00", "11:00", overtime_minutes=60),
                a_suite_session("L3", "10:30", "12:00"),
            ],
            cases=cases(duration_minutes=60),
        ),
        a_plan(a_booking("A", "L1", "09:35"), a_booking("B", "L2", "10:40"), a_booking("C", "L3", "11:00")),
    ),
]
