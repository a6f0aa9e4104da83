"""Hunt the mutants of the rules, the goals, the diary and the audit: `make mutants`.

Exits 1 if one is alive that equivalents.txt does not explain, or if equivalents.txt explains one that is dead or gone.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
from pathlib import Path
from time import monotonic

import pytest

from scripts.mutants.hunting import Hunt, say
from scripts.mutants.making import mutants_of

ROOT = Path(__file__).resolve().parents[2]
EQUIVALENTS = Path(__file__).with_name("equivalents.txt")
SOURCES = ("scheduler/audit.py", "scheduler/diary.py", "scheduler/rules/*.py", "scheduler/goals/*.py")
TESTS = (
    "tests/scheduler/rules",
    "tests/scheduler/goals",
    "tests/scheduler/test_diary.py",
    "tests/scheduler/test_audit.py",
    "tests/scheduler/engine/test_enforcing.py",
    "tests/scheduler/engine/test_without_times.py",
    "tests/scheduler/engine/test_places.py",
    "tests/scheduler/engine/test_agreement.py::test_a_goal_costs_the_same_in_the_model_as_by_hand",
)
TOO_LONG = "tests/scheduler/test_audit.py::test_no_plan_makes_the_audit_stumble"  # and it looks for no fault of these


def explained(text: str) -> dict[str, str]:
    """Read the equivalents: a mutant to a line, its reason on the indented line below."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    pairs = list(zip(lines[::2], lines[1::2], strict=True))
    wrong = [line for line, reason in pairs if line[0].isspace() or not reason[0].isspace()]
    if wrong:
        raise SystemExit(f"{EQUIVALENTS.name}: no reason on the line below: {wrong[0]}")
    return {line: reason.strip() for line, reason in pairs}


def files(*words: str) -> list[str]:
    """List the source files, or those whose name holds one of the words."""
    found = [str(path.relative_to(ROOT)) for source in SOURCES for path in sorted(ROOT.glob(source))]
    return [file for file in found if not words or any(word in file for word in words)]


def main() -> int:
    """Hunt, then say what lived."""
    parser = argparse.ArgumentParser(description="Hunt the mutants of the rules, the goals, the diary and the audit.")
    parser.add_argument("words", nargs="*", help="only files whose name holds one of these")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants tried at a time")
    chosen = parser.parse_args()
    began = monotonic()
    trees = {file: ast.parse((ROOT / file).read_text()) for file in files(*chosen.words)}
    mutants = [mutant for file, tree in trees.items() for mutant in mutants_of(file, tree)]
    hunt = Hunt(trees, mutants, chosen.jobs)
    os.chdir(ROOT)
    pytest.main(
        ["-q", "--no-header", "-p", "no:cacheprovider", "--timeout=0", f"--deselect={TOO_LONG}", *TESTS], plugins=[hunt]
    )
    if not hunt.sound:
        say("A test fails on the code as it is. Make the tests pass first: pytest " + " ".join(TESTS))
        return 2
    return told(hunt, {mutant.key for mutant in mutants}, trees, monotonic() - began)


def told(hunt: Hunt, made: set[str], trees: dict[str, ast.Module], seconds: float) -> int:
    """Print the count and what is wrong; 1 if anything is."""
    listed = explained(EQUIVALENTS.read_text(encoding="utf-8"))
    here = {key for key in listed if key.split(" ", 1)[0] in trees}
    alive = {mutant.key for mutant in hunt.survivors}
    say(f"{len(made)} mutants: {len(made - alive)} killed, {len(alive & here)} alive and equivalent,")
    say(f"{len(alive - here)} alive and unexplained, in {seconds:.0f} seconds.")
    for key in sorted(alive - here):
        say(f"alive, write a test that fails on it: {key}")
    for key in sorted(here - alive):
        say(f"in {EQUIVALENTS.name}, but {'killed' if key in made else 'no longer made'}: {key}")
    return int(alive != here)


if __name__ == "__main__":
    sys.exit(main())
