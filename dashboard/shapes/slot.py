"""The slot of a case in words: where it may go, what is held until when, and what a booking waits for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from dashboard.shapes.words import moment
from flows.desk import BookingEvent, BookingLine, BookingState, CasePage, PathwayState

if TYPE_CHECKING:
    from flows.explaining import PlaceLine, Where

SHOWN: Final = 8
WAITING: Final = frozenset({PathwayState.TEST_WAITING, PathwayState.DEFINITIVE_WAITING})
TENTATIVE: Final = frozenset({BookingState.HELD, BookingState.OFFERED})
_S, _E = BookingState, BookingEvent
ADVANCES: Final[Mapping[BookingState, Mapping[BookingEvent, str]]] = MappingProxyType(
    {
        _S.BOOKED: {_E.CONFIRM: "The patient has confirmed", _E.ARRIVE: "The patient is here"},
        _S.CONFIRMED: {_E.ARRIVE: "The patient is here"},
        _S.IN_ROOM: {_E.RECOVER: "The patient is in recovery"},
    }
)
LIVE: Final = TENTATIVE | frozenset({_S.BOOKED, _S.CONFIRMED, _S.ARRIVED, _S.IN_ROOM, _S.RECOVERED})


def standing_slot(page: CasePage) -> BookingLine | None:
    """The booking that is still to come or under way."""
    return next((line for line in reversed(page.bookings) if line.status in LIVE), None)


def may_look(page: CasePage) -> bool:
    """Whether a slot can be held for the case as it stands."""
    return page.summary.state in WAITING


def slot_words(booking: BookingLine, until: datetime | None, zone: ZoneInfo) -> str:
    """Where and when the slot is, how it stands, and until when it is held."""
    where = f"{moment(booking.start, zone)}, {booking.suite_name}, {booking.site_name}, {booking.radiologist}"
    held = f" until {moment(until, zone)}" if until is not None else ""
    return f"{booking.status.label}{held}: {where}."


def possible_places(found: Where) -> tuple[PlaceLine, ...]:
    """The lists that can take the case, the best first, as many as one can choose from."""
    return found.possible[:SHOWN]


def place_words(place: PlaceLine, zone: ZoneInfo) -> str:
    """One list in a line, with what to know first."""
    who = f", {place.radiologist}" if place.radiologist else ""
    but = f" But: {' '.join(place.because)}" if place.because else ""
    return f"{moment(place.start, zone)}, {place.site}{who}, {place.minutes_left} min left.{but}"
