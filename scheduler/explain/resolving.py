"""The solver is asked again, so that nobody need take an explanation's word for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scheduler.engine.model import rules_model
from scheduler.engine.places import Places, every_place
from scheduler.engine.run import EngineFaultError, Run
from scheduler.engine.solver import call_solver
from scheduler.explain.excerpt import with_cases
from scheduler.problem import MINUTES_PER_STEP
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Collection

    from scheduler.engine.model import Model
    from scheduler.explain.surroundings import Surroundings
    from scheduler.problem import SchedulingProblem

SECONDS = 20.0
EVERY_RULE = frozenset(rule.name for rule in RULEBOOK)
# What a booking is: without these there is no question to ask.
ALWAYS = frozenset({"one-booking", "one-radiologist"})


def has_a_place(around: Surroundings, rules: Collection[str]) -> bool:
    """Ask the solver whether the case fits somewhere under these rules alone, every other booking left as it is."""
    case = around.case.id
    diary, problem = around.without, around.problem
    frozen = {
        entry.case.id: (entry.list.id, (entry.start - entry.list.start) // MINUTES_PER_STEP) for entry in diary.entries
    }
    places = Places(
        options={
            **{other.id: () for other in problem.cases},
            **{other: (problem.lists[session],) for other, (session, _) in frozen.items()},
            case: tuple(problem.lists.values()),
        },
        staff={key: diary.staff.get(key, tuple(problem.radiologist_by_id)) for key in problem.lists},
        barred=frozenset(),
    )
    booked = with_cases(problem, *(problem.case_by_id[key] for key in (*frozen, case)))
    asked = [rule for rule in RULEBOOK if rule.name in rules or rule.name in ALWAYS]
    model = rules_model(booked, places, frozen=frozen, rules=asked)
    if not model.options(case):
        return False
    model.cp.add(model.booked(case) == 1)
    return _solvable(booked, model)


def pins_agree(
    problem: SchedulingProblem,
    pinned: Collection[str],
    *,
    presolve: bool = True,
    rules: Collection[str] = EVERY_RULE,
) -> bool:
    """Ask the solver whether any plan keeps these pinned cases where they are; other cases may be left out."""
    kept = set(pinned)
    cases = tuple(case if case.id in kept else replace(case, pinned=None) for case in problem.cases)
    needed = _with_earlier(problem, kept)
    asked = with_cases(problem, *(case for case in cases if case.id in needed))
    model = rules_model(asked, every_place(asked), rules=[rule for rule in RULEBOOK if rule.name in rules])
    return _solvable(asked, model, presolve=presolve)


def _with_earlier(problem: SchedulingProblem, cases: set[str]) -> set[str]:
    """Add the cases these follow, and those that follow in turn: no other case can help a pin."""
    needed = set(cases)
    for key in cases:
        follows = problem.case_by_id[key].follows
        while follows is not None and follows.case not in needed:
            needed.add(follows.case)
            follows = problem.case_by_id[follows.case].follows
    return needed


def _solvable(problem: SchedulingProblem, model: Model, *, presolve: bool = True) -> bool:
    model.finish()
    outcome = call_solver(Run(problem, SECONDS), model, seconds=SECONDS, seed=0, presolve=presolve)
    if outcome.answer is None and not outcome.infeasible:
        raise EngineFaultError(f"The solver did not settle within {SECONDS:.0f} seconds whether a place exists.")
    return not outcome.infeasible
