"""The starts worth trying on a list: promised ones, the earliest in each gap, and when a bay or a unit comes free.

The earliest start that breaks no rule is among them: between two of these instants nothing a rule looks at gets
better by starting later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.problem import MINUTES_PER_STEP, minutes_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.diary import Entry
    from scheduler.explain.surroundings import Surroundings
    from scheduler.problem import Case, ListFacts


def promised_starts(around: Surroundings, facts: ListFacts) -> list[int]:
    """List where the case is pinned, is or was on this list; staying there disturbs nobody."""
    case = around.case
    starts = [minutes_of(told.start) for told in (case.pinned, case.previous) if told and told.session == facts.id]
    return [*starts, *(entry.start for entry in around.now if entry.list.id == facts.id)]


def earliest_starts(around: Surroundings, facts: ListFacts) -> Iterator[int]:
    """Go through the starts in the list's gaps, earliest first."""
    case = around.case
    for opens, last in _gaps(facts, case, around.without.by_list.get(facts.id, ())):
        first = _on_grid(opens, facts)
        if first <= last:
            yield first
            freed = {_on_grid(minute, facts) for minute in _freed(around, facts)}
            yield from sorted(minute for minute in freed if first < minute <= last)


def after_the_last(around: Surroundings, facts: ListFacts) -> int:
    """Give the start after the list's last case, whether or not there is room."""
    entries = around.without.by_list.get(facts.id, ())
    ends = [entry.end + facts.suite.turnaround_minutes for entry in entries]
    return _on_grid(max([facts.start, *ends]), facts)


def _on_grid(minute: int, facts: ListFacts) -> int:
    """Round up to the list's five-minute grid."""
    return minute + (facts.start - minute) % MINUTES_PER_STEP


def _gaps(facts: ListFacts, case: Case, entries: tuple[Entry, ...]) -> Iterator[tuple[int, int]]:
    """Give the first and last start in each gap between the list's cases, and after them."""
    turnaround = facts.suite.turnaround_minutes
    first = facts.start
    for entry in entries:
        yield first, entry.start - turnaround - case.duration_minutes
        first = max(first, entry.end + turnaround)
    yield first, facts.latest_end - case.duration_minutes


def _freed(around: Surroundings, facts: ListFacts) -> Iterator[int]:
    """Give the starts at which a recovery bay or a unit comes free just in time."""
    case = around.case
    for entry in around.without.by_site.get(facts.site.id, ()):
        if case.recovery_minutes and entry.case.recovery_minutes:
            yield entry.recovered - case.duration_minutes
    for entry in around.needing.get(facts.date, ()):
        yield entry.end
