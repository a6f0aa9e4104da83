"""When the cases of lists that share bays and equipment start: each in its order, as early as may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.engine.compiled import compiled
from scheduler.engine.moving.arrays import (
    BAYS,
    CLASH,
    COUNT,
    DAY,
    DURATION,
    FIRST,
    FIXED_UNITS,
    IMPOSSIBLE,
    LATEST,
    LENGTH,
    MEMBERS,
    MOVED_COST,
    NEEDS,
    NEW_STEP,
    NOT_FIRST,
    NOWHERE,
    ORDER,
    OVERRUN,
    OVERTIME,
    PINNED,
    POINTER,
    PRICES,
    PROMISED,
    PROMISED_FIRST,
    PROMISED_LAST,
    PROMISED_STEP,
    READY,
    RECOVERY,
    RUNS,
    SITE,
    START,
    TURNAROUND,
    UNIT_AT,
    UNIT_KIND,
    of,
    of2,
    size,
    spot,
    spot2,
    width,
)

if TYPE_CHECKING:
    from scheduler.engine.columns.tables import Whole

BEGINS, ENDS, LEAVES, WHOSE = range(4)  # lines of RUNS


@compiled
def time_group(world: Whole, state: Whole, desk: Whole, group: int) -> int:
    """Time a group's lists into NEW_STEP; give what that costs, or IMPOSSIBLE."""
    busy = NOWHERE
    several = False
    for place in range(width(world, MEMBERS)):
        session = of2(world, MEMBERS, group, place)
        if session == NOWHERE:
            break
        if state[spot(world, COUNT, session)]:
            several = busy != NOWHERE
            if several:
                break
            busy = session
    if busy == NOWHERE:
        return 0
    return _time_several(world, state, desk, group) if several else _time_one(world, state, desk, busy)


@compiled
def _wish(world: Whole, case: int, session: int, ready: int) -> int:
    """Give the step to start at if nothing but the list stands in the way."""
    if of(world, PINNED, case) != NOWHERE:
        return of(world, PINNED, case)
    if of(world, PROMISED, case) == session:
        return max(ready, of(world, PROMISED_STEP, case))
    return ready


@compiled
def _last_end(world: Whole, state: Whole, session: int) -> int:
    """Give the step by which a list must be over: a list after it in its suite may be in use."""
    last = of(world, LENGTH, session) + of(world, OVERTIME, session)
    for place in range(width(world, CLASH)):
        other = of2(world, CLASH, session, place)
        if other == NOWHERE:
            break
        if state[spot(world, COUNT, other)]:
            last = min(last, of(world, START, other) - of(world, START, session))
    return last


@compiled
def _charge(world: Whole, session: int, case: int, step: int, place: int) -> int:
    """Price a case's place and start: flagged and not first, promised and moved."""
    total = 0
    if place and of(world, FIRST, case):
        total += of(world, PRICES, NOT_FIRST)
    kept = of(world, PROMISED_FIRST, case) <= step <= of(world, PROMISED_LAST, case)
    if of(world, PROMISED, case) == session and not kept:
        total += of(world, MOVED_COST, case)
    return total


@compiled
def _time_one(world: Whole, state: Whole, desk: Whole, session: int) -> int:
    """Time a list that has its site's bays to itself."""
    bays = of(world, BAYS, of(world, SITE, session))
    last = _last_end(world, state, session)
    staying = 0
    ready = 0
    total = 0
    end = 0
    for place in range(state[spot(world, COUNT, session)]):
        case = state[spot2(world, ORDER, session, place)]
        step = _wish(world, case, session, ready)
        if step < ready:
            return IMPOSSIBLE
        end = step + of(world, DURATION, case)
        stay = of(world, RECOVERY, case)
        if stay and staying >= bays:
            free = _bay_free(world, desk, staying, bays)
            if free > end:
                if of(world, PINNED, case) != NOWHERE:
                    return IMPOSSIBLE
                end = free
                step = end - of(world, DURATION, case)
        if end > last or end > of2(world, LATEST, case, session):
            return IMPOSSIBLE
        if stay:
            desk[spot2(world, RUNS, LEAVES, staying)] = end + stay
            staying += 1
        desk[spot2(world, NEW_STEP, session, place)] = step
        total += _charge(world, session, case, step, place)
        ready = end + of(world, TURNAROUND, session)
    return total + of(world, PRICES, OVERRUN) * max(0, end - of(world, LENGTH, session))


@compiled
def _bay_free(world: Whole, desk: Whole, staying: int, bays: int) -> int:
    """Give the first step at which fewer patients stay than there are bays."""
    if bays == 0:
        return IMPOSSIBLE
    free = IMPOSSIBLE
    for one in range(staying):
        until = desk[spot2(world, RUNS, LEAVES, one)]
        if until < free:
            there = 0
            for other in range(staying):
                if desk[spot2(world, RUNS, LEAVES, other)] > until:
                    there += 1
            if there < bays:
                free = until
    return free


@compiled
def _time_several(world: Whole, state: Whole, desk: Whole, group: int) -> int:
    """Time lists that share bays and equipment: whichever is ready first goes on, as soon as there is room."""
    left = 0
    members = width(world, MEMBERS)
    for place in range(members):
        session = of2(world, MEMBERS, group, place)
        if session == NOWHERE:
            members = place
            break
        desk[spot(world, POINTER, place)] = 0
        desk[spot(world, READY, place)] = of(world, START, session)
        left += state[spot(world, COUNT, session)]
    done = 0
    total = 0
    while done < left:
        chosen = NOWHERE
        for place in range(members):
            session = of2(world, MEMBERS, group, place)
            waits = desk[spot(world, POINTER, place)] < state[spot(world, COUNT, session)]
            if waits and (chosen == NOWHERE or desk[spot(world, READY, place)] < desk[spot(world, READY, chosen)]):
                chosen = place
        session = of2(world, MEMBERS, group, chosen)
        case = state[spot2(world, ORDER, session, desk[spot(world, POINTER, chosen)])]
        begin = of(world, START, session)
        wish = begin + _wish(world, case, session, desk[spot(world, READY, chosen)] - begin)
        if wish < desk[spot(world, READY, chosen)]:
            return IMPOSSIBLE
        limit = (
            begin + min(_last_end(world, state, session), of2(world, LATEST, case, session)) - of(world, DURATION, case)
        )
        at = _first_room(world, state, desk, session, case, done, wish, limit)
        if at > limit or (of(world, PINNED, case) != NOWHERE and at != wish):
            return IMPOSSIBLE
        end = at + of(world, DURATION, case)
        desk[spot2(world, RUNS, BEGINS, done)] = at
        desk[spot2(world, RUNS, ENDS, done)] = end
        desk[spot2(world, RUNS, LEAVES, done)] = end + of(world, RECOVERY, case)
        desk[spot2(world, RUNS, WHOSE, done)] = case
        desk[spot2(world, NEW_STEP, session, desk[spot(world, POINTER, chosen)])] = at - begin
        total += _charge(world, session, case, at - begin, desk[spot(world, POINTER, chosen)])
        desk[spot(world, POINTER, chosen)] += 1
        if desk[spot(world, POINTER, chosen)] == state[spot(world, COUNT, session)]:
            total += of(world, PRICES, OVERRUN) * max(0, end - begin - of(world, LENGTH, session))
        desk[spot(world, READY, chosen)] = end + of(world, TURNAROUND, session)
        done += 1
    return total


@compiled
def _first_room(
    world: Whole, state: Whole, desk: Whole, session: int, case: int, done: int, wish: int, limit: int
) -> int:
    """Give the first step from `wish` on with a bay after the case and its equipment during it."""
    at = wish
    while at <= limit:
        until = _bay_missing(world, desk, session, case, done, at)
        if until == NOWHERE:
            until = _unit_missing(world, state, desk, session, case, done, at)
        if until == NOWHERE:
            return at
        at = until
    return IMPOSSIBLE


@compiled
def _bay_missing(world: Whole, desk: Whole, session: int, case: int, done: int, at: int) -> int:
    """Give the next start worth a try if every bay is taken some time in the case's stay, or NOWHERE."""
    stay = of(world, RECOVERY, case)
    bays = of(world, BAYS, of(world, SITE, session))
    since = at + of(world, DURATION, case)
    if stay == 0 or _most_staying(world, desk, done, since, since + stay) < bays:
        return NOWHERE
    free = IMPOSSIBLE
    for one in range(done):
        leaves = desk[spot2(world, RUNS, LEAVES, one)]
        if leaves > max(since, desk[spot2(world, RUNS, ENDS, one)]):
            free = min(free, leaves)
    return free if free == IMPOSSIBLE else free - of(world, DURATION, case)


@compiled
def _most_staying(world: Whole, desk: Whole, done: int, since: int, until: int) -> int:
    """Count the most patients who stay at once between two steps: when the first comes, or another does."""
    most = 0
    for moment in range(-1, done):
        when = since if moment < 0 else desk[spot2(world, RUNS, ENDS, moment)]
        if since <= when < until:
            there = 0
            for one in range(done):
                if desk[spot2(world, RUNS, ENDS, one)] <= when < desk[spot2(world, RUNS, LEAVES, one)]:
                    there += 1
            most = max(most, there)
    return most


@compiled
def _unit_missing(world: Whole, state: Whole, desk: Whole, session: int, case: int, done: int, at: int) -> int:
    """Give the next start worth a try if some equipment is in use during the case, or NOWHERE."""
    end = at + of(world, DURATION, case)
    for kind in range(width(world, NEEDS)):
        if not of2(world, NEEDS, case, kind):
            continue
        units = units_at(world, state, kind, session)
        for moment in range(-1, done):
            when = at if moment < 0 else desk[spot2(world, RUNS, BEGINS, moment)]
            if not at <= when < end:
                continue
            there = 0
            free = IMPOSSIBLE
            for one in range(done):
                if desk[spot2(world, RUNS, BEGINS, one)] <= when < desk[spot2(world, RUNS, ENDS, one)] and of2(
                    world, NEEDS, desk[spot2(world, RUNS, WHOSE, one)], kind
                ):
                    there += 1
                    free = min(free, desk[spot2(world, RUNS, ENDS, one)])
            if there >= units:
                return free
    return NOWHERE


@compiled
def units_at(world: Whole, state: Whole, kind: int, session: int) -> int:
    """Count the units of a kind at a list's site on its date."""
    site = of(world, SITE, session)
    units = of2(world, FIXED_UNITS, kind, site)
    for unit in range(size(world, UNIT_KIND)):
        if of(world, UNIT_KIND, unit) == kind and state[spot2(world, UNIT_AT, unit, of(world, DAY, session))] == site:
            units += 1
    return units
