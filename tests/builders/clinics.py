"""Tiny clinics whose every schedule can be listed, each made so that some rule or goal makes a difference."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import time
from typing import TYPE_CHECKING, Any

from scheduler.problem import Follows, Pin, Previous
from scheduler.vocabulary import Commitment, Modality, Target, Technique
from tests.builders.planning import (
    MONDAY,
    a_case,
    a_problem,
    a_radiologist,
    a_site,
    a_suite,
    a_suite_session,
    a_unit,
    at,
    later,
)

if TYPE_CHECKING:
    from scheduler.problem import Case, SchedulingProblem, SuiteSession

TWO_SITES = (a_site("S1"), a_site("S2"))
TWO_SUITES = (a_suite("CT1"), a_suite("CT2", site="S2"))
ROOM_FOR_TWO = {"start": "09:00", "end": "09:20"}  # a few steps, so that every start can be listed
SHORT = {"duration_minutes": 10}


def _pair(**facts: Any) -> list[Case]:
    return [a_case("A", **SHORT, **facts), a_case("B", **SHORT, **facts)]


def hand_made() -> dict[str, SchedulingProblem]:
    """Make a clinic for each rule and goal by itself; the names are theirs."""
    short = a_suite_session("L1", **ROOM_FOR_TWO)
    tomorrow = a_suite_session("L2", **ROOM_FOR_TWO, day=later(1))
    both = [short, tomorrow]
    elsewhere = a_suite_session("L2", "09:20", "09:40", suite="CT2")
    rules = {
        "one-booking": a_problem(sessions=both, cases=[a_case(**SHORT)]),
        "session-window": a_problem(
            sessions=[a_suite_session("L1", "09:00", "09:15", overtime_minutes=5)], cases=_pair()
        ),
        "session-closed": a_problem(
            sessions=[short, a_suite_session("L2", **ROOM_FOR_TWO, day=later(1), closed=True)], cases=[a_case(**SHORT)]
        ),
        "suite-no-overlap": a_problem(
            suites=[a_suite(turnaround_minutes=5)],
            sessions=[
                a_suite_session("L1", "09:00", "09:20", overtime_minutes=10),
                a_suite_session("L2", "09:20", "09:30"),
            ],
            cases=_pair(),
        ),
        "max-cases": a_problem(
            sessions=[a_suite_session("L1", **ROOM_FOR_TWO, max_cases=1)], cases=[*_pair(), a_case("C", **SHORT)]
        ),
        "one-radiologist": a_problem(
            sessions=both, radiologists=[a_radiologist("R1"), a_radiologist("R2")], cases=[a_case(**SHORT)]
        ),
        "rostered": a_problem(
            sessions=[a_suite_session("L1", **ROOM_FOR_TWO, radiologist="R2")],
            radiologists=[a_radiologist("R1"), a_radiologist("R2")],
            cases=[a_case(**SHORT)],
        ),
        "radiologist-credential": a_problem(
            sites=TWO_SITES,
            suites=TWO_SUITES,
            sessions=[short, elsewhere],
            radiologists=[a_radiologist(sites=("S1",)), a_radiologist("R2")],
            cases=[a_case(**SHORT)],
        ),
        "radiologist-available": a_problem(
            sessions=both,
            radiologists=[a_radiologist(unavailable=((at("08:00"), at("09:05")),))],
            cases=[a_case(**SHORT)],
        ),
        "radiologist-travel": a_problem(
            sites=TWO_SITES,
            suites=TWO_SUITES,
            travel_minutes=(("S1", "S2", 5),),
            sessions=[short, elsewhere],
            cases=_pair(),
        ),
        "radiologist-session-limit": a_problem(
            sessions=[
                a_suite_session("L1", "09:00", "09:10"),
                a_suite_session("L2", "09:00", "09:10", day=later(1)),
                a_suite_session("L3", "10:00", "10:10", day=later(1)),
            ],
            radiologists=[a_radiologist(max_sessions_per_day=1, max_sessions_per_week=2)],
            cases=[*_pair(), a_case("C", **SHORT)],
        ),
        "target-skill": a_problem(
            sessions=[short],
            radiologists=[a_radiologist("R1", targets=(Target.STELLATE,)), a_radiologist("R2")],
            cases=[a_case(**SHORT)],
        ),
        "technique-skill": a_problem(
            sessions=[short],
            radiologists=[a_radiologist("R1", techniques=(Technique.CRYO,)), a_radiologist("R2")],
            cases=[a_case(**SHORT)],
        ),
        "modality": a_problem(
            suites=[a_suite(modalities=(Modality.ULTRASOUND,)), a_suite("CT2")],
            sessions=[short, a_suite_session("L2", **ROOM_FOR_TWO, suite="CT2")],
            cases=[a_case(**SHORT)],
        ),
        "funding": a_problem(
            sessions=[short, a_suite_session("L2", **ROOM_FOR_TWO, day=later(1), funding=("private",))],
            cases=[a_case(**SHORT)],
        ),
        "anaesthetist": a_problem(
            sessions=[short, a_suite_session("L2", **ROOM_FOR_TWO, day=later(1), anaesthetist=False)],
            cases=[a_case(anaesthetist=True, **SHORT)],
        ),
        "allowed-sites": a_problem(
            sites=TWO_SITES,
            suites=TWO_SUITES,
            sessions=[short, elsewhere],
            cases=[a_case(allowed_sites=("S2",), **SHORT)],
        ),
        "equipment": a_problem(
            sites=TWO_SITES,
            suites=[*TWO_SUITES, a_suite("CT3")],
            sessions=[
                a_suite_session("L1", "09:00", "09:10"),
                a_suite_session("L2", "09:00", "09:10", suite="CT2"),
                a_suite_session("L3", "09:05", "09:15", suite="CT3"),
            ],
            radiologists=[a_radiologist("R1"), a_radiologist("R2")],
            equipment=[a_unit("M1", sites=("S1", "S2"))],
            cases=_pair(equipment=("rf_generator",)),
        ),
        "two mobile units": a_problem(
            sites=TWO_SITES,
            suites=[a_suite("CT1"), a_suite("CT2")],
            sessions=[a_suite_session("L1", "09:00", "09:10"), a_suite_session("L2", "09:00", "09:10", suite="CT2")],
            radiologists=[a_radiologist("R1"), a_radiologist("R2")],
            equipment=[a_unit("M1", sites=("S1", "S2")), a_unit("M2", sites=("S1", "S2"))],
            cases=_pair(equipment=("rf_generator",)),
        ),
        "recovery": a_problem(
            sites=[a_site(recovery_bays=1, recovery_close=time(9, 40))],
            sessions=[a_suite_session("L1", "09:00", "09:30")],
            cases=_pair(recovery_minutes=15),
        ),
        "date-window": a_problem(
            sessions=[*both, a_suite_session("L3", **ROOM_FOR_TWO, day=later(2))],
            cases=[a_case("A", ready_from=later(1), **SHORT), a_case("B", latest=later(1), **SHORT)],
        ),
        "patient-unavailable": a_problem(sessions=both, cases=[a_case(unavailable=(MONDAY,), **SHORT)]),
        "patient-one-per-day": a_problem(sessions=both, cases=_pair(patient="P")),
        "staging": a_problem(
            sessions=[*both, a_suite_session("L3", **ROOM_FOR_TWO, day=later(2))],
            cases=[a_case("A", **SHORT), a_case("B", follows=Follows(case="A", min_days=1, max_days=1), **SHORT)],
        ),
        "pinned": a_problem(
            sessions=both,
            radiologists=[a_radiologist("R1"), a_radiologist("R2")],
            cases=[a_case("A", pinned=Pin(session="L2", start=at("09:05", later(1)), radiologist="R2"), **SHORT)],
        ),
    }
    return rules | _for_goals(both)


def _for_goals(both: list[SuiteSession]) -> dict[str, SchedulingProblem]:
    """Make a clinic for each goal by itself."""
    two = [a_radiologist("R1"), a_radiologist("R2")]
    far = {"S1": 3, "S2": 11}
    elsewhere = a_suite_session("L2", **ROOM_FOR_TWO, suite="CT2")
    previous = Previous(session="L2", start=at("09:05", later(1)), radiologist="R2", status=Commitment.BOOKED)
    long = a_suite_session("L1", "09:00", "09:30")
    return {
        "access": a_problem(
            sessions=both, cases=[a_case("A", due=later(-3), **SHORT), a_case("B", due=later(40), **SHORT)]
        ),
        "waiting": a_problem(sessions=both, cases=_pair(ready_from=later(-2))),
        "disruption": a_problem(
            sessions=[
                a_suite_session("L1", **ROOM_FOR_TWO),
                a_suite_session("L2", "09:00", "09:40", day=later(1)),
                a_suite_session("L3", **ROOM_FOR_TWO, day=later(1), suite="CT2"),
            ],
            suites=[a_suite(), a_suite("CT2")],
            radiologists=two,
            cases=[a_case("A", previous=previous, **SHORT)],
        ),
        "disruption by an earlier start": a_problem(
            sessions=[long],
            cases=[
                a_case(
                    "A",
                    previous=Previous(session="L1", start=at("09:20"), radiologist=None, status=Commitment.HELD),
                    **SHORT,
                )
            ],
        ),
        "travel": a_problem(
            sites=TWO_SITES, suites=TWO_SUITES, sessions=[both[0], elsewhere], cases=[a_case(travel_km=far, **SHORT)]
        ),
        "radiologist_balance": a_problem(
            sessions=both,
            radiologists=[a_radiologist("R1", target_minutes=5), a_radiologist("R2", target_minutes=12)],
            cases=_pair(),
        ),
        "site_balance": a_problem(
            sites=[a_site("S1", target_minutes=5), a_site("S2", target_minutes=12)],
            suites=TWO_SUITES,
            sessions=[both[0], a_suite_session("L2", **ROOM_FOR_TWO, suite="CT2", day=later(1))],
            cases=_pair(),
        ),
        "overtime": a_problem(sessions=[a_suite_session("L1", "09:00", "09:10", overtime_minutes=15)], cases=_pair()),
        "opened": a_problem(sessions=both, cases=_pair()),
        "continuity": a_problem(
            sites=TWO_SITES,
            suites=TWO_SUITES,
            sessions=[both[0], elsewhere],
            radiologists=two,
            cases=[a_case("A", prefer_radiologist="R2", prefer_site="S2", **SHORT)],
        ),
        "first_on_list": a_problem(
            sessions=[long], cases=[a_case("A", first_on_list=True, **SHORT), a_case("B", **SHORT)]
        ),
    }


def mixed(seed: int) -> SchedulingProblem:
    """Make a clinic of two or three cases with many rules at once, the same one for the same seed."""
    rng = random.Random(seed)
    maybe = lambda choice, share=0.5: choice if rng.random() < share else None  # noqa: E731
    sites = [
        a_site(name, recovery_bays=maybe(1), recovery_close=maybe(time(9, 35)), target_minutes=maybe(10))
        for name in ("S1", "S2")
    ]
    suites = [a_suite("CT1", turnaround_minutes=rng.choice((0, 5))), a_suite("CT2", site=rng.choice(("S1", "S2")))]
    people = [
        a_radiologist("R1", target_minutes=maybe(10), max_sessions_per_day=1),
        a_radiologist("R2", sites=("S1",), targets=(Target.COELIAC,)),
    ][: rng.choice((1, 2))]
    sessions = [_a_mixed_list(rng, number) for number in range(2)]
    cases = [_a_mixed_case(rng, name, people[-1].id) for name in "AB"]
    if rng.random() < 0.4:
        cases[1] = replace(cases[1], follows=Follows(case="A", min_days=rng.choice((0, 1)), max_days=maybe(1)))
    if rng.random() < 0.4:
        cases[1] = replace(cases[1], patient=cases[0].patient)
    units = [a_unit("M1", sites=("S1", "S2"))] if rng.random() < 0.7 else []
    travel = (("S1", "S2", 5),)
    return a_problem(
        sites=sites,
        suites=suites,
        radiologists=people,
        sessions=sessions,
        cases=cases,
        equipment=units,
        travel_minutes=travel,
    )


def _a_mixed_list(rng: random.Random, number: int) -> SuiteSession:
    start = rng.choice(("09:00", "09:10", "09:20"))
    return a_suite_session(
        f"L{number + 1}",
        start,
        f"09:{int(start[3:]) + rng.choice((10, 15))}",
        suite=rng.choice(("CT1", "CT2")),
        day=later(rng.choice((0, 0, 1))),
        overtime_minutes=rng.choice((0, 5)),
        anaesthetist=rng.random() < 0.8,
        radiologist=rng.choice((None, None, "R1")),
        max_cases=rng.choice((None, 1)),
    )


def _a_mixed_case(rng: random.Random, name: str, person: str) -> Case:
    previous = Previous(session="L1", start=at("09:05"), radiologist=person, status=rng.choice(list(Commitment)))
    return a_case(
        name,
        duration_minutes=rng.choice((5, 10)),
        recovery_minutes=rng.choice((0, 10)),
        weight=rng.choice((1, 3, 10)),
        due=later(rng.choice((-2, 0, 30))),
        target=rng.choice((Target.COELIAC, Target.COELIAC, Target.STELLATE)),
        anaesthetist=rng.random() < 0.2,
        equipment=("rf_generator",) if rng.random() < 0.4 else (),
        travel_km={"S1": rng.randrange(20), "S2": rng.randrange(20)},
        prefer_radiologist=rng.choice((None, person)),
        prefer_site=rng.choice((None, "S2")),
        first_on_list=rng.random() < 0.4,
        previous=rng.choice((None, previous)),
    )
