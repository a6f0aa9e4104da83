"""Eight hostile processes book, move, confirm and cancel, and somebody independent counts what is held twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlmodel import select

from benchmarks.load_page import Measure
from benchmarks.trust.ground import Ground
from db.tables import BookingRow
from tests.builders.hostile import acknowledged, broken_bookings, overlaps, storm, waiting_cases
from tests.builders.memory import a_clinic, read

CLERKS = 8
CASES = 40
LONGEST_SECONDS = 4 * 3600.0
NO = (0, "at most")


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
    there = set(read(database, lambda session: session.exec(select(BookingRow.id)).all()))
    yield Measure.of("hostile attempts", sum(counts.values()), (attempts, "at least"))
    yield Measure.of("of them done", sum(counts[act] for act in ("book", "move", "confirm", "cancel")), None)
    yield Measure.of("of them refused by the guard", counts["refused"], (1, "at least"))
    yield Measure.of("things held twice", len(overlaps(database)), NO)
    yield Measure.of("bookings in parts", len(broken_bookings(database)), NO)
    yield Measure.of("acknowledged bookings that are not there", len(made - there), NO)
    yield Measure.of("faults in the audit trail", int(database.verify_trail().fault is not None), NO)
