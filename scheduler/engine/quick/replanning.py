"""The cases that an event hit find places: in free room first, then with as few others as need be giving way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import TYPE_CHECKING

from scheduler.audit import cost_of, rule_breaches, terms_of
from scheduler.diary import Diary
from scheduler.engine.answer import plan_of
from scheduler.engine.quick.arranging import LEAST_GAIN, arrange, without
from scheduler.engine.quick.scope import Prices, Scope, tried_lists
from scheduler.engine.quick.standing import Standing, place_in
from scheduler.engine.quick.widening import RINGS, givers

if TYPE_CHECKING:
    from scheduler.engine.answer import Answer
    from scheduler.engine.run import Run
    from scheduler.problem import SchedulingProblem

SHARE_FOR_FREE_ROOM = 0.6  # of the time left
TIMES_AS_LONG = 2.0  # a wider call is begun only if this many of the last one still fit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    answer: Answer
    priced: int


def replanned(run: Run, standing: Standing) -> tuple[Standing, Answer]:
    """Find places for the hit cases; give the standing plan too, since pins that cannot be kept are let go."""
    standing, best = _in_free_room(run, standing)
    done: frozenset[str] = frozenset()
    took = run.seconds
    for size in RINGS:
        prices = _prices(standing, done)
        chosen = frozenset(givers(standing, prices, best.answer)[:size])
        if chosen <= done or run.seconds_left < TIMES_AS_LONG * took:
            break
        began, done = monotonic(), done | chosen
        found = _with_giving_way(run, standing, done, best)
        best = min(best, found or best, key=lambda one: one.priced)
        took = monotonic() - began
    return standing, best.answer


def _in_free_room(run: Run, standing: Standing) -> tuple[Standing, _Found]:
    """Place the hit cases where there is room, the others staying; a list may get another radiologist."""
    left = without(standing.answer, standing.hit | standing.dependent)
    found = _solved(run, standing, _prices(standing), standing.dependent, left)
    if found is None and not keeps_rules(standing.problem, left):
        # Somebody pinned follows a case that lost its place and finds no other that suits the pin.
        standing = _let_go(standing)
        left = without(standing.answer, standing.hit | standing.dependent)
        found = _solved(run, standing, _prices(standing), standing.dependent, left)
    return standing, found or _priced(standing, left)


def _let_go(standing: Standing) -> Standing:
    """Let go of the pins of cases that follow a displaced one."""
    loose = standing.all_dependent
    cases = (replace(case, pinned=None) if case.id in loose else case for case in standing.problem.cases)
    problem = replace(standing.problem, cases=tuple(cases))
    return Standing(problem=problem, plan=standing.plan, event=standing.event)


def _with_giving_way(run: Run, standing: Standing, chosen: frozenset[str], best: _Found) -> _Found | None:
    return _solved(run, standing, _prices(standing, chosen), chosen | standing.dependent, best.answer)


def _prices(standing: Standing, others: frozenset[str] = frozenset()) -> Prices:
    free = standing.hit | standing.dependent | others
    return Prices(problem=standing.problem, cases=tuple(sorted(free)))


def _solved(run: Run, standing: Standing, prices: Prices, paying: frozenset[str], hint: Answer) -> _Found | None:
    options = tried_lists(standing, standing.answer, prices, prices.cases)
    scope = Scope(options=options, paying=paying)
    seconds = run.seconds_left * SHARE_FOR_FREE_ROOM
    outcome = arrange(run, standing, prices, scope, hint, seconds=seconds)
    return None if outcome.answer is None else _priced(standing, outcome.answer)


def _priced(standing: Standing, answer: Answer) -> _Found:
    """Price an answer, with what each case that was not hit must save to be worth moving."""
    moved = sum(
        place_in(answer, case) != standing.at(case) for case in standing.answer.bookings if case not in standing.hit
    )
    return _Found(answer=answer, priced=cost(standing.problem, answer) + LEAST_GAIN * moved)


def cost(problem: SchedulingProblem, answer: Answer) -> int:
    """Price an answer by hand."""
    return cost_of(terms_of(Diary(problem=problem, plan=plan_of(problem, answer))), problem.objective)


def keeps_rules(problem: SchedulingProblem, answer: Answer) -> bool:
    """Tell whether an answer breaks no rule."""
    return not rule_breaches(Diary(problem=problem, plan=plan_of(problem, answer)))
