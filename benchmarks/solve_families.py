"""Solve problem files one after another and show cost, proven bound, gap, bookings and seconds in a table."""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path

from scheduler.documents import read_problem
from scheduler.engine import Progress, solve

HEADINGS = f"{'problem':<16}{'cost':>12}{'bound':>12}{'gap':>8}{'booked':>12}{'seconds':>9}  status"


def main() -> None:
    """Read the command line and print one row a problem."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problems", nargs="+", type=Path, metavar="PROBLEM", help="problem files, .json or .json.gz")
    parser.add_argument("--time-limit", type=float, default=60.0, metavar="SECONDS")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trace", action="store_true", help="also print every improvement")
    options = parser.parse_args()
    print(HEADINGS)
    for path in options.problems:
        print(_row(path, options), flush=True)


def _row(path: Path, options: argparse.Namespace) -> str:
    """Solve one problem and describe how it went."""
    content = path.read_bytes()
    problem = read_problem(gzip.decompress(content) if path.suffix == ".gz" else content)
    trace = _show if options.trace else None
    plan = solve(problem, time_limit=options.time_limit, workers=options.workers, seed=options.seed, on_progress=trace)
    gap = (plan.cost - plan.bound) / plan.bound if plan.bound else float(plan.cost > 0)
    booked = f"{len(plan.bookings)}/{len(problem.cases)}"
    name = path.name.split(".")[0]
    figures = f"{plan.cost:>12,}{plan.bound:>12,}{gap:>8.2%}{booked:>12}{plan.seconds:>9.1f}"
    return f"{name:<16}{figures}  {plan.status}"


def _show(progress: Progress) -> None:
    print(f"  {progress.seconds:6.1f} s  {progress.cost:>12,}  {progress.bound:>12,}  {progress.booked} booked")


if __name__ == "__main__":
    main()
