"""What an entrant hands in, and how a plan is priced for all of them alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.explain.changes import with_figures
from scheduler.plan import Unscheduled

if TYPE_CHECKING:
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Where an entrant stood after so many seconds; `bound` 0 when it has none."""

    seconds: float
    cost: int
    bound: int
    booked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What an entrant hands in: its plan, a bound it proved on the cost of any plan, and a remark where one is due."""

    plan: Plan | None
    bound: int | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What every entrant is given: seconds in all, CPU workers, a seed, and whom to tell about progress."""

    seconds: float
    workers: int = 2
    seed: int = 0
    tell: Callable[[Point], None] = lambda _: None


Entrant = Callable[["SchedulingProblem", Terms], Attempt]


def priced(problem: SchedulingProblem, plan: Plan, who: str) -> Plan:
    """State a plan's cost as the goals measure it, and name the cases it leaves out."""
    booked = {booking.case for booking in plan.bookings}
    left = tuple(
        Unscheduled(case=case.id, reasons=(f"Left out by {who}.",)) for case in problem.cases if case.id not in booked
    )
    return with_figures(problem, replace(plan, unscheduled=left))
