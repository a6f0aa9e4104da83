"""Working days, local instants and public holidays of the demonstration's time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flows.public_holidays import public_holidays
from scheduler.pathway.clocks import add_working_days, is_working_day

ONE_DAY = timedelta(days=1)
MEETING_WEEKDAY = 2  # Wednesday


def holidays_around(today: date) -> Mapping[date, str]:
    """Give the public holidays of last year, this year and next year."""
    return public_holidays(today.year - 1, today.year + 1)


def works(day: date) -> bool:
    """Say whether the clinic works on this day."""
    return is_working_day(day, holidays_around(day).keys())


def is_meeting_day(day: date) -> bool:
    """Say whether the multidisciplinary team meets: on Wednesdays that are no holidays."""
    return day.weekday() == MEETING_WEEKDAY and works(day)


def days_between(first: date, last: date) -> Iterator[date]:
    """Give every day from the first to the last, both included."""
    return (first + ONE_DAY * ahead for ahead in range((last - first).days + 1))


def next_working_day(day: date) -> date:
    """Give this day, or the first working day after it."""
    while not works(day):
        day += ONE_DAY
    return day


def last_working_day(day: date) -> date:
    """Give this day, or the last working day before it."""
    while not works(day):
        day -= ONE_DAY
    return day


def after_working_days(day: date, count: int) -> date:
    """Give the day that is so many working days after this one."""
    return add_working_days(day, count, holidays_around(day).keys())


def at(day: date, hour: int, minute: int = 0, *, timezone: str) -> datetime:
    """Give the instant of this local time of day."""
    return datetime.combine(day, time(hour, minute), tzinfo=ZoneInfo(timezone))


def wall(text: str) -> tuple[int, int]:
    """Read a time of day such as 08:30."""
    hours, _, minutes = text.partition(":")
    return int(hours), int(minutes)
