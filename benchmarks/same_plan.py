"""Plan the same problem again and again by counted effort, each time in a new process, and count the different plans.

python -m benchmarks.same_plan [--times 20] [--effort 5] PROBLEM...
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from scheduler.documents import read_problem, write_plan
from scheduler.engine import solve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problems", nargs="+", type=Path, metavar="PROBLEM")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--effort", type=int, default=5)
    parser.add_argument("--once", action="store_true", help="plan once and print a digest of the plan")
    options = parser.parse_args()
    if options.once:
        print(digest(options.problems[0], options.effort))
        return
    for path in options.problems:
        command = [sys.executable, "-m", "benchmarks.same_plan", "--once", "--effort", str(options.effort), str(path)]
        found = [
            subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(options.times)
        ]
        same = found.count(found[0])
        print(f"{path.name}: {same} of {options.times} plans are the same ({found[0].strip()})", flush=True)


def digest(path: Path, effort: int) -> str:
    plan = solve(read_problem(path.read_bytes()), time_limit=60, effort=effort)
    text = write_plan(replace(plan, seconds=0))
    return f"cost {plan.cost:,}, {hashlib.sha256(text.encode()).hexdigest()[:16]}"


if __name__ == "__main__":
    main()
