"""The search: a first plan, then better and better ones, and a bound that says how good they are."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

from scheduler.engine.answer import Answer
from scheduler.engine.model import rules_model
from scheduler.engine.neighbourhood import Chooser, Neighbourhood, places_within
from scheduler.engine.places import Places
from scheduler.engine.relaxing import relaxed
from scheduler.engine.run import NoPlanError
from scheduler.engine.shadow import shadow_of
from scheduler.engine.solver import call_solver

if TYPE_CHECKING:
    from collections.abc import Callable

    from ortools.sat.python import cp_model

    from scheduler.engine.run import Run
    from scheduler.engine.solver import Outcome
    from scheduler.problem import Case, ListFacts, SchedulingProblem

MOST_PLACES_AT_ONCE = 200  # above this the whole model is not worth a try
SHARE_FOR_EXACT = 0.6  # of the time left
CASES_PER_BATCH = 10
LIKELY_LISTS = 8  # of those in use and as many not, for each case of a batch
FIRST_SIZE = 5  # lists set free together at first
EFFORT_PER_STEP = 0.25  # deterministic seconds; about as long by the clock
SECONDS_PER_STEP = 4.0


class Search:
    """The steps of a search over one problem."""

    def __init__(self, run: Run, places: Places, seed: int) -> None:
        self.run = run
        self.problem: SchedulingProblem = run.problem
        self.places = places
        self.seed = seed
        self.guide: Answer | None = None
        self._bookable = {case for case, lists in places.options.items() if lists}

    # A first plan.

    def start(self) -> None:
        """Offer a plan with the pinned cases alone. Raises NoPlanError if there is none."""
        pinned = [case for case in self.problem.cases if case.pinned is not None]
        if not pinned:
            self.run.offer(Answer())
            return
        cases = frozenset(case.id for case in self._with_earlier(pinned))
        everything = Neighbourhood(lists=frozenset(self.problem.lists), cases=cases)
        outcome = self._arrange(Answer(), everything, seconds=self.run.seconds_left)
        if outcome.infeasible:  # wrong "no plan exists" answers have been reported with presolve on, so ask twice
            outcome = self._arrange(Answer(), everything, seconds=max(5.0, self.run.seconds_left), presolve=False)
        if outcome.answer is None:
            raise NoPlanError(_no_plan(pinned, certain=outcome.infeasible))
        self.run.offer(outcome.answer)

    def _with_earlier(self, cases: list[Case]) -> list[Case]:
        """Add the cases these follow, which must be booked too."""
        found = {case.id: case for case in cases}
        trail = list(cases)
        while trail:
            case = trail.pop()
            if case.follows is not None and case.follows.case not in found:
                earlier = self.problem.case_by_id[case.follows.case]
                found[earlier.id] = earlier
                trail.append(earlier)
        return list(found.values())

    def exact(self, effort: float = math.inf) -> None:
        """Try the whole model at once, if it is small; this may prove the best plan."""
        if sum(len(lists) for lists in self.places.options.values()) > MOST_PLACES_AT_ONCE:
            return
        seconds = self.run.seconds_left * SHARE_FOR_EXACT
        model = rules_model(self.problem, self.places)
        model.minimise()
        model.finish()
        answer, _ = self.run.snapshot()
        if answer is not None:
            model.hint(answer)
        outcome = call_solver(
            self.run, model, seconds=seconds, effort=effort, seed=self.seed, hear=self._hear, proving=True
        )
        if outcome.answer is not None:
            self.run.offer(outcome.answer)
        self.run.raise_bound(outcome.bound)

    def _hear(self, answer: Answer) -> None:
        self.run.offer(answer)

    def construct(self) -> None:
        """Book the cases a batch at a time, the most pressing first, around what is booked already."""
        waiting = self._by_pressure()
        for place in range(0, len(waiting), CASES_PER_BATCH):
            answer, _ = self.run.snapshot()
            if answer is None or self.run.over or self.guide is not None:
                return
            batch = frozenset(case for case in waiting[place : place + CASES_PER_BATCH] if case not in answer.bookings)
            likely = self._likely(answer, batch)
            free = Neighbourhood(lists=frozenset(self.problem.lists), cases=batch, likely=likely)
            self._improve(answer, free)

    def _likely(self, answer: Answer, batch: frozenset[str]) -> dict[str, tuple[ListFacts, ...]]:
        """List each case's earlier place and its earliest lists with room, in use and not."""
        room = {facts.id: facts.latest_end - facts.start for facts in self.problem.lists.values()}
        for booked, (session, _) in answer.bookings.items():
            turnaround = self.problem.lists[session].suite.turnaround_minutes
            room[session] -= self.problem.case_by_id[booked].duration_minutes + turnaround
        likely: dict[str, tuple[ListFacts, ...]] = {}
        for key in sorted(batch):
            case = self.problem.case_by_id[key]
            fitting = [facts for facts in self.places.options[key] if room[facts.id] >= case.duration_minutes]
            fitting.sort(key=lambda facts: (facts.date, facts.id))
            in_use = [facts for facts in fitting if facts.id in answer.staff]
            unused = [facts for facts in fitting if facts.id not in answer.staff]
            before = [facts for facts in fitting if case.previous is not None and facts.id == case.previous.session]
            likely[key] = tuple(dict.fromkeys((*before, *in_use[:LIKELY_LISTS], *unused[:LIKELY_LISTS])))
        return likely

    def _by_pressure(self) -> list[str]:
        """Order cases by weight and due date, each after the case it follows."""
        ordered = sorted(self.problem.cases, key=lambda case: (-case.weight, case.due, case.id))
        chained: dict[str, None] = {}
        for case in ordered:
            for link in reversed(self._with_earlier([case])):
                chained.setdefault(link.id)
        return list(chained)

    # Better plans.

    def improve(self, number: int, steps: float = math.inf) -> None:
        """Set lists free and arrange them anew, again and again, until the run is over or so many steps are done."""
        rng = random.Random(self.seed * 1_000 + number)  # noqa: S311  # chooses neighbourhoods, guards nothing
        chooser = self._chooser(rng)
        while not self.run.over and chooser.lists and steps > 0:
            steps -= 1
            answer, _ = self.run.snapshot()
            if answer is None:
                return
            way, free = chooser.choose(answer)
            outcome = self._improve(answer, free, seed=rng.randrange(2**31))
            chooser.learn(way, settled=outcome.optimal)
            if free.lists == chooser.lists and free.cases >= self._bookable:  # nothing was held, so the bound is real
                self.run.raise_bound(outcome.bound)

    def _chooser(self, rng: random.Random) -> Chooser:
        return Chooser(self.problem, self.places, rng, FIRST_SIZE)

    def _improve(
        self, answer: Answer, free: Neighbourhood, *, effort: float = EFFORT_PER_STEP, seed: int = 0
    ) -> Outcome:
        """Arrange a neighbourhood anew and offer what comes out, merged if the best plan has changed meanwhile."""
        outcome = self._arrange(answer, free, seconds=SECONDS_PER_STEP, effort=effort, seed=seed)
        if outcome.answer is not None:
            best, _ = self.run.snapshot()
            if best is answer or best is None:
                self.run.offer(outcome.answer)
            else:
                self.run.offer(_merge(best, outcome.answer, free), merged=True)
        return outcome

    def _arrange(
        self,
        answer: Answer,
        free: Neighbourhood,
        *,
        seconds: float,
        effort: float = math.inf,
        seed: int = 0,
        presolve: bool = True,
    ) -> Outcome:
        narrow, frozen = places_within(self.problem, self.places, answer, free)
        model = rules_model(self.problem, narrow, frozen=frozen)
        model.minimise()
        model.finish()
        model.hint(answer)
        return call_solver(self.run, model, seconds=seconds, effort=effort, seed=self.seed + seed, presolve=presolve)

    # The bound.

    def relax(self, share: float) -> None:
        """Leave the time of day out: bound the cost, first in fractions, then in whole numbers, which also guide."""
        model = rules_model(self.problem, self.places, timed=False)
        model.minimise()
        model.finish()
        for result in relaxed(self.run, shadow_of(model.cp), share):
            self.run.raise_bound(result.bound)
            if result.values is not None:
                self.guide = model.answer(_reading(result.values))


def _reading(values: tuple[int, ...]) -> Callable[[cp_model.IntVar], int]:
    return lambda variable: values[variable.index]


def _merge(best: Answer, found: Answer, free: Neighbourhood) -> Answer:
    """Lay what was found in a neighbourhood over the best answer; the audit says whether the two agree."""
    bookings = {case: at for case, at in best.bookings.items() if case not in free.cases}
    bookings |= {case: at for case, at in found.bookings.items() if case in free.cases}
    staff = {session: person for session, person in best.staff.items() if session not in free.lists}
    staff |= {session: person for session, person in found.staff.items() if session in free.lists}
    used = {session for session, _ in bookings.values()}
    moved = {(unit, day) for unit, day, _ in found.placed}
    placed = found.placed | {row for row in best.placed if row[:2] not in moved}
    staff = {session: person for session, person in staff.items() if session in used}
    return Answer(bookings=bookings, staff=staff, placed=frozenset(placed))


def _no_plan(pinned: list[Case], *, certain: bool) -> str:
    names = ", ".join(case.id for case in pinned[:10]) + (" and others" if len(pinned) > 10 else "")
    if certain:
        return f"No plan keeps every rule with these cases pinned where they are: {names}. Unpin or move one of them."
    return f"No plan that keeps these pinned cases was found in time: {names}. Allow more seconds."
