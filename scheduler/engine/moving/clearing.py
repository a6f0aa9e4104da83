"""The way is cleared for one case to one list: room, a radiologist who can do it, and the equipment it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.engine.compiled import compiled
from scheduler.engine.moving.arrays import (
    CHEAPEST,
    CHOSEN,
    COUNT,
    DAY,
    EARLY,
    FAVOURED,
    FITS,
    HELD,
    LEFT_OUT,
    LENGTH,
    LIMIT_MOST,
    LIMIT_USED,
    LIMITS,
    NEEDS,
    NOBODY,
    NOWHERE,
    ORDER,
    SITE,
    SKILLED,
    STAFF,
    STAFFS,
    UNIT_AT,
    UNIT_KIND,
    UNIT_SITES,
    WAITS,
    WHERE,
    depth,
    of,
    of2,
    of3,
    size,
    spot,
    spot2,
    width,
)
from scheduler.engine.moving.chance import below
from scheduler.engine.moving.picking import draw_case, empty, likely, string
from scheduler.engine.moving.placing import into_pool, may_do, take_off
from scheduler.engine.moving.timing import units_at

if TYPE_CHECKING:
    from scheduler.engine.columns.tables import Whole

MOST_FROM_THE_LIST = 3
MOST_ALIKE = 5


@compiled
def clear_the_way(world: Whole, state: Whole, desk: Whole) -> None:
    """Pick a case and one of its cheapest lists, take off what stands in the way, and let the case choose first."""
    case = draw_case(world, state, desk)
    ranks = likely(world, case)
    if ranks == 0:
        return
    session = of2(world, CHEAPEST, case, below(desk, ranks))
    desk[spot(world, FAVOURED, 0)] = case
    string(world, state, desk, session, MOST_FROM_THE_LIST)
    _find_somebody(world, state, desk, case, session)
    for kind in range(width(world, NEEDS)):
        if of2(world, NEEDS, case, kind) and units_at(world, state, kind, session) == 0:
            _call_unit(world, state, desk, kind, session)
    _ask_its_like(world, state, desk, case, session)


@compiled
def _ask_its_like(world: Whole, state: Whole, desk: Whole, case: int, session: int) -> None:
    """Let some cases without a place that fit the list too, and need no less, be put back early."""
    cases = size(world, LEFT_OUT)
    first = below(desk, cases)
    left = MOST_ALIKE
    for turn in range(cases):
        other = (first + turn) % cases
        if state[spot(world, WHERE, other)] != NOWHERE or not of2(world, FITS, other, session) or other == case:
            continue
        if not _needs_as_much(world, other, case):
            continue
        if not desk[spot(world, WAITS, other)]:
            into_pool(world, desk, other)
        desk[spot(world, WAITS, other)] = EARLY
        left -= 1
        if left == 0:
            return


@compiled
def _needs_as_much(world: Whole, other: int, case: int) -> bool:
    for kind in range(width(world, NEEDS)):
        if of2(world, NEEDS, case, kind) and not of2(world, NEEDS, other, kind):
            return False
    return True


@compiled
def _find_somebody(world: Whole, state: Whole, desk: Whole, case: int, session: int) -> None:
    """See to it that somebody who can do the case can do the list: empty it, or another list of theirs."""
    person = state[spot(world, STAFF, session)]
    if person != NOBODY:
        if of2(world, SKILLED, case, person):
            return
        empty(world, state, desk, session)
        if state[spot(world, COUNT, session)]:
            return
    people = width(world, STAFFS)
    first = below(desk, people)
    chosen = NOBODY
    for turn in range(people):
        able = (first + turn) % people
        if of2(world, SKILLED, case, able) and of2(world, STAFFS, session, able):
            if may_do(world, state, session, able):
                return
            chosen = able
    if chosen != NOBODY:
        _free(world, state, desk, session, chosen)


@compiled
def _free(world: Whole, state: Whole, desk: Whole, session: int, person: int) -> None:
    """Empty lists of a radiologist that keep that person from doing this one, and let the person open it."""
    lists = size(world, LENGTH)
    for place in range(depth(world, LIMITS)):
        limit = of3(world, LIMITS, session, person, place)
        if limit == NOWHERE:
            break
        first = below(desk, lists)
        for turn in range(lists):
            if state[spot(world, LIMIT_USED, limit)] < of(world, LIMIT_MOST, limit):
                break
            other = (first + turn) % lists
            if state[spot(world, STAFF, other)] == person and _counts(world, other, person, limit):
                empty(world, state, desk, other)
    desk[spot(world, CHOSEN, 0)] = session
    desk[spot(world, CHOSEN, 1)] = person


@compiled
def _counts(world: Whole, session: int, person: int, limit: int) -> bool:
    """Tell whether a list counts towards a limit of a radiologist."""
    for place in range(depth(world, LIMITS)):
        if of3(world, LIMITS, session, person, place) == limit:
            return True
    return False


@compiled
def _call_unit(world: Whole, state: Whole, desk: Whole, kind: int, session: int) -> None:
    """Take the cases off that keep a mobile unit at another site on the list's date."""
    day, site = of(world, DAY, session), of(world, SITE, session)
    for unit in range(size(world, UNIT_KIND)):
        at = state[spot2(world, UNIT_AT, unit, day)]
        if of(world, UNIT_KIND, unit) == kind and of2(world, UNIT_SITES, unit, site) and at != NOWHERE:
            for other in range(size(world, LENGTH)):
                if of(world, DAY, other) == day and of(world, SITE, other) == at:
                    _drop_users(world, state, desk, kind, other)
            return


@compiled
def _drop_users(world: Whole, state: Whole, desk: Whole, kind: int, session: int) -> None:
    place = 0
    while place < state[spot(world, COUNT, session)]:
        case = state[spot2(world, ORDER, session, place)]
        if of2(world, NEEDS, case, kind) and not of(world, HELD, case):
            take_off(world, state, desk, case)
        else:
            place += 1
