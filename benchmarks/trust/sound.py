"""What must be true of the books after every part: nothing held twice, nothing in parts, nothing gone, no fault."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Set

from sqlmodel import select

from benchmarks.load_page import Measure
from db.engine import Database
from db.tables import BookingRow
from tests.builders.hostile import broken_bookings, overlaps
from tests.builders.memory import read

NONE = (0, "at most")


def sound(database: Database, planned: Collection[str] = ()) -> Iterator[Measure]:
    """Look through claims, bookings and the trail; `planned` are cases whose visits are those of a real list."""
    yield Measure.of("things held twice", len(overlaps(database)), NONE)
    yield Measure.of("bookings in parts", len(broken_bookings(database, planned)), NONE)
    yield Measure.of("faults in the audit trail", int(database.verify_trail().fault is not None), NONE)


def all_there(database: Database, made: Set[str]) -> Measure:
    """Look for every booking that somebody was told was made."""
    there = set(read(database, lambda session: session.exec(select(BookingRow.id)).all()))
    return Measure.of("acknowledged bookings that are not there", len(made - there), NONE)
