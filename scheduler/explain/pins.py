"""Where no plan exists at all: the pinned cases that cannot all stay where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.engine.run import EngineFaultError
from scheduler.explain.conflict import smallest_conflict
from scheduler.explain.resolving import pins_agree
from scheduler.problem import minutes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.problem import Case, SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class PinConflict:
    """Pinned cases of which every one but any one could stay: what it says, and which they are."""

    says: str
    cases: tuple[str, ...]


def conflicting_pins(problem: SchedulingProblem) -> PinConflict | None:
    """Find a smallest set of pinned cases that no plan can keep; None when every pin can be kept.

    Asked again with the solver's presolve off. Raises EngineFaultError should the two answers differ.
    """
    pinned = [case.id for case in problem.cases if case.pinned is not None]

    def conflict(cases: Sequence[str]) -> bool:
        return not pins_agree(problem, cases)

    cases = smallest_conflict(pinned, conflict)
    if not cases:
        return None
    if pins_agree(problem, cases, presolve=False):
        raise EngineFaultError(f"The solver contradicts itself about the pinned cases {', '.join(cases)}.")
    return PinConflict(says=_says(problem, cases), cases=cases)


def _says(problem: SchedulingProblem, cases: tuple[str, ...]) -> str:
    pins = "; ".join(_pin(problem, problem.case_by_id[key]) for key in cases)
    if len(cases) == 1:
        return f"No plan can keep this pinned case where it is: {pins}. Move it or take its pin away."
    return f"No plan can keep these {len(cases)} pinned cases where they are: {pins}. Move or unpin any one of them."


def _pin(problem: SchedulingProblem, case: Case) -> str:
    if case.pinned is None:
        return case.id
    start = problem.local(minutes_of(case.pinned.start))
    who = f" with {case.pinned.radiologist}" if case.pinned.radiologist else ""
    return f"case {case.id} on {case.pinned.session} at {start:%H:%M} on {show_date(start.date())}{who}"
