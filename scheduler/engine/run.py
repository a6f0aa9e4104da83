"""One run of the engine: its clock, its best plan so far, its proven bound, and how it is stopped."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from scheduler.audit import cost_of, rule_breaches, terms_of
from scheduler.diary import Diary
from scheduler.engine.answer import Answer, plan_of
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.problem import SchedulingProblem
    from scheduler.rule import Breach


class Stoppable(Protocol):
    """Something at work that another thread can stop."""

    def stop_search(self) -> None:
        """Stop soon."""


class NoPlanError(NeurolistError):
    """No plan keeps every rule, or none that keeps the pinned cases was found in time."""


class EngineFaultError(NeurolistError):
    """The solver gave an answer that the audit finds wrong: a fault in Neurolist, never a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run has come: the best plan's cost, what no plan can cost less than, and how many cases it books."""

    seconds: float
    cost: int
    bound: int
    booked: int
    total: int


class Run:
    """What the searching threads share. The best answer has passed the audit."""

    def __init__(
        self, problem: SchedulingProblem, time_limit: float, on_progress: Callable[[Progress], None] | None = None
    ) -> None:
        self.problem = problem
        self.started = monotonic()
        self.deadline = self.started + time_limit
        self.answer: Answer | None = None
        self.cost = 0
        self.bound = 0  # every term is at least 0
        self.halted = threading.Event()
        self._on_progress = on_progress
        self._lock = threading.RLock()
        self._solvers: set[Stoppable] = set()

    @property
    def seconds(self) -> float:
        """Seconds since the run started."""
        return monotonic() - self.started

    @property
    def seconds_left(self) -> float:
        """Seconds until the run must end; none once it is stopped."""
        return 0.0 if self.halted.is_set() else max(0.0, self.deadline - monotonic())

    @property
    def untimed(self) -> bool:
        """Whether the clock has no say."""
        return math.isinf(self.deadline)

    @property
    def proven(self) -> bool:
        """Whether nothing cheaper exists."""
        return self.answer is not None and self.cost <= self.bound

    @property
    def over(self) -> bool:
        """Whether searching on is of no use."""
        return self.proven or self.seconds_left <= 0

    def snapshot(self) -> tuple[Answer | None, int]:
        """Give the best answer and its cost."""
        with self._lock:
            return self.answer, self.cost

    def offer(self, answer: Answer, *, merged: bool = False) -> bool:
        """Take the answer if it costs no more than the best, and tell whether it costs less.

        Raises EngineFaultError if it breaks a rule, unless it was merged from two answers, which may well clash.
        """
        broken, cost = self._judge(answer)
        if broken and merged:
            return False
        if broken:
            raise EngineFaultError(f"The solver's plan was refused by the audit: {broken[0]}")
        return self._take(answer, cost)

    def accept(self, answer: Answer) -> bool:
        """Take the answer likewise if the audit agrees with it, and tell whether it does."""
        broken, cost = self._judge(answer)
        if not broken:
            self._take(answer, cost)
        return not broken

    def _judge(self, answer: Answer) -> tuple[tuple[Breach, ...], int]:
        diary = Diary(problem=self.problem, plan=plan_of(self.problem, answer))
        broken = rule_breaches(diary)
        return broken, 0 if broken else cost_of(terms_of(diary), self.problem.objective)

    def _take(self, answer: Answer, cost: int) -> bool:
        with self._lock:
            better = self.answer is None or cost < self.cost
            if better or cost == self.cost:
                self.answer, self.cost = answer, cost
            if better:
                self._tell()
        return better

    def raise_bound(self, bound: int | None) -> None:
        """Take a proven lower bound if it is higher than the one known."""
        with self._lock:
            if bound is not None and bound > self.bound:
                self.bound = bound
                self._tell()

    def _tell(self) -> None:
        if self._on_progress is not None and self.answer is not None:
            booked, total = len(self.answer.bookings), len(self.problem.cases)
            bound = min(self.bound, self.cost)
            self._on_progress(Progress(seconds=self.seconds, cost=self.cost, bound=bound, booked=booked, total=total))

    def register(self, solver: Stoppable) -> None:
        """Know a solver that is at work, so that it can be stopped."""
        with self._lock:
            self._solvers.add(solver)

    def release(self, solver: Stoppable) -> None:
        """Forget a solver that is done."""
        with self._lock:
            self._solvers.discard(solver)

    def wait(self, seconds: float) -> None:
        """Let some time pass, less if the run is halted meanwhile."""
        self.halted.wait(min(seconds, self.seconds_left))

    def halt(self) -> None:
        """Stop every solver at work; no other starts."""
        self.halted.set()
        with self._lock:
            for solver in self._solvers:
                solver.stop_search()
