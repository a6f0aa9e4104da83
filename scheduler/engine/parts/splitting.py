"""A problem is split into parts, each a problem of its own; together their plans are a plan of the whole."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from scheduler.audit import cost_of, terms_of
from scheduler.diary import Diary
from scheduler.engine.parts.demand import demand_of
from scheduler.engine.parts.dividing import divided
from scheduler.engine.parts.grouping import grouped
from scheduler.engine.parts.households import households, spots, tied
from scheduler.engine.parts.staffing import expected_staff
from scheduler.engine.parts.units import shared_out
from scheduler.plan import Plan
from scheduler.problem import MINUTES_PER_STEP, SchedulingProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scheduler.engine.parts.dividing import Shift
    from scheduler.engine.parts.units import Units
    from scheduler.engine.places import Places
    from scheduler.plan import UnitPlacement
    from scheduler.problem import Case, Radiologist

UNIT_LINK = 8.0  # a mobile unit between two sites, against one list a week of a radiologist's at each
HOUSEHOLD_LINK = 1.0  # two booked cases of one patient
TOGETHER_LINK = -6.0  # two sites that were in one part before: later borders run elsewhere
JITTER = 0.3
DRAWN = 0.02  # of what leaving a case out costs: so far, the parts' offers for it count as equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: a problem of its own, and the plan to start from, if there is one."""

    problem: SchedulingProblem
    begin: Plan | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The parts, and the placements of mobile units that no part may touch."""

    parts: tuple[Part, ...]
    kept: tuple[UnitPlacement, ...]


class Splitter:
    """Splits one problem again and again, each time along other borders."""

    def __init__(self, problem: SchedulingProblem, places: Places, *, seed: int = 0) -> None:
        self.problem = problem
        self.places = places
        self.demand = demand_of(problem, places)
        self._seed = seed
        self._households = households(problem)
        self._row = {case.id: number for number, case in enumerate(problem.cases)}
        self._together: Counter[tuple[str, str]] = Counter()
        self._splits = 0

    def split(self, count: int, plan: Plan | None = None) -> Split:
        """Split into at most `count` parts around a plan, if there is one: its bookings stay possible."""
        rng = random.Random(self._seed * 1_000 + self._splits)  # noqa: S311  # chooses borders, guards nothing
        self._splits += 1
        staffing = expected_staff(self.problem, self.places, self.demand, plan)
        groups = grouped(self._weights(), self._links(staffing, plan, rng), count, seed=rng.randrange(2**31))
        self._together.update(pair for group in groups for pair in combinations(sorted(group), 2))
        part_of = {site: number for number, group in enumerate(groups) for site in group}
        units = shared_out(self.problem, self.demand, part_of, plan)
        shifts = divided(self.problem, self.places, part_of, staffing)
        cases = self._cases(part_of, units, plan, rng)
        maker = _Maker(problem=self.problem, part_of=part_of, units=units, shifts=shifts, staffing=staffing, plan=plan)
        parts = tuple(maker.part(number, cases.get(number, ())) for number in range(len(groups)))
        return Split(parts=tuple(part for part in parts if part.problem.cases), kept=units.kept)

    # Borders.

    def _weights(self) -> dict[str, float]:
        """Weigh a site by its lists' minutes and by those that would flow there."""
        weight = {site.id: 1.0 for site in self.problem.sites}
        for facts in self.problem.lists.values():
            weight[facts.site.id] += facts.end - facts.start
        for site, minutes in self.demand.minutes_by_site().items():
            weight[site] += minutes
        return weight

    def _links(
        self, staffing: Mapping[str, str], plan: Plan | None, rng: random.Random
    ) -> dict[tuple[str, str], float]:
        """Say how much each two sites share."""
        links: dict[tuple[str, str], float] = defaultdict(float)
        for pair, strength in [*self._shared_staff(staffing), *self._shared_units(plan), *self._shared_patients(plan)]:
            links[pair] += strength
        links = {pair: strength * rng.uniform(1 - JITTER, 1 + JITTER) for pair, strength in sorted(links.items())}
        for pair, times in self._together.items():
            links[pair] = links.get(pair, 0.0) + TOGETHER_LINK * times
        return links

    def _shared_staff(self, staffing: Mapping[str, str]) -> Iterable[tuple[tuple[str, str], float]]:
        weeks = max(1, len({facts.week for facts in self.problem.lists.values()}))
        at: dict[str, Counter[str]] = defaultdict(Counter)
        for session, person in staffing.items():
            at[person][self.problem.lists[session].site.id] += 1
        for count in at.values():
            for one, other in combinations(sorted(count), 2):
                yield (one, other), min(count[one], count[other]) / weeks

    def _shared_units(self, plan: Plan | None) -> Iterable[tuple[tuple[str, str], float]]:
        using = defaultdict(set)
        for row in plan.equipment if plan is not None else ():
            using[row.unit].add(row.site)
        for unit in self.problem.equipment:
            for one, other in combinations(sorted(unit.sites if plan is None else using[unit.id]), 2):
                yield (one, other), UNIT_LINK

    def _shared_patients(self, plan: Plan | None) -> Iterable[tuple[tuple[str, str], float]]:
        if plan is None:
            return
        at = {row.case: self.problem.lists[row.session].site.id for row in plan.bookings}
        for group in self._households:
            for one, other in combinations(sorted({at[case.id] for case in group if case.id in at}), 2):
                yield (one, other), HOUSEHOLD_LINK

    # Cases.

    def _cases(
        self, part_of: Mapping[str, int], units: Units, plan: Plan | None, rng: random.Random
    ) -> dict[int, list[Case]]:
        at, held = spots(self.problem, part_of, plan), frozenset(units.seen_to)
        found: dict[int, list[Case]] = defaultdict(list)
        for group in self._households:
            home = 0 if any(case.id in at for case in group) else self._cheapest(group, part_of, plan, rng)
            for part, case in tied(self.problem, group, at, held, home):
                kinds = units.seen_to.get(case.id, frozenset())
                left = tuple(kind for kind in case.equipment if kind not in kinds)
                found[part].append(replace(case, equipment=left) if kinds else case)
        return found

    def _cheapest(self, group: list[Case], part_of: Mapping[str, int], plan: Plan | None, rng: random.Random) -> int:
        """Choose the part a household flows to, or where it would cost least with the room paid for."""
        rows = [self._row[case.id] for case in group]
        part_by_bucket = {
            bucket: part_of[facts.site.id]
            for bucket, facts in zip(self.demand.bucket.tolist(), self.demand.tables.lists, strict=True)
        }
        flow = np.zeros(max(part_of.values()) + 1)
        worth = np.full((len(rows), len(flow)), np.inf)
        priced = self.demand.worth_by_bucket(rows)
        for bucket, part in part_by_bucket.items():
            flow[part] += self.demand.flow[rows, bucket].sum()
            worth[:, part] = np.minimum(worth[:, part], priced[:, bucket])
        if plan is None and flow.max() > 0:
            return int(flow.argmax())
        chance = DRAWN * float(self.demand.tables.left_out[rows].sum())
        score = [float(each) + rng.uniform(0.0, chance) for each in worth.sum(axis=0)]
        return int(np.argmin(score))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Maker:
    """Makes each part's own problem."""

    problem: SchedulingProblem
    part_of: Mapping[str, int]
    units: Units
    shifts: Mapping[tuple[str, int], Shift]
    staffing: Mapping[str, str]
    plan: Plan | None

    def part(self, number: int, cases: Iterable[Case]) -> Part:
        """Make one part of these cases, its sites' lists and what it was given of everybody's time."""
        order = {case.id: place for place, case in enumerate(self.problem.cases)}
        cases = tuple(sorted(cases, key=lambda case: order[case.id]))
        lists = self.problem.lists
        own = {key for key, facts in lists.items() if self.part_of[facts.site.id] == number}
        before = {case.previous.session for case in cases if case.previous is not None} - own
        sessions = tuple(
            # A list of another part that a case was on before is known here, but closed.
            session if session.id in own else replace(session, closed=True, radiologist=None)
            for session in self.problem.sessions
            if session.id in own or session.id in before
        )
        suites = {session.suite for session in sessions}
        problem = SchedulingProblem(
            timezone=self.problem.timezone,
            horizon=self.problem.horizon,
            sites=self.problem.sites,  # all of them: they are few, and journeys, wishes and units name them
            suites=tuple(suite for suite in self.problem.suites if suite.id in suites),
            radiologists=self._radiologists(number, cases, {session.radiologist for session in sessions}),
            sessions=sessions,
            cases=cases,
            equipment=tuple(
                unit
                for unit in self.problem.equipment
                if (self.units.part_of.get(unit.id) if unit.mobile else self.part_of[unit.sites[0]]) == number
            ),
            travel_minutes=self.problem.travel_minutes,
            objective=self.problem.objective,
        )
        return Part(problem=problem, begin=None if self.plan is None else self._begin(number, problem, self.plan))

    def _radiologists(self, number: int, cases: Iterable[Case], rostered: set[str | None]) -> tuple[Radiologist, ...]:
        named = rostered | {case.prefer_radiologist for case in cases}
        named |= {case.previous.radiologist for case in cases if case.previous is not None}
        named |= {case.pinned.radiologist for case in cases if case.pinned is not None}
        found = []
        for person in self.problem.radiologists:
            shift = self.shifts.get((person.id, number))
            if shift is not None and shift.open:
                found.append(self._with(person, shift))
            elif person.id in named:
                found.append(replace(person, sites=()))  # only a name here: all the time is spent elsewhere
        return tuple(found)

    def _with(self, person: Radiologist, shift: Shift) -> Radiologist:
        """Give a radiologist the time and the share of the target minutes that belong to a part."""
        local = self.problem.local
        away = tuple((local(start), local(end)) for start, end in shift.away)
        target = person.target_minutes
        expected = sum(each == person.id for each in self.staffing.values())
        if target is not None and expected:
            here = sum(self.staffing.get(session) == person.id for session in shift.open)
            target = target * here // expected // MINUTES_PER_STEP * MINUTES_PER_STEP
        return replace(person, unavailable=(*person.unavailable, *away), target_minutes=target)

    def _begin(self, number: int, problem: SchedulingProblem, plan: Plan) -> Plan:
        """Keep what the plan books in this part, on lists whose radiologist has time for it here."""
        open_ = {
            use.session
            for use in plan.sessions
            if use.radiologist is not None
            and (shift := self.shifts.get((use.radiologist, number))) is not None
            and use.session in shift.open
        }
        booked = {row.case for row in plan.bookings if row.case in problem.case_by_id and row.session in open_}
        while lost := {case for case in booked if _left_alone(problem.case_by_id[case], booked)}:
            booked -= lost
        bookings = tuple(row for row in plan.bookings if row.case in booked)
        used = {row.session for row in bookings}
        begin = Plan(
            bookings=bookings,
            sessions=tuple(use for use in plan.sessions if use.session in used),
            equipment=tuple(row for row in plan.equipment if row.unit in problem.unit_by_id),
        )
        terms = terms_of(Diary(problem=problem, plan=begin))
        return replace(begin, terms=terms, cost=cost_of(terms, problem.objective))


def _left_alone(case: Case, booked: set[str]) -> bool:
    return case.follows is not None and case.follows.case not in booked
