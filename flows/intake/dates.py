"""Dates as files write them, made into calendar days of the service's own time zone."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

WHOLE_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PART_OF_A_DATE = re.compile(r"[0-9]{4}(-[0-9]{2})?")
DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
EARLIEST = date(1900, 1, 1)


class NotADateError(ValueError):
    """The text is no day in any calendar."""


def fhir_day(written: str, zone: ZoneInfo) -> date | None:
    """Give the day a FHIR date, dateTime or instant falls on here; None when it names only a month or a year."""
    if not written or PART_OF_A_DATE.fullmatch(written):
        return None
    try:
        if WHOLE_DAY.fullmatch(written):
            return date.fromisoformat(written)
        return datetime.fromisoformat(written).astimezone(zone).date()
    except (ValueError, OverflowError) as error:
        raise NotADateError(written) from error


def csv_day(written: str) -> date:
    """Give the day of a CSV cell: 2026-11-16 or 16/11/2026 (day first)."""
    try:
        if WHOLE_DAY.fullmatch(written):
            return date.fromisoformat(written)
        if found := DAY_FIRST.fullmatch(written):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError as error:
        raise NotADateError(written) from error
    raise NotADateError(written)


def spoken(day: date) -> str:
    """Write a day as people here do: 16 November 2026."""
    return f"{day.day} {day:%B %Y}"
