"""Print the figures of trust, each with the goal it is held against; exits with 1 where one was missed.

python -m benchmarks.trust                   the set of every change: some minutes
python -m benchmarks.trust --long            a million attempts and a thousand kills: hours
python -m benchmarks.trust --only kills      one part
python -m benchmarks.trust --long --only storm --minutes 80   as many attempts as go into that time
python -m benchmarks.trust --long --only storm --minutes 80 --more --into docs   adds to those counted before
python -m benchmarks.trust --into docs       keeps the figures in docs/trust.md
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.load_page import Figures, Measure
from benchmarks.machine import circumstances
from benchmarks.trust.clerks import clerks_beside_a_publish
from benchmarks.trust.faults import clock_an_hour_off, full_disk
from benchmarks.trust.ground import ENGINES, Ground, new_ground, small_ground
from benchmarks.trust.kills import killed_writers
from benchmarks.trust.page import keep
from benchmarks.trust.saves import lost_updates
from benchmarks.trust.storms import hostile_attempts
from benchmarks.trust.trail import verified_rows
from benchmarks.trust.tried import TRIED, tried


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything one run does, on each engine."""

    attempts: int
    storm_seconds: float  # at most
    saves: int
    kills: int
    crashes: int
    moved: int
    seconds: float  # of clerks beside a publish
    rows: int  # of the audit trail


EVERY_CHANGE = Size(
    attempts=10_000,
    storm_seconds=3600.0,
    saves=400,
    kills=50,
    crashes=6,
    moved=200,
    seconds=120.0,
    rows=100_000,
)
LONG = Size(
    attempts=500_000,
    storm_seconds=40 * 3600.0,
    saves=10_000,
    kills=500,
    crashes=200,
    moved=200,
    seconds=600.0,
    rows=1_000_000,
)

PARTS: dict[str, Callable[[str, Size], Iterable[Measure]]] = {
    "storm": lambda engine, size: hostile_attempts(engine, size.attempts, size.storm_seconds),
    "saves": lambda engine, size: _on(new_ground(engine), lambda ground: lost_updates(ground, size.saves)),
    "clerks": lambda engine, size: _on(
        new_ground(engine), lambda ground: clerks_beside_a_publish(ground, size.moved, size.seconds)
    ),
    "kills": lambda engine, size: _on(
        new_ground(engine), lambda ground: killed_writers(ground, size.kills, size.crashes)
    ),
    "disk": lambda engine, _: _on(small_ground() if engine == "postgresql" else new_ground(engine), full_disk),
    "clock": lambda engine, _: _on(new_ground(engine), clock_an_hour_off),
    "trail": lambda engine, size: _on(new_ground(engine), lambda ground: verified_rows(ground, size.rows)),
}


def _on(ground: AbstractContextManager[Ground], take: Callable[[Ground], Iterable[Measure]]) -> Iterator[Measure]:
    with ground as one:
        yield from take(one)


def main(words: Sequence[str] | None = None) -> int:
    """Read the command line, take the figures, print them; 1 where one missed its goal."""
    told = _arguments(words)
    size = LONG if told.long else EVERY_CHANGE
    if told.minutes is not None:
        size = replace(size, storm_seconds=60 * told.minutes)
    facts = circumstances(("sqlmodel", "sqlalchemy", "psycopg", "prefect"))
    parts: dict[str, list[Measure]] = {}
    for name, measures in _parts(told.only, told.engine, size):
        print(f"\n{name}", flush=True)
        parts[name] = []
        for measure in measures:
            print(f"  {measure}", flush=True)
            parts[name].append(measure)
    if told.into is not None:
        figures = {name: Figures(facts=facts, measures=found) for name, found in parts.items()}
        keep(told.into, figures, long=told.long, more=told.more)
    missed = [f"{name}: {one.name}" for name, found in parts.items() for one in found if one.reached is False]
    print("\n" + (f"Missed: {'; '.join(missed)}." if missed else "Every goal was reached."))
    return 1 if missed else 0


def _parts(only: Sequence[str], engines: Sequence[str], size: Size) -> Iterator[tuple[str, Iterable[Measure]]]:
    for name, part in PARTS.items():
        for engine in engines:
            if name in only:
                yield f"{name}, {engine}", part(engine, size)
    for name in TRIED:
        if name in only:
            yield name, tried(name)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    every = [*PARTS, *TRIED]
    parser.add_argument("--long", action="store_true", help="the long mode, for hours")
    parser.add_argument("--minutes", type=float, help="a storm ends after so long, whatever it has done by then")
    parser.add_argument("--only", nargs="+", choices=every, default=every, metavar="PART", help=", ".join(every))
    parser.add_argument("--engine", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--into", type=Path, help="write the figures and their page into this folder, such as docs")
    parser.add_argument("--more", action="store_true", help="add a storm's counts to those kept in the folder before")
    told = parser.parse_args(words)
    if told.more and (told.only != ["storm"] or told.into is None):
        parser.error("--more adds counts of a storm to those in a folder: give --only storm and --into as well.")
    return told


if __name__ == "__main__":
    sys.exit(main())
