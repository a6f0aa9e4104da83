"""A place that came free is offered: to those who wait, and to the promised only where they clearly gain."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scheduler.engine.places import possible_places
from scheduler.engine.quick.arranging import LEAST_GAIN, arrange
from scheduler.engine.quick.replanning import cost
from scheduler.engine.quick.scope import Prices, Rooms, Scope, individual_cost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scheduler.engine.answer import Answer
    from scheduler.engine.quick.standing import Standing
    from scheduler.engine.run import Run
    from scheduler.problem import ListFacts, SchedulingProblem

MOST_FREE = 60  # cases considered for the freed place, those that gain most
TRIES = 8  # offers worked out, one after another


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One case that could have the freed place, nothing else changing, and what that does to the plan's cost."""

    case: str
    answer: Answer
    cost_change: int


class Backfill:
    """Fills lists that came free with those who gain by it."""

    def __init__(self, run: Run, standing: Standing, freed: frozenset[str]) -> None:
        self._run = run
        self._standing = standing
        self._freed = freed
        self._prices = Prices(problem=standing.problem, cases=_could(standing.problem, freed))
        self._rooms = Rooms(standing.problem, standing.answer, without=())
        self._cost = cost(standing.problem, standing.answer)
        self._takers = self._by_gain()

    def best(self) -> Answer:
        """Fill the freed lists as well as can be; each promised case that moves must save LEAST_GAIN."""
        takers = self._takers[:MOST_FREE]
        return (self._filled(takers) if takers else None) or self._standing.answer

    def offers(self) -> tuple[Offer, ...]:
        """List who could have the place and lower the plan's cost, the cheapest plan first."""
        made = (self._offer(case) for case in self._takers[:TRIES] if self._run.seconds_left > 0)
        found = [offer for offer in made if offer is not None and offer.cost_change < 0]
        return tuple(sorted(found, key=lambda one: (one.cost_change, one.case)))

    def _offer(self, case: str) -> Offer | None:
        answer, standing = self._filled([case]), self._standing
        if answer is None or answer.bookings.get(case) == standing.answer.bookings.get(case):
            return None
        return Offer(case=case, answer=answer, cost_change=cost(standing.problem, answer) - self._cost)

    def _filled(self, takers: Sequence[str]) -> Answer | None:
        """Let some cases take the freed lists, the others staying; None if nothing was found in time."""
        standing = self._standing
        options = {case: self._lists(case) for case in takers}
        scope = Scope(options=options, paying=frozenset(options) - frozenset(standing.waiting))
        seconds = self._run.seconds_left / 2
        return arrange(self._run, standing, self._prices, scope, standing.answer, seconds=seconds).answer

    def _by_gain(self) -> list[str]:
        """List the cases that would gain by the freed place, those that gain most first."""
        gains = {case: self._gain(case) for case in self._prices.cases}
        least = {case: LEAST_GAIN if case in self._standing.answer.bookings else 0 for case in gains}
        return sorted((case for case in gains if gains[case] > least[case]), key=lambda case: (-gains[case], case))

    def _gain(self, case: str) -> int:
        prices, known = self._prices, self._standing.problem.case_by_id[case]
        now = individual_cost(prices, self._standing.answer, case)
        lists = (facts for facts in prices.places.options[case] if facts.id in self._freed)
        costs = [prices.cost[case][facts.id] for facts in lists if self._rooms.fits(known, facts)]
        return now - min(costs, default=now)

    def _lists(self, case: str) -> tuple[ListFacts, ...]:
        own = self._standing.answer.bookings.get(case, ("", 0))[0]
        options = self._prices.places.options[case]
        return tuple(facts for facts in options if facts.id in self._freed or facts.id == own)


def _could(problem: SchedulingProblem, freed: frozenset[str]) -> tuple[str, ...]:
    """List the cases that are not pinned and could be on a freed list, as far as each rule alone goes."""
    sessions = tuple(session for session in problem.sessions if session.id in freed)
    loose = tuple(case for case in problem.cases if case.pinned is None)
    options = possible_places(replace(problem, sessions=sessions, cases=loose)).options
    return tuple(case for case, lists in options.items() if lists)
