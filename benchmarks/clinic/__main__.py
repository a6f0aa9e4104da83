"""Move 1,000 invented cases from referral to discharge while processes are killed, and look through the books.

python -m benchmarks.clinic                          1,000 cases on SQLite; prints a table
python -m benchmarks.clinic --postgresql             the same on PostgreSQL, which is started for it
python -m benchmarks.clinic --cases 80 --weeks 3     a small clinic
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.clinic.run import Orders, simulate
from benchmarks.clinic.world import World
from benchmarks.load_page import keep
from benchmarks.machine import circumstances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.clinic.checker import Verdict

FAULTS_SHOWN = 40
FIRST = date(2026, 8, 3)  # a Monday; clocks go forward in October


def main(words: Sequence[str] | None = None) -> int:
    """Read the command line, run the clinic, print the table; 1 when anything was lost, repeated or forgotten."""
    told = _arguments(words)
    with _home(told.home) as home, _database(wanted=told.postgresql) as url:
        verdict = simulate(
            Orders(
                world=World(seed=told.seed, cases=told.cases, weeks=told.weeks, first=FIRST),
                home=home,
                database_url=url,
                acts_between_kills=told.acts_between_kills,
                prefect=not told.without_prefect,
                planning_seconds=told.planning_seconds,
                tell=lambda line: print(line, flush=True),
            )
        )
    print(table(verdict))
    if told.into is not None:
        facts = circumstances(("prefect", "sqlmodel", "sqlalchemy", "psycopg", "ortools"))
        keep(told.into, engine="postgresql" if url else "sqlite", clinic={"facts": facts, "rows": rows_of(verdict)})
    return 0 if verdict.clean else 1


def table(verdict: Verdict) -> str:
    """Write the verdict for people, with the first faults in words."""
    rows = rows_of(verdict)
    width = max(len(name) for name, _ in rows)
    faults = [*verdict.lost, *verdict.repeated, *verdict.silent, *verdict.other]
    return "\n".join([*(f"{name:<{width}}  {value}" for name, value in rows), *faults[:FAULTS_SHOWN]])


def rows_of(verdict: Verdict) -> list[tuple[str, str]]:
    """Give the verdict as rows, what and how many."""
    return [
        ("Cases", f"{verdict.cases}, {sum(verdict.ended.values())} of them to the end"),
        *((f"  {state}", str(number)) for state, number in sorted(verdict.ended.items())),
        *((f"  still {state}", str(number)) for state, number in sorted(verdict.open.items())),
        ("Simulated days", str(verdict.days)),
        ("Real time", f"{verdict.seconds:.0f} s"),
        ("Answered acts", f"{verdict.acts} ({verdict.acts / verdict.seconds:.1f} a second)"),
        ("Kills", str(verdict.killed)),
        *((f"  {victim}", str(number)) for victim, number in sorted(verdict.kills.items())),
        *((f"  {how}", str(number)) for how, number in sorted(verdict.ways.items())),
        *((name.capitalize(), str(number)) for name, number in verdict.counts.items()),
        ("Lost", str(len(verdict.lost))),
        ("Repeated", str(len(verdict.repeated))),
        ("Silent", str(len(verdict.silent))),
        ("Other faults", str(len(verdict.other))),
    ]


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--weeks", type=int, default=16, help="over which the referrals come")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--acts-between-kills", type=int, default=100, help="on average; 0 kills nobody")
    parser.add_argument("--planning-seconds", type=float, default=4.0)
    parser.add_argument("--postgresql", action="store_true", help="on a PostgreSQL that is started for the run")
    parser.add_argument("--without-prefect", action="store_true", help="with no Prefect server at all")
    parser.add_argument("--into", type=Path, help="write the figures and their page into this folder, such as docs")
    parser.add_argument("--home", type=Path, help="keep everything in this new folder")
    return parser.parse_args(words)


@contextmanager
def _home(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="neurolist-clinic-") as folder:
        yield Path(folder)


@contextmanager
def _database(*, wanted: bool) -> Iterator[str | None]:
    if not wanted:
        yield None
        return
    from tests.builders import postgres

    server = postgres.start()
    try:
        yield server.make("clinic")
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
