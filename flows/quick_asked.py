"""What is typed about an event (a suite, a radiologist, two moments, a case) becomes the event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from scheduler.engine.quick import Cancellation, RadiologistAway, SuiteDown
from scheduler.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from scheduler.engine.quick import Event

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickAsked:
    """The words of one request; None is what was not said. `urgent` names a case file, or a case in the database."""

    suite_down: str | None = None
    radiologist_away: str | None = None
    urgent: str | None = None
    cancel: str | None = None
    start: str | None = None
    end: str | None = None


def event_of(asked: QuickAsked, zone: ZoneInfo, urgent: Callable[[str], Event]) -> Event:
    """Read the one event that was asked about; raises BadInputError when it is none, or more, or no sensible one."""
    _must_be_one(asked)
    if asked.cancel is not None:
        return Cancellation(case=asked.cancel)
    if asked.urgent is not None:
        return urgent(asked.urgent)
    start, end = _span(asked, zone)
    if asked.suite_down is not None:
        return SuiteDown(suite=asked.suite_down, start=start, end=end)
    return RadiologistAway(radiologist=str(asked.radiologist_away), start=start, end=end)


def _must_be_one(asked: QuickAsked) -> None:
    outage = [asked.suite_down, asked.radiologist_away]
    given = sum(each is not None for each in (*outage, asked.urgent, asked.cancel))
    if given != 1:
        raise BadInputError.of("event", "Give one of --suite-down, --radiologist-away, --urgent and --cancel.")
    timed = asked.start is not None or asked.end is not None
    if timed and all(each is None for each in outage):
        raise BadInputError.of(
            "--from", "Moments go with --suite-down and --radiologist-away only. Leave --from and --to out."
        )


def _span(asked: QuickAsked, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if asked.start is None or asked.end is None:
        raise BadInputError.of("--from", "Say from when to when, with --from and --to.")
    start, end = _moment(asked.start, "--from", zone, last=False), _moment(asked.end, "--to", zone, last=True)
    if end <= start:
        raise BadInputError.of("--to", f"{asked.end} is not after {asked.start}. Give a later moment.")
    return start, end


def _moment(text: str, where: str, zone: ZoneInfo, *, last: bool) -> datetime:
    """Read a date (its start, or its end when it is the last) or a local date and time."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _instant(text, where, zone)
    return datetime.combine(day + ONE_DAY if last else day, time(), tzinfo=zone)


def _instant(text: str, where: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        says = f'"{text}" is not a moment; write it like 2027-02-01 or 2027-02-01T13:30.'
        raise BadInputError.of(where, says) from None
    if found.tzinfo is not None:
        return found
    local = found.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != found:
        raise BadInputError.of(where, f"{text} does not exist: the clocks go forward then. Give another moment.")
    return local
