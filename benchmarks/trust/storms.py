"""Eight hostile processes book, move, confirm, cancel and publish whole plans, and somebody independent checks all."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.load_page import Measure
from benchmarks.trust.ground import Ground, new_ground
from benchmarks.trust.sound import NONE, all_there, sound
from db.engine import Database
from tests.builders.hostile import acknowledged, half_staffed, names, planned_cases, published, storm, waiting_cases
from tests.builders.replayed import judged

CLERKS = 8
CASES = 40
PLANNED = 10  # cases that whole plans book and move
SHARE_OF_PUBLISHES = 1 / 200  # at least so many of the attempts end as a published plan
BY_HAND = tuple(f"{act} by hand" for act in ("hold", "release", "confirm", "call off"))
ACTS_DONE = ("book", "move", "confirm", "cancel", "publish", "publish after a rebase", *BY_HAND)
MOST_SHOWN = 20
ROUND = 20_000  # attempts on one memory: what has happened to its few cases is read again with every plan
ATTEMPTS, DONE, REFUSED = "hostile attempts", "of them done", "of them refused by the guard"
OFFERED, PUBLISHED = "whole plans offered for publishing", "of them published"
LAID_ANEW = "of those, laid anew over what others had changed"


def hostile_attempts(engine: str, attempts: int, seconds: float) -> Iterator[Measure]:
    """Make this many attempts in all, in rounds that each have a new memory, so that the last is as fast as the first.

    After so many seconds no more are made; the number that is missing then misses its goal.
    """
    found: Counter[str] = Counter()
    until = time.monotonic() + seconds
    while found[ATTEMPTS] < attempts and time.monotonic() < until:
        with new_ground(engine) as ground:
            found.update(dict(_round(ground, min(ROUND, attempts - found[ATTEMPTS]), until - time.monotonic())))
        print(f"  {found[ATTEMPTS]} of {attempts} so far", file=sys.stderr, flush=True)
    goals = _goals(attempts)
    yield from (Measure.of(name, number, goals.get(name, NONE)) for name, number in found.items())


def _goals(attempts: int) -> dict[str, tuple[float, str] | None]:
    """What each figure is held against; all others must be none at all."""
    some = (1, "at least")
    return {
        ATTEMPTS: (attempts, "at least"),
        DONE: None,
        REFUSED: some,
        OFFERED: None,
        PUBLISHED: (int(attempts * SHARE_OF_PUBLISHES), "at least"),
        LAID_ANEW: some,
    }


def _round(ground: Ground, attempts: int, seconds: float) -> Iterator[tuple[str, int]]:
    """Half of the attempts look first, and half leave it to the guard; then somebody independent counts."""
    database = ground.database
    planned, cases = planned_cases(database, PLANNED), waiting_cases(database, CASES)
    counts: Counter[str] = Counter()
    made: set[str] = set()
    plans: list[dict[str, Any]] = []
    for polite in (True, False):
        folder = ground.folder / f"polite-{polite}"
        folder.mkdir()
        counts += storm(
            ground.settings,
            cases,
            seconds=seconds / 2,
            clerks=CLERKS,
            folder=folder,
            polite=polite,
            attempts=attempts // (2 * CLERKS) + 1,
            planned=planned,
        )
        made |= acknowledged(folder)
        plans += published(folder)
    yield ATTEMPTS, sum(counts.values())
    yield DONE, sum(counts[act] for act in ACTS_DONE)
    yield REFUSED, counts["refused"]
    yield OFFERED, len(plans)
    yield from _publishes(database, plans)
    for measure in (all_there(database, made), *sound(database, planned)):
        yield measure.name, int(measure.value)


def _publishes(database: Database, plans: list[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    """Hold what the trail tells of every publish against what was planned, said, and stands."""
    found = judged(database, plans, names(CLERKS))
    for wrong in (*found.lost_updates, *found.in_parts, *found.unnamed)[:MOST_SHOWN]:
        print(f"  wrong: {wrong}", flush=True)
    yield PUBLISHED, found.publishes
    yield LAID_ANEW, found.rebased
    yield "publishes in parts", len(found.in_parts)
    yield "left alone by a publish and not named", len(found.unnamed)
    yield "updates lost to another writer", len(found.lost_updates)
    yield "lists half staffed", len(half_staffed(database))
