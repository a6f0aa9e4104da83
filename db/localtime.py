"""Wall times become instants, and instants become local dates, in one place that knows the zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pendulum
from pendulum.tz.exceptions import AmbiguousTime, NonExistingTime
from sqlmodel import Session

from scheduler.errors import BadInputError


def timezone_of(session: Session) -> str:
    """Give the name of the service's time zone."""
    return str(session.info["timezone"])


def instant(day: date, wall: time, timezone: str) -> datetime:
    """Turn a local date and wall time into UTC; a time that daylight saving skips or repeats is refused."""
    naive = datetime.combine(day, wall)
    try:
        return _zone(timezone).convert(naive, raise_on_unknown_times=True).astimezone(UTC)
    except (NonExistingTime, AmbiguousTime):
        says = f"{wall:%H:%M} on {day:%-d %B %Y} is skipped or repeated when the clocks change. Choose another time."
        raise BadInputError.of("time", says) from None


@cache
def _zone(name: str) -> pendulum.Timezone:
    return pendulum.Timezone(name)


def wall_instant(day: date, wall: time, timezone: str) -> datetime:
    """Turn a local date and wall time into UTC, always: one that is skipped comes later, of one repeated the first."""
    return datetime.combine(day, wall, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def wall_time(text: str, where: str) -> time:
    """Read a wall time such as 02:30."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        says = f'"{text}" is not a time of day; write it like 02:30.'
        raise BadInputError.of(where, says) from None


def start_of_day(day: date, timezone: str) -> datetime:
    """Give the instant at which a local date begins."""
    return instant(day, time(), timezone)


def in_utc(told: str) -> datetime:
    """Read what the database's own clock says: SQLite gives UTC without saying so, PostgreSQL says so."""
    found = datetime.fromisoformat(told)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def local_date(session: Session, at: datetime) -> date:
    """Give the local date of an instant."""
    return at.astimezone(ZoneInfo(timezone_of(session))).date()


def week_of(on: date) -> tuple[date, date]:
    """Give the Monday and the Sunday of a date's week: a radiologist's limits run over it."""
    first = on - timedelta(days=on.weekday())
    return first, first + timedelta(days=6)
