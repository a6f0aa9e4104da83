"""Radiologists: where they work, what they can do, and when they are away."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from scheduler.problem import Radiologist
from scheduler.vocabulary import Target, Technique

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, tzinfo
    from random import Random

    from scheduler.problem import Site

MOST_SITES = 4
SHARE_OF_TARGETS = 0.72
SHARE_OF_TECHNIQUES = 0.62  # of those that not everybody does
EVERYBODY_DOES = (Technique.LOCAL_ANAESTHETIC, Technique.CHEMICAL)
MOST_WEEKDAYS_AWAY = 2
SHARE_ON_LEAVE = 0.25
DAYS_OF_LEAVE = (2, 7)
SESSIONS_A_WEEK = (3, 7)
SESSIONS_A_DAY = 2
MINUTES_A_SESSION = 90  # what the target counts for each list a radiologist may do


def make_radiologists(
    chance: Random, sites: Sequence[Site], days: Sequence[date], zone: tzinfo, *, count: int
) -> tuple[Radiologist, ...]:
    """Invent radiologists, each working at one to four sites."""
    names = [site.id for site in sites]
    return tuple(_radiologist(chance, number, names, days, zone) for number in range(1, count + 1))


def _radiologist(chance: Random, number: int, sites: list[str], days: Sequence[date], zone: tzinfo) -> Radiologist:
    a_week = chance.randint(*SESSIONS_A_WEEK)
    weeks = len({day.isocalendar()[:2] for day in days})
    return Radiologist(
        id=f"R{number:02}",
        name=f"Radiologist {number}",
        sites=tuple(sorted(chance.sample(sites, min(len(sites), chance.randint(1, MOST_SITES))))),
        targets=_targets(chance),
        techniques=tuple(
            skill for skill in Technique if skill in EVERYBODY_DOES or chance.random() < SHARE_OF_TECHNIQUES
        ),
        unavailable=tuple(away(first, count, zone) for first, count in _absences(chance, days)),
        max_sessions_per_day=SESSIONS_A_DAY,
        max_sessions_per_week=a_week,
        target_minutes=MINUTES_A_SESSION * a_week * weeks,
    )


def _targets(chance: Random) -> tuple[Target, ...]:
    skills = tuple(sorted(target for target in Target if chance.random() < SHARE_OF_TARGETS))
    return skills or (chance.choice(list(Target)),)


def _absences(chance: Random, days: Sequence[date]) -> list[tuple[date, int]]:
    """Draw the weekdays somebody never works, and perhaps a leave; each as its first date and its days."""
    weekdays = chance.sample(range(5), chance.randint(0, MOST_WEEKDAYS_AWAY))
    found = [(day, 1) for day in days if day.weekday() in weekdays]
    if chance.random() < SHARE_ON_LEAVE:
        found.append((chance.choice(list(days)), chance.randint(*DAYS_OF_LEAVE)))
    return sorted(found)


def away(first: date, days: int, zone: tzinfo) -> tuple[datetime, datetime]:
    """Give the time from one local midnight to another."""
    midnight = time(tzinfo=zone)
    return datetime.combine(first, midnight), datetime.combine(first + timedelta(days=days), midnight)
