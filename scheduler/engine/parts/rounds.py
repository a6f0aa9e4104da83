"""Rounds of splitting, solving side by side and joining, then a polish of the whole, within one time limit."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from scheduler.audit import cost_of, terms_of
from scheduler.diary import Diary
from scheduler.engine.parts.joining import join, with_bound
from scheduler.engine.parts.splitting import Splitter
from scheduler.engine.places import possible_places
from scheduler.engine.run import EngineFaultError, Progress
from scheduler.engine.solving import solve
from scheduler.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scheduler.engine.parts.splitting import Part, Split
    from scheduler.problem import SchedulingProblem

CASES_WORTH_SPLITTING = 4_000  # 600 and 2,000 cases are better solved whole (docs/parts.md)
CASES_PER_PART = 350
SHARE_FOR_POLISH = 0.3
SECONDS_TO_JOIN = 0.004  # a case, for the last join, its reasons and its audit
LEAST_SECONDS = 45.0  # of each part: a further round is begun only where its parts get as much
LEAST_SECONDS_TO_POLISH = 2.0
MOST_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """How far a part has come."""

    cost: int
    booked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is asked of whoever solves some parts.

    `listen` is called with the notes so far, None for none yet; `stop` is called by whoever hears Ctrl-C, after which
    `should_stop` is true.
    """

    parts: Sequence[Part]
    seconds: float
    seed: int
    listen: Callable[[Sequence[Note | None]], None]
    stop: Callable[[], None]
    should_stop: Callable[[], bool]
    effort: int | None = None  # as `solve` knows it: the same plan every time, however long it takes


class Crew(Protocol):
    """Whoever solves parts side by side: processes of this machine, or workers on many."""

    hands: int  # how many parts are worked at once
    seconds_to_start: float  # from handing a part out until somebody works on it

    def prove(self, problem: SchedulingProblem, *, seconds: float) -> None:
        """Begin to prove a bound of the whole, beside everything else."""

    def proven(self) -> int:
        """Give the highest bound proven so far."""

    def solve(self, errand: Errand) -> list[Plan | None]:
        """Solve every part; None for one that has no plan. A stop, or Ctrl-C, gives the best plans so far."""


def parts_for(problem: SchedulingProblem) -> int:
    """Give as many parts as the size asks for: one for a problem the engine does well with whole."""
    cases = len(problem.cases)
    return 1 if cases < CASES_WORTH_SPLITTING else min(most_parts(problem), math.ceil(cases / CASES_PER_PART))


def most_parts(problem: SchedulingProblem) -> int:
    """Give how many parts there can be: a site is never split."""
    return max(1, len({facts.site.id for facts in problem.lists.values()}))


def solve_in_parts(
    problem: SchedulingProblem,
    crew: Crew,
    *,
    count: int,
    time_limit: float,
    workers: int = 2,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Plan:
    """Find a plan, audited, within about `time_limit` seconds, by `count` parts at a time.

    A stop asked for, or Ctrl-C, gives the best plan so far. A problem whose parts have no plan is solved whole.
    """
    rounds = _Rounds(problem, crew, count=count, time_limit=time_limit, seed=seed, on_progress=on_progress)
    try:
        rounds.work(should_stop or (lambda: False))
    except KeyboardInterrupt:
        if rounds.best is None:
            raise
        return rounds.finished(rounds.best)
    if rounds.best is not None and (rounds.stopped or rounds.seconds_left < LEAST_SECONDS_TO_POLISH):
        return rounds.finished(rounds.best)
    plan = solve(
        problem,
        time_limit=max(1.0, rounds.seconds_left),
        workers=workers,
        seed=seed,
        begin=rounds.best,
        on_progress=rounds.tell_polish,
        should_stop=should_stop,
    )
    return rounds.finished(plan)


class _Rounds:
    """What has been found so far, and the clock."""

    def __init__(
        self,
        problem: SchedulingProblem,
        crew: Crew,
        *,
        count: int,
        time_limit: float,
        seed: int,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._problem = problem
        self._crew = crew
        self._count = count
        self._seed = seed
        self._began = monotonic()
        self._deadline = self._began + time_limit - min(SECONDS_TO_JOIN * len(problem.cases), time_limit / 10)
        self._time_limit = time_limit
        self._on_progress = on_progress
        self._told = math.inf
        self.best: Plan | None = None
        self.stopped = False

    @property
    def seconds_left(self) -> float:
        """Seconds until the plan must be finished."""
        return self._deadline - monotonic()

    def work(self, should_stop: Callable[[], bool]) -> None:
        """Split, solve and join, along other borders each time, while there is time for it."""
        splitter = Splitter(self._problem, possible_places(self._problem), seed=self._seed)
        until = self._deadline - self._time_limit * SHARE_FOR_POLISH
        for number in range(MOST_ROUNDS):
            split = splitter.split(self._count, self.best)
            seconds = self._seconds_each(split, until, rounds_left=MOST_ROUNDS - number, proving=number == 0)
            if number and seconds < LEAST_SECONDS:
                return
            if not number:
                self._crew.prove(self._problem, seconds=max(1.0, seconds))
            plans = self._solved(split, max(1.0, seconds), number, should_stop)
            joined = self._joined(splitter, split, plans)
            self.stopped = self.stopped or should_stop()
            if joined is not None and (self.best is None or joined.cost < self.best.cost):
                self.best = joined
            if self.best is None or self.stopped:
                return

    def _seconds_each(self, split: Split, until: float, *, rounds_left: int, proving: bool) -> float:
        """Share the time left out over rounds and over the turns that a hand takes in one; the proof takes one."""
        turns = math.ceil((len(split.parts) + proving) / self._crew.hands)
        left = until - monotonic()
        start = self._crew.seconds_to_start
        most = max(1, int(left / (turns * (LEAST_SECONDS + start))))
        return left / min(rounds_left, most) / turns - start

    def _solved(self, split: Split, seconds: float, number: int, should_stop: Callable[[], bool]) -> list[Plan | None]:
        at_first = [_priced(part) for part in split.parts]

        def listen(notes: Sequence[Note | None]) -> None:
            now = [note or first for note, first in zip(notes, at_first, strict=True)]
            self._tell(sum(note.cost for note in now), sum(note.booked for note in now))

        def stopping() -> bool:
            self.stopped = self.stopped or should_stop()
            return self.stopped

        def stop() -> None:
            self.stopped = True

        seed = self._seed * MOST_ROUNDS + number
        return self._crew.solve(
            Errand(parts=split.parts, seconds=seconds, seed=seed, listen=listen, stop=stop, should_stop=stopping)
        )

    def _joined(self, splitter: Splitter, split: Split, plans: list[Plan | None]) -> Plan | None:
        """Join the plans, where a part that found none keeps the one it began with; None if that cannot be."""
        kept = [plan or part.begin for part, plan in zip(split.parts, plans, strict=True)]
        sound = [plan for plan in kept if plan is not None]
        if len(sound) < len(kept):
            return None
        try:
            return join(self._problem, splitter.places, sound, kept=split.kept)
        except EngineFaultError:
            return None  # parts are made so that this does not happen; if it does, the whole is solved as one

    def _tell(self, cost: int, booked: int) -> None:
        if self._on_progress is None or cost >= self._told:
            return
        self._told = cost
        bound, total = min(self._crew.proven(), cost), len(self._problem.cases)
        seconds = monotonic() - self._began
        self._on_progress(Progress(seconds=seconds, cost=cost, bound=bound, booked=booked, total=total))

    def tell_polish(self, report: Progress) -> None:
        """Pass on what the polish of the whole reports."""
        self._tell(report.cost, report.booked)

    def finished(self, plan: Plan) -> Plan:
        """Give the better of this plan and the best joined one, with the whole's bound and the seconds it took."""
        best = plan if self.best is None or plan.cost <= self.best.cost else self.best
        sound = with_bound(best, max(self._crew.proven(), plan.bound), self._problem)
        return replace(sound, seconds=round(monotonic() - self._began, 2))


def _priced(part: Part) -> Note:
    """Price what a part begins with."""
    plan = part.begin or Plan()
    cost = cost_of(terms_of(Diary(problem=part.problem, plan=plan)), part.problem.objective)
    return Note(cost=cost, booked=len(plan.bookings))
