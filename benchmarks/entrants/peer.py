"""PyJobShop, a public scheduling library (it drives CP-SAT with a model of its own).

Said exactly: lists, rooms with turnaround, closed lists, who may do what and where, rosters, leave, journeys, limits a
day and week, imaging, funding, anaesthetist, dates, pins, fixed and mobile equipment, recovery bays and their closing.
Said more strictly: a follow-up waits whole days of 24 hours, not dates. Not said: the longest wait of a follow-up,
two bookings of one patient on a date where neither follows the other, and lists of one suite that run into each other;
the audit looks at these. Of the costs it can say how late a case is, how long it waits and what a list costs to open,
a case not booked being one that is done after the horizon; a place has no price of its own, so travel, overtime,
continuity, balance, disruption and the first place on a list are not said.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, time
from itertools import combinations
from time import monotonic
from typing import TYPE_CHECKING

import pyjobshop

from benchmarks.entrants.attempt import Attempt, priced
from scheduler.engine.answer import Answer, plan_of
from scheduler.engine.places import possible_places
from scheduler.problem import MINUTES_PER_STEP, minutes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from benchmarks.entrants.attempt import Terms
    from scheduler.problem import Case, ListFacts, SchedulingProblem

    Resource = pyjobshop.Machine | pyjobshop.ProblemData.Renewable | pyjobshop.ProblemData.Consumable

STEPS_A_DAY = 24 * 60 // MINUTES_PER_STEP
STEPS_TO_NOON = STEPS_A_DAY // 2  # so that a case on its due date is hardly late, and one on the next about a day
DAYS_NOT_BOOKED = 28  # what a case not booked counts as, past the horizon or its due date
YEARS_AFTER = 3  # within which every case not booked is done
LEAST_SECONDS = 1.0


def attempt(problem: SchedulingProblem, terms: Terms) -> Attempt:
    """Build PyJobShop's model, solve it in the seconds left, and read the plan from its tasks."""
    started = monotonic()
    shop = _Shop(problem)
    left = max(LEAST_SECONDS, terms.seconds - (monotonic() - started))
    result = shop.model.solve(time_limit=left, display=False, num_workers=terms.workers, random_seed=terms.seed)
    if not result.best.tasks:
        return Attempt(plan=None, remark="found no plan in time")
    return Attempt(plan=priced(problem, plan_of(problem, shop.answer(result.best.tasks)), "PyJobShop"))


@dataclass(slots=True)
class _Made:
    """The model's tasks and modes by what they stand for, and what the tasks and modes of an answer stand for."""

    cases: dict[str, pyjobshop.Task] = field(default_factory=dict)
    doing: dict[str, dict[str, pyjobshop.Mode]] = field(default_factory=lambda: defaultdict(dict))
    standing: dict[tuple[str, date, str], pyjobshop.Mode] = field(default_factory=dict)
    meaning: dict[int, tuple[str, ...]] = field(default_factory=dict)  # by a mode's place in the model
    placing: dict[int, tuple[str, date, str]] = field(default_factory=dict)


class _Shop:
    """A planning problem as a job shop: lists and bays are resources, cases are jobs, a case's lists are its modes."""

    def __init__(self, problem: SchedulingProblem) -> None:
        self.problem = problem
        self.model = pyjobshop.Model()
        self._places = possible_places(problem)
        self._zero = minutes_of(datetime.combine(problem.horizon.start, time(), problem.zone))
        self._days = (problem.horizon.end - problem.horizon.start).days + 1
        self._never = STEPS_A_DAY * (self._days + 366 * YEARS_AFTER)
        self._made = _Made()
        weights = problem.objective
        self._lateness = max(1, weights.access // max(1, weights.waiting))
        self._units = STEPS_A_DAY / max(1, weights.waiting)  # of the shop's objective, for 1 of our cost
        self.model.set_objective(weight_total_tardiness=self._lateness, weight_total_flow_time=1)
        self._rooms = {facts.id: self._room(facts) for facts in problem.lists.values()}
        self._limits = self._limits_of_people()
        self._fixed = self._fixed_units()
        self._movers = {unit.id: self.model.add_renewable(1) for unit in problem.equipment if unit.mobile}
        self._bays = {site.id: self._bays_of(site.id) for site in problem.sites if site.recovery_bays is not None}
        self._fill()

    def _fill(self) -> None:
        """Put in lists with their people, mobile units by date, and cases with their recoveries."""
        for facts in self.problem.lists.values():
            self._open(facts)
        self._stand_units()
        for case in self.problem.cases:
            self._book(case)
        for case in self.problem.cases:
            if case.follows is not None:
                earlier, later = self._made.cases[case.follows.case], self._made.cases[case.id]
                self.model.add_start_before_start(earlier, later, STEPS_A_DAY * case.follows.min_days)

    # Resources.

    def _step(self, minute: int) -> int:
        """Count five-minute steps from the horizon's first midnight."""
        return (minute - self._zero) // MINUTES_PER_STEP

    def _room(self, facts: ListFacts) -> Resource:
        """Make a list's room. Turnaround comes before each case, so the room opens that much earlier."""
        opens, closes = self._step(facts.start - facts.suite.turnaround_minutes), self._step(facts.latest_end)
        return self.model.add_machine(breaks=[(0, opens), (closes, self._never)])

    def _bays_of(self, site: str) -> Resource:
        """Make a site's bays; at night nobody may recover there."""
        facts = self.problem.site_by_id[site]
        nights = []
        if facts.recovery_close is not None:
            closes = (facts.recovery_close.hour * 60 + facts.recovery_close.minute) // MINUTES_PER_STEP
            nights = [(day * STEPS_A_DAY + closes, (day + 1) * STEPS_A_DAY) for day in range(self._days)]
        return self.model.add_renewable(facts.recovery_bays or 0, breaks=nights)

    def _fixed_units(self) -> dict[tuple[str, str], Resource]:
        counts: dict[tuple[str, str], int] = defaultdict(int)
        for unit in self.problem.equipment:
            if not unit.mobile:
                counts[unit.kind, unit.sites[0]] += 1
        return {key: self.model.add_renewable(count) for key, count in counts.items()}

    def _limits_of_people(self) -> dict[tuple[str, str], list[Resource]]:
        """Give what each list takes of each radiologist: one of the day's lists, the week's, and of every clash."""
        lists = self.problem.lists
        taken: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for person in self.problem.radiologists:
            possible = [facts for facts in lists.values() if person.id in self._places.staff[facts.id]]
            groups = _groups(possible, lambda facts: facts.date, person.max_sessions_per_day)
            groups += _groups(possible, lambda facts: facts.week, person.max_sessions_per_week)
            groups += [([one, other], 1) for one, other in combinations(possible, 2) if self._clash(one, other)]
            for members, capacity in groups:
                if len(members) > capacity:
                    shared = self.model.add_consumable(capacity)
                    for facts in members:
                        taken[person.id, facts.id].append(shared)
        return taken

    def _clash(self, one: ListFacts, other: ListFacts) -> bool:
        """Say whether nobody can do both lists."""
        if one.date != other.date:
            return False
        first, then = sorted((one, other), key=lambda facts: facts.start)
        return first.end + self.problem.minutes_between(first.site.id, then.site.id) > then.start

    # Tasks.

    def _open(self, facts: ListFacts) -> None:
        """Let a list be opened by one of those who may do it, for what opening costs."""
        staff = self._places.staff[facts.id]
        if not staff:
            return
        start, length = self._step(facts.start), self._step(facts.end) - self._step(facts.start)
        weight = round(self.problem.objective.opened * self._units / ((self._lateness + 1) * length))
        job = self.model.add_job(weight=weight, release_date=start, due_date=start)
        task = self.model.add_task(job, earliest_start=start, latest_start=start, optional=True)
        for person in staff:
            resources = self._limits[person, facts.id]
            mode = self.model.add_mode(task, resources, length, [1] * len(resources))
            self._made.meaning[len(self.model.modes) - 1] = ("staff", facts.id, person)
            self._made.doing[facts.id][person] = mode

    def _stand_units(self) -> None:
        """Let each mobile unit stand at one site a date."""
        dates = sorted({facts.date for facts in self.problem.lists.values()})
        for unit in self.problem.equipment:
            for day in dates if unit.mobile else ():
                task = self.model.add_task(earliest_start=0, latest_start=0, optional=True)
                for site in unit.sites:
                    self._made.standing[unit.id, day, site] = self.model.add_mode(task, [], 1)
                    self._made.placing[len(self.model.modes) - 1] = (unit.id, day, site)

    def _book(self, case: Case) -> None:
        """Put in a case, with a mode for each list and set of units, and one for not being booked."""
        noon = (case.due - self.problem.horizon.start).days * STEPS_A_DAY + STEPS_TO_NOON
        ready = max(0, (case.ready_from - self.problem.horizon.start).days) * STEPS_A_DAY
        job = self.model.add_job(weight=case.weight, release_date=ready, deadline=self._never, due_date=noon)
        pin = case.pinned
        task = self._task_of(case, job)
        self._made.cases[case.id] = task
        recovery = self._recovery_of(case, task)
        for facts in self._places.options[case.id]:
            self._on(case, task, facts, recovery)
        if pin is None:
            outside = self.model.add_machine(breaks=[(0, self._after(case))])
            mode = self.model.add_mode(task, [outside], self._room_steps(case, 0), [0])
            if "" in recovery:
                self.model.add_mode_dependency(mode, [recovery[""]])

    def _task_of(self, case: Case, job: pyjobshop.Job) -> pyjobshop.Task:
        if case.pinned is None:
            return self.model.add_task(job)
        facts = self.problem.lists[case.pinned.session]
        start = self._step(minutes_of(case.pinned.start) - facts.suite.turnaround_minutes)
        return self.model.add_task(job, earliest_start=start, latest_start=start)

    def _after(self, case: Case) -> int:
        """Give when a case not booked is done: so late that its lateness is what not being booked costs."""
        day = max(case.due, self.problem.horizon.end)
        return ((day - self.problem.horizon.start).days + DAYS_NOT_BOOKED) * STEPS_A_DAY + STEPS_TO_NOON

    def _room_steps(self, case: Case, turnaround: int) -> int:
        return (case.duration_minutes + turnaround) // MINUTES_PER_STEP

    def _recovery_of(self, case: Case, task: pyjobshop.Task) -> dict[str, pyjobshop.Mode]:
        """Put in the recovery, from the moment the case ends; its mode by site, and by "" where no bay is taken."""
        if not case.recovery_minutes:
            return {}
        recovery, steps = self.model.add_task(), case.recovery_minutes // MINUTES_PER_STEP
        self.model.add_end_at_start(task, recovery)
        modes = {site: self.model.add_mode(recovery, [bays], steps, [1]) for site, bays in self._bays.items()}
        return modes | {"": self.model.add_mode(recovery, [], steps)}

    def _on(self, case: Case, task: pyjobshop.Task, facts: ListFacts, recovery: dict[str, pyjobshop.Mode]) -> None:
        """Put in the ways a case can be on a list: one for each choice of the units it needs."""
        staff = self._made.doing[facts.id]
        able = [mode for person, mode in staff.items() if person in self._places.team(case.id, facts.id)]
        if case.pinned is not None and case.pinned.radiologist is not None:
            able = [staff[case.pinned.radiologist]] if case.pinned.radiologist in staff else []
        for units, standing in self._ways_to_units(case, facts) if able else ():
            resources = [self._rooms[facts.id], *units]
            steps = self._room_steps(case, facts.suite.turnaround_minutes)
            mode = self.model.add_mode(task, resources, steps, [0, *(1 for _ in units)])
            self._made.meaning[len(self.model.modes) - 1] = ("case", case.id, facts.id)
            for others in [able, *([one] for one in standing)]:
                self.model.add_mode_dependency(mode, others)
            bay = facts.site.id if facts.site.id in recovery else ""
            if bay in recovery:
                self.model.add_mode_dependency(mode, [recovery[bay]])

    def _ways_to_units(self, case: Case, facts: ListFacts) -> list[tuple[list[Resource], list[pyjobshop.Mode]]]:
        """List the choices of units for the kinds a case needs there, with the standing each asks of a mobile one."""
        ways: list[tuple[list[Resource], list[pyjobshop.Mode]]] = [([], [])]
        for kind in case.equipment:
            choices = [([self._fixed[kind, facts.site.id]], [])] if (kind, facts.site.id) in self._fixed else []
            choices += [
                ([self._movers[unit.id]], [self._made.standing[unit.id, facts.date, facts.site.id]])
                for unit in self.problem.equipment
                if unit.mobile and unit.kind == kind and facts.site.id in unit.sites
            ]
            ways = [(units + more, modes + also) for units, modes in ways for more, also in choices]
        return ways

    # The answer.

    def answer(self, tasks: list[pyjobshop.ScheduledTask]) -> Answer:
        """Read bookings, staff and placements from the tasks that are there."""
        answer = Answer(placed=frozenset(self._made.placing[t.mode] for t in tasks if _is(t, self._made.placing)))
        for task in (task for task in tasks if _is(task, self._made.meaning)):
            what, first, second = self._made.meaning[task.mode]
            if what == "staff":
                answer.staff[first] = second
            else:
                facts = self.problem.lists[second]
                begins = self._zero + MINUTES_PER_STEP * task.start + facts.suite.turnaround_minutes
                answer.bookings[first] = (second, (begins - facts.start) // MINUTES_PER_STEP)
        used = {session for session, _ in answer.bookings.values()}
        for session in set(answer.staff) - used:
            del answer.staff[session]
        return answer


def _is(task: pyjobshop.ScheduledTask, known: Mapping[int, object]) -> bool:
    return task.present and task.mode in known


def _groups(
    lists: list[ListFacts], by: Callable[[ListFacts], object], capacity: int | None
) -> list[tuple[list[ListFacts], int]]:
    """Group a radiologist's lists, each group with how many of it they may do."""
    if capacity is None:
        return []
    groups: dict[object, list[ListFacts]] = defaultdict(list)
    for facts in lists:
        groups[by(facts)].append(facts)
    return [(members, capacity) for members in groups.values()]
