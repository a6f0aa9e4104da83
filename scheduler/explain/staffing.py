"""Who would do a list with one more case: whoever does it now, else the best person who may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.diary import Entry
from scheduler.explain.judging import breaches_at, cost_at
from scheduler.explain.scopes import ABOUT_STAFF, Spot
from scheduler.explain.starts import promised_starts
from scheduler.rules import RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scheduler.explain.surroundings import Surroundings
    from scheduler.problem import ListFacts, Radiologist

STAFF_BARS = tuple(rule.bars_staff for rule in RULEBOOK if rule.bars_staff is not None)
TEAM_BARS = tuple(rule.bars_team for rule in RULEBOOK if rule.bars_team is not None)


def staff_for(around: Surroundings, facts: ListFacts) -> tuple[str, ...]:
    """Name who does the list now; for a list nobody does, the cheapest of those who may, or the nearest to it."""
    named = around.without.staff.get(facts.id, ())
    if named or facts.id in around.without.by_list:
        return named
    if any(entry.list.id == facts.id for entry in around.now):
        return around.staff_now.get(facts.id, ())
    return _best(around, facts, candidates(around, facts))


def candidates(around: Surroundings, facts: ListFacts) -> tuple[Radiologist, ...]:
    """List who might do a list nobody does: the rostered radiologist, or everyone."""
    rostered = facts.session.radiologist
    if rostered is None:
        return around.problem.radiologists
    return tuple(person for person in around.problem.radiologists if person.id == rostered)


def _best(around: Surroundings, facts: ListFacts, people: tuple[Radiologist, ...]) -> tuple[str, ...]:
    if len(people) < 2:
        return tuple(person.id for person in people)
    able = [person for person in people if not _barred(around, facts, person)]
    if not able:
        return (min(people, key=lambda person: _bars(around, facts, person)).id,)
    if len(able) == 1:
        return (able[0].id,)
    return (min(able, key=lambda person: _price(around, facts, person)).id,)


def _barred(around: Surroundings, facts: ListFacts, person: Radiologist) -> bool:
    """Tell whether a rule keeps the person off the list or from the case, whatever else is planned."""
    team = any(bars(around.case, person) for bars in TEAM_BARS)
    return team or any(bars(around.problem, facts, person) for bars in STAFF_BARS)


def _bars(around: Surroundings, facts: ListFacts, person: Radiologist) -> int:
    """Count those rules."""
    staff = sum(bars(around.problem, facts, person) for bars in STAFF_BARS)
    return staff + sum(bars(around.case, person) for bars in TEAM_BARS)


def _price(around: Surroundings, facts: ListFacts, person: Radiologist) -> tuple[int, int]:
    """Give the number of breaches and the cost that depend on who does the list."""
    spot = spot_with(around, facts, (person.id,))
    return len(breaches_at(around, spot, ABOUT_STAFF)), cost_at(around, spot, ABOUT_STAFF)


def spot_with(around: Surroundings, facts: ListFacts, staff: Iterable[str]) -> Spot:
    """Give the booking with these people, at the start it was promised or the list's."""
    start = next(iter(promised_starts(around, facts)), facts.start)
    return Spot(entry=Entry(case=around.case, list=facts, start=start), staff=tuple(staff))
