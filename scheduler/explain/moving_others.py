"""Room is made on a list by moving one other case, or by booking the case this one waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.explain.changes import put_in, take_out
from scheduler.explain.judging import cost_at
from scheduler.explain.places import Verdict, best_place, judge, places_for, standing_cost
from scheduler.explain.surroundings import surroundings_of
from scheduler.explain.ways import Offer
from scheduler.explain.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.diary import Entry
    from scheduler.explain.exclusions import Exclusion
    from scheduler.explain.scopes import Spot
    from scheduler.explain.surroundings import Surroundings
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem

TRIES = 12  # other cases taken up and given their best other place
# Another case can be in the way by these rules alone.
CROWDING = frozenset({"session-window", "suite-no-overlap", "max-cases", "recovery", "equipment"})


def ways_by_moving_a_case(around: Surroundings, found: Iterable[Exclusion]) -> Iterator[Offer]:
    """Give the ways that move one other case off a list that is full, the least urgent and cheapest first."""
    crowded = (exclusion for exclusion in found if exclusion.may_break_only(CROWDING))
    offers = [(exclusion, entry) for exclusion in crowded for entry in _movable(around, exclusion)]
    offers.sort(key=lambda offer: (offer[1].case.weight, cost_at(around, offer[0].nearest), offer[1].case.id))
    tried = 0
    for exclusion, entry in offers:
        swapped = _swapped(around, exclusion, entry)
        if swapped is not None:
            tried += 1
            yield from _moved(around, *swapped, entry)
        if tried == TRIES:
            return


def _movable(around: Surroundings, exclusion: Exclusion) -> Iterator[Entry]:
    """Go through the list's cases that are not pinned, long enough to help, and not waited for by this one."""
    case, facts = around.case, exclusion.facts
    room = facts.latest_end - facts.start + facts.suite.turnaround_minutes
    entries = around.without.by_list.get(facts.id, ())
    free = room - sum(entry.case.duration_minutes + facts.suite.turnaround_minutes for entry in entries)
    first = None if case.follows is None else case.follows.case
    for entry in entries:
        fits = free + entry.case.duration_minutes >= case.duration_minutes
        if fits and entry.case.pinned is None and entry.case.id != first:
            yield entry


def _swapped(around: Surroundings, exclusion: Exclusion, entry: Entry) -> tuple[Plan, int] | None:
    """Take the other case out and put this one in, with the change in cost; None if it still does not fit."""
    out = surroundings_of(around.problem, around.plan, entry.case.id)
    there = surroundings_of(around.problem, out.without.plan, around.case.id)
    spot, broken = judge(there, exclusion.facts)
    if broken:
        return None
    change = cost_at(there, spot) - standing_cost(there) - standing_cost(out)
    return put_in(around.problem, there.without.plan, spot), change


def _moved(around: Surroundings, plan: Plan, change: int, entry: Entry) -> Iterator[Offer]:
    """Give the other case its best other place, if it has one."""
    other = entry.case.id
    there = surroundings_of(around.problem, plan, other)
    best = best_place(there)
    if best is None:
        return
    spot, price = best
    facts = spot.entry.list
    says = f"Move case {other} (category {entry.case.urgency.value}) from {entry.list.id} to {facts.id}"
    days = (facts.date - entry.list.date).days
    when = f"{count(abs(days), 'day')} {'later' if days > 0 else 'earlier'}" if days else "the same day"
    yield Offer(
        says=f"{says} on {show_date(facts.date)}, {when}.",
        cost_change=change + price - standing_cost(there),
        problem=around.problem,
        plan=put_in(around.problem, there.without.plan, spot),
    )


def _put(around: Surroundings, plan: Plan, spot: Spot) -> Plan:
    return put_in(around.problem, take_out(plan, spot.entry.case.id), spot)


def ways_by_booking_the_earlier_case(around: Surroundings) -> Iterator[Offer]:
    """Book the case this one follows, where that is not booked, and then this one."""
    follows = around.case.follows
    if follows is None or follows.case in around.without.by_case:
        return
    for place in places_for(around.problem, around.plan, follows.case):
        if place.verdict is Verdict.NO:
            return
        spot, _ = judge(surroundings_of(around.problem, around.plan, follows.case), around.problem.lists[place.session])
        plan = _put(around, around.plan, spot)
        last = surroundings_of(around.problem, plan, around.case.id)
        best = best_place(last)
        if best is not None:
            change = place.cost_change + best[1] - standing_cost(last)
            yield _both(spot, best[0], change, around.problem, put_in(around.problem, last.without.plan, best[0]))
            return


def _both(first: Spot, last: Spot, change: int, problem: SchedulingProblem, plan: Plan) -> Offer:
    on = f"{first.entry.list.id} on {show_date(first.entry.list.date)}"
    says = f"Book case {first.entry.case.id}, which comes first, on {on}, and then this one on {last.entry.list.id}."
    return Offer(says=says, cost_change=change, problem=problem, plan=plan)
