"""One more booking is judged by the rules' own breaches and the goals' own measures, on what surrounds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.explain.scopes import ABOUT_COST
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.diary import Diary
    from scheduler.explain.scopes import Part, Question, Spot
    from scheduler.explain.surroundings import Surroundings
    from scheduler.rule import Breach, Rule

ORDER = {rule.name: number for number, rule in enumerate(RULEBOOK)}


def caused(case: str, after: Iterable[Breach], before: Iterable[Breach]) -> list[Breach]:
    """Keep the breaches that name the case, and those that were not there without it."""
    stood = set(before)
    return [breach for breach in after if case in breach.cases or breach not in stood]


def breaches_at(around: Surroundings, spot: Spot, questions: tuple[Question, ...]) -> list[Breach]:
    """Find the breaches the booking would cause, in the order of the rulebook."""
    case = around.case.id
    found: list[Breach] = []
    for question in questions:
        part = question.scope(around, spot)
        if part is None:
            continue
        broken = _breaches(question.rules, part.after(around, spot))
        if any(case not in breach.cases for breach in broken):
            broken = caused(case, broken, _breaches(question.rules, part.before(around, spot)))
        found += broken
    return sorted(found, key=lambda breach: ORDER[breach.rule])


def _breaches(rules: tuple[Rule, ...], diary: Diary) -> list[Breach]:
    return [breach for rule in rules for breach in rule.breaches(diary)]


def cost_at(around: Surroundings, spot: Spot, questions: tuple[Question, ...] = ABOUT_COST) -> int:
    """Price the booking: what the goals come to with it, less what they come to without the case."""
    weights = around.problem.objective
    total = 0
    for question in questions:
        part = question.scope(around, spot) if question.goals else None
        if part is not None:
            after = part.after(around, spot)
            before = _before(around, spot, question, part)
            for goal, stood in zip(question.goals, before, strict=True):
                total += getattr(weights, goal.name) * (goal.measure(after) - stood)
    return total


def _before(around: Surroundings, spot: Spot, question: Question, part: Part) -> tuple[int, ...]:
    """Measure the goals without the case; where nobody else is booked that is the same everywhere."""
    if part.others:
        return _measures(question, part.before(around, spot))
    key = (question, id(part.problem))
    if key not in around.measured:
        around.measured[key] = _measures(question, part.before(around, spot))
    return around.measured[key]


def _measures(question: Question, diary: Diary) -> tuple[int, ...]:
    return tuple(goal.measure(diary) for goal in question.goals)
