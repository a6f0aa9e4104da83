"""Some cases that belong together, in one sense or another, are taken off their lists into the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.engine.compiled import compiled
from scheduler.engine.moving.arrays import (
    CHEAPEST,
    CHOSEN,
    COUNT,
    DATE,
    FAVOURED,
    HELD,
    LEFT_OUT,
    LENGTH,
    MINUTES,
    NOBODY,
    NOWHERE,
    ORDER,
    PERSON_LOAD,
    PINNED,
    SHUT,
    SITE,
    SKILLED,
    STAFF,
    STAFFS,
    TOTAL,
    WAITS,
    WHERE,
    of,
    of2,
    size,
    spot,
    spot2,
    width,
)
from scheduler.engine.moving.chance import below, share
from scheduler.engine.moving.clearing import clear_the_way
from scheduler.engine.moving.picking import draw_case, empty, likely, string
from scheduler.engine.moving.placing import into_pool, leave_list, may_do, person_change, take_list, take_off

if TYPE_CHECKING:
    from scheduler.engine.columns.tables import Whole

MOST_LISTS = 4  # lists that are opened up together
MOST_SCATTERED = 6
MOST_WAITING = 6  # cases without a place that join in
LOOKS = 40  # cases looked at for that
TRIES = 20


@compiled
def ruin(world: Whole, state: Whole, desk: Whole) -> None:
    """Choose a way, and take cases off."""
    way = share(desk)
    if way < 0.25:
        _around_case(world, state, desk)
    elif way < 0.5:
        clear_the_way(world, state, desk)
    elif way < 0.7:
        _around_list(world, state, desk)
    elif way < 0.8:
        _scattered(world, state, desk)
    elif way < 0.84:
        _of_radiologist(world, state, desk)
    elif way < 0.9:
        _elsewhere(world, state, desk)
    else:
        _other_radiologist(world, state, desk)
    _join_waiting(world, state, desk)


@compiled
def _around_case(world: Whole, state: Whole, desk: Whole) -> None:
    """Make room for one case on a few of its cheapest lists."""
    case = draw_case(world, state, desk)
    ranks = likely(world, case)
    if ranks == 0:
        return
    if share(desk) < 0.5:
        desk[spot(world, FAVOURED, 0)] = case
    for _ in range(1 + below(desk, MOST_LISTS)):
        string(world, state, desk, of2(world, CHEAPEST, case, below(desk, ranks)), 3)


@compiled
def _around_list(world: Whole, state: Whole, desk: Whole) -> None:
    """Open up a list and a few at its site or on its date."""
    lists = size(world, LENGTH)
    session = below(desk, lists)
    string(world, state, desk, session, 8)
    by_site = share(desk) < 0.5
    left = below(desk, MOST_LISTS)
    for _ in range(TRIES):
        if left == 0:
            return
        other = below(desk, lists)
        if by_site:
            near = (
                of(world, SITE, other) == of(world, SITE, session)
                and abs(of(world, DATE, other) - of(world, DATE, session)) <= 7
            )
        else:
            near = abs(of(world, DATE, other) - of(world, DATE, session)) <= 1
        if near:
            string(world, state, desk, other, 4)
            left -= 1


@compiled
def _scattered(world: Whole, state: Whole, desk: Whole) -> None:
    """Take off a few cases anywhere."""
    for _ in range(1 + below(desk, MOST_SCATTERED)):
        case = below(desk, size(world, LEFT_OUT))
        if state[spot(world, WHERE, case)] != NOWHERE and not of(world, HELD, case):
            take_off(world, state, desk, case)


@compiled
def _of_radiologist(world: Whole, state: Whole, desk: Whole) -> None:
    """Empty a list or two of one radiologist, and a list that person could do instead."""
    person = below(desk, width(world, STAFFS))
    lists = size(world, LENGTH)
    emptied = 0
    opened = 0
    for _ in range(TRIES):
        session = below(desk, lists)
        if state[spot(world, STAFF, session)] == person and emptied < 2:
            string(world, state, desk, session, 8)
            emptied += 1
        elif of2(world, STAFFS, session, person) and state[spot(world, STAFF, session)] != NOBODY and opened < 1:
            string(world, state, desk, session, 8)
            opened += 1


@compiled
def _elsewhere(world: Whole, state: Whole, desk: Whole) -> None:
    """Let a radiologist leave a list, for this round at least, and open another."""
    lists = size(world, LENGTH)
    for _ in range(TRIES):
        left = below(desk, lists)
        person = state[spot(world, STAFF, left)]
        if person == NOBODY:
            continue
        empty(world, state, desk, left)
        if state[spot(world, COUNT, left)]:
            return
        desk[spot(world, SHUT, 0)] = left
        for _ in range(TRIES):
            session = below(desk, lists)
            near = abs(of(world, DATE, session) - of(world, DATE, left)) <= 7
            if session != left and near and of2(world, STAFFS, session, person):
                other = state[spot(world, STAFF, session)]
                if other == person:
                    continue
                if other != NOBODY:
                    empty(world, state, desk, session)
                if state[spot(world, COUNT, session)] == 0 and may_do(world, state, session, person):
                    desk[spot(world, CHOSEN, 0)] = session
                    desk[spot(world, CHOSEN, 1)] = person
                return
        return


@compiled
def _other_radiologist(world: Whole, state: Whole, desk: Whole) -> None:
    """Give a list to somebody else, and take off the cases that person does not do."""
    lists, people = size(world, STAFFS), width(world, STAFFS)
    for _ in range(TRIES):
        session = below(desk, lists)
        before = state[spot(world, STAFF, session)]
        person = below(desk, people)
        if before in (NOBODY, person) or not may_do(world, state, session, person):
            continue
        place = 0
        stuck = False
        while place < state[spot(world, COUNT, session)]:
            case = state[spot2(world, ORDER, session, place)]
            if of2(world, SKILLED, case, person) or of(world, HELD, case):
                stuck = stuck or not of2(world, SKILLED, case, person) or of(world, PINNED, case) != NOWHERE
                place += 1
            else:
                take_off(world, state, desk, case)
        if stuck or state[spot(world, COUNT, session)] == 0:
            return
        leave_list(world, state, session)
        take_list(world, state, session, person)
        for place in range(state[spot(world, COUNT, session)]):
            _hand_over(world, state, state[spot2(world, ORDER, session, place)], before, person)
        return


@compiled
def _hand_over(world: Whole, state: Whole, case: int, before: int, person: int) -> None:
    minutes = of(world, MINUTES, case)
    state[spot(world, PERSON_LOAD, before)] -= minutes
    state[spot(world, TOTAL, 0)] -= person_change(world, state, case, before)
    state[spot(world, TOTAL, 0)] += person_change(world, state, case, person)
    state[spot(world, PERSON_LOAD, person)] += minutes


@compiled
def _join_waiting(world: Whole, state: Whole, desk: Whole) -> None:
    """Let some of the cases without a place join the pool."""
    left = MOST_WAITING
    for _ in range(LOOKS):
        case = below(desk, size(world, LEFT_OUT))
        waits = state[spot(world, WHERE, case)] == NOWHERE and not desk[spot(world, WAITS, case)]
        if waits and of2(world, CHEAPEST, case, 0) != NOWHERE:
            into_pool(world, desk, case)
            left -= 1
            if left == 0:
                return
