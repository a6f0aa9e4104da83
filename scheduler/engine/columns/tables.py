"""A problem as arrays of whole numbers: who may go where, what it costs there and how late it may end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scheduler.goals.access import DAYS_FOR_NO_BOOKING
from scheduler.goals.disruption import (
    FACTORS,
    MINUTES_THAT_MATTER,
    NOT_BOOKED,
    OTHER_DATE,
    OTHER_LIST,
    OTHER_RADIOLOGIST,
    OTHER_START,
)
from scheduler.problem import MINUTES_PER_STEP, minutes_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from scheduler.engine.places import Places
    from scheduler.problem import Case, EquipmentUnit, ListFacts, Previous, Radiologist, SchedulingProblem, Site

    Whole = NDArray[np.int64]
    Truth = NDArray[np.bool_]

NEVER = 10_000  # steps: later than any list ends
STEPS_THAT_MATTER = MINUTES_THAT_MATTER // MINUTES_PER_STEP
SCALE = 4096  # values are priced in whole 1/4096ths of a cost unit, so that sums are exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Axes: n cases, m lists, p radiologists, k equipment kinds, s sites. Times are 5-minute steps, costs are money.

    `latest_end[n, m]` counts from the list's start and heeds overtime and the closing of recovery.
    """

    cases: tuple[Case, ...]
    lists: tuple[ListFacts, ...]
    people: tuple[Radiologist, ...]
    sites: tuple[Site, ...]
    kinds: tuple[str, ...]
    mobile: tuple[EquipmentUnit, ...]
    fits: Truth  # n, m
    staffs: Truth  # m, p
    skilled: Truth  # n, p
    pinned: Truth  # n
    pinned_step: Whole  # n: the start held to on its list, -1 if none
    promised: Whole  # n: the list promised before, -1 if none
    promised_step: Whole  # n: the start promised there
    moved_cost: Whole  # n: what another start on that list costs
    first: Truth  # n: flagged to be first on its list
    needs: Truth  # n, k
    fixed_units: Whole  # k, s
    duration: Whole  # n, steps
    recovery: Whole  # n, steps
    left_out: Whole  # n, cost of no booking
    cost: Whole  # n, m
    person_cost: Whole  # n, p
    latest_end: Whole  # n, m, steps
    site: Whole  # m
    day: Whole  # m, ordinal
    week: Whole  # m, any number that tells weeks apart
    start: Whole  # m, steps since 1970
    length: Whole  # m, steps
    overtime: Whole  # m, steps
    turnaround: Whole  # m, steps
    most: Whole  # m, cases
    opened_cost: int
    overtime_cost: int  # per step
    not_first_cost: int
    person_balance_cost: int  # per step
    site_balance_cost: int  # per step


def tables_of(problem: SchedulingProblem, places: Places) -> Tables:
    """Write a problem, with what its rules leave possible, as arrays."""
    cases, lists = problem.cases, tuple(problem.lists.values())
    kinds = tuple(sorted({kind for case in cases for kind in case.equipment}))
    weights, order = problem.objective, {facts.id: number for number, facts in enumerate(lists)}
    start = np.array([facts.start // MINUTES_PER_STEP for facts in lists], dtype=np.int64)
    return Tables(
        cases=cases,
        lists=lists,
        people=problem.radiologists,
        sites=problem.sites,
        kinds=kinds,
        mobile=tuple(unit for unit in problem.equipment if unit.mobile and unit.kind in kinds),
        fits=_fits(problem, places),
        staffs=_staffs(problem, places),
        skilled=np.array(
            [[(case.id, person.id) not in places.barred for person in problem.radiologists] for case in cases],
            dtype=np.bool_,
        ).reshape(len(cases), len(problem.radiologists)),
        pinned=np.array([case.pinned is not None for case in cases], dtype=np.bool_),
        pinned_step=np.array([_pinned_step(problem, case) for case in cases], dtype=np.int64),
        promised=np.array([_promised(case, order) for case in cases], dtype=np.int64),
        promised_step=np.array([_promised_step(problem, case) for case in cases], dtype=np.int64),
        moved_cost=np.array([_moved_cost(problem, case) for case in cases], dtype=np.int64),
        first=np.array([case.first_on_list for case in cases], dtype=np.bool_),
        needs=np.array([[kind in case.equipment for kind in kinds] for case in cases], dtype=np.bool_).reshape(
            len(cases), len(kinds)
        ),
        fixed_units=_fixed_units(problem, kinds),
        duration=_steps([case.duration_minutes for case in cases]),
        recovery=_steps([case.recovery_minutes for case in cases]),
        left_out=np.array([_left_out(problem, case) for case in cases], dtype=np.int64),
        cost=_costs(problem, places),
        person_cost=np.array(
            [[_person_cost(problem, case, person) for person in problem.radiologists] for case in cases], dtype=np.int64
        ).reshape(len(cases), len(problem.radiologists)),
        latest_end=_latest_end(problem),
        site=np.array([problem.sites.index(facts.site) for facts in lists], dtype=np.int64),
        day=np.array([facts.date.toordinal() for facts in lists], dtype=np.int64),
        week=np.array([100 * facts.week[0] + facts.week[1] for facts in lists], dtype=np.int64),
        start=start,
        length=np.array([(facts.end - facts.start) // MINUTES_PER_STEP for facts in lists], dtype=np.int64),
        overtime=_steps([facts.session.overtime_minutes for facts in lists]),
        turnaround=_steps([facts.suite.turnaround_minutes for facts in lists]),
        most=np.array([_or_never(facts.session.max_cases) for facts in lists], dtype=np.int64),
        opened_cost=weights.opened,
        overtime_cost=weights.overtime * MINUTES_PER_STEP,
        not_first_cost=weights.first_on_list,
        person_balance_cost=weights.radiologist_balance * MINUTES_PER_STEP,
        site_balance_cost=weights.site_balance * MINUTES_PER_STEP,
    )


def _steps(minutes: list[int]) -> Whole:
    return np.array(minutes, dtype=np.int64) // MINUTES_PER_STEP


def _or_never(count: int | None) -> int:
    return NEVER if count is None else count


def _fits(problem: SchedulingProblem, places: Places) -> Truth:
    column = {key: number for number, key in enumerate(problem.lists)}
    fits = np.zeros((len(problem.cases), len(column)), dtype=np.bool_)
    for row, case in enumerate(problem.cases):
        fits[row, [column[facts.id] for facts in places.options[case.id]]] = True
    return fits


def _staffs(problem: SchedulingProblem, places: Places) -> Truth:
    """Tell who may do which list; a pin names the one who must."""
    column = {person.id: number for number, person in enumerate(problem.radiologists)}
    must: Mapping[str, str] = {
        case.pinned.session: case.pinned.radiologist
        for case in problem.cases
        if case.pinned is not None and case.pinned.radiologist is not None
    }
    staffs = np.zeros((len(problem.lists), len(column)), dtype=np.bool_)
    for row, key in enumerate(problem.lists):
        staffs[row, [column[person] for person in places.staff[key] if must.get(key, person) == person]] = True
    return staffs


def _fixed_units(problem: SchedulingProblem, kinds: tuple[str, ...]) -> Whole:
    column = {site.id: number for number, site in enumerate(problem.sites)}
    count = np.zeros((len(kinds), len(column)), dtype=np.int64)
    for unit in problem.equipment:
        if not unit.mobile and unit.kind in kinds:
            count[kinds.index(unit.kind), [column[site] for site in unit.sites]] += 1
    return count


def _pinned_step(problem: SchedulingProblem, case: Case) -> int:
    """Give the step a case is held to, counted from its list's start; -1 if none, or before the list."""
    if case.pinned is None:
        return -1
    after = minutes_of(case.pinned.start) - problem.lists[case.pinned.session].start
    return max(-1, after // MINUTES_PER_STEP)


def _promised(case: Case, order: Mapping[str, int]) -> int:
    return -1 if case.previous is None else order.get(case.previous.session, -1)


def _promised_step(problem: SchedulingProblem, case: Case) -> int:
    if case.previous is None or case.previous.session not in problem.lists:
        return 0
    return (minutes_of(case.previous.start) - problem.lists[case.previous.session].start) // MINUTES_PER_STEP


def _moved_cost(problem: SchedulingProblem, case: Case) -> int:
    promised = 0 if case.previous is None else OTHER_START * FACTORS[case.previous.status]
    return problem.objective.disruption * promised


def _left_out(problem: SchedulingProblem, case: Case) -> int:
    late = DAYS_FOR_NO_BOOKING + max(0, (problem.horizon.end - case.due).days)
    promised = 0 if case.previous is None else NOT_BOOKED * FACTORS[case.previous.status]
    return problem.objective.access * case.weight * late + problem.objective.disruption * promised


def _costs(problem: SchedulingProblem, places: Places) -> Whole:
    column = {key: number for number, key in enumerate(problem.lists)}
    costs = np.zeros((len(problem.cases), len(column)), dtype=np.int64)
    for row, case in enumerate(problem.cases):
        for facts in places.options[case.id]:
            costs[row, column[facts.id]] = _cost(problem, case, facts)
    return costs


def _cost(problem: SchedulingProblem, case: Case, facts: ListFacts) -> int:
    """Price a booking by its list alone: date, site and whether the list is the promised one."""
    weights = problem.objective
    late = case.weight * max(0, (facts.date - case.due).days)
    waits = case.weight * (facts.date - case.ready_from).days
    elsewhere = case.prefer_site not in (None, facts.site.id)
    moved = 0 if case.previous is None else _moved(problem, case.previous, facts)
    return (
        weights.access * late
        + weights.waiting * waits
        + weights.travel * case.travel_km.get(facts.site.id, 0)
        + weights.continuity * elsewhere
        + weights.disruption * moved
    )


def _moved(problem: SchedulingProblem, previous: Previous, facts: ListFacts) -> int:
    factor = FACTORS[previous.status]
    if problem.local_date(previous.start) != facts.date:
        return OTHER_DATE * factor
    return OTHER_LIST * factor if previous.session != facts.id else 0


def _person_cost(problem: SchedulingProblem, case: Case, person: Radiologist) -> int:
    weights, previous = problem.objective, case.previous
    other = previous is not None and previous.radiologist not in (None, person.id)
    promised = OTHER_RADIOLOGIST * FACTORS[previous.status] if previous is not None and other else 0
    return weights.continuity * (case.prefer_radiologist not in (None, person.id)) + weights.disruption * promised


def _latest_end(problem: SchedulingProblem) -> Whole:
    lists = tuple(problem.lists.values())
    by_list = _steps([facts.latest_end - facts.start for facts in lists])
    closing = _steps(
        [
            NEVER * MINUTES_PER_STEP if facts.recovery_close is None else facts.recovery_close - facts.start
            for facts in lists
        ]
    )
    recovery = _steps([case.recovery_minutes for case in problem.cases])
    latest: Whole = np.minimum(by_list[None, :], closing[None, :] - recovery[:, None])
    return latest
