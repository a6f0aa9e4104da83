"""What is taken off: a case to do something for, cases that stand together, or all of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.engine.compiled import compiled
from scheduler.engine.moving.arrays import (
    CHEAPEST,
    COST,
    COUNT,
    HELD,
    LEFT_OUT,
    NOWHERE,
    ORDER,
    WHERE,
    of,
    of2,
    size,
    spot,
    spot2,
    width,
)
from scheduler.engine.moving.chance import below
from scheduler.engine.moving.placing import take_off

if TYPE_CHECKING:
    from scheduler.engine.columns.tables import Whole

LIKELY_RANKS = 12  # of a case's cheapest lists
DOUBLINGS = 6  # up to 32 cases are looked at to find one worth it


@compiled
def draw_case(world: Whole, state: Whole, desk: Whole) -> int:
    """Pick a case to do something for: of a few, the one whose place costs most above its best; take it off."""
    chosen, most = NOWHERE, NOWHERE
    for _ in range(1 << below(desk, DOUBLINGS)):
        case = below(desk, size(world, LEFT_OUT))
        regret = _regret(world, state, case)
        if regret > most:
            chosen, most = case, regret
    if chosen != NOWHERE and state[spot(world, WHERE, chosen)] != NOWHERE:
        take_off(world, state, desk, chosen)
    return chosen


@compiled
def _regret(world: Whole, state: Whole, case: int) -> int:
    """Give what a case's place costs above its cheapest list; NOWHERE for a case that has none or is held."""
    best = of2(world, CHEAPEST, case, 0)
    if best == NOWHERE or of(world, HELD, case):
        return NOWHERE
    at = state[spot(world, WHERE, case)]
    cost = of(world, LEFT_OUT, case) if at == NOWHERE else of2(world, COST, case, at)
    return max(0, cost - of2(world, COST, case, best))


@compiled
def likely(world: Whole, case: int) -> int:
    """Count the cheapest lists of a case that are worth a try."""
    if case == NOWHERE:
        return 0
    ranks = 0
    while ranks < width(world, CHEAPEST) and of2(world, CHEAPEST, case, ranks) != NOWHERE and ranks < LIKELY_RANKS:
        ranks += 1
    return ranks


@compiled
def string(world: Whole, state: Whole, desk: Whole, session: int, most: int) -> None:
    """Take some cases that stand next to each other off a list."""
    count = state[spot(world, COUNT, session)]
    if count == 0:
        return
    many = 1 + below(desk, min(most, count))
    place = below(desk, count - many + 1)
    for _ in range(many):
        if place >= state[spot(world, COUNT, session)]:
            return
        case = state[spot2(world, ORDER, session, place)]
        if of(world, HELD, case):
            place += 1
        else:
            take_off(world, state, desk, case)


@compiled
def empty(world: Whole, state: Whole, desk: Whole, session: int) -> None:
    """Empty a list, but for the cases that are held."""
    place = 0
    while place < state[spot(world, COUNT, session)]:
        case = state[spot2(world, ORDER, session, place)]
        if of(world, HELD, case):
            place += 1
        else:
            take_off(world, state, desk, case)
