"""A radiologist who works in several parts has the time divided, so that the parts together keep every limit."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from scheduler.engine.places import Places
    from scheduler.problem import ListFacts, Radiologist, SchedulingProblem

Span = tuple[int, int]  # minutes since 1970 (UTC), half-open


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What one radiologist may do in one part: the lists that are open, and the times that are taken away for it."""

    open: frozenset[str]
    away: tuple[Span, ...]


def divided(
    problem: SchedulingProblem, places: Places, part_of: Mapping[str, int], staffing: Mapping[str, str]
) -> dict[tuple[str, int], Shift]:
    """Divide everybody's time between the parts, by (radiologist, part); `part_of` gives each site's part.

    `staffing` says who is expected on which list; as far as the limits allow, those lists stay open to them.
    """
    could: dict[str, list[ListFacts]] = defaultdict(list)
    for facts in problem.lists.values():
        for key in places.staff[facts.id]:
            could[key].append(facts)
    found: dict[tuple[str, int], Shift] = {}
    for person in problem.radiologists:
        lists = could[person.id]
        own = frozenset(facts.id for facts in lists if staffing.get(facts.id) == person.id)
        found.update(_divide(problem, person, lists, own, part_of))
    return found


def _divide(
    problem: SchedulingProblem,
    person: Radiologist,
    lists: Sequence[ListFacts],
    own: frozenset[str],
    part_of: Mapping[str, int],
) -> Iterator[tuple[tuple[str, int], Shift]]:
    by_part: dict[int, list[ListFacts]] = defaultdict(list)
    for facts in lists:
        by_part[part_of[facts.site.id]].append(facts)
    kept = _kept(problem, person, by_part, own) if len(by_part) > 1 else {facts.id for facts in lists}
    for part, here in by_part.items():
        away = _blocked(here, kept)
        open_ = frozenset(facts.id for facts in here if not _overlaps(away, facts))
        yield (person.id, part), Shift(open=open_, away=away)


def _kept(
    problem: SchedulingProblem, person: Radiologist, by_part: Mapping[int, list[ListFacts]], own: frozenset[str]
) -> set[str]:
    """Choose the lists that stay open, week by week."""
    usual = max(by_part, key=lambda part: (sum(facts.id in own for facts in by_part[part]), len(by_part[part]), -part))
    kept: set[str] = set()
    for week in sorted({facts.week for here in by_part.values() for facts in here}):
        this_week = {part: [facts for facts in here if facts.week == week] for part, here in by_part.items()}
        count = {part: sum(facts.id in own for facts in here) for part, here in this_week.items()}
        home = max(count, key=lambda part: (count[part], part == usual, len(this_week[part]), -part))
        kept |= next(way for way in _ways(this_week, own, home) if _agree(problem, person, this_week, way))
    return kept


def _ways(this_week: Mapping[int, list[ListFacts]], own: frozenset[str], home: int) -> Iterator[set[str]]:
    """Give ways to divide a week, the most generous first: by date, by the lists expected, all to one part."""
    at_home = {facts.id for facts in this_week[home]}
    busy = [part for part, here in this_week.items() if any(facts.id in own for facts in here)]
    if len(busy) > 1:
        by_date = _by_date(this_week, own, home)
        yield by_date
        yield {facts.id for here in this_week.values() for facts in here if facts.id in own}
    yield at_home


def _by_date(this_week: Mapping[int, list[ListFacts]], own: frozenset[str], home: int) -> set[str]:
    """Give each date to the part with the expected lists of that date; a date two parts claim, list by list."""
    claims: dict[date, set[int]] = defaultdict(set)
    for part, here in this_week.items():
        for facts in here:
            if facts.id in own:
                claims[facts.date].add(part)
    kept = set()
    for part, here in this_week.items():
        for facts in here:
            claimed = claims.get(facts.date, {home})
            if facts.id in own or claimed == {part}:
                kept.add(facts.id)
    return kept


def _agree(
    problem: SchedulingProblem, person: Radiologist, this_week: Mapping[int, list[ListFacts]], kept: set[str]
) -> bool:
    """Tell whether the parts, each keeping the rules by itself with these lists open, keep them together."""
    open_ = {part: [f for f in here if not _overlaps(_blocked(here, kept), f)] for part, here in this_week.items()}
    if sum(bool(here) for here in open_.values()) <= 1:
        return True
    days = sorted({facts.date for here in open_.values() for facts in here})
    in_week = 0
    for day in days:
        today = [[facts for facts in here if facts.date == day] for here in open_.values()]
        today = [here for here in today if here]
        per_day = len(problem.lists) if person.max_sessions_per_day is None else person.max_sessions_per_day
        counts = [min(per_day, _most_in_a_row(here)) for here in today]
        if len(today) > 1 and sum(counts) > per_day:
            return False
        if not all(both_by_one(problem, *pair) for one, other in combinations(today, 2) for pair in _pairs(one, other)):
            return False
        in_week += sum(counts)
    return person.max_sessions_per_week is None or in_week <= person.max_sessions_per_week


def _pairs(one: Sequence[ListFacts], other: Sequence[ListFacts]) -> Iterator[tuple[ListFacts, ListFacts]]:
    return ((first, second) for first in one for second in other)


def both_by_one(problem: SchedulingProblem, one: ListFacts, other: ListFacts) -> bool:
    """Tell whether one person can do both lists on one date."""
    first, second = sorted((one, other), key=lambda facts: (facts.start, facts.end))
    return second.start >= first.end + problem.minutes_between(first.site.id, second.site.id)


def _most_in_a_row(lists: Iterable[ListFacts]) -> int:
    """Count the most lists that do not overlap: always take the one that ends first."""
    count, until = 0, 0
    for facts in sorted(lists, key=lambda facts: facts.end):
        if facts.start >= until:
            count, until = count + 1, facts.end
    return count


def _blocked(here: Iterable[ListFacts], kept: set[str]) -> tuple[Span, ...]:
    """Give the times of the lists that are not kept, without the times of those that are."""
    here = list(here)
    taken = _merged((facts.start, facts.end) for facts in here if facts.id in kept)
    closed = _merged((facts.start, facts.end) for facts in here if facts.id not in kept)
    return tuple(piece for span in closed for piece in _without(span, taken))


def _merged(spans: Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _without(span: Span, taken: Iterable[Span]) -> Iterator[Span]:
    start, end = span
    for begins, ends in taken:
        if ends <= start or begins >= end:
            continue
        if begins > start:
            yield start, begins
        start = max(start, ends)
    if start < end:
        yield start, end


def _overlaps(away: Iterable[Span], facts: ListFacts) -> bool:
    return any(start < facts.end and facts.start < end for start, end in away)
