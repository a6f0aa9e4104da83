"""The bound of the whole is proven over the whole: the sum of the parts' bounds says nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.engine.columns.relaxation import Relaxation
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.places import possible_places

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.problem import SchedulingProblem


def prove_whole(
    problem: SchedulingProblem, *, seconds: float, tell: Callable[[int], None], should_stop: Callable[[], bool]
) -> None:
    """Tell of higher and higher costs that no plan is below, for at most so many seconds."""
    relaxation = Relaxation(problem, tables_of(problem, possible_places(problem)), should_stop)
    relaxation.tighten(seconds, tell)
    tell(relaxation.bound)
