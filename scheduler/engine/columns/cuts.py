"""Rows every plan keeps that the linear programme lacks: staging, one booking a day, bays and equipment."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from scheduler.engine.columns.tables import Tables, Truth, Whole
    from scheduler.problem import SchedulingProblem

    Real = NDArray[np.float64]

BROKEN_BY = 1e-3
CROWDED_BY = 0.02  # bays or units
STEPS_BETWEEN_MOMENTS = 3
CUTS_PER_PAIR = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """The sum of coefficient times booking of case on list is at most `most`.

    Each list whose combination is marked adds one; `combinations` pairs such lists with the marks on their menus.
    """

    cases: Whole
    lists: Whole
    coefficients: Whole
    most: int
    combinations: tuple[tuple[int, Truth], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """One case follows another by so many days."""

    earlier: int
    later: int
    least: int
    most: int | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ward:
    """A site's bays, or its units of one kind, on one day: who could come, when at the earliest and latest."""

    places: int
    cases: Whole
    lists: Whole
    first: Whole
    last: Whole
    stay: Whole
    since: Whole  # one window of time per entry, with `until`
    until: Whole


class Separator:
    """Finds the rows that a mixture of columns breaks."""

    def __init__(self, problem: SchedulingProblem, tables: Tables) -> None:
        self._tables = tables
        number = {case.id: place for place, case in enumerate(tables.cases)}
        self._pairs = [
            _Pair(
                earlier=number[case.follows.case],
                later=number[case.id],
                least=case.follows.min_days,
                most=case.follows.max_days,
            )
            for case in problem.cases
            if case.follows is not None
        ]
        by_patient: dict[str, list[int]] = defaultdict(list)
        for place, case in enumerate(tables.cases):
            by_patient[case.patient].append(place)
        self._patients = [np.array(group, dtype=np.int64) for group in by_patient.values() if len(group) > 1]
        self._wards = [*_recovery_wards(tables), *_equipment_wards(tables)]

    def broken(self, bookings: Real) -> list[Cut]:
        """Give the rows that these bookings (shares of case by list) break, the worst of each sort."""
        found = [cut for pair in self._pairs for cut in self._staging(pair, bookings)]
        found += [cut for group in self._patients for cut in self._one_a_day(group, bookings)]
        found += [cut for ward in self._wards for cut in _crowded(ward, bookings)]
        return found

    def _staging(self, pair: _Pair, bookings: Real) -> list[Cut]:
        """A case booked by a day needs the case it follows booked `least` days before that day; likewise `most`."""
        day, fits = self._tables.day, self._tables.fits
        broken: list[tuple[float, Whole, Whole]] = []
        for limit in np.unique(day[fits[pair.later]]).tolist():
            sides: list[tuple[Truth, Truth]] = [(day <= limit, day <= limit - pair.least)]
            if pair.most is not None:
                sides.append((day >= limit, day >= limit - pair.most))
            for later_side, earlier_side in sides:
                later = np.flatnonzero(fits[pair.later] & later_side)
                earlier = np.flatnonzero(fits[pair.earlier] & earlier_side)
                excess = float(bookings[pair.later, later].sum() - bookings[pair.earlier, earlier].sum())
                if excess > BROKEN_BY:
                    broken.append((excess, later, earlier))
        broken.sort(key=lambda found: -found[0])
        return [_staging_cut(pair, later, earlier) for _, later, earlier in broken[:CUTS_PER_PAIR]]

    def _one_a_day(self, group: Whole, bookings: Real) -> Iterator[Cut]:
        for day in np.unique(self._tables.day).tolist():
            lists = np.flatnonzero(self._tables.day == day)
            if float(bookings[np.ix_(group, lists)].sum()) > 1 + BROKEN_BY:
                rows, columns = np.nonzero(self._tables.fits[np.ix_(group, lists)])
                cases = group[rows]
                yield Cut(cases=cases, lists=lists[columns], coefficients=np.ones(len(cases), dtype=np.int64), most=1)


def _staging_cut(pair: _Pair, later: Whole, earlier: Whole) -> Cut:
    return Cut(
        cases=np.repeat(np.array([pair.later, pair.earlier], dtype=np.int64), [len(later), len(earlier)]),
        lists=np.concatenate([later, earlier]),
        coefficients=np.repeat(np.array([1, -1], dtype=np.int64), [len(later), len(earlier)]),
        most=0,
    )


def _recovery_wards(tables: Tables) -> Iterator[_Ward]:
    for place, lists in _gatherings(tables):
        bays = tables.sites[place].recovery_bays
        cases, columns = np.nonzero(tables.fits[:, lists] & (tables.recovery > 0)[:, None])
        if bays is not None and len(cases):
            which = lists[columns]
            first = tables.start[which] + tables.duration[cases]
            last = tables.start[which] + tables.latest_end[cases, which]
            yield _ward(bays, cases, which, (first, last), tables.recovery[cases])


def _equipment_wards(tables: Tables) -> Iterator[_Ward]:
    """Give the sites and days on which lists that run at one time could want the same kind of machine."""
    for place, lists in _gatherings(tables):
        ends = tables.start[lists] + tables.length[lists] + tables.overtime[lists]
        order = np.argsort(tables.start[lists], kind="stable")
        if not (np.maximum.accumulate(ends[order])[:-1] > tables.start[lists][order][1:]).any():
            continue
        for number, kind in enumerate(tables.kinds):
            here = tables.sites[place].id
            units = int(tables.fixed_units[number, place]) + sum(
                unit.kind == kind and here in unit.sites for unit in tables.mobile
            )
            cases, columns = np.nonzero(tables.fits[:, lists] & tables.needs[:, number][:, None])
            if units and len(cases):
                which = lists[columns]
                last = tables.start[which] + tables.latest_end[cases, which] - tables.duration[cases]
                yield _ward(units, cases, which, (tables.start[which], last), tables.duration[cases])


def _gatherings(tables: Tables) -> Iterator[tuple[int, Whole]]:
    """Give the lists of each site and day."""
    for place in range(len(tables.sites)):
        for day in np.unique(tables.day[tables.site == place]).tolist():
            yield place, np.flatnonzero((tables.site == place) & (tables.day == day))


def _ward(places: int, cases: Whole, lists: Whole, comes: tuple[Whole, Whole], stay: Whole) -> _Ward:
    first, last = comes
    moments = np.arange(int(first.min()), int((last + stay).max()) + STEPS_BETWEEN_MOMENTS, STEPS_BETWEEN_MOMENTS)
    since, until = np.meshgrid(moments, moments, indexing="ij")
    real = since < until
    return _Ward(
        places=places,
        cases=cases,
        lists=lists,
        first=first,
        last=last,
        stay=stay,
        since=since[real],
        until=until[real],
    )


def _crowded(ward: _Ward, bookings: Real) -> list[Cut]:
    """Find the window in which what must be spent there most exceeds the places (energetic reasoning)."""
    shares = bookings[ward.cases, ward.lists]
    there = np.flatnonzero(shares > BROKEN_BY)
    if float(shares[there].sum()) <= ward.places:
        return []
    must = _must_stay(ward, there, ward.since, ward.until)
    excess = (shares[there] @ must) / (ward.until - ward.since) - ward.places
    worst = int(excess.argmax())
    if excess[worst] <= CROWDED_BY:
        return []
    since, until = ward.since[worst : worst + 1], ward.until[worst : worst + 1]
    steps = _must_stay(ward, np.arange(len(ward.cases)), since, until)[:, 0]
    some = steps > 0
    most = ward.places * int(until[0] - since[0])
    return [Cut(cases=ward.cases[some], lists=ward.lists[some], coefficients=steps[some], most=most)]


def _must_stay(ward: _Ward, who: Whole, since: Whole, until: Whole) -> Whole:
    """Give the steps of each window (columns) that each patient (rows) spends there however they are timed."""

    def spent(arrives: Whole) -> Whole:
        leaves = (arrives + ward.stay)[who, None]
        steps: Whole = np.clip(
            np.minimum(until[None, :], leaves) - np.maximum(since[None, :], arrives[who, None]), 0, None
        )
        return steps

    least: Whole = np.minimum(spent(ward.first), spent(ward.last))
    return least
