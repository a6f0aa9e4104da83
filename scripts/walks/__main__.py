"""Let machines walk through the pathway at random, on both engines, with every check after each step: `make walks`.

python -m scripts.walks                         2,000 machines of 40 steps on each engine
python -m scripts.walks --machines 50 --engine sqlite
python -m scripts.walks --seed 17 --tell        one machine again, step by step
python -m scripts.walks --bugs                  put in each known fault; every one must be found: `make walks-bugs`
python -m scripts.walks --into docs             what was run is added to docs/walks.md
python -m scripts.walks --digest --machines 7   a digest of where machines ended, to compare between time zones

Exits 1 if a check failed, or if a fault was not found.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from scripts.walks.bugs import BUGS
from scripts.walks.clinic import ENGINES, Place, places
from scripts.walks.digests import digest
from scripts.walks.hunting import MOST_MACHINES, StaleFaultError, hunt
from scripts.walks.page import PAGE, Page, Run, code_state
from scripts.walks.walking import Walk, walk
from tests.builders import postgres

if TYPE_CHECKING:
    from collections.abc import Sequence

MACHINES, STEPS = 2000, 40
SAY_EVERY = 100
GARBAGE = 50_000  # new objects before the garbage collector looks; a step of a walk makes about as many


@dataclass(slots=True)
class Tally:
    """What many machines did."""

    machines: int = 0
    steps: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    broken: list[Walk] = field(default_factory=list)

    def add(self, found: Walk) -> None:
        """Count one machine in."""
        self.machines += 1
        self.steps += len(found.acts)
        self.outcomes.update(outcome.split(" ")[0] for outcome in found.outcomes)
        self.taken.update(found.taken)
        if found.broke:
            self.broken.append(found)


def main(words: Sequence[str] | None = None) -> int:
    """Read the command line and walk."""
    told = _arguments(words)
    failed = False
    if told.into:
        code_state()  # as it is now: the code may be changed while machines walk
    for engine in told.engine:
        with place_on(engine) as place:
            if told.bugs is not None:
                failed |= not _hunt(place, told.bugs or list(BUGS), told)
            elif told.seed is not None:
                failed |= _tell(walk(place, told.seed, told.steps))
            elif told.digest:
                say(digest(walk(place, seed, told.steps) for seed in _seeds(told)))
            else:
                failed |= _walk(place, told)
    return int(failed)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--machines", type=int, default=MACHINES)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="the seed of the first machine")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time")
    parser.add_argument("--seed", type=int, help="one machine only, told step by step")
    parser.add_argument("--digest", action="store_true", help="say where the machines ended, in one line")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help=f"add what was run to {PAGE} in this folder")
    parser.add_argument("--bugs", nargs="*", metavar="NAME", help="find known faults, all or these")
    return parser.parse_args(words)


def _seeds(told: argparse.Namespace) -> Iterable[int]:
    return range(told.first, told.first + told.machines)


@contextmanager
def place_on(engine: str) -> Iterator[Place]:
    """Make a place for memories on this engine; a server of its own is started for PostgreSQL."""
    server = postgres.start() if engine == "postgresql" else None
    try:
        with places(engine, server) as place:
            yield place
    finally:
        if server:
            server.stop()


def _walk(place: Place, told: argparse.Namespace) -> bool:
    began, tally = monotonic(), Tally()
    for found in _all(place, told):
        tally.add(found)
        if found.broke:
            say(f"{place.engine}: seed {found.seed} broke after {len(found.acts)} steps: {found.says}")
        if tally.machines % SAY_EVERY == 0:
            say(f"{place.engine}: {tally.machines} machines, {tally.steps} steps, {monotonic() - began:.0f} s")
    _sum_up(place.engine, tally, monotonic() - began)
    if told.into:
        _keep(told.into, _run(place.engine, told.first, tally, monotonic() - began))
    return bool(tally.broken)


def _all(place: Place, told: argparse.Namespace) -> Iterator[Walk]:
    if told.jobs == 1:
        yield from (walk(place, seed, told.steps) for seed in _seeds(told))
        return
    # The server's process belongs to this one alone; the others need its port only.
    far = replace(place, opened={}, refilled={}, server=replace(place.server, process=None)) if place.server else place  # type: ignore[arg-type]
    with ProcessPoolExecutor(told.jobs) as pool:
        yield from pool.map(_one, ((far, seed, told.steps) for seed in _seeds(told)), chunksize=4)


def _one(asked: tuple[Place, int, int]) -> Walk:
    found = walk(*asked)
    found.rows = None  # too much to send back
    _settle()
    return found


@cache
def _settle() -> None:
    """What was loaded for the first walk of a process stays, so the garbage collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE)


def _sum_up(engine: str, tally: Tally, seconds: float) -> None:
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in tally.outcomes.most_common())
    steps = f"{len(tally.taken)} kinds of step in {sum(tally.taken.values())} lines of history"
    say(f"{engine}: {tally.machines} machines, {tally.steps} steps ({outcomes}), {steps}, {seconds:.0f} s,")
    seeds = [found.seed for found in tally.broken]
    say(f"{len(seeds)} failures{f' with the seeds {seeds}: try one again with --seed' if seeds else ''}.")


def _tell(found: Walk) -> bool:
    for number, act in enumerate(found.acts, start=1):
        outcome = found.outcomes[number - 1] if number <= len(found.outcomes) else "?"
        say(f"{number:3} {act}\n      {outcome}")
    say(found.says or "Nothing broke.")
    return found.broke


def _hunt(place: Place, names: Sequence[str], told: argparse.Namespace) -> bool:
    say(f"{place.engine}: each fault by itself, in at most {MOST_MACHINES} machines of {told.steps} steps")
    lost = []
    for name in names:
        began = monotonic()
        try:
            found, after = hunt(place, BUGS[name], steps=told.steps, first=told.first)
        except StaleFaultError as stale:
            say(f"  {stale}")
            lost.append(name)
            continue
        what = f"{found.check:40} machine {found.seed - told.first + 1}, {after} steps" if found else "NOT FOUND"
        say(f"  {name:36} {what}, {monotonic() - began:.0f} s")
        lost += [] if found else [name]
        if told.into:
            page = Page.read(told.into)
            page.faults.setdefault(place.engine, {})[name] = f"`{found.check}` after {after} steps" if found else ""
            page.write(told.into)
    say(f"{place.engine}: {len(names) - len(lost)} of {len(names)} faults found{': not ' if lost else ''}{lost or ''}.")
    return not lost


def _run(engine: str, first: int, tally: Tally, seconds: float) -> Run:
    return Run(
        engine=engine,
        first=first,
        machines=tally.machines,
        steps=tally.steps,
        outcomes=dict(tally.outcomes),
        kinds=len(tally.taken),
        failures=len(tally.broken),
        seconds=round(seconds),
    )


def _keep(folder: Path, run: Run) -> None:
    page = Page.read(folder)
    page.runs.append(run)
    page.write(folder)


def say(text: Any) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
