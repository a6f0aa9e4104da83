"""The lists of a month: when each suite is staffed, for whom, and who is rostered."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time
from typing import TYPE_CHECKING

from benchmarks.making.chance import one_of
from benchmarks.making.places import is_public
from scheduler.problem import SuiteSession
from scheduler.vocabulary import Funding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, tzinfo
    from random import Random

    from scheduler.problem import Radiologist, Site, Suite

MORNING = (time(8, 30), time(12, 30))
AFTERNOONS = {(time(13, 30), time(17)): 0.7, (time(13, 30), time(16, 30)): 0.3}
OVERTIMES = {0: 0.5, 15: 0.25, 30: 0.25}
SHARE_WITH_ANAESTHETIST = 0.42
SHARE_FOR_BOTH = 0.24  # lists that take public and private patients
SECONDS_A_MINUTE = 60


def make_lists(
    chance: Random,
    sites: Sequence[Site],
    suites: Sequence[Suite],
    days: Sequence[date],
    zone: tzinfo,
    *,
    each: int,
    side_by_side: bool,
) -> tuple[SuiteSession, ...]:
    """Invent `each` lists a site, none of them rostered yet; two of a site run at one time only if `side_by_side`."""
    lists: list[SuiteSession] = []
    for site in sites:
        rooms = [suite.id for suite in suites if suite.site == site.id]
        halves = [(day, half) for day in days for half in ("AM", "PM")]
        slots = [(room, *half) for half in halves for room in (rooms if side_by_side else [chance.choice(rooms)])]
        for room, day, half in chance.sample(slots, min(len(slots), each)):
            lists.append(_list(chance, site, room, day, half, zone))
    return tuple(lists)


def _list(chance: Random, site: Site, suite: str, day: date, half: str, zone: tzinfo) -> SuiteSession:
    begins, ends = MORNING if half == "AM" else one_of(chance, AFTERNOONS)
    own = Funding.PUBLIC if is_public(site) else Funding.PRIVATE
    both = (Funding.PRIVATE, Funding.PUBLIC)
    return SuiteSession(
        id=f"{suite}-{day}-{half}",
        suite=suite,
        start=datetime.combine(day, begins, zone),
        end=datetime.combine(day, ends, zone),
        overtime_minutes=one_of(chance, OVERTIMES),
        funding=both if chance.random() < SHARE_FOR_BOTH else (own,),
        anaesthetist=chance.random() < SHARE_WITH_ANAESTHETIST,
    )


class Roster:
    """Who does which list so far, within every radiologist's limits."""

    def __init__(self, suites: Sequence[Suite], journeys: Sequence[tuple[str, str, int]]) -> None:
        self._site_of = {suite.id: suite.site for suite in suites}
        self._minutes = {frozenset((one, other)): minutes for one, other, minutes in journeys}
        self._work: dict[str, list[SuiteSession]] = defaultdict(list)

    def draw(self, chance: Random, session: SuiteSession, people: Sequence[Radiologist]) -> str | None:
        """Roster somebody who can do this list; None when nobody can."""
        able = [person for person in people if self._can(person, session)]
        if not able:
            return None
        person = chance.choice(able)
        self._work[person.id].append(session)
        return person.id

    def _can(self, person: Radiologist, session: SuiteSession) -> bool:
        work = self._work[person.id]
        day, week = session.start.date(), session.start.isocalendar()[:2]
        today = [other for other in work if other.start.date() == day]
        this_week = [other for other in work if other.start.isocalendar()[:2] == week]
        return (
            self._site_of[session.suite] in person.sites
            and not any(start < session.end and session.start < end for start, end in person.unavailable)
            and len(today) < (person.max_sessions_per_day or len(work) + 1)
            and len(this_week) < (person.max_sessions_per_week or len(work) + 1)
            and all(self._reachable(*sorted((session, other), key=lambda one: one.start)) for other in today)
        )

    def _reachable(self, earlier: SuiteSession, later: SuiteSession) -> bool:
        between = frozenset((self._site_of[earlier.suite], self._site_of[later.suite]))
        gap = (later.start - earlier.end).total_seconds()
        return gap >= SECONDS_A_MINUTE * self._minutes.get(between, 0)
