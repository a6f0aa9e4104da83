"""What the tests try one by one, counted: of those that ran and passed; a part that ran none misses its goal."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.contest import ROOT
from benchmarks.load_page import Measure

# What is tried, how many at least, and the tests that try it.
TRIED: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "guards": (
        "guards taken away or put to sleep, each refused at start-up",
        20,
        ("tests/db/test_guards.py", "tests/db/test_shape.py"),
    ),
    "tampering": ("tries at changing the trail, each found", 10, ("tests/db/test_tampering.py",)),
    "restore": (
        "backups, restores and drills, also amid faults",
        20,
        ("tests/db/test_backups.py", "tests/flows/test_upkeep.py"),
    ),
    "access": (
        "acts and routes tried by every role and by strangers",
        50,
        ("tests/flows/test_every_act.py", "tests/dashboard/test_every_route.py"),
    ),
    "forms": (
        "kinds of forms and files filled in with anything",
        30,
        ("tests/flows/test_any_form.py", "tests/flows/intake/test_any_bytes.py", "tests/scheduler/documents"),
    ),
    "privacy": (
        "searches for a patient's name where it must not be",
        5,
        ("tests/journeys/test_nothing_names_the_patient.py", "tests/flows/test_deidentified.py"),
    ),
}


def tried(name: str) -> Iterator[Measure]:
    """Run the tests of one part; gives how many passed, how many did not, and how many were left out."""
    says, least, files = TRIED[name]
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files)
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?|skipped)", said)}
    yield Measure.of(says, counts.get("passed", 0), (least, "at least"))
    yield Measure.of("not so", sum(counts.get(word, 0) for word in ("failed", "error", "errors")), (0, "at most"))
    yield Measure.of("left out", counts.get("skipped", 0), (0, "at most"))
