"""Start times for whole choices of columns: on each list the cheapest order, as early as it can be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice, permutations
from typing import TYPE_CHECKING

from scheduler.engine.columns.tables import STEPS_THAT_MATTER
from scheduler.engine.columns.together import timed_together

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.engine.columns.child import Choice
    from scheduler.engine.columns.pricing import Column
    from scheduler.engine.columns.tables import Tables

MOST_ORDERS = 5_040  # of one list
MOST_TRIED = 400  # orders of an earlier list, each with all of the later


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """One list's cases with their starts, what that costs, and when bays are free again. Steps are since 1970."""

    starts: tuple[tuple[int, int], ...]
    cost: int
    free: tuple[int, ...]


def times_of(tables: Tables, choices: Iterable[Column | Choice]) -> dict[int, int]:
    """Give the step on its list at which each case starts, for the lists of each site and date that can be timed.

    Lists of one site and date are timed from the earliest on; a list for which the bays are too full is left out. Lists
    that run at one time are timed together, and lose only the cases for which there is no time.
    """
    dates: dict[tuple[int, int], list[Column | Choice]] = defaultdict(list)
    for choice in choices:
        dates[int(tables.site[choice.session]), int(tables.day[choice.session])].append(choice)
    starts: dict[int, int] = {}
    for together in dates.values():
        together.sort(key=lambda choice: (int(tables.start[choice.session]), choice.session))
        if _meet(tables, together):
            starts.update(timed_together(tables, together))
            continue
        for order in _best_orders(tables, together, ()):
            starts.update(order.starts)
    return starts


def _meet(tables: Tables, choices: list[Column | Choice]) -> bool:
    """Tell whether two of these lists, earliest first, may have a case under way at one time."""
    ends = [
        int(tables.start[choice.session] + tables.latest_end[list(choice.cases), choice.session].max(initial=0))
        for choice in choices
    ]
    starts = [int(tables.start[choice.session]) for choice in choices[1:]]
    return any(max(ends[: place + 1]) > start for place, start in enumerate(starts))


def _best_orders(tables: Tables, choices: list[Column | Choice], free: tuple[int, ...]) -> tuple[_Order, ...]:
    """Order lists one after another: as many as can be, at the least cost."""
    if not choices:
        return ()
    best: tuple[_Order, ...] = ()
    orders = sorted(_orders(tables, choices[0], free), key=lambda order: (order.cost, sum(order.free)))
    seen: set[tuple[int, ...]] = set()
    for order in orders[:MOST_TRIED] if len(choices) > 1 else orders[:1]:
        if order.free in seen:
            continue
        seen.add(order.free)
        found = (order, *_best_orders(tables, choices[1:], order.free))
        if _rank(found) < _rank(best):
            best = found
        if len(best) == len(choices):
            break  # the orders to come cost more on this list, and later lists rarely win it back
    return best or _best_orders(tables, choices[1:], free)


def _rank(orders: tuple[_Order, ...]) -> tuple[int, int]:
    return -sum(len(order.starts) for order in orders), sum(order.cost for order in orders)


def _orders(tables: Tables, choice: Column | Choice, free: tuple[int, ...]) -> Iterator[_Order]:
    """Give the orders of a list's cases that can be done while bays are taken until `free`."""
    for cases in islice(permutations(choice.cases), MOST_ORDERS):
        for waiting in (True, False) if any(tables.promised[case] == choice.session for case in cases) else (False,):
            order = _as_early_as_can_be(tables, choice.session, cases, free, waiting=waiting)
            if order is not None:
                yield order


def _as_early_as_can_be(
    tables: Tables, session: int, cases: tuple[int, ...], free: tuple[int, ...], *, waiting: bool
) -> _Order | None:
    """Start each case when the suite and a bay allow, and if `waiting` not before the start it was promised here."""
    bays = tables.lists[session].site.recovery_bays
    begins, ready = int(tables.start[session]), int(tables.start[session])
    starts: list[tuple[int, int]] = []
    taken = sorted(free)
    end = ready
    for case in cases:
        held, duration = int(tables.pinned_step[case]), int(tables.duration[case])
        if waiting and held < 0 and tables.promised[case] == session:
            ready = max(ready, begins + int(tables.promised_step[case]))
        recovery = int(tables.recovery[case])
        end = max(ready, begins + held) + duration
        if recovery and bays is not None:
            there = [until for until in taken if until > end]
            if len(there) >= bays:
                end = there[len(there) - bays]
            taken = sorted([*taken, end + recovery])
        start = end - duration - begins
        if end - begins > tables.latest_end[case, session] or (held >= 0 and start != held):
            return None
        starts.append((case, start))
        ready = end + int(tables.turnaround[session])
    over = max(0, end - begins - int(tables.length[session]))
    late = sum(bool(tables.first[case]) for case in cases[1:])
    cost = tables.overtime_cost * over + tables.not_first_cost * late + _moved(tables, session, starts)
    return _Order(starts=tuple(starts), cost=cost, free=tuple(until for until in taken if until > ready))


def _moved(tables: Tables, session: int, starts: list[tuple[int, int]]) -> int:
    """Price the starts that differ from what was promised on this list by as much as matters."""
    return sum(
        int(tables.moved_cost[case])
        for case, step in starts
        if tables.promised[case] == session and abs(step - int(tables.promised_step[case])) >= STEPS_THAT_MATTER
    )
