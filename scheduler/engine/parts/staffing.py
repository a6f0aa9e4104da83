"""Who is expected on which list: what is fixed first, then whoever suits the cases that would go there."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from scheduler.engine.parts.dividing import both_by_one

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.engine.parts.demand import Demand, Real
    from scheduler.engine.places import Places
    from scheduler.plan import Plan
    from scheduler.problem import ListFacts, Radiologist, SchedulingProblem

LISTS_A_SKILL_OUTWEIGHS = 10  # somebody with every skill the cases need is asked before one so many lists less busy


def expected_staff(problem: SchedulingProblem, places: Places, demand: Demand, plan: Plan | None) -> dict[str, str]:
    """Give a radiologist for as many lists as the limits allow: pinned, planned, rostered, promised, then fitting."""
    chosen = _Chosen(problem)
    for session, person in _fixed(problem, plan):
        if person in places.staff[session]:
            chosen.take(session, person)
    value = _value(demand)
    row = {person.id: number for number, person in enumerate(problem.radiologists)}
    left = [facts for facts in problem.lists.values() if facts.id not in chosen.staff]
    left.sort(key=lambda facts: (len(places.staff[facts.id]), facts.start, facts.id))
    column = {facts.id: number for number, facts in enumerate(demand.tables.lists)}
    for facts in left:
        bucket = demand.bucket[column[facts.id]]
        busy = {key: len(chosen.lists_of[key]) / LISTS_A_SKILL_OUTWEIGHS for key in places.staff[facts.id]}
        for person in sorted(busy, key=lambda key: (busy[key] - value[row[key], bucket], key)):
            if chosen.take(facts.id, person):
                break
    return chosen.staff


def _fixed(problem: SchedulingProblem, plan: Plan | None) -> Iterator[tuple[str, str]]:
    for case in problem.cases:
        if case.pinned is not None and case.pinned.radiologist is not None:
            yield case.pinned.session, case.pinned.radiologist
    for use in plan.sessions if plan is not None else ():
        if use.radiologist is not None:
            yield use.session, use.radiologist
    for session in problem.sessions:
        if session.radiologist is not None:
            yield session.id, session.radiologist
    for case in problem.cases:
        before = case.previous
        if before is not None and before.radiologist is not None and before.session in problem.lists:
            yield before.session, before.radiologist


def _value(demand: Demand) -> Real:
    """Give, by radiologist and bucket, the share of the minutes that flow there they have the skills for."""
    steps = demand.flow * demand.need
    able: Real = demand.tables.skilled.T.astype(np.float64) @ steps
    share: Real = able / np.maximum(steps.sum(axis=0), 1.0)
    return share


class _Chosen:
    """The staff chosen so far, within everybody's limits."""

    def __init__(self, problem: SchedulingProblem) -> None:
        self._problem = problem
        self.staff: dict[str, str] = {}
        self.lists_of: dict[str, list[ListFacts]] = defaultdict(list)

    def take(self, session: str, person: str) -> bool:
        """Expect a radiologist on a list, unless it has one or their limits forbid it; tell whether it was taken."""
        facts, who = self._problem.lists[session], self._problem.radiologist_by_id[person]
        if session in self.staff or not self._allowed(facts, who):
            return False
        self.staff[session] = person
        self.lists_of[person].append(facts)
        return True

    def _allowed(self, facts: ListFacts, who: Radiologist) -> bool:
        theirs = self.lists_of[who.id]
        today = [each for each in theirs if each.date == facts.date]
        if who.max_sessions_per_day is not None and len(today) >= who.max_sessions_per_day:
            return False
        in_week = sum(each.week == facts.week for each in theirs)
        if who.max_sessions_per_week is not None and in_week >= who.max_sessions_per_week:
            return False
        return all(both_by_one(self._problem, facts, each) for each in today)
