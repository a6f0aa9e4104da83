"""How long a publish takes that books very many cases, and one that moves every one of them.

python -m benchmarks.publish                 200 cases, in a memory of its own
python -m benchmarks.publish --sent          the same where every letter of the bookings has gone meanwhile
python -m benchmarks.publish --profile       tells where the time of the move goes
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from db import publishing
from db.engine import Database, open_database
from db.settings import MemorySettings
from tests.builders.memory import CLERK, MORNING, a_clinic, a_proposal, letters_go, list_for_test, write

MINUTES = (0, 70)  # two cases on each list of a morning, with room to begin later
LATER_BY = 10
SITES = ("S01", "S02")
CASES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Seconds by the clock and of the processor, of booking the cases and of moving them."""

    booked: float
    moved: float
    processor: float


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--sent", action="store_true", help="the letters of the bookings went before they are moved")
    told = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="neurolist-publish-") as folder:
        times = publish_times(Path(folder), told.cases, profile=told.profile, sent=told.sent)
    print(f"publish that books {told.cases} cases: {times.booked:.2f} s")
    print(f"publish that moves {told.cases} bookings: {times.moved:.2f} s, {times.processor:.2f} s of the processor")


def publish_times(home: Path, number: int = CASES, *, profile: bool = False, sent: bool = False) -> Times:
    """Book so many waiting cases with one plan, then move all of them with the next; their letters may be sent first.

    A letter that still waits tells the new time by itself; where it went, two more are written for each case.
    """
    database = open_database(MemorySettings(home=home))
    database.prepare(datetime(2020, 1, 1, tzinfo=UTC))
    days = days_for(number)
    a_clinic(database, days=days)
    refs = [list_for_test(database, one) for one in range(1, number + 1)]
    booked, _ = _publish(database, a_plan_for(database, refs, days, 0), number)
    if sent:
        letters_go(database)
    then = a_plan_for(database, refs, days, LATER_BY)
    watch = cProfile.Profile()
    if profile:
        watch.enable()
    moved, processor = _publish(database, then, number)
    if profile:
        watch.disable()
        pstats.Stats(watch, stream=sys.stdout).sort_stats("cumulative").print_stats(60)
    database.close()
    return Times(booked=booked, moved=moved, processor=processor)


def days_for(number: int) -> int:
    """How many days of lists so many cases fill."""
    return -(-number // (len(SITES) * len(MINUTES)))


def a_plan_for(database: Database, refs: Sequence[str], days: int, later: int) -> str:
    """Keep a proposal that books these cases two to a list, this many minutes later than they might; gives its id."""
    spots = [
        (f"{site}-{day}", minutes + later, f"R0{number}")
        for day in range(1, days + 1)
        for number, site in enumerate(SITES, start=1)
        for minutes in MINUTES
    ]
    places = {f"{ref}-T": spot for ref, spot in zip(refs, spots, strict=False)}
    return a_proposal(database, places, days=days + 1)


def _publish(database: Database, proposal: str, number: int) -> tuple[float, float]:
    began, worked = time.monotonic(), time.process_time()
    report = write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))
    taken = time.monotonic() - began, time.process_time() - worked
    done = len(report.booked) + len(report.moved)
    if done != number:
        refused = report.not_booked[0].says if report.not_booked else "They stayed where they were."
        raise SystemExit(f"{done} of {number} were booked or moved. {refused}")
    return taken


if __name__ == "__main__":
    main()
