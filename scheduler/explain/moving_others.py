"""Room is made on a list by moving one other case, or by booking the case this one waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.explain.changes import put_in, take_out
from scheduler.explain.judging import cost_at
from scheduler.explain.places import Verdict, judge, places_for
from scheduler.explain.surroundings import surroundings_of
from scheduler.explain.ways import verified
from scheduler.explain.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scheduler.diary import Entry
    from scheduler.explain.exclusions import Exclusion
    from scheduler.explain.scopes import Spot
    from scheduler.explain.surroundings import Surroundings
    from scheduler.explain.ways import Way
    from scheduler.plan import Plan

TRIES = 12  # other cases taken up and given their best other place
# Another case can be in the way by these rules alone.
CROWDING = frozenset({"session-window", "suite-no-overlap", "max-cases", "recovery", "equipment"})


def ways_by_moving_a_case(around: Surroundings, found: Iterable[Exclusion]) -> Iterator[Way]:
    """Give the ways that move one other case off a list that is full, the least urgent and cheapest first."""
    crowded = (exclusion for exclusion in found if exclusion.may_break_only(CROWDING))
    offers = [(exclusion, entry) for exclusion in crowded for entry in _movable(around, exclusion)]
    offers.sort(key=lambda offer: (offer[1].case.weight, cost_at(around, offer[0].nearest), offer[1].case.id))
    tried = 0
    for exclusion, entry in offers:
        plan = _swapped(around, exclusion, entry)
        if plan is not None:
            tried += 1
            yield from _moved(around, plan, entry)
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


def _swapped(around: Surroundings, exclusion: Exclusion, entry: Entry) -> Plan | None:
    """Take the other case out and put this one in; None if it still does not fit."""
    plan = take_out(around.plan, entry.case.id)
    there = surroundings_of(around.problem, plan, around.case.id)
    spot, broken = judge(there, exclusion.facts)
    return None if broken else put_in(around.problem, take_out(plan, around.case.id), spot)


def _moved(around: Surroundings, plan: Plan, entry: Entry) -> Iterator[Way]:
    """Give the other case its best other place, if it has one."""
    other = entry.case.id
    best = places_for(around.problem, plan, other)[0]
    if best.verdict is Verdict.NO:
        return
    facts = around.problem.lists[best.session]
    spot, _ = judge(surroundings_of(around.problem, plan, other), facts)
    says = f"Move case {other} (category {entry.case.urgency.value}) from {entry.list.id} to {facts.id}"
    days = (facts.date - entry.list.date).days
    when = f"{count(abs(days), 'day')} {'later' if days > 0 else 'earlier'}" if days else "the same day"
    way = verified(around, f"{says} on {show_date(facts.date)}, {when}.", around.problem, _put(around, plan, spot))
    if way is not None:
        yield way


def _put(around: Surroundings, plan: Plan, spot: Spot) -> Plan:
    return put_in(around.problem, take_out(plan, spot.entry.case.id), spot)


def ways_by_booking_the_earlier_case(around: Surroundings) -> Iterator[Way]:
    """Book the case this one follows, where that is not booked, and then this one."""
    follows = around.case.follows
    if follows is None or follows.case in around.without.by_case:
        return
    for place in places_for(around.problem, around.plan, follows.case):
        if place.verdict is Verdict.NO:
            return
        spot, _ = judge(surroundings_of(around.problem, around.plan, follows.case), around.problem.lists[place.session])
        plan = _put(around, around.plan, spot)
        best = places_for(around.problem, plan, around.case.id)[0]
        if best.verdict is not Verdict.NO:
            yield from _both(around, plan, spot, best.session)
            return


def _both(around: Surroundings, plan: Plan, first: Spot, session: str) -> Iterator[Way]:
    spot, _ = judge(surroundings_of(around.problem, plan, around.case.id), around.problem.lists[session])
    on = f"{first.entry.list.id} on {show_date(first.entry.list.date)}"
    says = f"Book case {first.entry.case.id}, which comes first, on {on}, and then this one on {session}."
    way = verified(around, says, around.problem, _put(around, plan, spot))
    if way is not None:
        yield way
