"""The days of a regular meeting, without those on which nobody works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from scheduler.errors import BadInputError
from scheduler.pathway.validity import day


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day of the series that has no meeting, and why."""

    on: date
    why: str


@dataclass(frozen=True, slots=True)
class Series:
    """The days of a regular meeting, and those that fall out."""

    days: tuple[date, ...]
    skipped: tuple[Skipped, ...]


def series(first: date, *, every_weeks: int, until: date, days_off: Mapping[date, str]) -> Series:
    """Give the days from the first to the last, both included; `days_off` names the days that are none."""
    if every_weeks < 1:
        raise BadInputError.of("every", f"A meeting comes every week or less often, not every {every_weeks} weeks.")
    if until < first:
        raise BadInputError.of("until", f"The last day, {day(until)}, comes before the first, {day(first)}.")
    wanted = tuple(_days(first, timedelta(weeks=every_weeks), until))
    kept = tuple(on for on in wanted if on not in days_off)
    return Series(kept, tuple(Skipped(on, days_off[on]) for on in wanted if on in days_off))


def _days(first: date, step: timedelta, until: date) -> Iterator[date]:
    on = first
    while on <= until:
        yield on
        on += step
