"""Hospitals around Melbourne, their suites and their machines."""

from __future__ import annotations

from datetime import time
from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from typing import TYPE_CHECKING

from benchmarks.making.chance import one_of
from scheduler.problem import EquipmentUnit, Location, Site, Suite
from scheduler.vocabulary import Modality

if TYPE_CHECKING:
    from random import Random

SUBURBS = (
    ("Carlton", -37.801, 144.967),
    ("Mulgrave", -37.926, 145.159),
    ("Ivanhoe", -37.769, 145.045),
    ("Yarraville", -37.816, 144.890),
    ("Nunawading", -37.820, 145.176),
    ("Seaford", -38.104, 145.131),
    ("Prahran", -37.852, 144.998),
    ("Caulfield", -37.880, 145.027),
    ("Mill Park", -37.668, 145.063),
    ("St Albans", -37.745, 144.800),
    ("Narre Warren", -38.028, 145.304),
    ("Croydon", -37.795, 145.283),
)
DEGREES_BETWEEN_NAMESAKES = 0.1  # a second hospital of a suburb lies within this of the first
KM_ROUND_THE_EARTH = 6371.0
MINUTES_TO_PARK = 15  # a radiologist's journey: this much at its ends …
MINUTES_A_KM = 1.6  # … and this much on the road, in a straight line

BAYS = (2, 3, 4, 6)
CLOSES = (time(18), time(19), time(20))
TURNAROUNDS = {10: 0.25, 15: 0.5, 20: 0.25}
CT, FLUOROSCOPY, ULTRASOUND = Modality.CT, Modality.FLUOROSCOPY, Modality.ULTRASOUND
ROOMS = {
    (("CT1", (CT, ULTRASOUND)),): 0.15,
    (("CT1", (CT,)), ("FL2", (FLUOROSCOPY, ULTRASOUND))): 0.7,
    (("CT1", (CT,)), ("FL2", (FLUOROSCOPY, ULTRASOUND)), ("FL3", (FLUOROSCOPY,))): 0.15,
}
SHARE_WITH_FIXED = {"rf_generator": 0.6, "cryo_console": 0.2}
SITES_A_MOBILE_UNIT = 6
SITES_VISITED = 3


def kilometres(first: Location, second: Location) -> float:
    """Measure the straight line between two places (haversine)."""
    north, east = radians(second.lat - first.lat), radians(second.lon - first.lon)
    chord = sin(north / 2) ** 2 + cos(radians(first.lat)) * cos(radians(second.lat)) * sin(east / 2) ** 2
    return 2 * KM_ROUND_THE_EARTH * asin(sqrt(chord))


def make_sites(chance: Random, count: int) -> tuple[Site, ...]:
    """Invent hospitals, public and private by turns."""
    return tuple(_site(chance, place) for place in range(count))


def _site(chance: Random, place: int) -> Site:
    suburb, lat, lon = SUBURBS[place % len(SUBURBS)]
    ordinal = place // len(SUBURBS) + 1
    spread = DEGREES_BETWEEN_NAMESAKES if ordinal > 1 else 0.0
    return Site(
        id=f"S{place + 1:02}",
        name=f"{suburb} {'Private' if place % 2 else 'Public'} {ordinal}",
        location=Location(
            lat=round(lat + chance.uniform(-spread, spread), 4), lon=round(lon + chance.uniform(-spread, spread), 4)
        ),
        recovery_bays=chance.choice(BAYS),
        recovery_close=chance.choice(CLOSES),
    )


def is_public(site: Site) -> bool:
    """Say whether this invented hospital is a public one."""
    return "Public" in site.name


def make_journeys(sites: tuple[Site, ...]) -> tuple[tuple[str, str, int], ...]:
    """Work out a radiologist's minutes between every two sites."""
    return tuple(
        (one.id, other.id, int(MINUTES_TO_PARK + MINUTES_A_KM * kilometres(one.location, other.location)))
        for one, other in combinations(sites, 2)
    )


def make_suites(chance: Random, sites: tuple[Site, ...]) -> tuple[Suite, ...]:
    """Invent each site's one to three suites."""
    return tuple(
        Suite(
            id=f"{site.id}-{name}",
            site=site.id,
            modalities=modalities,
            turnaround_minutes=one_of(chance, TURNAROUNDS),
        )
        for site in sites
        for name, modalities in one_of(chance, ROOMS)
    )


def make_equipment(chance: Random, sites: tuple[Site, ...]) -> tuple[EquipmentUnit, ...]:
    """Invent machines: some sites have their own, and mobile ones are shared by three sites each."""
    units = []
    for kind, share in SHARE_WITH_FIXED.items():
        units += [
            EquipmentUnit(id=f"{kind}-{site.id}", kind=kind, sites=(site.id,))
            for site in sites
            if chance.random() < share
        ]
        for number in range(1, max(1, len(sites) // SITES_A_MOBILE_UNIT) + 1):
            visited = chance.sample([site.id for site in sites], min(SITES_VISITED, len(sites)))
            units.append(EquipmentUnit(id=f"{kind}-mobile-{number}", kind=kind, sites=tuple(sorted(visited))))
    return tuple(units)
