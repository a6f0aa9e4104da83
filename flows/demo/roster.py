"""The lists: which suite works on which half-days, for whom, and who is rostered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from flows.demo.chance import stream
from flows.demo.days import at, days_between, wall, works
from flows.demo.sites import SUITES
from scheduler.problem import Radiologist, SuiteSession
from scheduler.vocabulary import Funding

MORNING = ("AM", "08:30", "12:30")
AFTERNOON = ("PM", "13:00", "17:00")
OVERTIME_MINUTES = 30
SHARE_WITHOUT_A_NAME = 0.4
SHARE_CLOSED = 0.02

PUBLIC = (Funding.PUBLIC,)
PUBLIC_AND_COMPENSABLE = (Funding.PUBLIC, Funding.DVA, Funding.TAC, Funding.WORKSAFE)
MIXED = (Funding.PUBLIC, Funding.PRIVATE, Funding.DVA)
PRIVATE = (
    Funding.PRIVATE,
    Funding.DVA,
    Funding.TAC,
    Funding.WORKSAFE,
    Funding.SELF_FUNDED,
    Funding.MEDICARE_INELIGIBLE,
)


@dataclass(frozen=True, slots=True)
class Half:
    """One half-day that comes every week: suite, weekday (Monday is 0), part of the day, payers, anaesthetist."""

    suite: str
    weekday: int
    part: tuple[str, str, str]
    funding: tuple[Funding, ...]
    anaesthetist: bool = False


WEEK = (
    Half("MVH-CT1", 0, MORNING, PUBLIC, anaesthetist=True),
    Half("EUM-FL1", 0, AFTERNOON, PUBLIC_AND_COMPENSABLE),
    Half("EUM-CT1", 1, MORNING, PUBLIC_AND_COMPENSABLE, anaesthetist=True),
    Half("MRP-FL1", 1, MORNING, PRIVATE),
    Half("KCH-FL1", 1, AFTERNOON, PUBLIC),
    Half("KCH-CT1", 2, MORNING, PUBLIC, anaesthetist=True),
    Half("MVH-FL1", 2, AFTERNOON, PUBLIC),
    Half("GCP-FL1", 3, MORNING, PRIVATE),
    Half("EUM-CT1", 3, AFTERNOON, PUBLIC_AND_COMPENSABLE),
    Half("PRH-CT1", 4, MORNING, MIXED, anaesthetist=True),
    Half("GCP-CT1", 4, AFTERNOON, PRIVATE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoList:
    """One list with its local date and wall times beside its instants, and why it is closed if it is."""

    session: SuiteSession
    on: date
    wall_start: str
    wall_end: str
    closed_reason: str = ""


@dataclass(slots=True)
class _Rota:
    """Who is rostered so far: lists a week, and days already given."""

    weeks: Counter[tuple[str, date]] = field(default_factory=Counter)
    days: set[tuple[str, date]] = field(default_factory=set)

    def has_room_for(self, person: Radiologist, day: date) -> bool:
        """Say whether this person may take a list on this day; one a week is left for the plan to give."""
        most = (person.max_sessions_per_week or 1) - 1
        return (person.id, day) not in self.days and self.weeks[person.id, _monday(day)] < most

    def give(self, person: Radiologist, day: date) -> None:
        """Note that this person has a list on this day."""
        self.days.add((person.id, day))
        self.weeks[person.id, _monday(day)] += 1


def lists(seed: int, staff: tuple[Radiologist, ...], *, first: date, last: date, timezone: str) -> tuple[DemoList, ...]:
    """Make every list from the first day to the last, both included; none on a holiday."""
    chance, rota = stream(seed, "roster"), _Rota()
    return tuple(
        _one_list(half, day, staff, rota, chance=chance, timezone=timezone) for day, half in _halves(first, last)
    )


def _halves(first: date, last: date) -> Iterator[tuple[date, Half]]:
    for day in filter(works, days_between(first, last)):
        yield from ((day, half) for half in WEEK if half.weekday == day.weekday())


def _one_list(
    half: Half, day: date, staff: tuple[Radiologist, ...], rota: _Rota, *, chance: Random, timezone: str
) -> DemoList:
    part, wall_start, wall_end = half.part
    start, end = at(day, *wall(wall_start), timezone=timezone), at(day, *wall(wall_end), timezone=timezone)
    able = [person for person in staff if _is_free(person, half, start, end) and rota.has_room_for(person, day)]
    chosen = chance.choice(able) if able and chance.random() >= SHARE_WITHOUT_A_NAME else None
    if chosen:
        rota.give(chosen, day)
    closed = chance.random() < SHARE_CLOSED
    session = SuiteSession(
        id=f"{half.suite}-{day:%Y-%m-%d}-{part}",
        suite=half.suite,
        start=start,
        end=end,
        funding=half.funding,
        overtime_minutes=OVERTIME_MINUTES,
        anaesthetist=half.anaesthetist,
        radiologist=chosen.id if chosen else None,
        closed=closed,
    )
    reason = "Suite maintenance" if closed else ""
    return DemoList(session=session, on=day, wall_start=wall_start, wall_end=wall_end, closed_reason=reason)


def _is_free(person: Radiologist, half: Half, start: datetime, end: datetime) -> bool:
    site = next(suite.site for suite in SUITES if suite.id == half.suite)
    away = any(leaves < end and start < returns for leaves, returns in person.unavailable)
    return site in person.sites and not away


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
