"""The loop: take apart, put together, keep what is better, and at a high temperature now and then what is not.

Ruin and recreate (Schrimpf and others, 2000, Journal of Computational Physics 159) with the acceptance of simulated
annealing (Kirkpatrick and others, 1983, Science 220) and places that are overlooked by chance (Christiaens and Vanden
Berghe, 2020, Transportation Science 54).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from scheduler.engine.compiled import compiled
from scheduler.engine.moving.arrays import (
    CHOSEN,
    DURATION,
    EARLIER,
    EARLY,
    FAVOURED,
    IMPOSSIBLE,
    KEY,
    LEFT_OUT,
    NOWHERE,
    POOL,
    POOLED,
    SHUT,
    TOTAL,
    TOUCHED,
    WAITS,
    of,
    size,
    spot,
)
from scheduler.engine.moving.chance import below, share
from scheduler.engine.moving.placing import best_place, keep_times, put_on
from scheduler.engine.moving.ruin import ruin

if TYPE_CHECKING:
    from scheduler.engine.columns.tables import Whole

KEYS = 1024  # of so many equal keys chance picks


@compiled
def anneal(
    world: Whole,
    state: Whole,
    spare: Whole,
    best: Whole,
    desk: Whole,
    rounds: int,
    temperature: float,
) -> int:
    """Change the plan for so many rounds; `spare` holds it too, `best` the best so far. Give the changes kept."""
    kept = 0
    for _ in range(rounds):
        ruin(world, state, desk)
        sound = _settle(world, state, desk)
        if sound:
            _order_pool(world, desk)
            sound = _put_back(world, state, desk)
        _empty_pool(world, desk)
        limit = spare[spot(world, TOTAL, 0)] - temperature * math.log(max(share(desk), 1e-12))
        if sound and state[spot(world, TOTAL, 0)] < limit:
            spare[:] = state
            kept += 1
            if state[spot(world, TOTAL, 0)] < best[spot(world, TOTAL, 0)]:
                best[:] = state
        else:
            state[:] = spare
    return kept


@compiled
def _settle(world: Whole, state: Whole, desk: Whole) -> bool:
    """Work out the times of the groups that lost cases; tell whether all of them can be timed."""
    sound = True
    for group in range(size(world, TOUCHED)):
        if desk[spot(world, TOUCHED, group)]:
            desk[spot(world, TOUCHED, group)] = False
            sound = sound and keep_times(world, state, desk, group)
    return sound


@compiled
def _order_pool(world: Whole, desk: Whole) -> None:
    """Sort the pool: by what leaving a case out costs, by that for its minutes, by length, or by chance."""
    way = below(desk, 4)
    pool, keys = spot(world, POOL, 0), spot(world, KEY, 0)
    for place in range(desk[spot(world, POOLED, 0)]):
        case = desk[pool + place]
        key = _key(world, desk, case, way)
        before = place - 1
        while before >= 0 and desk[keys + before] > key:
            desk[keys + before + 1] = desk[keys + before]
            desk[pool + before + 1] = desk[pool + before]
            before -= 1
        desk[keys + before + 1] = key
        desk[pool + before + 1] = case


@compiled
def _key(world: Whole, desk: Whole, case: int, way: int) -> int:
    if case == desk[spot(world, FAVOURED, 0)]:
        return -IMPOSSIBLE
    chance = below(desk, KEYS)
    if desk[spot(world, WAITS, case)] == EARLY:
        return chance - IMPOSSIBLE + 1
    out = of(world, LEFT_OUT, case)
    if way == 1:
        return -out * (2 * KEYS + chance)
    if way == 2:
        return -out * (2 * KEYS + chance) // of(world, DURATION, case)
    if way == 3:
        return -of(world, DURATION, case) * KEYS - chance
    return chance


@compiled
def _put_back(world: Whole, state: Whole, desk: Whole) -> bool:
    """Give each case of the pool its cheapest place, those that follow another after it."""
    for later in (False, True):
        for place in range(desk[spot(world, POOLED, 0)]):
            case = desk[spot(world, POOL, place)]
            earlier = of(world, EARLIER, case)
            follows = earlier != NOWHERE and desk[spot(world, WAITS, earlier)]
            if follows != later:
                continue
            session, turn, person = best_place(world, state, desk, case)
            if session != NOWHERE and not put_on(world, state, desk, case, session, turn, person):
                return False
    return True


@compiled
def _empty_pool(world: Whole, desk: Whole) -> None:
    for place in range(desk[spot(world, POOLED, 0)]):
        desk[spot(world, WAITS, desk[spot(world, POOL, place)])] = 0
    desk[spot(world, POOLED, 0)] = 0
    desk[spot(world, TOUCHED, 0) : spot(world, TOUCHED, 0) + size(world, TOUCHED)] = 0
    desk[spot(world, SHUT, 0)] = NOWHERE
    desk[spot(world, FAVOURED, 0)] = NOWHERE
    desk[spot(world, CHOSEN, 0)] = NOWHERE
