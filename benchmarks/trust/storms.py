"""Eight hostile processes book, move, confirm and cancel, and somebody independent counts what is held twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from benchmarks.load_page import Measure
from benchmarks.trust.ground import Ground
from benchmarks.trust.sound import all_there, sound
from tests.builders.hostile import acknowledged, storm, waiting_cases
from tests.builders.memory import a_clinic

CLERKS = 8
CASES = 40
LONGEST_SECONDS = 4 * 3600.0


def hostile_attempts(ground: Ground, attempts: int) -> Iterator[Measure]:
    """Make this many attempts in all, half of them looking first and half leaving it to the guard."""
    database = ground.database
    a_clinic(database)
    cases = waiting_cases(database, CASES)
    counts: Counter[str] = Counter()
    made: set[str] = set()
    for polite in (True, False):
        folder = ground.folder / f"polite-{polite}"
        folder.mkdir()
        each = attempts // (2 * CLERKS) + 1
        counts += storm(
            ground.settings,
            cases,
            seconds=LONGEST_SECONDS,
            clerks=CLERKS,
            folder=folder,
            polite=polite,
            attempts=each,
        )
        made |= acknowledged(folder)
    yield Measure.of("hostile attempts", sum(counts.values()), (attempts, "at least"))
    yield Measure.of("of them done", sum(counts[act] for act in ("book", "move", "confirm", "cancel")), None)
    yield Measure.of("of them refused by the guard", counts["refused"], (1, "at least"))
    yield all_there(database, made)
    yield from sound(database)
