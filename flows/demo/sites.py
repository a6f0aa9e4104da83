"""Six invented sites in real suburbs of Melbourne, with their suites, machines and radiologists."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import combinations
from random import Random

from db.places import Place, kilometres
from flows.demo.chance import stream
from flows.demo.days import at
from scheduler.problem import EquipmentUnit, Location, Radiologist, Site, Suite
from scheduler.vocabulary import Modality, Target, Technique

CITY_KM_PER_HOUR = 32  # door to door on Melbourne roads, by straight line
MINUTES_TO_PARK = 10
SHORTEST_LEAVE, LONGEST_LEAVE = 4, 12  # days

SITES = (
    Site(
        id="MVH",
        name="Merri Valley Hospital, Coburg",
        location=Location(lat=-37.741, lon=144.968),
        recovery_bays=4,
        recovery_close=time(20),
        target_minutes=1800,
    ),
    Site(
        id="KCH",
        name="Kororoit Creek Hospital, Sunshine",
        location=Location(lat=-37.786, lon=144.829),
        recovery_bays=3,
        recovery_close=time(20),
        target_minutes=1500,
    ),
    Site(
        id="EUM",
        name="Eumemmerring Hospital, Dandenong",
        location=Location(lat=-37.985, lon=145.219),
        recovery_bays=4,
        recovery_close=time(20),
        target_minutes=1800,
    ),
    Site(
        id="PRH",
        name="Plenty Rise Hospital, Bundoora",
        location=Location(lat=-37.698, lon=145.066),
        recovery_bays=3,
        recovery_close=time(19),
        target_minutes=1200,
    ),
    Site(
        id="GCP",
        name="Gardiner Creek Private Hospital, Malvern East",
        location=Location(lat=-37.874, lon=145.052),
        recovery_bays=3,
        recovery_close=time(19),
        target_minutes=None,
    ),
    Site(
        id="MRP",
        name="Mullum Ridge Private Hospital, Ringwood",
        location=Location(lat=-37.814, lon=145.226),
        recovery_bays=2,
        recovery_close=time(18),
        target_minutes=None,
    ),
)

SUITES = (
    Suite(id="MVH-CT1", site="MVH", modalities=(Modality.CT, Modality.ULTRASOUND), turnaround_minutes=15),
    Suite(id="MVH-FL1", site="MVH", modalities=(Modality.FLUOROSCOPY, Modality.ULTRASOUND), turnaround_minutes=15),
    Suite(id="KCH-CT1", site="KCH", modalities=(Modality.CT,), turnaround_minutes=15),
    Suite(id="KCH-FL1", site="KCH", modalities=(Modality.FLUOROSCOPY, Modality.ULTRASOUND), turnaround_minutes=15),
    Suite(id="EUM-CT1", site="EUM", modalities=(Modality.CT, Modality.ULTRASOUND), turnaround_minutes=15),
    Suite(id="EUM-FL1", site="EUM", modalities=(Modality.FLUOROSCOPY,), turnaround_minutes=20),
    Suite(id="PRH-CT1", site="PRH", modalities=(Modality.CT, Modality.ULTRASOUND), turnaround_minutes=15),
    Suite(id="GCP-CT1", site="GCP", modalities=(Modality.CT, Modality.ULTRASOUND), turnaround_minutes=15),
    Suite(id="GCP-FL1", site="GCP", modalities=(Modality.FLUOROSCOPY, Modality.ULTRASOUND), turnaround_minutes=10),
    Suite(id="MRP-FL1", site="MRP", modalities=(Modality.FLUOROSCOPY, Modality.ULTRASOUND), turnaround_minutes=15),
)

SUITE_NAMES = {suite.id: f"{'CT' if Modality.CT in suite.modalities else 'Fluoroscopy'} 1" for suite in SUITES}

UNITS = (
    EquipmentUnit(id="RF-MVH", kind="rf_generator", sites=("MVH",)),
    EquipmentUnit(id="RF-EUM", kind="rf_generator", sites=("EUM",)),
    EquipmentUnit(id="RF-GCP", kind="rf_generator", sites=("GCP",)),
    EquipmentUnit(id="RF-VAN", kind="rf_generator", sites=("KCH", "PRH", "MRP")),
    EquipmentUnit(id="CRYO-MVH", kind="cryo_console", sites=("MVH",)),
    EquipmentUnit(id="CRYO-VAN", kind="cryo_console", sites=("KCH", "EUM", "PRH")),
    EquipmentUnit(id="CRYO-EAST", kind="cryo_console", sites=("GCP", "MRP")),
)

UNIT_NAMES = {
    "RF-MVH": "Radiofrequency generator, Coburg",
    "RF-EUM": "Radiofrequency generator, Dandenong",
    "RF-GCP": "Radiofrequency generator, Malvern East",
    "RF-VAN": "Radiofrequency generator, travelling",
    "CRYO-MVH": "Cryo console, Coburg",
    "CRYO-VAN": "Cryo console, travelling",
    "CRYO-EAST": "Cryo console, shared in the east",
}

_EVERY = tuple(Target)
_ABDOMEN = (Target.COELIAC, Target.SPLANCHNIC, Target.LUMBAR_SYMPATHETIC, Target.LUMBAR_PLEXUS)
_PELVIS = (Target.SUPERIOR_HYPOGASTRIC, Target.GANGLION_IMPAR, Target.LUMBAR_SYMPATHETIC)
_CHEST = (Target.STELLATE, Target.THORACIC_SYMPATHETIC)
_TEST = (Technique.LOCAL_ANAESTHETIC,)
_NEEDLE = (*_TEST, Technique.CHEMICAL)
_HEAT = (*_TEST, Technique.RF_THERMAL, Technique.RF_PULSED)
_ALL = tuple(Technique)

# Name, sites, targets, techniques, lists a week.
RADIOLOGISTS = (
    ("R01", "Dr Anneliese Brandvold", ("MVH", "KCH", "PRH"), _EVERY, _ALL, 4),
    ("R02", "Dr Siavash Golestan", ("MVH", "EUM", "GCP"), _EVERY, _ALL, 4),
    ("R03", "Dr Moana Tawhiri", ("EUM", "MRP"), _EVERY, _ALL, 3),
    ("R04", "Dr Prakash Subramoney", ("KCH", "PRH", "GCP"), _EVERY, (*_NEEDLE, *_HEAT[1:]), 3),
    ("R05", "Dr Eilidh Farquharson", ("MVH", "PRH"), (*_ABDOMEN, *_PELVIS[:2]), _ALL, 3),
    ("R06", "Dr Cuong Lieu", ("EUM", "KCH"), (*_ABDOMEN, *_CHEST), (*_NEEDLE, *_HEAT[1:]), 3),
    ("R07", "Dr Ottavia Marchetti", ("GCP", "MRP"), (*_PELVIS, *_CHEST), (*_NEEDLE, *_HEAT[1:]), 3),
    ("R08", "Dr Benedict Oyelaran", ("GCP", "EUM"), (*_ABDOMEN, *_PELVIS[:2]), _ALL, 3),
    ("R09", "Dr Saoirse McGillycuddy", ("KCH", "MVH"), (*_PELVIS, *_CHEST), _NEEDLE, 2),
    ("R10", "Dr Wendell Pickersgill", ("MRP", "GCP"), (*_ABDOMEN[:2], *_PELVIS), _NEEDLE, 2),
    ("R11", "Dr Nilufar Yusupova", ("PRH", "MRP"), (*_ABDOMEN, *_CHEST), _ALL, 2),
    ("R12", "Dr Hiroshi Kuramoto", ("EUM",), (*_PELVIS, *_CHEST), _HEAT, 2),
)
MINUTES_IN_A_LIST = 180  # of cases, in a half-day that is well used
WEEKS_COUNTED = 4


def radiologists(seed: int, *, first: date, last: date, timezone: str) -> tuple[Radiologist, ...]:
    """Make the radiologists, each with some leave between these days."""
    return tuple(
        Radiologist(
            id=key,
            name=name,
            sites=sites,
            targets=tuple(dict.fromkeys(targets)),
            techniques=techniques,
            unavailable=_leave(stream(seed, "leave", key), first, last, timezone),
            max_sessions_per_day=2,
            max_sessions_per_week=lists,
            target_minutes=lists * WEEKS_COUNTED * MINUTES_IN_A_LIST,
        )
        for key, name, sites, targets, techniques, lists in RADIOLOGISTS
    )


def _leave(chance: Random, first: date, last: date, timezone: str) -> tuple[tuple[datetime, datetime], ...]:
    """Give two stretches of leave and one day at a conference, midnight to midnight."""
    lengths = (chance.randint(SHORTEST_LEAVE, LONGEST_LEAVE), chance.randint(SHORTEST_LEAVE, LONGEST_LEAVE), 1)
    third = (last - first).days // len(lengths)
    starts = [first + timedelta(days=part * third + chance.randrange(third)) for part in range(len(lengths))]
    stretches = zip(starts, lengths, strict=True)
    ends: list[tuple[datetime, datetime]] = []
    taken_to = first
    for start, length in stretches:
        begins = max(start, taken_to)
        taken_to = begins + timedelta(days=length)
        ends.append((at(begins, 0, timezone=timezone), at(taken_to, 0, timezone=timezone)))
    return tuple(ends)


def travel_minutes() -> tuple[tuple[str, str, int], ...]:
    """Give the minutes between every two sites, each pair once."""
    return tuple((first.id, second.id, _minutes(first, second)) for first, second in combinations(SITES, 2))


def _minutes(first: Site, second: Site) -> int:
    here, there = (Place(site.location.lat, site.location.lon) for site in (first, second))
    return MINUTES_TO_PARK + round(kilometres(here, there) * 60 / CITY_KM_PER_HOUR)
