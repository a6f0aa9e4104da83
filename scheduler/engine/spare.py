"""How many minutes each list keeps free at its end, so that it overruns on at most a chosen share of days."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.engine.places import possible_places
from scheduler.risk import RUNS, duration_of, spare_minutes

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence, Set

    from scheduler.diary import Diary, Entry
    from scheduler.problem import Case, ListFacts, SchedulingProblem, SuiteSession
    from scheduler.risk import Duration

RUNS_FOR_A_GUESS = 2_000
WAYS = ("careful", "hopeful", "barred")


class Spare:
    """What lists need, worked out by simulation from the cases they hold, and learnt from those that held too many."""

    def __init__(self, problem: SchedulingProblem, durations: Mapping[str, Duration], risk: float) -> None:
        self.problem = problem
        self._durations = durations
        self._risk = risk
        self._known: dict[tuple[object, ...], int] = {}
        self._learnt: dict[str, int] = {}
        self._barred: dict[str, set[str]] = defaultdict(set)
        self._usual = self._usual_needs()

    def needed(self, entries: Sequence[Entry]) -> int:
        """Give the minutes a list with these bookings, in order of time, needs free after the last of them."""
        facts = entries[0].list
        return self._simulated(
            [duration_of(entry.case, self._durations) for entry in entries],
            [entry.start - facts.start for entry in entries],
            max(entry.end for entry in entries) - facts.start,
            facts.suite.turnaround_minutes,
        )

    def exceeds(self, entries: Sequence[Entry]) -> bool:
        """Tell whether a list with these bookings overruns on a larger share of days than chosen."""
        return max(entry.end for entry in entries) + self.needed(entries) > entries[0].list.end

    def learn(self, diary: Diary) -> None:
        """Remember what the lists of a plan that hold too many cases would have needed."""
        for session, entries in diary.by_list.items():
            if self.exceeds(entries):
                self._learnt[session] = max(self._learnt.get(session, 0), self.needed(entries))

    def bar(self, case: str, session: str) -> None:
        """Remember that a case came off a list that held too many."""
        self._barred[session].add(case)

    def narrowed(self, diary: Diary, chance: random.Random | None = None) -> SchedulingProblem:
        """Give the problem with each list ending early by what it needs, so that this plan still fits.

        Of lists with room, as much is expected as they usually need when full. With `chance` some, picked at random,
        are taken to need what they do now, and some of those are closed to the cases that came off them. The plan must
        keep to the risk but for pinned cases.
        """
        ways = {facts.id: chance.choice(WAYS) if chance else "careful" for facts in self._lists}
        sessions = tuple(
            self._narrow(facts, diary.by_list.get(facts.id, ()), careful=ways[facts.id] == "careful")
            for facts in self._lists
        )
        barred = {
            facts.id: self._barred[facts.id] - {entry.case.id for entry in diary.by_list.get(facts.id, ())}
            for facts in self._lists
            if ways[facts.id] == "barred"
        }
        return without_places(replace(self.problem, sessions=sessions), barred)

    @property
    def _lists(self) -> tuple[ListFacts, ...]:
        return tuple(self.problem.lists.values())

    def _narrow(self, facts: ListFacts, entries: Sequence[Entry], *, careful: bool) -> SuiteSession:
        expected = max(self._usual[facts.id], self._learnt.get(facts.id, 0)) if careful else 0
        if not entries:
            return _ending(facts, facts.end - expected)
        if self.exceeds(entries):  # by its pinned cases, which are all that is left on it
            return replace(facts.session, max_cases=len(entries))
        last = max(entry.end for entry in entries)
        return _ending(facts, max(last, facts.end - max(expected, self.needed(entries))))

    def _usual_needs(self) -> dict[str, int]:
        """Guess what each list needs when full, from cases that may be on it, short and long ones."""
        waiting: dict[str, list[Case]] = defaultdict(list)
        for case, lists in possible_places(self.problem).options.items():
            for facts in lists:
                waiting[facts.id].append(self.problem.case_by_id[case])
        return {facts.id: self._usual_need(facts, waiting[facts.id]) for facts in self._lists}

    def _usual_need(self, facts: ListFacts, cases: Sequence[Case]) -> int:
        """Give what a full list needs, of all its cases or of the half that vary most, whichever needs more."""
        by_need = sorted(cases, key=lambda case: (-self._need_of([case], 0), case.id))
        return max(self._need_of_full(facts, cases), self._need_of_full(facts, by_need[: -(-len(cases) // 2)]))

    def _need_of_full(self, facts: ListFacts, cases: Sequence[Case]) -> int:
        return self._need_of(_full_house(facts, cases), facts.suite.turnaround_minutes)

    def _need_of(self, cases: Sequence[Case], turnaround: int) -> int:
        starts, clock = [], 0
        for case in cases:
            starts.append(clock)
            clock += case.duration_minutes + turnaround
        durations = [duration_of(case, self._durations) for case in cases]
        return self._simulated(durations, starts, clock - turnaround, turnaround, runs=RUNS_FOR_A_GUESS)

    def _simulated(
        self, durations: Sequence[Duration], starts: Sequence[int], end: int, turnaround: int, *, runs: int = RUNS
    ) -> int:
        key = (*durations, *starts, end, turnaround, runs)
        if key not in self._known:
            found = spare_minutes(durations, starts, end, turnaround, risk=self._risk, runs=runs) if durations else 0
            self._known[key] = found
        return self._known[key]


def without_places(problem: SchedulingProblem, barred: Mapping[str, Set[str]]) -> SchedulingProblem:
    """Close each of these lists to some cases, by case id.

    A list accepts classes of funding, so every case is made a class of its own, which lists accept or not. Funding
    costs nothing, so no plan's price changes.
    """
    if not any(barred.values()):
        return problem
    return replace(
        problem,
        cases=tuple(replace(case, funding=case.id) for case in problem.cases),
        sessions=tuple(
            replace(
                session,
                funding=tuple(
                    case.id
                    for case in problem.cases
                    if case.funding in session.funding and case.id not in barred.get(session.id, ())
                ),
            )
            for session in problem.sessions
        ),
    )


def _ending(facts: ListFacts, latest: int) -> SuiteSession:
    """Give the list with its last case ending by this minute, before the list's own end or after it."""
    return replace(facts.session, overtime_minutes=min(facts.session.overtime_minutes, latest - facts.end))


def _full_house(facts: ListFacts, cases: Sequence[Case]) -> list[Case]:
    """Pick as many cases as usually fill the list, spread from the shortest to the longest."""
    if not cases:
        return []
    turnaround = facts.suite.turnaround_minutes
    mean = sum(case.duration_minutes for case in cases) / len(cases)
    number = max(1, int((facts.end - facts.start + turnaround) / (mean + turnaround)))
    by_length = sorted(cases, key=lambda case: (case.duration_minutes, case.id))
    return [by_length[(2 * place + 1) * len(cases) // (2 * number)] for place in range(number)]
