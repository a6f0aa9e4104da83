"""Cases that hang together, by patient or by staging, go to one part; booked ones stay where they are booked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from scheduler.problem import Pin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

    from scheduler.plan import Booking, Plan
    from scheduler.problem import Case, Follows, SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where a case is booked, or must be."""

    session: str
    start: datetime
    date: date
    part: int


def households(problem: SchedulingProblem) -> list[list[Case]]:
    """Group the cases that share a patient or follow each other, in the problem's order."""
    root = {case.id: case.id for case in problem.cases}

    def top(key: str) -> str:
        while root[key] != key:
            root[key] = root[root[key]]
            key = root[key]
        return key

    first_of: dict[str, str] = {}
    for case in problem.cases:
        root[top(case.id)] = top(first_of.setdefault(case.patient, case.id))
        if case.follows is not None:
            root[top(case.id)] = top(case.follows.case)
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in problem.cases:
        groups[top(case.id)].append(case)
    return list(groups.values())


def spots(problem: SchedulingProblem, part_of: Mapping[str, int], plan: Plan | None) -> dict[str, Spot]:
    """Give the spot of every case that is booked or pinned; `part_of` gives each site's part."""
    rows: list[Pin | Booking] = list(plan.bookings) if plan is not None else []
    names = [row.case for row in plan.bookings] if plan is not None else []
    pinned = [case for case in problem.cases if case.pinned is not None]
    rows += [case.pinned for case in pinned if case.pinned is not None]
    names += [case.id for case in pinned]
    found = {}
    for name, row in zip(names, rows, strict=True):
        facts = problem.lists[row.session]
        found[name] = Spot(session=row.session, start=row.start, date=facts.date, part=part_of[facts.site.id])
    return found


def tied(
    problem: SchedulingProblem, group: list[Case], at: Mapping[str, Spot], held: frozenset[str], home: int
) -> Iterator[tuple[int, Case]]:
    """Give each case of a household with its part, so that the parts together keep what ties the cases.

    `home` is the part of a household without bookings. Where bookings lie in several parts, all of them but one are
    pinned, and what moves keeps clear of them. `held` cases are pinned too.
    """
    booked = [case for case in group if case.id in at]
    waiting = [case for case in group if case.id not in at]
    pinned = {case.id for case in booked if case.id in held}
    if booked:
        home = at[_nearest(waiting, booked)].part
    if len({at[case.id].part for case in booked} | ({home} if waiting else set())) > 1:
        pinned |= {case.id for case in booked}
        if not waiting:
            mover = _last(booked)
            pinned -= {mover.id} - held
    parts = {case.id: at[case.id].part if case.id in at else home for case in group}
    for case in group:
        elsewhere = {other: at[other] for other in pinned if parts[other] != parts[case.id]}
        yield parts[case.id], _tie(problem, case, at.get(case.id) if case.id in pinned else None, elsewhere, parts)


def _nearest(waiting: list[Case], booked: list[Case]) -> str:
    """Name the booked case the waiting ones belong to: one that needs one of them, or that one of them follows."""
    names = {case.id for case in waiting}
    needing = [case.id for case in booked if case.follows is not None and case.follows.case in names]
    known = {case.id for case in booked}
    followed = [case.follows.case for case in waiting if case.follows is not None and case.follows.case in known]
    return [*needing, *followed, booked[0].id][0]


def _last(booked: list[Case]) -> Case:
    """Choose a case that no other follows."""
    followed = {case.follows.case for case in booked if case.follows is not None}
    return next(case for case in reversed(booked) if case.id not in followed)


def _tie(
    problem: SchedulingProblem, case: Case, pin: Spot | None, elsewhere: Mapping[str, Spot], parts: Mapping[str, int]
) -> Case:
    """Pin a case, or keep it clear of the household's bookings in other parts."""
    follows, away = case.follows, set(case.unavailable)
    if pin is None:
        away |= {spot.date for spot in elsewhere.values()}
        if follows is not None and follows.case in elsewhere:
            away |= _outside(problem, follows, elsewhere[follows.case].date)
    if follows is not None and parts[follows.case] != parts[case.id]:
        follows = None
    pinned = case.pinned
    if pin is not None and pinned is None:
        pinned = Pin(session=pin.session, start=pin.start)
    if (follows, pinned, away) == (case.follows, case.pinned, set(case.unavailable)):
        return case
    return replace(case, follows=follows, pinned=pinned, unavailable=tuple(sorted(away)))


def _outside(problem: SchedulingProblem, follows: Follows, earlier: date) -> set[date]:
    """List the dates of the horizon that are too soon or too late after the earlier case."""
    span = (problem.horizon.end - problem.horizon.start).days
    days = (problem.horizon.start + timedelta(days=number) for number in range(span + 1))
    most = span if follows.max_days is None else follows.max_days
    return {day for day in days if not follows.min_days <= (day - earlier).days <= most}
