"""The lists one case can go on, in words to choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from dashboard.shapes.words import count, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flows.desk import ListCard, PlaceLine, Where

MOST_SHOWN: Final = 6


def best_places(where: Where) -> tuple[PlaceLine, ...]:
    """The best lists a case can go on."""
    return where.possible[:MOST_SHOWN]


def place_words(place: PlaceLine, zone: ZoneInfo, names: Mapping[str, str]) -> str:
    """One list to choose: when, where and with whom; `names` are suites and sites by list."""
    who = f", {place.radiologist}" if place.radiologist else ""
    where = names.get(place.session, f"{place.suite}, {place.site}")
    return f"{moment(place.start, zone)}, {where}{who}"


def names_of(cards: Iterable[ListCard]) -> dict[str, str]:
    """Name the suite and site of each list."""
    return {card.id: f"{card.suite_name}, {card.site_name}" for card in cards}


def place_caption(place: PlaceLine) -> str:
    """What to know before choosing it."""
    left = f"{place.minutes_left} min left after" if place.minutes_left >= 0 else f"{-place.minutes_left} min over time"
    return f"Yes, but: {' '.join(place.because)} {left}." if place.because else f"Yes. {left}."


def ruled_out_words(ruled_out: Mapping[str, int]) -> str:
    """Why the other lists will not do, most frequent first."""
    return "; ".join(f"{reason}: {count(lists, 'list')}" for reason, lists in ruled_out.items())
