"""Columns are found in a process of their own, so that they and the search do not wait for one interpreter."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.engine.child import Child
from scheduler.engine.columns.diving import choose_columns
from scheduler.engine.columns.relaxation import Relaxation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scheduler.engine.columns.tables import Tables
    from scheduler.engine.run import Run
    from scheduler.problem import SchedulingProblem

LEAST_SECONDS = 1.0  # less is not worth starting a process for


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One list, who does it and the cases on it, by their numbers in the tables."""

    session: int
    person: int
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A higher bound, or at the end the whole choice too."""

    bound: int
    choices: tuple[Choice, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What the child is sent out with."""

    problem: SchedulingProblem
    tables: Tables
    seconds_for_bound: float
    seconds_for_choice: float


def news_from(run: Run, errand: Errand) -> Iterator[News]:
    """Send a child out and pass on what it finds; nothing more once the run is over."""
    if run.over or run.seconds_left < LEAST_SECONDS:
        return
    child = Child("scheduler.engine.columns.child")
    run.register(child)
    try:
        for line in _exchange(child.process, errand):
            row = json.loads(line)
            found = row["choices"]
            choices = None if found is None else tuple(_choice(*part) for part in found)
            yield News(bound=row["bound"], choices=choices)
    finally:
        run.release(child)
        child.stop_search()
        child.process.wait()


def _choice(session: int, person: int, cases: list[int]) -> Choice:
    return Choice(session=session, person=person, cases=tuple(cases))


def _exchange(process: subprocess.Popen[bytes], errand: Errand) -> Iterator[bytes]:
    """Send the errand and give the lines that come back; a child that was stopped just says no more."""
    if process.stdin is None or process.stdout is None:
        return
    with suppress(BrokenPipeError), process.stdin as channel:
        pickle.dump(errand, channel)
    with process.stdout as answers:
        yield from answers


def main() -> None:
    """Read an errand from standard input and write one JSON line for each piece of news. This is the child's work."""
    errand: Errand = pickle.load(sys.stdin.buffer)  # noqa: S301  # written by our own parent, above
    relaxation = Relaxation(errand.problem, errand.tables, lambda: False)
    relaxation.tighten(errand.seconds_for_bound, _tell_bound)
    chosen = choose_columns(relaxation, errand.seconds_for_choice, lambda: False)
    _tell(relaxation.bound, [(column.session, column.person, column.cases) for column in chosen])


def _tell_bound(bound: int) -> None:
    _tell(bound, None)


def _tell(bound: int, choices: list[tuple[int, int, tuple[int, ...]]] | None) -> None:
    sys.stdout.write(json.dumps({"bound": bound, "choices": choices}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
