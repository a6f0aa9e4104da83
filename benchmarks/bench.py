"""Compare the planner with others on problems of every family and on growing ones, and write the page that shows it.

python -m benchmarks.bench                      about 40 minutes; writes docs/benchmarks.md and its pictures
python -m benchmarks.bench --quick --into DIR   a few minutes
python -m benchmarks.bench --families tiny metro --time-limit 5 --no-growth --into DIR
python -m benchmarks.bench --again --into DIR   write page and pictures again from the last run's figures
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.contest import ROOT, Heat, Row, run_one
from benchmarks.entrants import CLERK, ENTRANTS, OURS, SINGLE
from benchmarks.entrants.attempt import Point
from benchmarks.families import FAMILIES, make_problem
from benchmarks.machine import machine_facts
from benchmarks.page import write_page
from benchmarks.pictures import draw_cost_over_time, draw_growth
from benchmarks.table import best_bound, heading, line
from scheduler.documents import read_problem, save, write_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXAMPLES = ROOT / "examples" / "problems"
SEED = 1  # of the invented problems
SECONDS = {
    "tiny": 10.0,
    "small": 30.0,
    "metro": 60.0,
    "open": 60.0,
    "busy": 60.0,
    "metro-replan": 30.0,
    "side-by-side": 60.0,
    "network": 90.0,
    "state": 240.0,
}
ONLY_THESE = {"state": (OURS, CLERK)}  # the others would need hours or more memory than most machines have
GROWTH_SIZES = (75, 150, 300, 600, 1200, 2000)
GROWTH_SECONDS = 40.0
GROWTH_ENTRANTS = (OURS, SINGLE, CLERK)
GROWTH_FAMILY = "busy"
QUICK_FAMILIES = ("tiny", "small", "metro")
QUICK_SIZES = (75, 150, 300)
QUICK_SECONDS = 10.0


@dataclass(slots=True)
class Contest:
    """The rows so far, of the families and of growth, and when the run was made."""

    made: str
    facts: list[str]
    rows: list[Row] = field(default_factory=list)
    growth: list[Row] = field(default_factory=list)


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line, run the contest and write its page."""
    told = _arguments(words)
    into: Path = told.into
    figures = into / "benchmarks.json"
    if told.again:
        contest = _read(figures)
    else:
        contest = Contest(made=datetime.now().astimezone().date().isoformat(), facts=machine_facts())
        with tempfile.TemporaryDirectory() as folder:
            print(heading(), flush=True)
            _run(contest.rows, _heats(told, Path(folder)), told.entrants)
            _run(
                contest.growth,
                _growth_heats(told, Path(folder)),
                [key for key in GROWTH_ENTRANTS if key in told.entrants],
            )
    (into / "pictures").mkdir(parents=True, exist_ok=True)
    save(figures, json.dumps(asdict(contest)) + "\n")
    draw_cost_over_time(into / "pictures" / "bench-cost-over-time.svg", contest.rows)
    if contest.growth:
        draw_growth(into / "pictures" / "bench-growth.svg", contest.growth)
    facts = [*contest.facts, f"on {contest.made}, with two workers and seed 0"]
    save(into / "benchmarks.md", write_page(contest.rows, contest.growth, facts, "pictures"))
    print(f"\nWrote benchmarks.md and its pictures in {into}; its gaps are against the final bounds.")


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--families", nargs="+", choices=SECONDS, help="these only")
    parser.add_argument("--entrants", nargs="+", choices=ENTRANTS, default=list(ENTRANTS), help="these only")
    parser.add_argument("--time-limit", type=float, metavar="SECONDS", help="for every entrant on every problem")
    parser.add_argument("--growth", nargs="*", type=int, metavar="CASES", help="sizes of the growing problems")
    parser.add_argument("--no-growth", action="store_true")
    parser.add_argument("--quick", action="store_true", help="three families, three sizes, ten seconds each")
    parser.add_argument("--into", type=Path, default=ROOT / "docs", metavar="DIR", help="where the page goes")
    parser.add_argument("--again", action="store_true", help="run nothing; write the page from the last figures")
    told = parser.parse_args(words)
    if told.time_limit is not None and told.time_limit <= 0:
        parser.error(f"--time-limit is {told.time_limit:g}; give more than 0 seconds.")
    if any(size < 1 for size in told.growth or ()):
        parser.error(f"--growth asks for {min(told.growth)} cases; ask for at least one.")
    if told.again and not (told.into / "benchmarks.json").is_file():
        parser.error(f"{told.into} holds no benchmarks.json of an earlier run; run the benchmark there first.")
    if told.quick:
        told.families = told.families or list(QUICK_FAMILIES)
        told.growth = list(QUICK_SIZES) if told.growth is None else told.growth
        told.time_limit = told.time_limit or QUICK_SECONDS
    return told


def _run(rows: list[Row], heats: Iterable[Heat], entrants: Sequence[str]) -> None:
    """Run the heats, printing each row as it comes; gaps are against the bounds known by then."""
    for heat in heats:
        for entrant in [key for key in entrants if key in ONLY_THESE.get(heat.name, entrants)]:
            row = run_one(heat, entrant)
            rows.append(row)
            print(line(row, best_bound(rows, heat.name)), flush=True)


def _heats(told: argparse.Namespace, folder: Path) -> Iterable[Heat]:
    """Give the chosen families' problems: the examples where there are some, else invented ones."""
    for name in told.families or SECONDS:
        path = EXAMPLES / f"{name}.json"
        if not path.is_file():
            path = folder / f"{name}.json"
            save(path, write_problem(make_problem(FAMILIES[name], SEED)))
        cases = len(read_problem(path.read_bytes()).cases)
        yield Heat(name=name, path=path, cases=cases, seconds=told.time_limit or SECONDS[name])


def _growth_heats(told: argparse.Namespace, folder: Path) -> Iterable[Heat]:
    sizes = GROWTH_SIZES if told.growth is None else told.growth
    for size in () if told.no_growth else sizes:
        path = folder / f"growth-{size}.json"
        save(path, write_problem(make_problem(FAMILIES[GROWTH_FAMILY].of(size), SEED)))
        yield Heat(name=f"{GROWTH_FAMILY} {size}", path=path, cases=size, seconds=told.time_limit or GROWTH_SECONDS)


def _read(path: Path) -> Contest:
    """Read an earlier run's figures."""
    found = json.loads(path.read_text())
    return Contest(made=found["made"], facts=found["facts"], rows=_rows(found["rows"]), growth=_rows(found["growth"]))


def _rows(found: list[dict[str, object]]) -> list[Row]:
    return [
        Row(**{**row, "breaks": tuple(row["breaks"]), "points": tuple(Point(**point) for point in row["points"])})  # type: ignore[arg-type, attr-defined]
        for row in found
    ]


if __name__ == "__main__":
    main()
