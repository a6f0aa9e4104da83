"""From a problem to a plan within a time limit, the best found so far whenever it is stopped."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING

from scheduler.audit import audit, cost_of, terms_of
from scheduler.diary import Diary
from scheduler.engine.answer import Answer, answer_from, plan_of
from scheduler.engine.column_search import ColumnSearch
from scheduler.engine.places import possible_places
from scheduler.engine.reasons import reasons_for
from scheduler.engine.run import EngineFaultError, Run
from scheduler.engine.steady import steadied
from scheduler.plan import Plan, PlanStatus, Unscheduled

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.engine.places import Places
    from scheduler.engine.run import Progress
    from scheduler.problem import SchedulingProblem

SECONDS_BETWEEN_LOOKS = 0.05
SECONDS_TO_FINISH = 0.5  # kept back for reasons, audit and the threads' last step
SECONDS_TO_GATHER = 30.0
SHARE_FOR_WHOLE = 0.3
SHARE_FOR_ANNEALING = 0.85  # of the time left when it begins
SHARE_FOR_STEADYING = 0.03  # on top of the time limit at the most, which is kept within a tenth


def solve(
    problem: SchedulingProblem,
    *,
    time_limit: float,
    workers: int = 2,
    seed: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    begin: Plan | None = None,
    effort: int | None = None,
) -> Plan:
    """Find a plan, audited, within about `time_limit` seconds. `begin` is a plan to go on from, if it is a lawful one.

    With `effort` the clock and the workers have no say: so many units of work are done (each about a second on one
    core), and the same problem, seed and effort give the same plan on the same machine.
    A stop asked for, or Ctrl-C, gives the best plan so far. Raises NoPlanError when the pinned cases allow no plan, and
    EngineFaultError when the audit finds the solver wrong.
    """
    limit = math.inf if effort is not None else time_limit - min(SECONDS_TO_FINISH, time_limit / 10)
    run = Run(problem, limit, on_progress)
    places = possible_places(problem)
    search = ColumnSearch(run, places, seed)
    if begin is not None:
        run.accept(answer_from(problem, begin))
    _Crew(run, search, max(1, workers), effort).work(should_stop or (lambda: False))
    answer, _ = run.snapshot()
    if answer is None:
        search.start()
        answer, _ = run.snapshot()
    seconds = math.inf if effort is not None else time_limit * SHARE_FOR_STEADYING
    return _finished(run, places, answer or Answer(), seconds=seconds)


class _Crew:
    """The threads of a run. The main thread only looks on, so that it can be interrupted."""

    def __init__(self, run: Run, search: ColumnSearch, workers: int, effort: int | None) -> None:
        self._run = run
        self._search = search
        self._workers = workers
        self._effort = effort
        self._faults: list[BaseException] = []
        self._first_tries = threading.Event()
        self._idle = threading.Event()
        self._counting = threading.Lock()
        self._working = 0

    def work(self, should_stop: Callable[[], bool]) -> None:
        """Search until the time is up, the best plan is proven or a stop is asked for."""
        jobs = self._jobs()
        self._working = len(jobs)
        threads = [
            threading.Thread(target=self._guarded, args=(job, number), daemon=True) for number, job in enumerate(jobs)
        ]
        try:
            for thread in threads:
                thread.start()
            # Not join(): a Ctrl-C inside it makes Python 3.11 believe that the thread has ended.
            while not self._idle.wait(SECONDS_BETWEEN_LOOKS) and not self._run.over and not should_stop():
                pass
        except KeyboardInterrupt:
            pass
        self._gather(threads)
        if self._faults:
            raise self._faults[0]

    def _jobs(self) -> list[Callable[[int], None]]:
        if self._effort is not None:
            return [self._count]
        if self._workers == 1:
            return [self._alone]
        return [self._seek, self._bound, *[self._help] * (self._workers - 2)]

    def _gather(self, threads: list[threading.Thread]) -> None:
        """Stop the threads; more than once, since a solver that has not quite begun does not hear."""
        self._run.halt()
        patience = monotonic() + SECONDS_TO_GATHER
        while not self._idle.wait(SECONDS_BETWEEN_LOOKS) and monotonic() < patience:
            self._run.halt()
        if self._idle.is_set():
            for thread in threads:
                thread.join()

    def _guarded(self, job: Callable[[int], None], number: int) -> None:
        try:
            job(number)
        except BaseException as fault:  # noqa: BLE001  # raised again in the main thread
            self._faults.append(fault)
            self._first_tries.set()  # nobody waits for them any more
            self._run.halt()
        finally:
            with self._counting:
                self._working -= 1
                if not self._working:
                    self._idle.set()

    def _count(self, _: int) -> None:
        self._search.start()
        self._search.count(self._effort or 0)

    def _seek(self, number: int) -> None:
        self._search.start()
        self._search.exact()
        self._first_tries.set()
        self._search.anneal(number, SHARE_FOR_ANNEALING)
        self._search.improve(number)

    def _bound(self, number: int) -> None:
        self._first_tries.wait(min(1.0, self._run.seconds_left))
        if not self._run.over:
            self._search.relax(SHARE_FOR_WHOLE)
            self._search.follow_guide()
            self._search.anneal(number, SHARE_FOR_ANNEALING)
            self._search.improve(number)

    def _help(self, number: int) -> None:
        self._first_tries.wait(self._run.seconds_left)
        self._search.anneal(number, SHARE_FOR_ANNEALING)
        self._search.improve(number)

    def _alone(self, number: int) -> None:
        self._search.start()
        self._search.exact()
        if not self._run.over:
            self._search.relax(SHARE_FOR_WHOLE)
            self._search.follow_guide()
            self._search.anneal(number, SHARE_FOR_ANNEALING)
            self._search.improve(number)


def _finished(run: Run, places: Places, answer: Answer, *, seconds: float) -> Plan:
    """Steady and price the plan, give every case left out its reasons, and audit the whole."""
    problem = run.problem
    plan = steadied(problem, plan_of(problem, answer), seconds=seconds)
    diary = Diary(problem=problem, plan=plan)
    terms = terms_of(diary)
    cost = cost_of(terms, problem.objective)
    bound = min(run.bound, cost)
    plan = replace(
        plan,
        status=PlanStatus.OPTIMAL if bound == cost else PlanStatus.FEASIBLE,
        cost=cost,
        bound=bound,
        terms=terms,
        unscheduled=tuple(
            Unscheduled(case=case.id, reasons=reasons_for(diary, places, case))
            for case in problem.cases
            if case.id not in answer.bookings
        ),
        seconds=round(run.seconds, 2),
    )
    wrong = audit(problem, plan).breaches
    if wrong:
        raise EngineFaultError(f"The plan was refused by the audit: {wrong[0]}")
    return plan
