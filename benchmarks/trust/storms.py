"""Eight hostile processes book, move, confirm, cancel and publish whole plans, and somebody independent checks all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.load_page import Measure
from benchmarks.trust.ground import Ground
from benchmarks.trust.sound import NONE, all_there, sound
from db.engine import Database
from tests.builders.hostile import acknowledged, half_staffed, names, planned_cases, published, storm, waiting_cases
from tests.builders.replayed import judged

CLERKS = 8
CASES = 40
PLANNED = 10  # cases that whole plans book and move
SHARE_OF_PUBLISHES = 1 / 100  # at least so many of the attempts end as a published plan
BY_HAND = tuple(f"{act} by hand" for act in ("hold", "release", "confirm", "call off"))
DONE = ("book", "move", "confirm", "cancel", "publish", "publish after a rebase", *BY_HAND)
MOST_SHOWN = 20


def hostile_attempts(ground: Ground, attempts: int, seconds: float) -> Iterator[Measure]:
    """Make this many attempts in all, half of them looking first and half leaving it to the guard.

    After so many seconds no more are made; the number that is missing then misses its goal.
    """
    database = ground.database
    planned, cases = planned_cases(database, PLANNED), waiting_cases(database, CASES)
    counts: Counter[str] = Counter()
    made: set[str] = set()
    plans: list[dict[str, Any]] = []
    for polite in (True, False):
        folder = ground.folder / f"polite-{polite}"
        folder.mkdir()
        each = attempts // (2 * CLERKS) + 1
        counts += storm(
            ground.settings,
            cases,
            seconds=seconds / 2,
            clerks=CLERKS,
            folder=folder,
            polite=polite,
            attempts=each,
            planned=planned,
        )
        made |= acknowledged(folder)
        plans += published(folder)
    yield Measure.of("hostile attempts", sum(counts.values()), (attempts, "at least"))
    yield Measure.of("of them done", sum(counts[act] for act in DONE), None)
    yield Measure.of("of them refused by the guard", counts["refused"], (1, "at least"))
    yield Measure.of("whole plans offered for publishing", len(plans), None)
    yield from _publishes(database, attempts, plans)
    yield all_there(database, made)
    yield from sound(database, planned)


def _publishes(database: Database, attempts: int, plans: list[dict[str, Any]]) -> Iterator[Measure]:
    """Hold what the trail tells of every publish against what was planned, said, and stands."""
    found = judged(database, plans, names(CLERKS))
    for wrong in (*found.lost_updates, *found.in_parts, *found.unnamed)[:MOST_SHOWN]:
        print(f"  wrong: {wrong}", flush=True)
    yield Measure.of("of them published", found.publishes, (int(attempts * SHARE_OF_PUBLISHES), "at least"))
    yield Measure.of("of those, laid anew over what others had changed", found.rebased, (1, "at least"))
    yield Measure.of("publishes in parts", len(found.in_parts), NONE)
    yield Measure.of("left alone by a publish and not named", len(found.unnamed), NONE)
    yield Measure.of("updates lost to another writer", len(found.lost_updates), NONE)
    yield Measure.of("lists half staffed", len(half_staffed(database)), NONE)
