"""Who may give way to the cases that need a place: the less urgent, never a pinned or a confirmed patient."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from scheduler.engine.quick.arranging import LEAST_GAIN
from scheduler.engine.quick.scope import individual_cost, ordered
from scheduler.vocabulary import Commitment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.engine.answer import Answer
    from scheduler.engine.quick.scope import Prices
    from scheduler.engine.quick.standing import Standing
    from scheduler.problem import Case, ListFacts

    Days = dict[tuple[str, object], list[str]]  # the cases by site and date

RINGS = (12, 40, 120)  # how many may give way: first a few, then more, as long as somebody gains


def pressing(standing: Standing, prices: Prices, answer: Answer) -> list[str]:
    """List the cases that would gain by somebody giving way, the dearest first."""
    return [case for case in ordered(standing.hit, prices, answer) if any(_better_lists(prices, answer, case))]


def givers(standing: Standing, prices: Prices, answer: Answer) -> list[str]:
    """List who could give way, the most useful first: they are on the lists, or share the days, that would help."""
    on_list, on_day = _by_place(standing, answer)
    found: dict[str, None] = {}
    for key in pressing(standing, prices, answer):
        better = list(_better_lists(prices, answer, key))
        case = standing.problem.case_by_id[key]
        nearest = [other for facts in better for other in on_list[facts.id]]
        sharing = [other for facts in better for other in on_day[facts.site.id, facts.date]]
        for other in (*nearest, *sharing):
            if other not in standing.hit and _may_give_way(standing.problem.case_by_id[other], case):
                found.setdefault(other)
    return list(found)


def _better_lists(prices: Prices, answer: Answer, case: str) -> Iterator[ListFacts]:
    """Go through the lists where the case would cost so much less that somebody may move for it."""
    now, cost = individual_cost(prices, answer, case), prices.cost[case]
    lists = sorted(prices.places.options[case], key=lambda facts: (cost[facts.id], facts.start, facts.id))
    for facts in lists:
        if cost[facts.id] + LEAST_GAIN >= now:
            return
        yield facts


def _by_place(standing: Standing, answer: Answer) -> tuple[dict[str, list[str]], Days]:
    """Group the booked cases by list and by site and date, the lightest first."""
    problem = standing.problem
    on_list: dict[str, list[str]] = defaultdict(list)
    on_day: Days = defaultdict(list)
    for key in sorted(answer.bookings, key=lambda case: (problem.case_by_id[case].weight, case)):
        facts = problem.lists[answer.bookings[key][0]]
        on_list[facts.id].append(key)
        on_day[facts.site.id, facts.date].append(key)
    return on_list, on_day


def _may_give_way(other: Case, to: Case) -> bool:
    confirmed = other.previous is not None and other.previous.status is Commitment.CONFIRMED
    earlier = to.follows is not None and to.follows.case == other.id
    return other.pinned is None and not confirmed and other.urgency > to.urgency and not earlier
