"""A search that columns guide: they give the bound, and the choice of lists that is then timed, moved and improved."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from scheduler.engine.answer import Answer
from scheduler.engine.child import Child
from scheduler.engine.columns.child import Errand, news_from
from scheduler.engine.columns.choosing import RegretChooser
from scheduler.engine.columns.diving import choose_columns
from scheduler.engine.columns.relaxation import Relaxation
from scheduler.engine.columns.tables import tables_of
from scheduler.engine.columns.whole import answer_of
from scheduler.engine.compiled import are_compiled
from scheduler.engine.model import rules_model
from scheduler.engine.moving.annealer import Annealer, Schedule
from scheduler.engine.moving.world import world_of
from scheduler.engine.places import Places
from scheduler.engine.search import Search
from scheduler.engine.solver import call_solver
from scheduler.problem import MINUTES_PER_STEP, minutes_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from scheduler.engine.columns.child import Choice
    from scheduler.engine.columns.pricing import Column
    from scheduler.engine.columns.tables import Tables, Whole
    from scheduler.engine.neighbourhood import Chooser
    from scheduler.engine.run import Run
    from scheduler.problem import SchedulingProblem

FOREVER = 1e9  # seconds
SECONDS_BETWEEN_LOOKS = 0.05
HEAT_WITH_PROMISES = 0.3  # a plan that keeps promises is a good one to begin with
HEAT_WITH_GUIDE = 0.1
# What one unit of effort is, about a second on one core.
ROUNDS_OF_PRICING = 10
ROUNDS_OF_ANNEALING = 30_000
STEPS_PER_EFFORT = 2

SHARE_FOR_BOUND = 0.4  # of the time left; most problems need far less
SHARE_FOR_CHOICE = 0.25
EFFORT_PER_DAY = 2.0  # deterministic seconds for the times of one date
MOST_OTHERS = 30  # cases the guide leaves out that may fill a date's room


class ColumnSearch(Search):
    """Bounds and guides by columns, then improves with neighbourhoods of its own."""

    def __init__(self, run: Run, places: Places, seed: int) -> None:
        super().__init__(run, places, seed)
        self._whole: Answer | None = None

    @cached_property
    def _tables(self) -> Tables:
        return tables_of(self.problem, self.places)

    @cached_property
    def _world(self) -> Whole:
        return world_of(self.problem, self._tables)

    def anneal(self, number: int, share: float) -> None:
        """Take the best plan apart and put it together again for a share of the time left."""
        if not are_compiled():
            self._compile()
        self._anneal(number, seconds=self.run.seconds_left * share)

    def _anneal(self, number: int, *, seconds: float = 0.0, rounds: int = 0) -> None:
        """Begin with the columns' choice, once there is one, since only there do lists change hands easily."""
        answer, _ = self.run.snapshot()
        if answer is None or self.run.over:
            return
        heat = HEAT_WITH_PROMISES if any(case.previous for case in self.problem.cases) else 1.0
        if self._whole is not None:
            answer, self._whole, heat = self._whole, None, HEAT_WITH_GUIDE
        annealer = Annealer(self.run, self._world, self._tables, self.seed * 1_000 + number)
        annealer.anneal(answer, Schedule(seconds=seconds, rounds=rounds, heat=heat))

    def _compile(self) -> None:
        """Have the loops compiled, and book cases without them meanwhile."""
        child = Child("scheduler.engine.warm")
        self.run.register(child)
        try:
            self.construct()
            while child.process.poll() is None and not self.run.over:
                self.run.wait(SECONDS_BETWEEN_LOOKS)
        finally:
            self.run.release(child)
            child.stop_search()
            child.process.wait()

    def count(self, effort: int) -> None:
        """Do so many steps of each kind, whatever the clock says."""
        self.exact(effort)
        if self.run.over:
            return
        relaxation = Relaxation(self.problem, self._tables, self._countdown(effort * ROUNDS_OF_PRICING))
        relaxation.tighten(FOREVER, self.run.raise_bound)
        self._guided_by(choose_columns(relaxation, FOREVER, self._countdown(effort * ROUNDS_OF_PRICING)))
        self.follow_guide()
        self._anneal(0, rounds=effort * ROUNDS_OF_ANNEALING)
        self.improve(0, steps=effort * STEPS_PER_EFFORT)

    def _countdown(self, rounds: int) -> Callable[[], bool]:
        """Tell, when asked so many times, that enough has been done."""
        left = iter(range(rounds))
        return lambda: self.run.over or next(left, None) is None

    def relax(self, share: float) -> None:
        """Prove a bound by columns and choose whole columns as the guide; without a bound, do as any search does."""
        seconds = self.run.seconds_left
        errand = Errand(
            problem=replace(self.problem),  # a copy that no other thread is working something out on
            tables=self._tables,
            seconds_for_bound=seconds * SHARE_FOR_BOUND,
            seconds_for_choice=seconds * SHARE_FOR_CHOICE,
        )
        for news in news_from(self.run, errand):
            self.run.raise_bound(news.bound)
            if news.choices is not None:
                self._guided_by(news.choices)
        if not self.run.bound:
            super().relax(share)

    def _guided_by(self, choices: Sequence[Column | Choice]) -> None:
        """Take a whole choice of columns as the guide, and as a plan if it is one as it stands."""
        self._whole = answer_of(self._tables, choices)
        if not self.run.accept(self._whole):
            self.guide = guide_of(self._tables, choices)

    def start(self) -> None:
        """Offer a plan with the pinned cases alone, then one as close to the plan before as the rules allow."""
        super().start()
        before = self._plan_before()
        if before.bookings:
            self._offer_timed(before)

    def _plan_before(self) -> Answer:
        """Give the earlier bookings and radiologists that are still possible."""
        places, bookings, staff = self.places, dict[str, tuple[str, int]](), dict[str, str]()
        for case in self.problem.cases:
            earlier = case.previous
            if earlier is not None and any(facts.id == earlier.session for facts in places.options[case.id]):
                step = (minutes_of(earlier.start) - self.problem.lists[earlier.session].start) // MINUTES_PER_STEP
                bookings[case.id] = (earlier.session, step)
                if earlier.radiologist in places.team(case.id, earlier.session):
                    staff[earlier.session] = earlier.radiologist or ""
        return Answer(bookings=bookings, staff=staff)

    def follow_guide(self) -> None:
        """Time the chosen columns."""
        if self.guide is not None:
            self._offer_timed(self.guide)

    def _offer_timed(self, guide: Answer) -> None:
        """Time a guide's choice of lists, date by date, around the pinned cases."""
        answer, _ = self.run.snapshot()
        if answer is None:
            return
        pinned = {case.id for case in self.problem.cases if case.pinned is not None}
        timed = Answer(
            bookings={case: at for case, at in answer.bookings.items() if case in pinned},
            staff={session: answer.staff[session] for session in {answer.bookings[case][0] for case in pinned}},
            placed=answer.placed,
        )
        over: set[str] = set()  # chosen for an earlier date, where there was no room after all
        for day, cases in sorted(self._guide_by_date(guide).items()):
            if self.run.over:
                break
            over.update(cases)
            timed = self._time(timed, guide, day, over)
            over -= timed.bookings.keys()
        self.run.offer(timed)

    def _guide_by_date(self, guide: Answer) -> dict[date, list[str]]:
        dates: dict[date, list[str]] = defaultdict(list)
        for case, (session, _) in guide.bookings.items():
            dates[self.problem.lists[session].date].append(case)
        return dates

    def _time(self, answer: Answer, guide: Answer, day: date, cases: set[str]) -> Answer:
        """Find times on one date's chosen lists for these cases, and fill the room that is left with others."""
        lists = self.problem.lists
        here = {key for key, _ in guide.bookings.values() if lists[key].date == day}
        cases = cases | self._others(answer, guide, here)
        fixed = {case: (lists[session],) for case, (session, _) in answer.bookings.items()}
        open_ = {
            case: tuple(facts for facts in self.places.options[case] if facts.id in here)
            for case in cases
            if case not in fixed
        }
        options = {case.id: fixed.get(case.id) or open_.get(case.id, ()) for case in self.problem.cases}
        chosen = {key: guide.staff[key] for key in here & guide.staff.keys()} | dict(answer.staff)
        staff = {
            key: (chosen[key],) if key in chosen else self.places.staff[key] if key in here else () for key in lists
        }
        narrow = Places(options=options, staff=staff, barred=self.places.barred, settled=True)
        model = rules_model(self.problem, narrow, frozen=answer.bookings)
        model.minimise()
        model.finish()
        model.hint(Answer(bookings={**guide.bookings, **answer.bookings}, staff=chosen, placed=answer.placed))
        outcome = call_solver(self.run, model, seconds=self.run.seconds_left / 4, effort=EFFORT_PER_DAY, seed=self.seed)
        return outcome.answer or answer

    def _others(self, answer: Answer, guide: Answer, here: set[str]) -> set[str]:
        """Take cases the guide leaves out that could be on these lists: those dearest for the time they need."""
        tables = self._tables
        density = {
            case.id: -tables.left_out[row] / tables.duration[row]
            for row, case in enumerate(self.problem.cases)
            if case.id not in answer.bookings
            and case.id not in guide.bookings
            and any(facts.id in here for facts in self.places.options[case.id])
        }
        return set(sorted(density, key=lambda case: (density[case], case))[:MOST_OTHERS])

    def _chooser(self, rng: random.Random) -> Chooser:
        return RegretChooser(self.problem, self.places, self._tables, rng)


def guide_of(tables: Tables, choices: Iterable[Column | Choice]) -> Answer:
    """Write whole choices as an answer whose times of day are still open; a case on two lists keeps the first."""
    staff: dict[str, str] = {}
    bookings: dict[str, tuple[str, int]] = {}
    for choice in choices:
        session = tables.lists[choice.session].id
        staff[session] = tables.people[choice.person].id
        for case in choice.cases:
            bookings.setdefault(tables.cases[case].id, (session, 0))
    return Answer(bookings=bookings, staff=staff)


def prove_bound(problem: SchedulingProblem, places: Places, *, time_limit: float) -> int:
    """Give a cost that no plan is below, as high as columns prove it within the time."""
    relaxation = Relaxation(problem, tables_of(problem, places), lambda: False)
    relaxation.tighten(time_limit)
    return relaxation.bound
