"""What the rules leave possible: the lists each case may be on, and who may do each list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scheduler.problem import ListFacts, SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Lists by case, radiologists by list, and the (case, radiologist) pairs that may not meet."""

    options: Mapping[str, tuple[ListFacts, ...]]
    staff: Mapping[str, tuple[str, ...]]
    barred: frozenset[tuple[str, str]]
    settled: bool = False  # True once every rule's bars have been applied

    def team(self, case: str, session: str) -> tuple[str, ...]:
        """List who may do this case on this list."""
        return tuple(radiologist for radiologist in self.staff[session] if (case, radiologist) not in self.barred)


def every_place(problem: SchedulingProblem) -> Places:
    """Give everything, before any rule is asked."""
    lists = tuple(problem.lists.values())
    staff = tuple(problem.radiologist_by_id)
    return Places(
        options={case.id: lists for case in problem.cases},
        staff={facts.id: staff for facts in lists},
        barred=frozenset(),
    )
