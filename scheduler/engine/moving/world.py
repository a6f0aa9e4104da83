"""A problem as the fixed arrays that compiled loops work on."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.columns.shared import staff_limits
from scheduler.engine.moving.arrays import NOWHERE, row_of
from scheduler.goals.disruption import FACTORS, MINUTES_THAT_MATTER, OTHER_START
from scheduler.problem import MINUTES_PER_STEP, minutes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scheduler.engine.columns.tables import Tables, Truth, Whole
    from scheduler.problem import ListFacts, SchedulingProblem

WITHOUT_LIMIT = 1 << 40
NO_LIMIT_OF_DAYS = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Promise:
    """The list and step a case was promised, the steps that keep it, and what another start on the list costs."""

    session: int = NOWHERE
    step: int = 0
    first: int = 0
    last: int = 0
    cost: int = 0


def world_of(problem: SchedulingProblem, tables: Tables) -> Whole:
    """Write a problem as a row of numbers; see `arrays`."""
    known = _of_cases(problem, tables) | _of_lists(problem, tables) | _of_others(problem, tables)
    return row_of(known, _room(known))


def _of_cases(problem: SchedulingProblem, tables: Tables) -> dict[str, Whole]:
    cases = tables.cases
    number = {case.id: place for place, case in enumerate(cases)}
    earlier = _numbers(number.get(case.follows.case) if case.follows else None for case in cases)
    promises = [_promise(problem, tables, place) for place in range(len(cases))]
    times = Counter(case.patient for case in cases)
    patients = {patient: place for place, patient in enumerate(key for key, count in times.items() if count > 1)}
    return {
        "FITS": _whole(tables.fits),
        "CHEAPEST": _cheapest(tables),
        "COST": tables.cost,
        "LATEST": tables.latest_end,
        "SKILLED": _whole(tables.skilled),
        "PERSON_COST": tables.person_cost,
        "LEFT_OUT": tables.left_out,
        "DURATION": tables.duration,
        "MINUTES": tables.duration * MINUTES_PER_STEP,
        "RECOVERY": tables.recovery,
        "FIRST": _whole(tables.first),
        "PINNED": _numbers(_pinned_step(problem, place) for place in range(len(cases))),
        "HELD": _whole(_held(tables, earlier)),
        "PROMISED": _numbers(promise.session for promise in promises),
        "PROMISED_STEP": _numbers(promise.step for promise in promises),
        "PROMISED_FIRST": _numbers(promise.first for promise in promises),
        "PROMISED_LAST": _numbers(promise.last for promise in promises),
        "MOVED_COST": _numbers(promise.cost for promise in promises),
        "NEEDS": _whole(tables.needs),
        "EARLIER": earlier,
        "LEAST_DAYS": _numbers(case.follows.min_days if case.follows else 0 for case in cases),
        "MOST_DAYS": _numbers(_most_days(problem, place) for place in range(len(cases))),
        "LATER": _ragged([np.flatnonzero(earlier == place).tolist() for place in range(len(cases))]),
        "PATIENT": _numbers(patients.get(case.patient) for case in cases),
    }


def _of_lists(problem: SchedulingProblem, tables: Tables) -> dict[str, Whole]:
    group, members = _groups(tables)
    limits, most = _limits(problem, tables)
    return {
        "STAFFS": _whole(tables.staffs),
        "LENGTH": tables.length,
        "OVERTIME": tables.overtime,
        "TURNAROUND": tables.turnaround,
        "MOST": tables.most,
        "START": tables.start,
        "SITE": tables.site,
        "DAY": np.unique(tables.day, return_inverse=True)[1],
        "DATE": tables.day,
        "GROUP": group,
        "MEMBERS": members,
        "CLASH": _clashes(tables.lists),
        "LIMITS": limits,
        "LIMIT_MOST": most,
    }


def _of_others(problem: SchedulingProblem, tables: Tables) -> dict[str, Whole]:
    mobile, weights = tables.mobile, problem.objective
    may_stand = [[site.id in unit.sites for site in tables.sites] for unit in mobile]
    prices = [tables.opened_cost, tables.overtime_cost, tables.not_first_cost]
    return {
        "BAYS": _or_unlimited(site.recovery_bays for site in tables.sites),
        "FIXED_UNITS": tables.fixed_units,
        "UNIT_KIND": _numbers(tables.kinds.index(unit.kind) for unit in mobile),
        "UNIT_SITES": np.array(may_stand, dtype=np.int64).reshape(len(mobile), len(tables.sites)),
        "PERSON_TARGET": _or_unlimited(person.target_minutes for person in tables.people),
        "SITE_TARGET": _or_unlimited(site.target_minutes for site in tables.sites),
        "PRICES": _numbers([*prices, weights.radiologist_balance, weights.site_balance]),
    }


def _room(known: Mapping[str, Whole]) -> dict[str, tuple[int, ...]]:
    """Give the shapes of what a plan and the desk need."""
    (cases, lists), people = known["COST"].shape, known["STAFFS"].shape[1]
    kinds, sites = known["FIXED_UNITS"].shape
    units, limits = len(known["UNIT_KIND"]), len(known["LIMIT_MOST"])
    groups, members = known["MEMBERS"].shape
    days, patients = (int(known[name].max(initial=-1)) + 1 for name in ("DAY", "PATIENT"))
    most = _most_cases(known)
    plan = {
        "WHERE": (cases,),
        "COUNT": (lists,),
        "ORDER": (lists, most),
        "STEP": (lists, most),
        "STAFF": (lists,),
        "TIMING": (groups,),
        "PERSON_LOAD": (people,),
        "SITE_LOAD": (sites,),
        "LIMIT_USED": (limits,),
        "VISITS": (patients, days),
        "UNIT_AT": (units, days),
        "UNIT_USE": (kinds, sites, days),
        "TOTAL": (1,),
    }
    work = {
        "RANDOM": (1,),
        "NEW_STEP": (lists, most),
        "POINTER": (members,),
        "READY": (members,),
        "RUNS": (4, most * members),
        "POOL": (cases,),
        "KEY": (cases,),
        "POOLED": (1,),
        "WAITS": (cases,),
        "TOUCHED": (groups,),
        "SHUT": (1,),
        "FAVOURED": (1,),
        "CHOSEN": (2,),
    }
    return plan | work


def _most_cases(known: Mapping[str, Whole]) -> int:
    """Give how many of the shortest cases the longest list could hold, and one more to try."""
    shortest = int(known["DURATION"].min(initial=1 << 30))
    room = known["LENGTH"] + known["OVERTIME"] + known["TURNAROUND"]
    return int((room // (shortest + known["TURNAROUND"])).max(initial=0)) + 1


def _whole(truth: Truth) -> Whole:
    return truth.astype(np.int64)


def _numbers(values: Iterable[int | None]) -> Whole:
    return np.array([NOWHERE if value is None else value for value in values], dtype=np.int64)


def _or_unlimited(values: Iterable[int | None]) -> Whole:
    return np.array([WITHOUT_LIMIT if value is None else value for value in values], dtype=np.int64)


def _ragged(rows: Sequence[Sequence[int]]) -> Whole:
    """Write rows of different lengths side by side, filled up with NOWHERE; at least one column."""
    table = np.full((len(rows), max((len(row) for row in rows), default=0) or 1), NOWHERE, dtype=np.int64)
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    return table


def _cheapest(tables: Tables) -> Whole:
    return _ragged([_by_cost(tables.fits[case], tables.cost[case]) for case in range(len(tables.cases))])


def _by_cost(fits: Truth, costs: Whole) -> list[int]:
    lists = np.flatnonzero(fits)
    return [int(session) for session in lists[np.argsort(costs[lists], kind="stable")]]


def _pinned_step(problem: SchedulingProblem, place: int) -> int | None:
    pin = problem.cases[place].pinned
    return None if pin is None else (minutes_of(pin.start) - problem.lists[pin.session].start) // MINUTES_PER_STEP


def _held(tables: Tables, earlier: Whole) -> Truth:
    """Tell which cases stay where they are: the pinned, and those that pinned ones follow."""
    held = tables.pinned.copy()
    for place in np.flatnonzero(tables.pinned).tolist():
        before = int(earlier[place])
        while before != NOWHERE and not held[before]:
            held[before] = True
            before = int(earlier[before])
    return held


def _most_days(problem: SchedulingProblem, place: int) -> int:
    follows = problem.cases[place].follows
    return NO_LIMIT_OF_DAYS if follows is None or follows.max_days is None else follows.max_days


def _promise(problem: SchedulingProblem, tables: Tables, place: int) -> _Promise:
    """Say what a case was promised; no list where another start there costs nothing."""
    previous = problem.cases[place].previous
    factor = 0 if previous is None else FACTORS[previous.status]
    facts = None if previous is None else problem.lists.get(previous.session)
    if previous is None or facts is None or not factor or problem.local_date(previous.start) != facts.date:
        return _Promise()
    after = minutes_of(previous.start) - facts.start
    return _Promise(
        session=tables.lists.index(facts),
        step=after // MINUTES_PER_STEP,
        first=(after - MINUTES_THAT_MATTER) // MINUTES_PER_STEP + 1,
        last=-((-after - MINUTES_THAT_MATTER) // MINUTES_PER_STEP) - 1,
        cost=problem.objective.disruption * OTHER_START * factor,
    )


def _groups(tables: Tables) -> tuple[Whole, Whole]:
    """Put lists of one site together whose cases, in the room or in recovery, could meet."""
    group = np.zeros(len(tables.lists), dtype=np.int64)
    rows: list[list[int]] = []
    longest = int(tables.recovery.max(initial=0))
    for site in range(len(tables.sites)):
        until = -1
        for session in sorted(np.flatnonzero(tables.site == site).tolist(), key=lambda one: int(tables.start[one])):
            if int(tables.start[session]) > until:
                rows.append([])
            rows[-1].append(session)
            group[session] = len(rows) - 1
            last = int(tables.start[session] + tables.length[session] + tables.overtime[session]) + longest
            until = max(until, last)
    return group, _ragged(rows)


def _clashes(lists: Sequence[ListFacts]) -> Whole:
    """List, for each list, those after it in its suite that it may run into."""
    number = {facts.id: place for place, facts in enumerate(lists)}
    by_suite: dict[str, list[ListFacts]] = defaultdict(list)
    for facts in sorted(lists, key=lambda facts: (facts.start, facts.id)):
        by_suite[facts.suite.id].append(facts)
    after: list[list[int]] = [[] for _ in lists]
    for suite in by_suite.values():
        for one, other in combinations(suite, 2):
            if one.latest_end > other.start:
                after[number[one.id]].append(number[other.id])
    return _ragged(after)


def _limits(problem: SchedulingProblem, tables: Tables) -> tuple[Whole, Whole]:
    """Number what keeps a radiologist from doing lists together, by list and radiologist."""
    found = staff_limits(problem, tables)
    numbers: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, limit in enumerate(found):
        for session in limit.lists:
            numbers[session, limit.person].append(number)
    lists, people = len(tables.lists), len(tables.people)
    flat = _ragged([numbers[session, person] for session in range(lists) for person in range(people)])
    return flat.reshape(lists, people, flat.shape[1]), np.array([limit.most for limit in found], dtype=np.int64)
