"""What the rules leave possible: the lists each case may be on, and who may do each list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.rules import RULEBOOK

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


def possible_places(problem: SchedulingProblem) -> Places:
    """Ask every rule what it bars by itself."""
    place_tests = [rule.bars_place for rule in RULEBOOK if rule.bars_place is not None]
    staff_tests = [rule.bars_staff for rule in RULEBOOK if rule.bars_staff is not None]
    team_tests = [rule.bars_team for rule in RULEBOOK if rule.bars_team is not None]
    lists, people = tuple(problem.lists.values()), problem.radiologists
    staff = {
        facts.id: tuple(person.id for person in people if not any(bars(problem, facts, person) for bars in staff_tests))
        for facts in lists
    }
    barred = frozenset(
        (case.id, person.id)
        for case in problem.cases
        for person in people
        if any(bars(case, person) for bars in team_tests)
    )
    options = {}
    for case in problem.cases:
        team = {person.id for person in people if (case.id, person.id) not in barred}
        options[case.id] = tuple(
            facts
            for facts in lists
            if not team.isdisjoint(staff[facts.id]) and not any(bars(problem, case, facts) for bars in place_tests)
        )
    return Places(options=options, staff=staff, barred=barred, settled=True)
