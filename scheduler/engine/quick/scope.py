"""Which cases are set free, and which lists each of them is tried on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scheduler.engine.columns.tables import tables_of
from scheduler.engine.places import Places, possible_places
from scheduler.problem import MINUTES_PER_STEP

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from scheduler.engine.answer import Answer
    from scheduler.engine.quick.standing import Standing
    from scheduler.problem import Case, ListFacts, SchedulingProblem

MOST_PLACES = 360  # lists tried for all free cases together: more takes the solver too long
FEWEST_LISTS = 5  # for each of them, though


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The lists some cases could be on, and what each case alone costs there: not slotted, as it keeps its index."""

    problem: SchedulingProblem
    cases: tuple[str, ...]

    @cached_property
    def places(self) -> Places:
        """What the rules leave possible for these cases, and for every list's staff."""
        return possible_places(self._part)

    @cached_property
    def _part(self) -> SchedulingProblem:
        wanted = set(self.cases)
        return replace(self.problem, cases=tuple(case for case in self.problem.cases if case.id in wanted))

    @cached_property
    def cost(self) -> dict[str, dict[str, int]]:
        """The cost of each case on each list it could be on: dates, distance, site and what it was promised."""
        tables = tables_of(self._part, self.places)
        lists = {facts.id: column for column, facts in enumerate(tables.lists)}
        return {
            case.id: {facts.id: int(tables.cost[row, lists[facts.id]]) for facts in self.places.options[case.id]}
            for row, case in enumerate(tables.cases)
        }

    @cached_property
    def left_out(self) -> dict[str, int]:
        """The cost of each case without a place."""
        tables = tables_of(self._part, self.places)
        return {case.id: int(tables.left_out[row]) for row, case in enumerate(tables.cases)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one call of the solver may change.

    `free` cases may go to their `options` or have no place; each move of a `paying` one must be worth it; every other
    booked case keeps its list, start and radiologist.
    """

    options: dict[str, tuple[ListFacts, ...]]
    paying: frozenset[str]

    @property
    def free(self) -> frozenset[str]:
        """The cases that may move."""
        return frozenset(self.options)


class Rooms:
    """The time left on each list when some cases have been taken off it."""

    def __init__(self, problem: SchedulingProblem, answer: Answer, without: Collection[str]) -> None:
        self._problem = problem
        self._taken: dict[str, list[tuple[int, int]]] = {}
        for case, (session, step) in answer.bookings.items():
            if case not in without:
                start = problem.lists[session].start + MINUTES_PER_STEP * step
                ends = start + problem.case_by_id[case].duration_minutes
                self._taken.setdefault(session, []).append((start, ends))

    def fits(self, case: Case, facts: ListFacts) -> bool:
        """Tell whether some gap on a list is long enough for a case."""
        turnaround = facts.suite.turnaround_minutes
        taken = sorted(self._taken.get(facts.id, ()))
        if facts.session.max_cases is not None and len(taken) >= facts.session.max_cases:
            return False
        free_from = facts.start
        for start, ends in taken:
            if start - turnaround - free_from >= case.duration_minutes:
                return True
            free_from = ends + turnaround
        return facts.latest_end - free_from >= case.duration_minutes


def tried_lists(
    standing: Standing,
    answer: Answer,
    prices: Prices,
    free: Collection[str],
    *,
    most: int = MOST_PLACES,
) -> dict[str, tuple[ListFacts, ...]]:
    """Give each free case its present list and the cheapest others that have room, as many as the solver can take."""
    problem = standing.problem
    rooms = Rooms(problem, answer, without=free)
    each = max(FEWEST_LISTS, most // max(1, len(free)))
    found = {}
    for key in sorted(free):
        case, own = problem.case_by_id[key], answer.bookings.get(key, ("", 0))[0]
        fitting = [facts for facts in prices.places.options[key] if facts.id == own or rooms.fits(case, facts)]
        cost = prices.cost[key]
        opening = problem.objective.opened
        fitting.sort(
            key=lambda facts: (
                facts.id != own,
                cost[facts.id] + opening * (facts.id not in answer.staff),
                facts.start,
                facts.id,
            )
        )
        found[key] = tuple(fitting[:each])
    return found


def narrowed(standing: Standing, prices: Prices, scope: Scope) -> tuple[Places, dict[str, tuple[str, int]]]:
    """Give the places a scope leaves, and the bookings that stay where they are.

    A list that has its radiologist keeps them; one that lost them, or stands empty, may get anybody who can do it.
    """
    problem, answer = standing.problem, standing.answer
    frozen = {case: at for case, at in answer.bookings.items() if case not in scope.options}
    options: dict[str, tuple[ListFacts, ...]] = {case.id: () for case in problem.cases}
    options |= {case: (problem.lists[session],) for case, (session, _) in frozen.items()}
    options |= scope.options
    tried = {facts.id for lists in options.values() for facts in lists}
    staff = {session: _staff(standing, prices.places, session) if session in tried else () for session in problem.lists}
    return Places(options=options, staff=staff, barred=prices.places.barred, settled=True), frozen


def _staff(standing: Standing, places: Places, session: str) -> tuple[str, ...]:
    kept = standing.answer.staff.get(session)
    return places.staff[session] if kept is None or session in standing.unstaffed else (kept,)


def individual_cost(prices: Prices, answer: Answer, case: str) -> int:
    """Give what a case alone costs where it is now."""
    at = answer.bookings.get(case)
    return prices.left_out[case] if at is None else prices.cost[case][at[0]]


def ordered(cases: Iterable[str], prices: Prices, answer: Answer) -> list[str]:
    """Order cases by what they cost now, the dearest first."""
    return sorted(cases, key=lambda case: (-individual_cost(prices, answer, case), case))
