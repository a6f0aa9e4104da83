"""What a service may wish for: one more list at a site, in a room, for a funding and in a week, or one more skill."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from scheduler.problem import Radiologist, Suite, SuiteSession, minutes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from scheduler.problem import ListFacts, SchedulingProblem
    from scheduler.vocabulary import Modality, Target, Technique

    Room = tuple[str, tuple[Modality, ...], tuple[str, ...]]  # site, imaging, accepted funding

MOST_PLACES = 400_000  # cases times lists to look at; beyond it one date a week stands for all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWish:
    """One more list. `suite` is copied when none stands empty; `extra` does it when nobody is free."""

    session: SuiteSession
    suite: Suite
    day: date
    another_room: bool
    extra: Radiologist | None

    @property
    def week(self) -> date:
        """The Monday of the list's week."""
        return self.day - timedelta(days=self.day.weekday())


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillWish:
    """One radiologist learns one target or technique, or is credentialed at one more site."""

    radiologist: str
    target: Target | None = None
    technique: Technique | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usual:
    """How a site's lists in such a room usually run."""

    start: time
    length: timedelta
    overtime_minutes: int
    anaesthetist: bool
    max_cases: int | None


Wish = ListWish | SkillWish


def granted(problem: SchedulingProblem, wish: Wish) -> SchedulingProblem:
    """Give the problem as it would be with this wish."""
    if isinstance(wish, ListWish):
        return with_lists(problem, (wish,))
    people = (with_skill(who, wish) if who.id == wish.radiologist else who for who in problem.radiologists)
    return replace(problem, radiologists=tuple(people))


def with_lists(problem: SchedulingProblem, wishes: Iterable[ListWish]) -> SchedulingProblem:
    """Add lists, with the rooms and extra radiologists they bring."""
    wished = tuple(wishes)
    rooms = {wish.suite.id: wish.suite for wish in wished if wish.another_room}
    extras = {wish.extra.id: wish.extra for wish in wished if wish.extra is not None}
    return replace(
        problem,
        suites=(*problem.suites, *rooms.values()),
        radiologists=(*problem.radiologists, *extras.values()),
        sessions=(*problem.sessions, *(wish.session for wish in wished)),
    )


def with_skill(who: Radiologist, wish: SkillWish) -> Radiologist:
    """Give the radiologist with what is wished for."""
    return replace(
        who,
        targets=who.targets if wish.target is None else (*who.targets, wish.target),
        techniques=who.techniques if wish.technique is None else (*who.techniques, wish.technique),
        sites=who.sites if wish.site is None else (*who.sites, wish.site),
    )


def skill_wishes(problem: SchedulingProblem) -> tuple[SkillWish, ...]:
    """List what each radiologist could learn that some case needs, and each site with lists they could join."""
    targets = sorted({case.target for case in problem.cases})
    techniques = sorted({case.technique for case in problem.cases})
    sites = sorted({facts.site.id for facts in problem.lists.values()})
    return tuple(
        wish
        for who in problem.radiologists
        for wish in (
            *(SkillWish(radiologist=who.id, target=one) for one in targets if one not in who.targets),
            *(SkillWish(radiologist=who.id, technique=one) for one in techniques if one not in who.techniques),
            *(SkillWish(radiologist=who.id, site=one) for one in sites if one not in who.sites),
        )
    )


def list_wishes(problem: SchedulingProblem) -> tuple[ListWish, ...]:
    """List one more list for every site, room and funding there is, on each date of each week with lists."""
    rooms: dict[Room, list[ListFacts]] = defaultdict(list)
    for facts in problem.lists.values():
        if not facts.session.closed:
            room = (facts.site.id, tuple(sorted(facts.suite.modalities)), tuple(sorted(facts.session.funding)))
            rooms[room].append(facts)
    days = _days(problem, len(rooms))
    return tuple(wish for room in sorted(rooms) for day in days for wish in _one_more(problem, room, rooms[room], day))


def _days(problem: SchedulingProblem, rooms: int) -> list[date]:
    """List the dates with lists; when there is too much to look at, the middle one of each week."""
    days = sorted({facts.date for facts in problem.lists.values()})
    if len(problem.cases) * (len(problem.lists) + rooms * len(days)) <= MOST_PLACES:
        return days
    weeks: dict[tuple[int, int], list[date]] = defaultdict(list)
    for day in days:
        weeks[day.isocalendar()[:2]].append(day)
    return [week[len(week) // 2] for week in weeks.values()]


def _one_more(problem: SchedulingProblem, room: Room, alike: list[ListFacts], day: date) -> Iterator[ListWish]:
    """Make the list, and one with an anaesthetist if cases need one and such lists have none.

    There is none on a date when the clocks change within its hours.
    """
    site, modalities, funding = room
    usual = _usual(problem, [facts for facts in alike if facts.week == day.isocalendar()[:2]] or alike)
    start = datetime.combine(day, usual.start, tzinfo=problem.zone)
    end = datetime.combine(day, (datetime.combine(day, usual.start) + usual.length).time(), tzinfo=problem.zone)
    if minutes_of(end) - minutes_of(start) != usual.length.total_seconds() // 60:
        return
    suite, another = _room(problem, site, modalities, start, end + timedelta(minutes=usual.overtime_minutes))
    needed = not usual.anaesthetist and any(case.anaesthetist for case in problem.cases)
    for anaesthetist in (usual.anaesthetist, True) if needed else (usual.anaesthetist,):
        session = SuiteSession(
            id=f"one more {_name(suite, day, funding, anaesthetist=anaesthetist)}",
            suite=suite.id,
            start=start,
            end=end,
            funding=funding,
            overtime_minutes=usual.overtime_minutes,
            anaesthetist=anaesthetist,
            max_cases=usual.max_cases,
        )
        extra = None if _somebody_is_free(problem, site, session) else _extra(problem, site)
        yield ListWish(
            session=session if extra is None else replace(session, radiologist=extra.id),
            suite=suite,
            day=day,
            another_room=another,
            extra=extra,
        )


def _name(suite: Suite, day: date, funding: Sequence[str], *, anaesthetist: bool) -> str:
    return f"on {day} in {suite.id} for {' and '.join(funding)}{' with an anaesthetist' if anaesthetist else ''}"


def _usual(problem: SchedulingProblem, alike: Sequence[ListFacts]) -> _Usual:
    """Take what is most common among lists, the more generous where two are as common."""
    hours = [(problem.local(facts.start).time(), timedelta(minutes=facts.end - facts.start)) for facts in alike]
    start, length = max(Counter(hours).items(), key=lambda found: (found[1], found[0][1], found[0][0]))[0]
    most = Counter(facts.session.max_cases for facts in alike)
    return _Usual(
        start=start,
        length=length,
        overtime_minutes=_commonest([facts.session.overtime_minutes for facts in alike]),
        anaesthetist=bool(_commonest([facts.session.anaesthetist for facts in alike])),
        max_cases=max(most, key=lambda limit: (most[limit], limit is None, limit or 0)),
    )


def _commonest(values: Sequence[int]) -> int:
    return max(Counter(values).items(), key=lambda found: (found[1], found[0]))[0]


def _room(
    problem: SchedulingProblem, site: str, modalities: tuple[Modality, ...], start: datetime, end: datetime
) -> tuple[Suite, bool]:
    """Find a suite of this kind that stands empty then; else give a copy of one, and say so."""
    suites = [suite for suite in problem.suites if suite.site == site and tuple(sorted(suite.modalities)) == modalities]
    for suite in suites:
        if not any(
            facts.suite.id == suite.id and facts.start < minutes_of(end) and minutes_of(start) < facts.latest_end
            for facts in problem.lists.values()
        ):
            return suite, False
    return replace(suites[0], id=f"{suites[0].id} (another)"), True


def _somebody_is_free(problem: SchedulingProblem, site: str, session: SuiteSession) -> bool:
    """Tell whether somebody credentialed there is not away, not rostered elsewhere then and within their limits."""
    start, end = minutes_of(session.start), minutes_of(session.end)
    return any(_is_free(problem, who, site, start, end) for who in problem.radiologists if site in who.sites)


def _is_free(problem: SchedulingProblem, who: Radiologist, site: str, start: int, end: int) -> bool:
    if any(begins < end and start < ends for begins, ends in problem.away[who.id]):
        return False
    day = problem.local(start).date()
    rostered = [
        facts
        for facts in problem.lists.values()
        if facts.session.radiologist == who.id and not facts.session.closed and facts.week == day.isocalendar()[:2]
    ]
    today = [facts for facts in rostered if facts.date == day]
    if who.max_sessions_per_week is not None and len(rostered) >= who.max_sessions_per_week:
        return False
    if who.max_sessions_per_day is not None and len(today) >= who.max_sessions_per_day:
        return False
    return not any(
        start < facts.end + problem.minutes_between(site, facts.site.id)
        and facts.start < end + problem.minutes_between(site, facts.site.id)
        for facts in today
    )


def _extra(problem: SchedulingProblem, site: str) -> Radiologist:
    """Imagine one more radiologist at a site, who does all that those credentialed there do between them."""
    there = [who for who in problem.radiologists if site in who.sites] or list(problem.radiologists)
    return Radiologist(
        id=f"one more at {site}",
        name="an extra radiologist",
        sites=(site,),
        targets=tuple(sorted({target for who in there for target in who.targets})),
        techniques=tuple(sorted({technique for who in there for technique in who.techniques})),
    )
