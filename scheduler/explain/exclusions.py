"""What keeps a case off each list: the smallest sets of rules any booking of it there would break."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.explain.judging import breaches_at
from scheduler.explain.places import judge, spot_at
from scheduler.explain.scopes import ABOUT_START, ABOUT_THE_DATE, ABOUT_WHO
from scheduler.explain.staffing import spot_with
from scheduler.problem import MINUTES_PER_STEP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.explain.scopes import Question, Spot
    from scheduler.explain.surroundings import Surroundings
    from scheduler.problem import ListFacts

    Rules = frozenset[str]

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """One list: every way onto it breaks at least one of these sets of rules whole. An empty set: nothing is broken."""

    facts: ListFacts
    nearest: Spot
    sets: frozenset[Rules]

    @property
    def rules(self) -> Rules:
        """The rules that have a part in keeping the case off."""
        return NOTHING.union(*self.sets)


def exclusions(around: Surroundings) -> tuple[Exclusion, ...]:
    """Ask what keeps the case off each list, nothing else being moved."""
    lists = around.problem.lists.values()
    # As far as the solver's own starts reach: one step early, and as late as the longest list is long.
    steps = range(-1, max((facts.latest_end - facts.start for facts in lists), default=0) // MINUTES_PER_STEP + 1)
    return tuple(_exclusion(around, facts, steps) for facts in lists)


def counted(found: Iterable[Exclusion]) -> dict[str, int]:
    """Count the lists each rule has a part in ruling out, most first."""
    counts = Counter(rule for exclusion in found for rule in exclusion.rules)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def smallest_of(sets: Iterable[Rules]) -> frozenset[Rules]:
    """Drop every set that holds another."""
    kept: list[Rules] = []
    for rules in sorted(set(sets), key=len):
        if not any(other <= rules for other in kept):
            kept.append(rules)
    return frozenset(kept)


def _exclusion(around: Surroundings, facts: ListFacts, steps: range) -> Exclusion:
    nearest, broken = judge(around, facts)
    if not broken:
        return Exclusion(facts=facts, nearest=nearest, sets=frozenset({NOTHING}))
    whatever = _broken(around, spot_with(around, facts, ()), ABOUT_THE_DATE)
    who = smallest_of(_who(around, facts))
    when = smallest_of(_when(around, facts, nearest.staff, steps))
    sets = smallest_of(whatever | person | start for person in who for start in when)
    return Exclusion(facts=facts, nearest=nearest, sets=sets)


def _broken(around: Surroundings, spot: Spot, questions: tuple[Question, ...]) -> Rules:
    return frozenset(breach.rule for breach in breaches_at(around, spot, questions))


def _who(around: Surroundings, facts: ListFacts) -> Iterator[Rules]:
    """Give what each person who might do the list would break."""
    named = around.without.staff.get(facts.id, ())
    people = (
        [named] if named or facts.id in around.without.by_list else [(who.id,) for who in around.problem.radiologists]
    )
    for staff in people:
        yield _broken(around, spot_with(around, facts, staff), ABOUT_WHO)


def _when(around: Surroundings, facts: ListFacts, staff: tuple[str, ...], steps: range) -> Iterator[Rules]:
    """Give what each start would break; nothing more is asked once one breaks nothing."""
    for step in steps:
        spot = spot_at(around, facts, facts.start + MINUTES_PER_STEP * step, staff)
        broken = _broken(around, spot, ABOUT_START)
        yield broken
        if not broken:
            return
