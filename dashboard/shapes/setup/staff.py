"""Radiologists as their set-up page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.cards import Card, Group, Said
from dashboard.shapes.words import count, day, listed, moment
from flows.desk import keeping
from scheduler.vocabulary import Target, Technique

TARGETS: Final[Mapping[str, str]] = {target.value: target.label for target in Target}
TECHNIQUES: Final[Mapping[str, str]] = {technique.value: technique.label for technique in Technique}
A_MOMENT: Final = timedelta(seconds=1)


def staff_groups(lines: Iterable[keeping.StaffLine]) -> tuple[Group, ...]:
    """Those who work here, then those who no longer do."""
    lines = tuple(lines)
    here = tuple(staff_card(line) for line in lines if line.ended_on is None)
    gone = tuple(staff_card(line) for line in lines if line.ended_on is not None)
    return Group(heading="Work here", cards=here), Group(heading="Ended", cards=gone)


def staff_card(line: keeping.StaffLine) -> Card:
    """One radiologist in short."""
    away = f"Leave entered: {len(line.leave)}" if line.leave else ""
    ended = f"Not from {day(line.ended_on)} on" if line.ended_on else ""
    return Card(
        kind="thing",
        id=line.id,
        title=line.name,
        aside=", ".join(line.sites),
        lines=(
            Said(text=f"{count(len(line.targets), 'target')}, {count(len(line.techniques), 'technique')}"),
            Said(text=ended or away, look="soon"),
        ),
    )


def staff_facts(line: keeping.StaffLine, sites: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is known of a radiologist."""
    return [
        ("Sites", listed(tuple(sites.get(each, each) for each in line.sites))),
        ("Targets", listed(tuple(TARGETS.get(each, each) for each in line.targets))),
        ("Techniques", listed(tuple(TECHNIQUES.get(each, each) for each in line.techniques))),
        ("Most lists a day", limit(line.max_sessions_per_day)),
        ("Most lists a week", limit(line.max_sessions_per_week)),
        ("Target", f"{line.target_minutes} minutes" if line.target_minutes is not None else "none"),
        ("Works here", f"until {day(line.ended_on - timedelta(days=1))}" if line.ended_on else "yes"),
    ]


def limit(number: int | None) -> str:
    """A limit, or that there is none."""
    return "no limit" if number is None else str(number)


def leave_words(line: keeping.LeaveLine | keeping.ServiceLine, zone: ZoneInfo) -> str:
    """A stretch of whole days by its days, any other by its moments, with the reason."""
    start, end = line.start.astimezone(zone), line.end.astimezone(zone)
    reason = f" ({line.reason})" if line.reason else ""
    if (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0):
        last = (end - A_MOMENT).date()
        days = day(start.date()) if last == start.date() else f"{day(start.date())} to {day(last)}"
        return f"{days}{reason}"
    return f"{moment(line.start, zone)} to {moment(line.end, zone)}{reason}"
