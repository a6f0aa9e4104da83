"""Start times for lists that run at one time: they share their site's bays and machines, moment by moment."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scheduler.engine.columns.child import Choice
    from scheduler.engine.columns.pricing import Column
    from scheduler.engine.columns.tables import Tables

    Span = tuple[int, int]  # from a step up to, and not including, another

MOST_ORDERS = 720  # of one list
MOST_TRIED = 24  # orders of one list, each with all of the next


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """What the lists timed so far hold, and at what cost; cases that found no time cost what leaving them out does."""

    starts: tuple[tuple[int, int], ...] = ()
    bays: tuple[Span, ...] = ()
    machines: tuple[tuple[int, Span], ...] = ()
    cost: int = 0


@dataclass(frozen=True, slots=True)
class _Site:
    """Times one case after another at one site, as early as the suite, the machines and the bays allow."""

    tables: Tables
    place: int

    def start_of(self, case: int, session: int, ready: int, use: _Use) -> int | None:
        """Give the earliest step at which a case can start; None when that is too late, or not where it is pinned."""
        tables = self.tables
        held, duration, recovery = (int(of[case]) for of in (tables.pinned_step, tables.duration, tables.recovery))
        begins = int(tables.start[session])
        last = begins + int(tables.latest_end[case, session]) - duration
        start = max(ready, begins + held) if held >= 0 else ready
        bays = tables.lists[session].site.recovery_bays
        while start <= last:
            until = self._machine_free(case, (start, start + duration), use)
            if until is None and recovery and bays is not None:
                end = start + duration
                freed = _freed((end, end + recovery), use.bays, bays)
                until = None if freed is None else freed - duration
            if until is None:
                return start if held < 0 or start == begins + held else None
            start = until
        return None

    def _machine_free(self, case: int, span: Span, use: _Use) -> int | None:
        for kind in range(len(self.tables.kinds)):
            if self.tables.needs[case, kind]:
                running = tuple(taken for which, taken in use.machines if which == kind)
                until = _freed(span, running, self._units(kind))
                if until is not None:
                    return until
        return None

    def _units(self, kind: int) -> int:
        """Count the units: those that stay at the site, or else the one that may come."""
        return max(1, int(self.tables.fixed_units[kind, self.place]))


def _freed(span: Span, taken: Sequence[Span], places: int) -> int | None:
    """Give when the next place is free, if at any moment of the span all are taken; None if one is free throughout."""
    start, end = span
    meeting = [other for other in taken if other[0] < end and start < other[1]]
    for moment in (start, *(since for since, _ in meeting if since > start)):
        if sum(since <= moment < until for since, until in meeting) >= places:
            return min(until for since, until in meeting if since <= moment < until)
    return None


def timed_together(tables: Tables, choices: Sequence[Column | Choice]) -> dict[int, int]:
    """Give the step on its list at which each case starts; a case that finds no time costs least is left out."""
    site = _Site(tables, int(tables.site[choices[0].session]))
    return dict(_best(site, list(choices), _Use()).starts)


def _best(site: _Site, choices: list[Column | Choice], use: _Use) -> _Use:
    """Order one list after another, trying the cheapest orders of each first."""
    if not choices:
        return use
    uses = sorted(_uses(site, choices[0], use), key=lambda found: found.cost)
    if len(choices) == 1:
        return uses[0]
    best: _Use | None = None
    for first in uses[:MOST_TRIED]:
        if best is not None and first.cost >= best.cost:
            break  # the lists to come can only add to it
        found = _best(site, choices[1:], first)
        if best is None or found.cost < best.cost:
            best = found
    return best or use


def _uses(site: _Site, choice: Column | Choice, use: _Use) -> Iterator[_Use]:
    for cases in islice(permutations(choice.cases), MOST_ORDERS):
        yield _in_order(site, choice.session, cases, use)


def _in_order(site: _Site, session: int, cases: tuple[int, ...], use: _Use) -> _Use:
    """Time a list's cases in this order around what is held already."""
    tables = site.tables
    begins, ready, cost, end = int(tables.start[session]), int(tables.start[session]), use.cost, 0
    for number, case in enumerate(cases):
        start = site.start_of(case, session, ready, use)
        if start is None:
            cost += int(tables.left_out[case])
            continue
        end = start + int(tables.duration[case])
        cost += tables.not_first_cost * bool(number and tables.first[case])
        use = _Use(
            starts=(*use.starts, (case, start - begins)),
            bays=(*use.bays, (end, end + int(tables.recovery[case]))),
            machines=(
                *use.machines,
                *((kind, (start, end)) for kind in range(len(tables.kinds)) if tables.needs[case, kind]),
            ),
        )
        ready = end + int(tables.turnaround[session])
    over = max(0, end - begins - int(tables.length[session]))
    return _Use(starts=use.starts, bays=use.bays, machines=use.machines, cost=cost + tables.overtime_cost * over)
