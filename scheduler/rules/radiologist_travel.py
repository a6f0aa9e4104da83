"""A radiologist is in one place at a time and has time to travel."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from scheduler.rule import Breach, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from scheduler.diary import Diary
    from scheduler.problem import ListFacts, SchedulingProblem
    from scheduler.rule import PlanningModel

NAME = "radiologist-travel"


def _clash(problem: SchedulingProblem, first: ListFacts, second: ListFacts) -> bool:
    """Tell whether nobody can do both lists, which are on one date."""
    earlier, later = sorted((first, second), key=lambda facts: (facts.start, facts.end))
    journey = problem.minutes_between(earlier.site.id, later.site.id)
    return later.start < earlier.end + journey


def enforce(model: PlanningModel) -> None:
    """Give a radiologist at most one of two lists that clash."""
    for first, second in _same_date(model.problem.lists.values()):
        both = set(model.staff_options(first.id)).intersection(model.staff_options(second.id))
        if both and _clash(model.problem, first, second):
            for radiologist in sorted(both):
                pair = [model.staffed(first.id, radiologist), model.staffed(second.id, radiologist)]
                model.cp.add_at_most_one(pair)


def _same_date(lists: Iterable[ListFacts]) -> Iterator[tuple[ListFacts, ListFacts]]:
    """Pair the lists of each date."""
    by_date: dict[date, list[ListFacts]] = defaultdict(list)
    for facts in lists:
        by_date[facts.date].append(facts)
    for group in by_date.values():
        yield from combinations(group, 2)


def breaches(diary: Diary) -> Iterator[Breach]:
    """Find pairs of lists their radiologist cannot both reach."""
    problem = diary.problem
    for radiologist, lists in diary.lists_of.items():
        for earlier, later in _same_date(lists):
            if _clash(problem, earlier, later):
                journey = problem.minutes_between(earlier.site.id, later.site.id)
                says = (
                    f"{radiologist} does {earlier.id} until {problem.clock(earlier.end)} and {later.id} from "
                    f"{problem.clock(later.start)}; the journey takes {journey} minutes."
                )
                yield Breach(rule=NAME, says=says, session=later.id)


RULE = Rule(
    name=NAME,
    says=(
        "Two lists of one radiologist on one date do not overlap, and at different sites the later starts at least the "
        "travelling time after the earlier ends."
    ),
    because="Nobody is in two places at once, and roads take time.",
    enforce=enforce,
    breaches=breaches,
)
