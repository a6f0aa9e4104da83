"""One call of the solver: the free cases find places around everything that stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.engine.answer import Answer
from scheduler.engine.model import rules_model
from scheduler.engine.quick.scope import narrowed
from scheduler.engine.solver import call_solver

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from scheduler.engine.model import Model
    from scheduler.engine.quick.scope import Prices, Scope
    from scheduler.engine.quick.standing import Standing
    from scheduler.engine.run import Run
    from scheduler.engine.solver import Outcome

LEAST_GAIN = 1_000  # what moving one more patient must save, beyond its own price: ten days late of a category 3
MOST_MOVES = 2  # others that may move for each case that needs a place
TIE_SCALE = 10_000  # the cost comes first; among equal costs, each new place starts as early as it can
UNIT_SCALE = 10  # and bringing a unit for nothing is worse than starting ten steps later


def arrange(run: Run, standing: Standing, prices: Prices, scope: Scope, hint: Answer, *, seconds: float) -> Outcome:
    """Find the cheapest places for the free cases; each paying case that moves must save LEAST_GAIN.

    At most MOST_MOVES of them move for each hit case, besides those that follow one.
    """
    places, frozen = narrowed(standing, prices, scope)
    model = rules_model(standing.problem, places, frozen=frozen)
    model.minimise()
    moves = {case: _moves(model, standing, hint, case) for case in sorted(scope.paying)}
    choosing = [literal for case, literal in moves.items() if case not in standing.dependent]
    model.cp.add(sum(choosing) <= MOST_MOVES * max(1, len(standing.hit)))
    for case in sorted(scope.free & standing.displaced):
        _stay_on_time(model, standing, case)
    _minimise(model, standing, scope, LEAST_GAIN * sum(moves.values()))
    model.finish()
    model.hint(hint)
    return call_solver(run, model, seconds=seconds, seed=0)


def _moves(model: Model, standing: Standing, hint: Answer, case: str) -> cp_model.LinearExprT:
    """Count 1 unless the case keeps its list and start."""
    session, step = standing.answer.bookings[case]
    stays = model.cp.new_bool_var("")
    model.cp.add_implication(stays, model.presence(case, session))
    model.cp.add(model.step(case) == step).only_enforce_if(stays)
    model.cp.add_hint(stays, hint.bookings.get(case) == (session, step))
    return 1 - stays


def _stay_on_time(model: Model, standing: Standing, case: str) -> None:
    """A case that stays on a list which only lost its radiologist keeps its start."""
    session, step = standing.answer.bookings[case]
    if session in standing.unstaffed:
        model.cp.add(model.step(case) == step).only_enforce_if(model.presence(case, session))


def _minimise(model: Model, standing: Standing, scope: Scope, moving: cp_model.LinearExprT) -> None:
    """Set what is minimised: the cost and the moves; then early starts, and mobile units left where they stand."""
    weights = model.problem.objective
    cost = sum(getattr(weights, name) * term for name, term in model.terms.items())
    steps = sum(model.step(case) for case in sorted(scope.free))
    model.cp.minimize(TIE_SCALE * (cost + moving) + steps + UNIT_SCALE * _units_brought(model, standing))


def _units_brought(model: Model, standing: Standing) -> cp_model.LinearExprT:
    """Count the mobile units placed where they did not stand, and those taken from where they did."""
    problem = model.problem
    could = {
        (unit.id, facts.date, facts.site.id)
        for case in problem.cases
        for facts in (model.options(case.id) if case.equipment else ())
        for unit in problem.equipment
        if unit.mobile and unit.kind in case.equipment and facts.site.id in unit.sites
    }
    stood = standing.answer.placed
    return sum(1 - model.placed(*row) if row in stood else model.placed(*row) for row in sorted(could))


def without(answer: Answer, cases: frozenset[str]) -> Answer:
    """Give an answer with some cases taken out, and the lists they leave empty without staff."""
    bookings = {case: at for case, at in answer.bookings.items() if case not in cases}
    used = {session for session, _ in bookings.values()}
    staff = {session: person for session, person in answer.staff.items() if session in used}
    return Answer(bookings=bookings, staff=staff, placed=answer.placed)
