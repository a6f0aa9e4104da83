"""Plans on both sides of every rule's edge: what just fits, and what just does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from scheduler.problem import Follows, Pin
from scheduler.vocabulary import Modality, Target, Technique
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

TWO_SITES = {"sites": [a_site("S1"), a_site("S2")], "suites": [a_suite("CT1"), a_suite("CT2", site="S2")]}
A, B = a_case("A"), a_case("B")
TUESDAY_LIST = a_suite_session("L2", day=later(1))
GENERATOR = {"equipment": ("rf_generator",)}


def two(**facts):
    """Build cases A and B alike."""
    return [a_case("A", **facts), a_case("B", **facts)]


def list_for(**facts):
    """Build a problem whose only list has these facts."""
    return a_problem(sessions=[a_suite_session(**facts)])


def radiologist_with(**facts):
    """Build a problem whose only radiologist has these facts."""
    return a_problem(radiologists=[a_radiologist(**facts)])


def case_with(**facts):
    """Build a problem whose only case has these facts."""
    return a_problem(cases=[a_case(**facts)])


NEXT = a_booking("B", clock="09:30")
ON_TUESDAY = a_booking("A", "L2", day=later(1))
BOTH_DAYS = a_problem(sessions=[a_suite_session(), TUESDAY_LIST], cases=[A, B])
TWO_ROOMS = a_problem(
    suites=[a_suite("CT1"), a_suite("CT2")],
    sessions=[a_suite_session("L1"), a_suite_session("L2", suite="CT2")],
    cases=two(recovery_minutes=30, **GENERATOR),
    sites=[a_site(recovery_bays=1), a_site("S2")],
    equipment=[a_unit(), a_unit("U2", sites=("S1", "S2"))],
)


# One generator that stays at S1, one of two others each that could help only if they were of its kind or allowed there.
OTHER_UNITS = replace(
    TWO_ROOMS,
    sites=(a_site(), a_site("S2"), a_site("S3")),
    equipment=(
        a_unit(),
        a_unit("U3", kind="cryo_console"),
        a_unit("U4", kind="cryo_console", sites=("S1", "S2")),
        a_unit("U5", sites=("S2", "S3")),
    ),
)


RUNNING_LATE = a_problem(
    sessions=[a_suite_session("L1", overtime_minutes=30), a_suite_session("L2", "10:00", "11:00")], cases=[A, B]
)


def journeys(minutes):
    """Build two lists at two sites, half an hour apart, and the journey between them."""
    sessions = [a_suite_session("L1"), a_suite_session("L2", "10:30", "11:30", suite="CT2")]
    return a_problem(**TWO_SITES, sessions=sessions, cases=[A, B], travel_minutes=(("S2", "S1", minutes),))


AT_BOTH = a_plan(a_booking(), a_booking("B", "L2", "10:30"))


def staged(least, most):
    """Build B, which follows A, over Monday and Tuesday."""
    cases = [A, a_case("B", follows=Follows(case="A", min_days=least, max_days=most))]
    return replace(BOTH_DAYS, cases=tuple(cases))


A_THEN_B = a_plan(a_booking(), a_booking("B", "L2", day=later(1)))
PINNED = a_problem(
    radiologists=[a_radiologist("R1"), a_radiologist("R2")],
    cases=[a_case(pinned=Pin(session="L1", start=at("09:10"), radiologist="R1"))],
)
PINNED_TO_NOBODY = a_problem(
    suites=[a_suite("CT1"), a_suite("CT2")],
    sessions=[a_suite_session("L1"), a_suite_session("L2", suite="CT2")],
    cases=[a_case(pinned=Pin(session="L1", start=at("09:00")))],
)

KEPT = [
    ("one-booking", a_problem(), a_plan(a_booking())),
    ("session-window", list_for(start="09:02"), a_plan(a_booking(clock="09:07"))),
    ("session-window", a_problem(), a_plan(a_booking(clock="09:30"))),
    ("session-window", list_for(overtime_minutes=15), a_plan(a_booking(clock="09:45"))),
    ("session-closed", a_problem(), a_plan(a_booking())),
    ("suite-no-overlap", RUNNING_LATE, a_plan(a_booking(clock="09:30"), a_booking("B", "L2", "10:00"))),
    ("suite-no-overlap", RUNNING_LATE, a_plan(a_booking(clock="09:30"), a_booking("B", "L1", "10:00"))),
    ("suite-no-overlap", a_problem(cases=[A, B]), a_plan(a_booking(), NEXT)),
    ("max-cases", list_for(max_cases=1), a_plan(a_booking())),
    ("one-radiologist", a_problem(), a_plan(a_booking())),
    ("one-radiologist", a_problem(), a_plan()),
    ("rostered", list_for(radiologist="R1"), a_plan(a_booking())),
    ("radiologist-credential", radiologist_with(sites=("S1",)), a_plan(a_booking())),
    ("radiologist-available", radiologist_with(unavailable=((at("08:00"), at("09:00")),)), a_plan(a_booking())),
    ("radiologist-available", radiologist_with(unavailable=((at("10:00"), at("11:00")),)), a_plan(a_booking())),
    ("radiologist-travel", journeys(30), AT_BOTH),
    ("radiologist-session-limit", radiologist_with(max_sessions_per_day=1), a_plan(a_booking())),
    ("target-skill", radiologist_with(targets=(Target.COELIAC,)), a_plan(a_booking())),
    ("technique-skill", radiologist_with(techniques=(Technique.LOCAL_ANAESTHETIC,)), a_plan(a_booking())),
    ("modality", case_with(modalities=(Modality.CT, Modality.ULTRASOUND)), a_plan(a_booking())),
    ("funding", list_for(funding=("private", "public")), a_plan(a_booking())),
    ("anaesthetist", case_with(anaesthetist=True), a_plan(a_booking())),
    (
        "anaesthetist",
        a_problem(sessions=[a_suite_session(anaesthetist=False)], cases=[a_case()]),
        a_plan(a_booking()),
    ),
    ("allowed-sites", case_with(allowed_sites=("S1",)), a_plan(a_booking())),
    ("equipment", TWO_ROOMS, a_plan(a_booking(), a_booking("B", "L2", "09:30"))),
    ("equipment", TWO_ROOMS, a_plan(a_booking(), a_booking("B", "L2"), placed=[("U2", MONDAY, "S1")])),
    ("recovery", TWO_ROOMS, a_plan(a_booking(), a_booking("B", "L2", "09:30"))),
    ("recovery", a_problem(sites=[a_site(recovery_close=time(9, 30))]), a_plan(a_booking())),
    ("date-window", case_with(ready_from=MONDAY, latest=MONDAY), a_plan(a_booking())),
    ("patient-unavailable", case_with(unavailable=(later(1),)), a_plan(a_booking())),
    ("patient-one-per-day", replace(BOTH_DAYS, cases=tuple(two(patient="P"))), A_THEN_B),
    ("staging", staged(1, 1), A_THEN_B),
    ("staging", staged(0, None), A_THEN_B),
    ("staging", staged(1, 1), a_plan(a_booking())),
    ("pinned", PINNED, a_plan(a_booking(clock="09:10"))),
    ("pinned", PINNED_TO_NOBODY, a_plan(a_booking())),
]

BROKEN = [
    ("one-booking", BOTH_DAYS, a_plan(a_booking(), ON_TUESDAY)),
    ("session-window", a_problem(), a_plan(a_booking(clock="09:35"))),
    ("session-window", a_problem(), a_plan(a_booking(clock="08:55"))),
    ("session-window", a_problem(), a_plan(a_booking(clock="09:03"))),
    ("session-window", list_for(overtime_minutes=15), a_plan(a_booking(clock="09:50"))),
    ("session-window", list_for(start="09:02"), a_plan(a_booking(clock="09:05"))),
    ("session-closed", list_for(closed=True), a_plan(a_booking())),
    ("suite-no-overlap", a_problem(cases=[A, B]), a_plan(a_booking(), a_booking("B", clock="09:25"))),
    ("suite-no-overlap", a_problem(cases=[A, B], suites=[a_suite(turnaround_minutes=5)]), a_plan(a_booking(), NEXT)),
    ("suite-no-overlap", RUNNING_LATE, a_plan(a_booking(clock="09:35"), a_booking("B", "L2", "10:30"))),
    ("max-cases", list_for(max_cases=0), a_plan(a_booking())),
    ("one-radiologist", a_problem(), a_plan(a_booking(), staff={})),
    ("one-radiologist", a_problem(), a_plan(staff={"L1": "R1"})),
    ("rostered", list_for(radiologist="R2"), a_plan(a_booking())),
    ("radiologist-credential", radiologist_with(sites=("S2",)), a_plan(a_booking())),
    ("radiologist-available", radiologist_with(unavailable=((at("08:00"), at("09:05")),)), a_plan(a_booking())),
    ("radiologist-available", radiologist_with(unavailable=((at("09:55"), at("11:00")),)), a_plan(a_booking())),
    ("radiologist-travel", journeys(31), AT_BOTH),
    ("radiologist-session-limit", radiologist_with(max_sessions_per_day=0), a_plan(a_booking())),
    ("radiologist-session-limit", radiologist_with(max_sessions_per_week=0), a_plan(a_booking())),
    ("target-skill", radiologist_with(targets=(Target.STELLATE,)), a_plan(a_booking())),
    ("technique-skill", radiologist_with(techniques=(Technique.CRYO,)), a_plan(a_booking())),
    ("modality", a_problem(suites=[a_suite(modalities=(Modality.ULTRASOUND,))]), a_plan(a_booking())),
    ("funding", list_for(funding=("private",)), a_plan(a_booking())),
    (
        "anaesthetist",
        a_problem(sessions=[a_suite_session(anaesthetist=False)], cases=[a_case(anaesthetist=True)]),
        a_plan(a_booking()),
    ),
    ("allowed-sites", case_with(allowed_sites=("S2",)), a_plan(a_booking())),
    ("equipment", TWO_ROOMS, a_plan(a_booking(), a_booking("B", "L2", "09:25"))),
    (
        "equipment",
        OTHER_UNITS,
        a_plan(a_booking(), a_booking("B", "L2", "09:25"), placed=[("U4", MONDAY, "S1"), ("U5", MONDAY, "S2")]),
    ),
    ("equipment", TWO_ROOMS, a_plan(placed=[("U2", MONDAY, "S1"), ("U2", MONDAY, "S2")])),
    ("equipment", TWO_ROOMS, a_plan(placed=[("U1", MONDAY, "S2")])),
    ("recovery", TWO_ROOMS, a_plan(a_booking(), a_booking("B", "L2", "09:25"))),
    (
        "recovery",
        replace(TWO_ROOMS, sessions=(*TWO_ROOMS.sessions, a_suite_session("L3", day=later(1)))),
        a_plan(a_booking(), a_booking("B", "L2", "09:25")),
    ),
    ("recovery", a_problem(sites=[a_site(recovery_bays=0)], cases=two(recovery_minutes=5)), a_plan(a_booking())),
    ("recovery", a_problem(sites=[a_site(recovery_close=time(9, 25))]), a_plan(a_booking())),
    ("date-window", case_with(ready_from=later(1)), a_plan(a_booking())),
    ("date-window", case_with(latest=later(-1)), a_plan(a_booking())),
    ("patient-unavailable", case_with(unavailable=(MONDAY,)), a_plan(a_booking())),
    ("patient-one-per-day", a_problem(cases=two(patient="P")), a_plan(a_booking(), NEXT)),
    ("staging", staged(2, 9), A_THEN_B),
    ("staging", staged(0, 0), A_THEN_B),
    ("staging", staged(1, 1), a_plan(a_booking("B", "L2", day=later(1)))),
    ("pinned", PINNED, a_plan(a_booking(clock="09:15"))),
    ("pinned", PINNED, a_plan()),
    ("pinned", PINNED_TO_NOBODY, a_plan()),
    ("pinned", PINNED_TO_NOBODY, a_plan(a_booking("A", "L2"))),
    ("pinned", PINNED, a_plan(a_booking(clock="09:10"), staff={"L1": "R2"})),
]
