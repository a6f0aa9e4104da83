"""Why a case is not booked: what excludes how many lists, the fewest reasons that leave none, and ways to make room."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from scheduler.audit import rule_breaches
from scheduler.diary import show_date
from scheduler.engine.run import EngineFaultError
from scheduler.explain.exclusions import counted, exclusions, fewest_reasons
from scheduler.explain.giving_way import ways_if_a_rule_gives_way
from scheduler.explain.judging import cost_at
from scheduler.explain.moving_others import ways_by_booking_the_earlier_case, ways_by_moving_a_case
from scheduler.explain.opening_lists import ways_by_opening_a_list
from scheduler.explain.places import standing_cost
from scheduler.explain.resolving import has_a_place
from scheduler.explain.surroundings import surroundings_of
from scheduler.explain.ways import verified
from scheduler.explain.words import count, left_out, person

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scheduler.explain.exclusions import Exclusion
    from scheduler.explain.surroundings import Surroundings
    from scheduler.explain.ways import Offer, Way
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem

MOST_WAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a case is not booked.

    `excluded` counts, for each rule, the lists it is seen to have a part in ruling out, nothing else being moved; a
    list out of the question whatever the start is asked no further than the reasons need. `smallest` are the fewest
    rules that together leave no list: without any one of them there would be one; () if the case fits.
    `ways` are audited, the cheapest first.
    """

    says: str
    excluded: Mapping[str, int]
    smallest: tuple[str, ...]
    ways: tuple[Way, ...]


def why_not(problem: SchedulingProblem, plan: Plan, case_id: str, *, with_ways: bool = True) -> Explanation:
    """Explain why a case is not booked (a booked case is explained as if it were not); the ways take longest.

    Raises NotFoundError for an unknown case, EngineFaultError if the rules and the solver disagree.
    """
    around = surroundings_of(problem, plan, case_id)
    found = exclusions(around)
    if any(exclusion.fits for exclusion in found):
        return Explanation(says=_it_fits(around, found), excluded=counted(found), smallest=(), ways=())
    smallest = _checked(around, fewest_reasons(found))
    excluded = counted(found)
    return Explanation(
        says=left_out(around, excluded, smallest),
        excluded=excluded,
        smallest=smallest,
        ways=_cheapest_ways(around, found) if with_ways else (),
    )


def _checked(around: Surroundings, rules: tuple[str, ...]) -> tuple[str, ...]:
    """Have the solver confirm that these rules leave no list. Each is needed, since no fewer would do."""
    # The solver cannot be asked about a plan that breaks rules already.
    if not rule_breaches(around.without) and has_a_place(around, rules):
        says = f"The solver finds case {around.case.id} a place although {', '.join(rules) or 'no lists'} leave none."
        raise EngineFaultError(says)
    return rules


def _it_fits(around: Surroundings, found: Sequence[Exclusion]) -> str:
    open_to_it = [exclusion.nearest for exclusion in found if exclusion.fits]
    now = standing_cost(around)
    best = min(open_to_it, key=lambda spot: (cost_at(around, spot), spot.entry.start, spot.entry.list.id))
    change = cost_at(around, best) - now
    when = f"{around.problem.clock(best.entry.start)} on {show_date(best.entry.list.date)}"
    who = f" with {person(around, best.staff[0])}" if best.staff else ""
    lists = count(len(open_to_it), "list")
    says = f"Case {around.case.id} fits as things stand, on {lists}; best on {best.entry.list.id} at {when}{who}."
    worse = f"The plan's cost would rise by {change:,}, so leaving it out is cheaper."
    better = f"The plan's cost would fall by {-change:,}."
    return f"{says} {worse if change > 0 else better}"


def _cheapest_ways(around: Surroundings, found: Sequence[Exclusion]) -> tuple[Way, ...]:
    """Try every kind of way; keep the best of each kind that passes the audit, and then the cheapest others."""
    kinds = (
        ways_if_a_rule_gives_way(around, found),
        ways_by_moving_a_case(around, found),
        ways_by_booking_the_earlier_case(around),
        ways_by_opening_a_list(around),
    )
    kept: list[Way] = []
    others: list[Offer] = []
    for offers in kinds:
        ranked = sorted(offers, key=lambda offer: offer.cost_change)
        best = next(((at, way) for at, offer in enumerate(ranked) if (way := verified(around, offer))), None)
        if best is not None:
            at, way = best
            kept.append(way)
            others += ranked[at + 1 :]
    audited = (verified(around, offer) for offer in sorted(others, key=lambda offer: offer.cost_change))
    kept += islice(filter(None, audited), MOST_WAYS - len(kept))
    return tuple(sorted(kept, key=lambda way: way.cost_change))
