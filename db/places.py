"""Where a postcode lies, for travel distances and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

POSTCODES = Path(__file__).parent / "seed" / "postcodes.json"
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the earth, in degrees."""

    lat: float
    lon: float


def place_of(postcode: str) -> Place | None:
    """Give the rough centre of a postcode; None where it is not known."""
    return _places().get(postcode.strip())


def kilometres(first: Place, second: Place) -> int:
    """Give the distance over the ground in whole kilometres (haversine)."""
    lat1, lat2 = radians(first.lat), radians(second.lat)
    half_lat, half_lon = (lat2 - lat1) / 2, radians(second.lon - first.lon) / 2
    chord = sin(half_lat) ** 2 + cos(lat1) * cos(lat2) * sin(half_lon) ** 2
    return round(2 * EARTH_RADIUS_KM * asin(sqrt(chord)))


@cache
def _places() -> dict[str, Place]:
    document = json.loads(POSTCODES.read_text(encoding="utf-8"))
    return {code: Place(float(at["lat"]), float(at["lon"])) for code, at in document["postcodes"].items()}
