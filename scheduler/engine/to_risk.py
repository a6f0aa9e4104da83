"""A plan made to a chosen risk: no list overruns on a larger share of days, as far as its pinned cases allow.

Lists keep minutes free at their end. How many depends on the cases a list gets, so it is found in rounds: plan,
simulate every list, take cases off those that overrun too often, and go on from there with what each needs kept free.
The cheapest plan that keeps to the risk is kept. Bookings stay as long as planned, so every rule holds as it stands.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import TYPE_CHECKING

from scheduler.audit import audit, cost_of, terms_of
from scheduler.diary import Diary
from scheduler.engine.places import possible_places
from scheduler.engine.reasons import reasons_for
from scheduler.engine.run import EngineFaultError, Progress
from scheduler.engine.solving import solve
from scheduler.engine.spare import Spare
from scheduler.engine.thinning import thinned
from scheduler.plan import Plan, PlanStatus, Unscheduled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scheduler.problem import SchedulingProblem, SuiteSession
    from scheduler.risk import Duration

SHARE_FOR_BOUND = 0.3  # of the time: lists without spare minutes, for a bound that holds whatever the risk
SHARE_OF_ROUND = 0.45  # of the time left then
SHARE_OF_LAST = 0.15  # of the whole: when no more is left, one round gets it all
SHORTEST_ROUND = 0.2  # seconds, or units of work
SHARE_USUALLY_USED = 0.88  # of its time, by a search that nobody stops and that ends without a proof
MOST_ROUNDS = 40
SECONDS_TO_FINISH = 0.2  # kept back for reasons and the audit


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How long and with how much a search goes on, and who hears of it.

    With `effort`, units of work are counted instead of seconds, as `solve` does.
    """

    time_limit: float
    workers: int = 2
    seed: int = 0
    effort: int | None = None
    on_progress: Callable[[Progress], None] | None = None
    should_stop: Callable[[], bool] | None = None


def solve_to_risk(
    problem: SchedulingProblem, durations: Mapping[str, Duration], risk: float, options: RunOptions
) -> Plan:
    """Find a plan, audited, whose lists each overrun on at most this share of days (0 to 1, both excluded).

    `durations` are by case id; a case without one takes its planned minutes exactly. A list may exceed the risk only
    by the cases pinned to it, and then holds no others. The bound is one on any plan, whatever its risk. Raises as
    `solve` does.
    """
    return _Rounds(problem=problem, spare=Spare(problem, durations, risk), risk=risk, options=options).run()


@dataclass(slots=True, kw_only=True)
class _Rounds:
    """The rounds of one search, and the cheapest plan so far that keeps to the risk."""

    problem: SchedulingProblem
    spare: Spare
    risk: float
    options: RunOptions
    began: float = field(default_factory=monotonic)
    best: Plan | None = None
    bound: int = 0
    spent: int = 0  # units of work
    stopped: bool = False

    def run(self) -> Plan:
        """Plan in rounds until the time is up or another round would only repeat an earlier one."""
        first = self._solve(self.problem, SHARE_FOR_BOUND * self._limit)
        self.bound = first.bound
        best = self._take(first)
        chance = random.Random(self.options.seed)  # noqa: S311  # chooses what to try, guards nothing
        tried: set[tuple[SuiteSession, ...]] = set()
        for number in range(MOST_ROUNDS):
            if self._over(best):
                break
            narrow = self.spare.narrowed(Diary(problem=self.problem, plan=best), chance if number else None)
            if narrow.sessions not in tried:
                tried.add(narrow.sessions)
                best = self._take(self._solve(narrow, self._left_for_round()))
        return self._finished(best)

    def _over(self, best: Plan) -> bool:
        return self.stopped or best.cost <= self.bound or self._left() < SHORTEST_ROUND

    @property
    def _limit(self) -> float:
        """The seconds for the whole, or the units of work where these are counted."""
        return self.options.time_limit if self.options.effort is None else self.options.effort

    def _left(self) -> float:
        if self.options.effort is not None:
            return self.options.effort - self.spent
        return self.options.time_limit - SECONDS_TO_FINISH - (monotonic() - self.began)

    def _left_for_round(self) -> float:
        left = self._left()
        return left if left < SHARE_OF_LAST * self._limit else SHARE_OF_ROUND * left

    def _solve(self, problem: SchedulingProblem, limit: float) -> Plan:
        """Search for a while; a search that ends early without a proof was stopped by a person, and so are we."""
        began, counted = monotonic(), self.options.effort is not None
        units = max(1, round(limit)) if counted else None
        plan = solve(
            problem,
            time_limit=limit,
            workers=self.options.workers,
            seed=self.options.seed,
            on_progress=self._tell,
            should_stop=self.options.should_stop,
            begin=self.best,
            effort=units,
        )
        self.spent += units or 0
        early = not counted and monotonic() - began < SHARE_USUALLY_USED * limit
        self.stopped = early and plan.status is not PlanStatus.OPTIMAL
        return plan

    def _take(self, found: Plan) -> Plan:
        """Thin a plan out until it keeps to the risk, and keep it if it is the cheapest so far."""
        self.spare.learn(Diary(problem=self.problem, plan=found))
        plan = thinned(self.problem, found, self.spare)
        for gone in set(found.bookings) - set(plan.bookings):
            self.spare.bar(gone.case, gone.session)
        terms = terms_of(Diary(problem=self.problem, plan=plan))
        plan = replace(plan, terms=terms, cost=cost_of(terms, self.problem.objective))
        if self.best is None or plan.cost < self.best.cost:
            self.best = plan
        self._tell()
        return self.best

    def _tell(self, _: Progress | None = None) -> None:
        """Tell of the best plan that keeps to the risk; what a round finds on its way need not."""
        if self.options.on_progress is not None and self.best is not None:
            self.options.on_progress(
                Progress(
                    seconds=monotonic() - self.began,
                    cost=self.best.cost,
                    bound=min(self.bound, self.best.cost),
                    booked=len(self.best.bookings),
                    total=len(self.problem.cases),
                )
            )

    def _finished(self, best: Plan) -> Plan:
        bound = min(self.bound, best.cost)
        plan = replace(
            best,
            status=PlanStatus.OPTIMAL if bound == best.cost else PlanStatus.FEASIBLE,
            bound=bound,
            unscheduled=self._unscheduled(best),
            seconds=round(monotonic() - self.began, 2),
        )
        wrong = audit(self.problem, plan).breaches
        if wrong:
            raise EngineFaultError(f"The plan was refused by the audit: {wrong[0]}")
        return plan

    def _unscheduled(self, best: Plan) -> tuple[Unscheduled, ...]:
        """Give every case left out its reasons; where some list could take it, the minutes kept free are one."""
        diary, places = Diary(problem=self.problem, plan=best), possible_places(self.problem)
        kept_free = f"Lists keep minutes free, so that none overruns on more than {100 * self.risk:g} % of days."
        found = []
        for case in self.problem.cases:
            if case.id not in diary.by_case:
                more = (kept_free,) if places.options[case.id] else ()
                found.append(Unscheduled(case=case.id, reasons=(*reasons_for(diary, places, case), *more)))
        return tuple(found)
