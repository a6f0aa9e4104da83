"""Words that sheets, calendars and set-up share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo


def day(on: date) -> str:
    """Write a date as it stands on paper, such as 24 Nov 2026."""
    return f"{on.day} {on:%b} {on.year}"


def full_day(on: date) -> str:
    """Write a date in full, such as Tuesday 24 November 2026."""
    return f"{on:%A} {on.day} {on:%B} {on.year}"


def printed(at: datetime, zone: ZoneInfo) -> str:
    """Write when something was printed, in local time."""
    wall = at.astimezone(zone)
    return f"{wall:%d/%m/%Y %H:%M}"


def counted(number: int, one: str) -> str:
    """Count things: 1 document, 2 documents."""
    return f"{number} {one if number == 1 else one + 's'}"


def numbers_at(numbers: Mapping[str, str], site: str) -> str:
    """Give the record number of this site, else all with the service that gave each."""
    if site in numbers:
        return f"UR {numbers[site]}"
    return ", ".join(f"UR {number} ({service})" for service, number in numbers.items())
