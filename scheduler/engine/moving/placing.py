"""Cases are put on lists and taken off, with everything that hangs on it kept up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.engine.compiled import compiled
from scheduler.engine.moving.arrays import (
    CHEAPEST,
    CHOSEN,
    COST,
    COUNT,
    DATE,
    DAY,
    DURATION,
    EARLIER,
    GROUP,
    IMPOSSIBLE,
    LATER,
    LEAST_DAYS,
    LEFT_OUT,
    LENGTH,
    LIMIT_MOST,
    LIMIT_USED,
    LIMITS,
    MEMBERS,
    MINUTES,
    MOST,
    MOST_DAYS,
    NEEDS,
    NEW_STEP,
    NOBODY,
    NOWHERE,
    OPENED,
    ORDER,
    OVERTIME,
    PATIENT,
    PERSON_BALANCE,
    PERSON_COST,
    PERSON_LOAD,
    PERSON_TARGET,
    POOL,
    POOLED,
    PRICES,
    SHUT,
    SITE,
    SITE_BALANCE,
    SITE_LOAD,
    SITE_TARGET,
    SKILLED,
    STAFF,
    STAFFS,
    STEP,
    TIMING,
    TOTAL,
    TOUCHED,
    TURNAROUND,
    UNIT_AT,
    UNIT_KIND,
    UNIT_SITES,
    UNIT_USE,
    VISITS,
    WAITS,
    WHERE,
    depth,
    of,
    of2,
    of3,
    size,
    spot,
    spot2,
    spot3,
    width,
)
from scheduler.engine.moving.chance import share
from scheduler.engine.moving.timing import time_group, units_at

if TYPE_CHECKING:
    from scheduler.engine.columns.tables import Whole

BLINK = 0.03  # how often a possible place is overlooked, so that the same choice is not made for ever


@compiled
def above(load: int, target: int) -> int:
    """Give the minutes above a target."""
    return load - target if load > target else 0


@compiled
def _days_suit(world: Whole, state: Whole, case: int, session: int) -> bool:
    """Tell whether the case may be on this date: its patient is free, and those before and after it are in place."""
    patient = of(world, PATIENT, case)
    if patient != NOWHERE and state[spot2(world, VISITS, patient, of(world, DAY, session))]:
        return False
    date = of(world, DATE, session)
    earlier = of(world, EARLIER, case)
    if earlier != NOWHERE:
        if state[spot(world, WHERE, earlier)] == NOWHERE:
            return False
        days = date - of(world, DATE, state[spot(world, WHERE, earlier)])
        if days < of(world, LEAST_DAYS, case) or days > of(world, MOST_DAYS, case):
            return False
    for place in range(width(world, LATER)):
        after = of2(world, LATER, case, place)
        if after == NOWHERE:
            break
        if state[spot(world, WHERE, after)] != NOWHERE:
            days = of(world, DATE, state[spot(world, WHERE, after)]) - date
            if days < of(world, LEAST_DAYS, after) or days > of(world, MOST_DAYS, after):
                return False
    return True


@compiled
def _note_visit(world: Whole, state: Whole, case: int, session: int, change: int) -> None:
    patient = of(world, PATIENT, case)
    if patient != NOWHERE:
        state[spot2(world, VISITS, patient, of(world, DAY, session))] += change


@compiled
def _has_minutes(world: Whole, state: Whole, case: int, session: int) -> bool:
    """Tell whether the list is long enough for one case more, and may hold it."""
    count = state[spot(world, COUNT, session)]
    if count >= of(world, MOST, session):
        return False
    total = of(world, DURATION, case) + of(world, TURNAROUND, session) * count
    for place in range(count):
        total += of(world, DURATION, state[spot2(world, ORDER, session, place)])
    return bool(total <= of(world, LENGTH, session) + of(world, OVERTIME, session))


@compiled
def may_do(world: Whole, state: Whole, session: int, person: int) -> bool:
    """Tell whether a radiologist has time for a list nobody does."""
    if not of2(world, STAFFS, session, person):
        return False
    for place in range(depth(world, LIMITS)):
        limit = of3(world, LIMITS, session, person, place)
        if limit == NOWHERE:
            break
        if state[spot(world, LIMIT_USED, limit)] >= of(world, LIMIT_MOST, limit):
            return False
    return True


@compiled
def person_change(world: Whole, state: Whole, case: int, person: int) -> int:
    """Price a case for a radiologist: whom the patient knows, and the radiologist's load."""
    load, target = state[spot(world, PERSON_LOAD, person)], of(world, PERSON_TARGET, person)
    more = above(load + of(world, MINUTES, case), target) - above(load, target)
    return of2(world, PERSON_COST, case, person) + of(world, PRICES, PERSON_BALANCE) * more


@compiled
def _who(world: Whole, state: Whole, desk: Whole, case: int, session: int) -> int:
    """Choose who opens a list for a case: the cheapest, now and then another."""
    if desk[spot(world, CHOSEN, 0)] == session:
        person = desk[spot(world, CHOSEN, 1)]
        able = of2(world, SKILLED, case, person) and may_do(world, state, session, person)
        return person if able else NOBODY
    best, least = NOBODY, IMPOSSIBLE
    any_one = share(desk) < 0.3
    for person in range(width(world, STAFFS)):
        if of2(world, SKILLED, case, person) and may_do(world, state, session, person):
            price = person_change(world, state, case, person)
            if any_one:
                price = int(share(desk) * 1000)
            if price < least:
                best, least = person, price
    return best


@compiled
def _units_for(world: Whole, state: Whole, case: int, session: int) -> bool:
    """Tell whether every kind the case needs is at the list's site that date or can be brought."""
    for kind in range(width(world, NEEDS)):
        if (
            of2(world, NEEDS, case, kind)
            and units_at(world, state, kind, session) == 0
            and _free_unit(world, state, kind, session) == NOWHERE
        ):
            return False
    return True


@compiled
def _free_unit(world: Whole, state: Whole, kind: int, session: int) -> int:
    """Find a mobile unit that stands nowhere that date and may come."""
    for unit in range(size(world, UNIT_KIND)):
        free = state[spot2(world, UNIT_AT, unit, of(world, DAY, session))] == NOWHERE
        if free and of(world, UNIT_KIND, unit) == kind and of2(world, UNIT_SITES, unit, of(world, SITE, session)):
            return unit
    return NOWHERE


@compiled
def _bring_units(world: Whole, state: Whole, case: int, session: int) -> None:
    site, day = of(world, SITE, session), of(world, DAY, session)
    for kind in range(width(world, NEEDS)):
        if of2(world, NEEDS, case, kind):
            if units_at(world, state, kind, session) == 0:
                unit = _free_unit(world, state, kind, session)
                if unit != NOWHERE:
                    state[spot2(world, UNIT_AT, unit, day)] = site
            state[spot3(world, UNIT_USE, kind, site, day)] += 1


@compiled
def _release_units(world: Whole, state: Whole, case: int, session: int) -> None:
    site, day = of(world, SITE, session), of(world, DAY, session)
    for kind in range(width(world, NEEDS)):
        if of2(world, NEEDS, case, kind):
            state[spot3(world, UNIT_USE, kind, site, day)] -= 1
            if state[spot3(world, UNIT_USE, kind, site, day)] == 0:
                for unit in range(size(world, UNIT_KIND)):
                    if of(world, UNIT_KIND, unit) == kind and state[spot2(world, UNIT_AT, unit, day)] == site:
                        state[spot2(world, UNIT_AT, unit, day)] = NOWHERE


@compiled
def _squeeze_in(world: Whole, state: Whole, case: int, session: int, place: int) -> None:
    for behind in range(state[spot(world, COUNT, session)], place, -1):
        state[spot2(world, ORDER, session, behind)] = state[spot2(world, ORDER, session, behind - 1)]
    state[spot2(world, ORDER, session, place)] = case
    state[spot(world, COUNT, session)] += 1


@compiled
def _draw_out(world: Whole, state: Whole, session: int, place: int) -> None:
    state[spot(world, COUNT, session)] -= 1
    for behind in range(place, state[spot(world, COUNT, session)]):
        state[spot2(world, ORDER, session, behind)] = state[spot2(world, ORDER, session, behind + 1)]


@compiled
def _best_turn(world: Whole, state: Whole, desk: Whole, case: int, session: int, limit: int) -> tuple[int, int]:
    """Find the case's best turn on a list: give it and what the group's timing then costs more, if below the limit."""
    group = of(world, GROUP, session)
    now = state[spot(world, TIMING, group)]
    count = state[spot(world, COUNT, session)]
    best, least = NOWHERE, limit
    skip = int(share(desk) * (count + 1))  # begin anywhere, so that equals take turns
    for tried in range(count + 1):
        place = (tried + skip) % (count + 1)
        _squeeze_in(world, state, case, session, place)
        timing = time_group(world, state, desk, group)
        _draw_out(world, state, session, place)
        if timing - now < least:
            best, least = place, timing - now
            if least <= 0:
                break
    return best, least


@compiled
def keep_times(world: Whole, state: Whole, desk: Whole, group: int) -> bool:
    """Time a group as it stands and keep that; tell whether it can be."""
    timing = time_group(world, state, desk, group)
    if timing >= IMPOSSIBLE:
        return False
    for place in range(width(world, MEMBERS)):
        session = of2(world, MEMBERS, group, place)
        if session == NOWHERE:
            break
        for turn in range(state[spot(world, COUNT, session)]):
            state[spot2(world, STEP, session, turn)] = desk[spot2(world, NEW_STEP, session, turn)]
    state[spot(world, TOTAL, 0)] += timing - state[spot(world, TIMING, group)]
    state[spot(world, TIMING, group)] = timing
    return True


@compiled
def _site_change(world: Whole, state: Whole, case: int, session: int) -> int:
    site = of(world, SITE, session)
    load, target = state[spot(world, SITE_LOAD, site)], of(world, SITE_TARGET, site)
    return of(world, PRICES, SITE_BALANCE) * (above(load + of(world, MINUTES, case), target) - above(load, target))


@compiled
def best_place(world: Whole, state: Whole, desk: Whole, case: int) -> tuple[int, int, int]:
    """Find the cheapest list for a case that has none: give it, its turn and who does it.

    NOWHERE if leaving the case out is cheaper.
    """
    best, best_turn, best_person, least = NOWHERE, 0, NOBODY, 0
    for rank in range(width(world, CHEAPEST)):
        session = of2(world, CHEAPEST, case, rank)
        if session == NOWHERE:
            break
        change = of2(world, COST, case, session) - of(world, LEFT_OUT, case)
        if change >= least:
            break
        if session == desk[spot(world, SHUT, 0)] or share(desk) < BLINK:
            continue
        if not _has_minutes(world, state, case, session) or not _days_suit(world, state, case, session):
            continue
        person, more = _team_for(world, state, desk, case, session)
        change += more
        if change >= least or not _units_for(world, state, case, session):
            continue
        place, timing = _best_turn(world, state, desk, case, session, least - change)
        if place != NOWHERE:
            best, best_turn, best_person, least = session, place, person, change + timing
    return best, best_turn, best_person


@compiled
def _team_for(world: Whole, state: Whole, desk: Whole, case: int, session: int) -> tuple[int, int]:
    """Find who would do the case on a list, and what that and the loads cost; NOBODY and IMPOSSIBLE if nobody can."""
    person = state[spot(world, STAFF, session)]
    change = 0
    if person == NOBODY:
        person = _who(world, state, desk, case, session)
        change = of(world, PRICES, OPENED)
        if person == NOBODY:
            return NOBODY, IMPOSSIBLE
    elif not of2(world, SKILLED, case, person):
        return NOBODY, IMPOSSIBLE
    change += person_change(world, state, case, person) + _site_change(world, state, case, session)
    return person, change


@compiled
def put_on(world: Whole, state: Whole, desk: Whole, case: int, session: int, place: int, person: int) -> bool:
    """Put a case on a list at this turn; tell whether it can be timed (if not, nothing is changed but the total)."""
    if state[spot(world, STAFF, session)] == NOBODY:
        take_list(world, state, session, person)
        state[spot(world, TOTAL, 0)] += of(world, PRICES, OPENED)
    state[spot(world, TOTAL, 0)] += of2(world, COST, case, session) - of(world, LEFT_OUT, case)
    state[spot(world, TOTAL, 0)] += person_change(world, state, case, person) + _site_change(
        world, state, case, session
    )
    state[spot(world, PERSON_LOAD, person)] += of(world, MINUTES, case)
    state[spot(world, SITE_LOAD, of(world, SITE, session))] += of(world, MINUTES, case)
    _note_visit(world, state, case, session, 1)
    _bring_units(world, state, case, session)
    _squeeze_in(world, state, case, session, place)
    state[spot(world, WHERE, case)] = session
    return keep_times(world, state, desk, of(world, GROUP, session))


@compiled
def take_off(world: Whole, state: Whole, desk: Whole, case: int) -> None:
    """Take a case off its list into the pool, and before it those that follow it. Times are not worked out anew."""
    while state[spot(world, WHERE, case)] != NOWHERE:
        last = case
        place = 0
        while place < width(world, LATER) and of2(world, LATER, last, place) != NOWHERE:
            after = of2(world, LATER, last, place)
            place += 1
            if state[spot(world, WHERE, after)] != NOWHERE:
                last, place = after, 0
        _take_one_off(world, state, desk, last)


@compiled
def into_pool(world: Whole, desk: Whole, case: int) -> None:
    """Let a case wait to be put back."""
    desk[spot(world, POOL, desk[spot(world, POOLED, 0)])] = case
    desk[spot(world, POOLED, 0)] += 1
    desk[spot(world, WAITS, case)] = True


@compiled
def _take_one_off(world: Whole, state: Whole, desk: Whole, case: int) -> None:
    session = state[spot(world, WHERE, case)]
    into_pool(world, desk, case)
    desk[spot(world, TOUCHED, of(world, GROUP, session))] = True
    person = state[spot(world, STAFF, session)]
    for place in range(state[spot(world, COUNT, session)]):
        if state[spot2(world, ORDER, session, place)] == case:
            _draw_out(world, state, session, place)
            break
    state[spot(world, WHERE, case)] = NOWHERE
    state[spot(world, PERSON_LOAD, person)] -= of(world, MINUTES, case)
    state[spot(world, SITE_LOAD, of(world, SITE, session))] -= of(world, MINUTES, case)
    state[spot(world, TOTAL, 0)] -= of2(world, COST, case, session) - of(world, LEFT_OUT, case)
    state[spot(world, TOTAL, 0)] -= person_change(world, state, case, person) + _site_change(
        world, state, case, session
    )
    _note_visit(world, state, case, session, -1)
    _release_units(world, state, case, session)
    if state[spot(world, COUNT, session)] == 0:
        leave_list(world, state, session)
        state[spot(world, TOTAL, 0)] -= of(world, PRICES, OPENED)


@compiled
def take_list(world: Whole, state: Whole, session: int, person: int) -> None:
    """Name who does a list."""
    state[spot(world, STAFF, session)] = person
    for place in range(depth(world, LIMITS)):
        limit = of3(world, LIMITS, session, person, place)
        if limit == NOWHERE:
            break
        state[spot(world, LIMIT_USED, limit)] += 1


@compiled
def leave_list(world: Whole, state: Whole, session: int) -> None:
    """Take a list's radiologist off it."""
    person = state[spot(world, STAFF, session)]
    for place in range(depth(world, LIMITS)):
        limit = of3(world, LIMITS, session, person, place)
        if limit == NOWHERE:
            break
        state[spot(world, LIMIT_USED, limit)] -= 1
    state[spot(world, STAFF, session)] = NOBODY
