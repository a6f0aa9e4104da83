"""One entrant plans one problem in a process of its own, and its plan is audited.

    python -m benchmarks.one_run ENTRANT PROBLEM SECONDS RESULT [--workers N] [--seed N]

`bench` starts this; the result is a JSON file.
"""

from __future__ import annotations

import argparse
import json
import resource
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from benchmarks.entrants import ENTRANTS, entrant
from benchmarks.entrants.attempt import Attempt, Point, Terms
from scheduler.audit import audit
from scheduler.documents import read_problem

if TYPE_CHECKING:
    from scheduler.problem import SchedulingProblem

KILOBYTES_A_MEGABYTE = 1024


def run(name: str, problem: SchedulingProblem, seconds: float, *, workers: int, seed: int) -> dict[str, object]:
    """Let the entrant plan, audit its plan, and give the figures as plain values."""
    points: list[Point] = []
    plan_with = entrant(name)
    started = monotonic()
    found = plan_with(problem, Terms(seconds=seconds, workers=workers, seed=seed, tell=points.append))
    taken = monotonic() - started
    # Used only where there is no /proc: it leaves out the processes this one starts.
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES_A_MEGABYTE
    return {
        **_figures(problem, found),
        "seconds": round(taken, 3),
        "memory_mb": used,
        "points": [_plain(at) for at in points],
    }


def _plain(at: Point) -> tuple[float, int, int, int]:
    return round(at.seconds, 3), at.cost, at.bound, at.booked


def _figures(problem: SchedulingProblem, found: Attempt) -> dict[str, object]:
    figures: dict[str, object] = {"bound": found.bound, "remark": found.remark, "total": len(problem.cases)}
    if found.plan is None:
        return figures
    breaches = audit(problem, found.plan).breaches
    return figures | {
        "cost": found.plan.cost,
        "booked": len(found.plan.bookings),
        "breaks": sorted({breach.rule for breach in breaches}),
    }


def main() -> None:
    """Read the command line and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entrant", choices=ENTRANTS)
    parser.add_argument("problem", type=Path)
    parser.add_argument("seconds", type=float)
    parser.add_argument("result", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    problem = read_problem(told.problem.read_bytes())
    figures = run(told.entrant, problem, told.seconds, workers=told.workers, seed=told.seed)
    told.result.write_text(json.dumps(figures))


if __name__ == "__main__":
    main()
