"""Where pinned cases allow no plan, they are named, with the rules in the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scheduler.engine import NoPlanError
from scheduler.errors import PinsClashError
from scheduler.explain import pin_conflicts

if TYPE_CHECKING:
    from scheduler.problem import SchedulingProblem


@contextmanager
def clashing_pins_named(problem: SchedulingProblem) -> Iterator[None]:
    """Turn the engine's "no plan" into PinsClashError, a line for each conflict, where pins contradict each other."""
    try:
        yield
    except NoPlanError as refusal:
        conflicts = pin_conflicts(problem)
        if not conflicts:
            raise
        raise PinsClashError("\n".join(conflict.says for conflict in conflicts)) from refusal
