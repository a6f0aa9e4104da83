"""The only place that asks the time.

`NEUROLIST_NOW` (an instant with an offset, such as 2026-11-23T09:00+11:00) starts a shifted clock there, for rehearsal
and tests; `neurolist status` says when the clock is shifted, and nothing else changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.errors import BadInputError, Fault

VARIABLE = "NEUROLIST_NOW"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time as the service sees it: instants in UTC, dates in the service's own time zone."""

    timezone: str
    shift: timedelta = timedelta(0)
    source: Callable[[], datetime] = field(default=_utc_now, repr=False)

    def now(self) -> datetime:
        """Give this instant, aware, in UTC."""
        return self.source() + self.shift

    def today(self) -> date:
        """Give the local date where the service is."""
        return self.now().astimezone(ZoneInfo(self.timezone)).date()

    @property
    def shifted(self) -> bool:
        """Say whether this clock shows another time than the machine's."""
        return self.shift != timedelta(0)


def clock_from(environment: Mapping[str, str], *, timezone: str) -> Clock:
    """Make the service's clock: the machine's, or one shifted to start at `NEUROLIST_NOW`."""
    asked = environment.get(VARIABLE)
    if not asked:
        return Clock(timezone=timezone)
    return Clock(timezone=timezone, shift=_instant(asked) - _utc_now())


def fixed_clock(instant: datetime, *, timezone: str) -> Clock:
    """Make a clock that stands still at this instant, for tests and one-off reckoning."""
    at = instant.astimezone(UTC)
    return Clock(timezone=timezone, source=lambda: at)


def carry(clock: Clock) -> dict[str, str]:
    """Give the environment that makes a child process keep the same shifted time."""
    return {VARIABLE: clock.now().isoformat()} if clock.shifted else {}


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        says = f'"{text}" is not an instant with an offset; write it like 2026-11-23T09:00+11:00.'
        raise BadInputError((Fault(where=VARIABLE, says=says),))
    return instant.astimezone(UTC)
