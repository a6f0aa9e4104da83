"""What keeps a case off each list: the smallest sets of rules any booking of it there would break."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from scheduler.diary import Entry
from scheduler.explain.conflict import fewest_that_meet
from scheduler.explain.judging import breaches_at
from scheduler.explain.places import judge, spot_at
from scheduler.explain.scopes import ABOUT_START, ABOUT_THE_DATE, ABOUT_WHO, SEES_UNITS, Spot, recovering
from scheduler.explain.staffing import spot_with
from scheduler.explain.starts import after_the_last

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.explain.scopes import Question
    from scheduler.explain.surroundings import Surroundings
    from scheduler.problem import ListFacts

    Rules = frozenset[str]

NOTHING: frozenset[str] = frozenset()
OTHER_RULES = frozenset(rule.name for question in (*ABOUT_START, *ABOUT_WHO) for rule in question.rules)
SLOW_TO_ANSWER = (recovering, *SEES_UNITS)
START_QUESTIONS = [
    *(question for question in ABOUT_START if question.scope not in SLOW_TO_ANSWER),
    *(question for scope in SLOW_TO_ANSWER for question in ABOUT_START if question.scope is scope),
]


# Not slotted: it asks no more than somebody wants to know, and keeps the answers.
@dataclass(frozen=True, kw_only=True, eq=False)
class Exclusion:
    """One list, and what would be broken by the best booking of the case there (nothing, if it fits)."""

    around: Surroundings
    facts: ListFacts
    nearest: Spot
    fits: bool

    @cached_property
    def whatever(self) -> Rules:
        """The rules that keep the case off whatever the start and whoever does the list."""
        return NOTHING if self.fits else _broken(self.around, spot_with(self.around, self.facts, ()), ABOUT_THE_DATE)

    @cached_property
    def at_least(self) -> frozenset[Rules]:
        """Every way onto the list breaks at least one of these sets whole, whatever the start."""
        if self.fits or self.whatever:
            return frozenset({self.whatever})
        return smallest_of(_who(self.around, self.facts))

    @property
    def barred(self) -> bool:
        """Whether the list is out of the question whatever the start."""
        return NOTHING not in self.at_least

    @cached_property
    def sets(self) -> frozenset[Rules]:
        """Every way onto the list breaks at least one of these sets whole. An empty set: nothing is broken."""
        if self.fits:
            return frozenset({NOTHING})
        who = smallest_of(_who(self.around, self.facts)) if self.whatever else self.at_least
        when = smallest_of(_when(self.around, self.facts, self.nearest.staff))
        return smallest_of(self.whatever | person | start for person in who for start in when)

    @property
    def rules(self) -> Rules:
        """The rules that keep the case off; unless asked already, a list out of the question is asked no further."""
        asked = "sets" in vars(self) or not self.barred
        return NOTHING.union(*(self.sets if asked else self.at_least))

    def may_break_only(self, rules: Rules) -> bool:
        """Tell whether some way onto the list breaks these rules alone, or some of them."""
        possible = any(broken <= rules for broken in self.at_least)
        return possible and any(broken <= rules for broken in self.sets)


def exclusions(around: Surroundings) -> tuple[Exclusion, ...]:
    """Ask what keeps the case off each list, nothing else being moved."""
    judged = ((facts, *judge(around, facts)) for facts in around.problem.lists.values())
    return tuple(
        Exclusion(around=around, facts=facts, nearest=nearest, fits=not broken) for facts, nearest, broken in judged
    )


def counted(found: Iterable[Exclusion]) -> dict[str, int]:
    """Count the lists each rule has a part in ruling out, most first."""
    counts = Counter(rule for exclusion in found for rule in exclusion.rules)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def fewest_reasons(found: Iterable[Exclusion]) -> tuple[str, ...]:
    """Find the fewest rules of which every way onto any list breaks one; no list may fit.

    A list out of the question by itself breaks at least the rules that make it so, and at most all that were not asked
    as well. Where it makes no difference to the number of reasons which of the two, such lists are asked no further.
    """
    asked = [exclusion.sets for exclusion in found if not exclusion.barred]
    guessed = [exclusion for exclusion in found if exclusion.barred]
    while True:
        known = smallest_of(chain.from_iterable(asked))
        least = smallest_of(chain.from_iterable(exclusion.at_least for exclusion in guessed))
        enough = fewest_that_meet(smallest_of((*known, *least)))
        needed = fewest_that_meet(smallest_of((*known, *(rules | OTHER_RULES for rules in least))))
        if len(enough) == len(needed):
            return enough
        doubted = _emptiest(one for one in guessed if any(rules.isdisjoint(needed) for rules in one.at_least))
        asked += [exclusion.sets for exclusion in doubted]
        guessed = [exclusion for exclusion in guessed if exclusion not in doubted]


def _emptiest(found: Iterable[Exclusion]) -> list[Exclusion]:
    """Keep one list for each set of rules that bars any: the one that most likely breaks no other."""
    best: dict[frozenset[Rules], Exclusion] = {}
    for exclusion in sorted(found, key=lambda one: len(one.around.without.by_list.get(one.facts.id, ()))):
        best.setdefault(exclusion.at_least, exclusion)
    return list(best.values())


def smallest_of(sets: Iterable[Rules]) -> frozenset[Rules]:
    """Drop every set that holds another."""
    kept: list[Rules] = []
    for rules in sorted(set(sets), key=len):
        if not any(other <= rules for other in kept):
            kept.append(rules)
    return frozenset(kept)


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


def _when(around: Surroundings, facts: ListFacts, staff: tuple[str, ...]) -> Iterator[Rules]:
    """Give what each start would break, but for starts that break all that another breaks, and more."""
    known: list[Rules] = []
    for start in chain([after_the_last(around, facts)], around.starts_tried(facts)):
        entry = Entry(case=around.case, list=facts, start=start)
        broken = _least(around, Spot(entry=entry, staff=staff), known)
        if broken is not None:
            yield broken
            if not broken:
                return
            known.append(broken)


def _least(around: Surroundings, spot: Spot, known: list[Rules]) -> Rules | None:
    """Ask one question after another; None as soon as it is no better than what is known."""
    broken = NOTHING
    for question in START_QUESTIONS:
        if question.scope in SEES_UNITS:
            spot = spot_at(around, spot.entry.list, spot.entry.start, spot.staff)
        broken |= _broken(around, spot, (question,))
        if any(other <= broken for other in known):
            return None
    return broken
