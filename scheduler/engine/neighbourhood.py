"""Which lists and cases are set free together, for the solver to arrange anew while the rest stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scheduler.engine.places import Places

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping

    from scheduler.engine.answer import Answer
    from scheduler.problem import ListFacts, SchedulingProblem

DAYS_TO_ANOTHER_SITE = 3  # lists at another site count as this much further away
MOST_WAITING = 12  # cases without a place that join in


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """The lists and cases set free; `likely` narrows the lists some of the cases are tried on."""

    lists: frozenset[str]
    cases: frozenset[str]
    likely: Mapping[str, tuple[ListFacts, ...]] = field(default_factory=dict)


class Chooser:
    """Chooses neighbourhoods at random, each way of choosing with a size that suits the solver."""

    def __init__(self, problem: SchedulingProblem, places: Places, rng: random.Random, size: int) -> None:
        self._problem = problem
        self._places = places
        self._rng = rng
        could: set[str] = {facts.id for lists in places.options.values() for facts in lists}
        self._lists = [facts for facts in problem.lists.values() if facts.id in could]
        self._ways: tuple[Callable[[Answer], Callable[[ListFacts], float]], ...] = (
            self._around_list,
            self._around_case,
            self._around_radiologist,
        )
        self.sizes = [float(size)] * len(self._ways)
        self.lists = frozenset(could)

    def choose(self, answer: Answer) -> tuple[int, Neighbourhood]:
        """Choose a way, by its number, and the neighbourhood it gives."""
        way = self._rng.randrange(len(self._ways))
        distance = self._ways[way](answer)
        ranked = sorted(self._lists, key=distance)
        lists = frozenset(facts.id for facts in ranked[: max(2, round(self.sizes[way]))])
        on_them = {case for case, (session, _) in answer.bookings.items() if session in lists}
        return way, Neighbourhood(lists=lists, cases=frozenset(on_them | self._waiting(answer, lists)))

    def learn(self, way: int, *, settled: bool) -> None:
        """Choose larger next time if the solver settled this one, smaller if it did not."""
        factor = 1.04 if settled else 0.93
        self.sizes[way] = min(max(3.0, self.sizes[way] * factor), max(3.0, float(len(self.lists))))

    def _waiting(self, answer: Answer, lists: frozenset[str]) -> set[str]:
        options = self._places.options
        waiting = [
            case.id
            for case in self._problem.cases
            if case.id not in answer.bookings and any(facts.id in lists for facts in options[case.id])
        ]
        return set(self._rng.sample(waiting, min(MOST_WAITING, len(waiting))))

    def _around_list(self, _: Answer) -> Callable[[ListFacts], float]:
        """Take lists near one list in days and sites: they share recovery, equipment and radiologists."""
        centre = self._rng.choice(self._lists)
        jitter = self._jitter(4.0)

        def distance(facts: ListFacts) -> float:
            elsewhere = DAYS_TO_ANOTHER_SITE * (facts.site.id != centre.site.id)
            return abs((facts.date - centre.date).days) + elsewhere + jitter[facts.id]

        return distance

    def _around_case(self, answer: Answer) -> Callable[[ListFacts], float]:
        """Take lists one case could be on, one without a place most often, and its own."""
        could = [case.id for case in self._problem.cases if self._places.options[case.id]]
        waiting = [case for case in could if case not in answer.bookings]
        case = self._rng.choice(waiting if waiting and self._rng.random() < 0.5 else could)
        own = answer.bookings.get(case, ("", 0))[0]
        mine = {facts.id for facts in self._places.options[case]}
        jitter = self._jitter(1.5)
        return lambda facts: -2.0 if facts.id == own else jitter[facts.id] - (facts.id in mine)

    def _around_radiologist(self, _: Answer) -> Callable[[ListFacts], float]:
        """Take lists that two radiologists do or could do."""
        people = self._rng.sample(list(self._problem.radiologist_by_id), min(2, len(self._problem.radiologists)))
        jitter = self._jitter(1.0)
        return lambda facts: jitter[facts.id] - any(key in self._places.staff[facts.id] for key in people)

    def _jitter(self, most: float) -> dict[str, float]:
        return {facts.id: self._rng.uniform(0.0, most) for facts in self._lists}


def places_within(
    problem: SchedulingProblem, places: Places, answer: Answer, free: Neighbourhood
) -> tuple[Places, dict[str, tuple[str, int]]]:
    """Narrow the places to a neighbourhood: give them, and the bookings that stay where they are."""
    frozen = {case: at for case, at in answer.bookings.items() if case not in free.cases}
    options: dict[str, tuple[ListFacts, ...]] = {}
    for case in problem.cases:
        if case.id in frozen:
            options[case.id] = (problem.lists[frozen[case.id][0]],)
        elif case.id in free.cases:
            lists = free.likely.get(case.id, places.options[case.id])
            options[case.id] = tuple(facts for facts in lists if facts.id in free.lists)
        else:
            options[case.id] = ()
    staff = {session: people if session in free.lists else () for session, people in places.staff.items()}
    for session in {session for session, _ in frozen.values()} - free.lists:
        staff[session] = (answer.staff[session],)
    return Places(options=options, staff=staff, barred=places.barred, settled=True), frozen
