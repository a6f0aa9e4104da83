"""What is asked of a slot held by hand, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldAsked:
    """Which list is wanted for which case; the best start, and whoever does or may do the list, unless said."""

    ref: str
    list: str
    start: time | None = None
    radiologist: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSlot:
    """A slot as it is held, until when, and what to know before it is booked."""

    ref: str
    list: str
    start: datetime
    radiologist: str
    until: datetime
    cautions: tuple[str, ...]
