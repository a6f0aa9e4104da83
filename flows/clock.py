"""The only place that asks the time.

`NEUROLIST_NOW` (an instant with an offset, such as 2026-11-23T09:00+11:00) starts a shifted clock there, for rehearsal
and tests; `neurolist status` says when the clock is shifted, and nothing else changes. `NEUROLIST_CLOCK` names a file
that holds such an instant instead: every process that follows it shows that time from the moment the file was written,
so one write moves the time of a whole service.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from scheduler.errors import BadInputError

VARIABLE = "NEUROLIST_NOW"
FILE_VARIABLE = "NEUROLIST_CLOCK"


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time as the service sees it: instants in UTC, dates in the service's own time zone."""

    timezone: str
    shift: timedelta = timedelta(0)
    source: Callable[[], datetime] = field(default=_utc_now, repr=False)
    follows: Path | None = None

    def now(self) -> datetime:
        """Give this instant, aware, in UTC."""
        return (self.source() if self.follows is None else _shown_by(self.follows)) + self.shift

    def machine_now(self) -> datetime:
        """Give this instant as the machine has it, whatever time the service's clock shows."""
        return self.source()

    def today(self) -> date:
        """Give the local date where the service is."""
        return self.now().astimezone(ZoneInfo(self.timezone)).date()

    @property
    def shifted(self) -> bool:
        """Say whether this clock shows another time than the machine's."""
        return bool(self.shifted_by)

    @property
    def shifted_by(self) -> str:
        """Name what makes this clock show another time than the machine's; empty when nothing does."""
        if self.follows is not None:
            return FILE_VARIABLE
        return VARIABLE if self.shift != timedelta(0) else ""


def clock_from(environment: Mapping[str, str], *, timezone: str) -> Clock:
    """Make the service's clock: the machine's, one shifted to start at `NEUROLIST_NOW`, or one that follows a file."""
    if followed := environment.get(FILE_VARIABLE):
        return following_clock(Path(followed), timezone=timezone)
    asked = environment.get(VARIABLE)
    if not asked:
        return Clock(timezone=timezone)
    return Clock(timezone=timezone, shift=_instant(asked, VARIABLE) - _utc_now())


def following_clock(path: Path, *, timezone: str) -> Clock:
    """Make a clock that shows the instant in this file, and the time that has passed since it was written."""
    _shown_by(path)
    return Clock(timezone=timezone, follows=path.absolute())


def move_to(path: Path, instant: datetime) -> None:
    """Write a clock file whole: from now on every clock that follows it shows this time."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(instant.astimezone(UTC).isoformat() + "\n", encoding="utf-8")
    draft.replace(path)


def fixed_clock(instant: datetime, *, timezone: str) -> Clock:
    """Make a clock that stands still at this instant, for tests and one-off reckoning."""
    at = instant.astimezone(UTC)
    return Clock(timezone=timezone, source=lambda: at)


def carry(clock: Clock) -> dict[str, str]:
    """Give the environment that makes a child process keep the same shifted time."""
    if clock.follows is not None:
        return {FILE_VARIABLE: str(clock.follows)}
    return {VARIABLE: clock.now().isoformat()} if clock.shifted else {}


def _shown_by(path: Path) -> datetime:
    """Read a clock file; what it holds and when it was written are those of one file, also while it is replaced."""
    try:
        with path.open(encoding="utf-8") as file:
            text, written = file.read().strip(), os.fstat(file.fileno()).st_mtime
    except OSError:
        says = f'there is no clock file "{path}". Write an instant into it, or unset {FILE_VARIABLE}.'
        raise BadInputError.of(FILE_VARIABLE, says) from None
    return _instant(text, FILE_VARIABLE) + (_utc_now() - datetime.fromtimestamp(written, UTC))


def _instant(text: str, where: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        says = f'"{text}" is not an instant with an offset; write it like 2026-11-23T09:00+11:00.'
        raise BadInputError.of(where, says)
    return instant.astimezone(UTC)
