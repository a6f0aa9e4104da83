"""A plan without one case: what is around each place the case might take."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING

from scheduler.audit import audit
from scheduler.diary import Diary, Entry
from scheduler.errors import NotFoundError
from scheduler.explain.changes import take_out, with_figures
from scheduler.explain.excerpt import with_cases, with_radiologist, with_site
from scheduler.problem import MINUTES_PER_STEP, minutes_of

if TYPE_CHECKING:
    from datetime import date

    from scheduler.audit import Breach
    from scheduler.plan import Plan
    from scheduler.problem import Case, ListFacts, SchedulingProblem


class Stays:
    """Bookings in the order in which their recovery starts, so that those of some minutes are found at once."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self._rows = sorted((entry.end, entry.recovered, at, entry) for at, entry in enumerate(entries))
        self._starts = [row[0] for row in self._rows]
        self._longest = max((last - first for first, last, _, _ in self._rows), default=0)

    def during(self, starts: int, ends: int) -> tuple[Entry, ...]:
        """Give the bookings whose recovery meets these minutes, in the order of the plan."""
        first, last = bisect_left(self._starts, starts - self._longest), bisect_left(self._starts, ends)
        found = [(at, entry) for _, ended, at, entry in self._rows[first:last] if starts < ended]
        return tuple(entry for _, entry in sorted(found, key=itemgetter(0)))


# Not slotted: it keeps what it works out.
@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """The plan as it stands, and as it is once the case is taken out."""

    problem: SchedulingProblem
    plan: Plan
    case: Case

    @cached_property
    def without(self) -> Diary:
        """The plan once the case is taken out."""
        return Diary(problem=self.problem, plan=take_out(self.plan, self.case.id))

    @cached_property
    def now(self) -> tuple[Entry, ...]:
        """The case's own bookings as they stand, mostly one or none."""
        lists = self.problem.lists
        return tuple(
            Entry(case=self.case, list=lists[booking.session], start=minutes_of(booking.start))
            for booking in self.plan.bookings
            if booking.case == self.case.id and booking.session in lists
        )

    @cached_property
    def staff_now(self) -> dict[str, tuple[str, ...]]:
        """The radiologists named for each list as the plan stands."""
        return Diary(problem=self.problem, plan=self.plan).staff

    @cached_property
    def alone(self) -> SchedulingProblem:
        """The problem as if the case were the only one."""
        return with_cases(self.problem, self.case)

    @cached_property
    def spans(self) -> dict[str, list[tuple[ListFacts, int]]]:
        """The lists in use in each suite, each with the minute its last case ends."""
        groups: dict[str, list[tuple[ListFacts, int]]] = defaultdict(list)
        for facts in self.without.used:
            last = max(entry.end for entry in self.without.by_list[facts.id])
            groups[facts.suite.id].append((facts, last))
        return dict(groups)

    @cached_property
    def weeks(self) -> dict[tuple[str, tuple[int, int]], tuple[str, ...]]:
        """The lists each radiologist does in each ISO week."""
        groups: dict[tuple[str, tuple[int, int]], list[str]] = defaultdict(list)
        for radiologist, lists in self.without.lists_of.items():
            for facts in lists:
                groups[radiologist, facts.week].append(facts.id)
        return {key: tuple(lists) for key, lists in groups.items()}

    @cached_property
    def stays(self) -> dict[str, Stays]:
        """The bookings of each site by when their recovery starts and ends."""
        return {site: Stays(entries) for site, entries in self.without.by_site.items()}

    @cached_property
    def work_at_site(self) -> dict[str, Case]:
        """The work booked at each site, added up to one case: its minutes are all that some goals look at."""
        return {site: self._one_case(entries) for site, entries in self.without.by_site.items()}

    @cached_property
    def work_of_radiologist(self) -> dict[str, Case]:
        """The work booked with each radiologist, added up to one case."""
        by_list = self.without.by_list
        groups = {
            radiologist: tuple(entry for facts in lists for entry in by_list.get(facts.id, ()))
            for radiologist, lists in self.without.lists_of.items()
        }
        return {radiologist: self._one_case(entries) for radiologist, entries in groups.items() if entries}

    @cached_property
    def of_radiologist(self) -> dict[str, SchedulingProblem]:
        """The problem as if each radiologist with a target were the only one."""
        targeted = (person.id for person in self.problem.radiologists if person.target_minutes is not None)
        return {key: with_radiologist(self.problem, key) for key in targeted}

    @cached_property
    def of_site(self) -> dict[str, SchedulingProblem]:
        """The problem as if each site with a target were the only one."""
        targeted = (site.id for site in self.problem.sites if site.target_minutes is not None)
        return {key: with_site(self.problem, key) for key in targeted}

    @cached_property
    def standing(self) -> tuple[int, frozenset[Breach]]:
        """What the plan costs as it stands, and the breaches an audit finds in it."""
        plan = with_figures(self.problem, self.plan)
        return plan.cost, frozenset(audit(self.problem, plan).breaches)

    @cached_property
    def longest(self) -> int:
        """The minutes of the longest list with its overtime."""
        return max((facts.latest_end - facts.start for facts in self.problem.lists.values()), default=0)

    def starts_tried(self, facts: ListFacts) -> range:
        """Give the starts as far as the solver's own reach: one step early, and as late as the longest list is long."""
        return range(facts.start - MINUTES_PER_STEP, facts.start + self.longest + 1, MINUTES_PER_STEP)

    @cached_property
    def measured(self) -> dict[object, tuple[int, ...]]:
        """What goals come to where nobody else is booked, kept once measured."""
        return {}

    def _one_case(self, entries: tuple[Entry, ...]) -> Case:
        return replace(self.case, id="", duration_minutes=sum(entry.case.duration_minutes for entry in entries))

    @cached_property
    def by_patient_day(self) -> dict[date, tuple[Entry, ...]]:
        """The same patient's other bookings on each date."""
        groups: dict[date, list[Entry]] = defaultdict(list)
        for entry in self.without.entries:
            if entry.case.patient == self.case.patient:
                groups[entry.list.date].append(entry)
        return {day: tuple(entries) for day, entries in groups.items()}

    @cached_property
    def staged(self) -> tuple[Entry, ...]:
        """The bookings of the case this one follows and of those that follow it."""
        first = None if self.case.follows is None else self.case.follows.case
        return tuple(
            entry
            for entry in self.without.entries
            if entry.case.id == first or (entry.case.follows is not None and entry.case.follows.case == self.case.id)
        )

    @cached_property
    def needing(self) -> dict[date, tuple[Entry, ...]]:
        """The bookings on each date that need some equipment this case needs too."""
        kinds = set(self.case.equipment)
        groups: dict[date, list[Entry]] = defaultdict(list)
        for entry in self.without.entries if kinds else ():
            if not kinds.isdisjoint(entry.case.equipment):
                groups[entry.list.date].append(entry)
        return {day: tuple(entries) for day, entries in groups.items()}


def surroundings_of(problem: SchedulingProblem, plan: Plan, case_id: str) -> Surroundings:
    """Take a case out of a plan. Raises NotFoundError for a case the problem does not have."""
    case = problem.case_by_id.get(case_id)
    if case is None:
        raise NotFoundError(f"The planning problem has no case {case_id}. Check the reference.")
    return Surroundings(problem=problem, plan=plan, case=case)
