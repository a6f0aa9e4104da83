"""The cases that wait: invented patients with their procedures, dates and wishes.

Room and recovery minutes are the site defaults of db/seed/protocol.json.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.making.chance import one_of
from benchmarks.making.places import CT, FLUOROSCOPY, ULTRASOUND, kilometres
from scheduler.problem import Case, Follows, Location
from scheduler.vocabulary import Funding, Stage, Target, Technique, Urgency

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from scheduler.problem import Radiologist, Site

PROTOCOL = Path(__file__).parents[2] / "db" / "seed" / "protocol.json"
TARGETS = {
    Target.COELIAC: 0.22,
    Target.SUPERIOR_HYPOGASTRIC: 0.165,
    Target.SPLANCHNIC: 0.155,
    Target.LUMBAR_SYMPATHETIC: 0.125,
    Target.GANGLION_IMPAR: 0.13,
    Target.STELLATE: 0.1,
    Target.THORACIC_SYMPATHETIC: 0.055,
    Target.LUMBAR_PLEXUS: 0.05,
}
TECHNIQUES = {Technique.CHEMICAL: 0.46, Technique.CRYO: 0.2, Technique.RF_THERMAL: 0.2, Technique.RF_PULSED: 0.14}
MODALITIES = {
    Target.COELIAC: (CT,),
    Target.LUMBAR_PLEXUS: (CT,),
    Target.STELLATE: (CT, FLUOROSCOPY, ULTRASOUND),
}
USUAL_MODALITIES = (CT, FLUOROSCOPY)
MACHINES = {
    Technique.RF_THERMAL: ("rf_generator",),
    Technique.RF_PULSED: ("rf_generator",),
    Technique.CRYO: ("cryo_console",),
}
PATHWAYS = {"test alone": 0.32, "definitive alone": 0.545, "both": 0.135}
TEST_TO_DEFINITIVE_DAYS = (1, 42)

URGENCIES = {Urgency.CATEGORY_1: 0.35, Urgency.CATEGORY_2: 0.45, Urgency.CATEGORY_3: 0.2}
WEIGHTS = {Urgency.CATEGORY_1: 10, Urgency.CATEGORY_2: 3, Urgency.CATEGORY_3: 1}
PROVISIONAL_WEIGHTS = {Urgency.CATEGORY_1: 6, Urgency.CATEGORY_2: 1, Urgency.CATEGORY_3: 1}
TREAT_WITHIN = {Urgency.CATEGORY_1: 30, Urgency.CATEGORY_2: 90, Urgency.CATEGORY_3: 365}  # days
SHARE_LEFT = {Urgency.CATEGORY_1: (2.5, 2.0), Urgency.CATEGORY_2: (2.5, 2.0), Urgency.CATEGORY_3: (3.7, 2.0)}  # beta
SHARE_OVERDUE = 0.06
MOST_DAYS_OVERDUE = 14
SHARE_READY = 0.77
SHARE_WITH_EXPIRY = 0.6  # of definitive cases that stand alone: their test result expires
DAYS_TO_EXPIRY = (10, 42)

SHARE_PUBLIC = 0.67
SHARE_SOMETIMES_AWAY = 0.5
DATES_AWAY = (1, 2, 4)
SHARE_WITH_ANAESTHETIST = 0.5  # of thermal radiofrequency and cryoneurolysis
NEEDS_AN_ANAESTHETIST = (Technique.RF_THERMAL, Technique.CRYO)
SHARE_FIRST = 0.08
SHARE_WITH_RADIOLOGIST = 0.5  # of definitive cases that stand alone: who did the test block
DEGREES_FROM_A_HOSPITAL = 0.08  # standard deviation of homes around a hospital


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What patients are drawn for: the sites, who works there, and the working days."""

    sites: Sequence[Site]
    radiologists: Sequence[Radiologist]
    days: Sequence[date]


def make_cases(chance: Random, setting: Setting, count: int) -> tuple[Case, ...]:
    """Invent patients until there are this many cases."""
    cases: list[Case] = []
    number = 0
    while len(cases) < count:
        number += 1
        cases += _patient(chance, setting, number)[: count - len(cases)]
    return tuple(cases)


def _patient(chance: Random, setting: Setting, number: int) -> list[Case]:
    """Draw one patient's one or two cases."""
    case = draw_case(chance, setting, f"C{number:05}", f"P{number:05}")
    pathway = one_of(chance, PATHWAYS)
    if pathway == "definitive alone":
        return [_alone(chance, setting, case)]
    test = _first_perhaps(chance, replace(as_test(case), id=f"{case.id}-T"))
    if pathway == "test alone":
        return [test]
    least, most = TEST_TO_DEFINITIVE_DAYS
    after = replace(
        case,
        id=f"{case.id}-D",
        weight=PROVISIONAL_WEIGHTS[case.urgency],
        follows=Follows(case=test.id, min_days=least, max_days=most),
    )
    return [test, _first_perhaps(chance, after)]


def draw_case(chance: Random, setting: Setting, key: str, patient: str) -> Case:
    """Draw a definitive case with its patient's home, dates and funding."""
    target, technique = one_of(chance, TARGETS), one_of(chance, TECHNIQUES)
    urgency = one_of(chance, URGENCIES)
    minutes, recovery = usual_minutes()[target, technique]
    return Case(
        id=key,
        patient=patient,
        stage=Stage.DEFINITIVE,
        target=target,
        technique=technique,
        duration_minutes=minutes,
        recovery_minutes=recovery,
        modalities=MODALITIES.get(target, USUAL_MODALITIES),
        funding=Funding.PUBLIC if chance.random() < SHARE_PUBLIC else Funding.PRIVATE,
        urgency=urgency,
        weight=WEIGHTS[urgency],
        ready_from=setting.days[0] if chance.random() < SHARE_READY else chance.choice(list(setting.days)),
        due=_due(chance, setting.days[0], urgency),
        unavailable=draw_unavailable(chance, setting.days),
        anaesthetist=technique in NEEDS_AN_ANAESTHETIST and chance.random() < SHARE_WITH_ANAESTHETIST,
        equipment=MACHINES.get(technique, ()),
        travel_km=_journeys_from_home(chance, setting.sites),
    )


def as_test(case: Case) -> Case:
    """Turn a definitive case into the test block before it."""
    minutes, recovery = usual_minutes()[case.target, Technique.LOCAL_ANAESTHETIC]
    return replace(
        case,
        stage=Stage.TEST_BLOCK,
        technique=Technique.LOCAL_ANAESTHETIC,
        duration_minutes=minutes,
        recovery_minutes=recovery,
        anaesthetist=False,
        equipment=(),
    )


def _alone(chance: Random, setting: Setting, case: Case) -> Case:
    """Give a definitive case the test block it had: who did it, perhaps, and when its result expires, perhaps."""
    expires = chance.random() < SHARE_WITH_EXPIRY
    known = chance.random() < SHARE_WITH_RADIOLOGIST
    days, person = chance.randint(*DAYS_TO_EXPIRY), chance.choice(list(setting.radiologists))
    return _first_perhaps(
        chance,
        replace(
            case,
            id=f"{case.id}-D",
            latest=case.ready_from + timedelta(days=days) if expires else None,
            prefer_radiologist=person.id if known else None,
        ),
    )


def _first_perhaps(chance: Random, case: Case) -> Case:
    return replace(case, first_on_list=chance.random() < SHARE_FIRST)


def _due(chance: Random, today: date, urgency: Urgency) -> date:
    if chance.random() < SHARE_OVERDUE:
        return today - timedelta(days=chance.randint(1, MOST_DAYS_OVERDUE))
    return today + timedelta(days=round(TREAT_WITHIN[urgency] * chance.betavariate(*SHARE_LEFT[urgency])))


def draw_unavailable(chance: Random, days: Sequence[date]) -> tuple[date, ...]:
    """Draw the dates a patient cannot come; often none."""
    if chance.random() >= SHARE_SOMETIMES_AWAY:
        return ()
    return tuple(sorted(set(chance.choices(days, k=chance.choice(DATES_AWAY)))))


def _journeys_from_home(chance: Random, sites: Sequence[Site]) -> dict[str, int]:
    near = chance.choice(list(sites)).location
    home = Location(
        lat=chance.gauss(near.lat, DEGREES_FROM_A_HOSPITAL), lon=chance.gauss(near.lon, DEGREES_FROM_A_HOSPITAL)
    )
    return {site.id: int(kilometres(home, site.location)) for site in sites}


@cache
def usual_minutes() -> dict[tuple[Target, Technique], tuple[int, int]]:
    """Read the planned room minutes and the recovery minutes of each procedure."""
    rows = json.loads(PROTOCOL.read_bytes())["procedures"]
    return {
        (Target(row["target"]), Technique(row["technique"])): (row["planned_minutes"], row["recovery_minutes"])
        for row in rows
    }
