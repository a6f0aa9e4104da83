"""The page of the walks that were walked: `--into docs` adds each run of one state of the code to docs/walks.md."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from scripts.walks.bugs import BUGS

PAGE, MARK = "walks.md", "<!-- runs: "
CODE = ("scheduler", "db", "flows", "scripts/walks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run on one engine: from which seed on, and what came of it."""

    engine: str
    first: int
    machines: int
    steps: int
    outcomes: Mapping[str, int]
    kinds: int
    failures: int
    seconds: int


@dataclass(slots=True, kw_only=True)
class Page:
    """Everything that was run on one state of the code: walks, and the faults that were looked for."""

    code: str
    runs: list[Run] = field(default_factory=list)
    faults: dict[str, dict[str, str]] = field(default_factory=dict)  # engine, then fault, then what found it

    @classmethod
    def read(cls, folder: Path) -> Page:
        """Go on with the page of this state of the code; what was run on another one is left behind."""
        now, path = code_state(), folder / PAGE
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        kept = next((line for line in lines if line.startswith(MARK)), None)
        told: dict[str, Any] = json.loads(kept.removeprefix(MARK).removesuffix(" -->")) if kept else {}
        if told.get("code") != now:
            return cls(code=now)
        return cls(code=now, runs=[Run(**run) for run in told["runs"]], faults=told["faults"])

    def write(self, folder: Path) -> None:
        """Write the page."""
        told = {"code": self.code, "runs": [asdict(run) for run in self.runs], "faults": self.faults}
        parts = [HEAD.format(code=self.code), *self._walks(), *self._hunts(), f"{MARK}{json.dumps(told)} -->"]
        (folder / PAGE).write_text("\n".join(parts) + "\n", encoding="utf-8")

    def _walks(self) -> list[str]:
        lines = ["", "| engine | machines | seeds | steps | done | refused | repeated | kinds of step | failures |"]
        lines.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for engine in dict.fromkeys(run.engine for run in self.runs):
            runs = [run for run in self.runs if run.engine == engine]
            seeds = ", ".join(f"{run.first} to {run.first + run.machines - 1}" for run in _joined(runs))
            done = [_sum(runs, outcome) for outcome in ("done", "refused", "repeated")]
            counts = [sum(run.steps for run in runs), *done, max(run.kinds for run in runs)]
            row = [engine, sum(run.machines for run in runs), seeds, *counts, sum(run.failures for run in runs)]
            lines.append(f"| {' | '.join(map(str, row))} |")
        return lines

    def _hunts(self) -> list[str]:
        lines: list[str] = []
        for engine, found in self.faults.items():
            lost = [name for name, how in found.items() if not how]
            lines += ["", f"## Faults put into the code, on {engine}", ""]
            lines.append(f"{len(found) - len(lost)} of the {len(found)} that were put in were found.")
            lines += ["", "| fault | what goes wrong | found by |", "| --- | --- | --- |"]
            lines += [f"| `{name}` | {BUGS[name].says} | {how or '**not found**'} |" for name, how in found.items()]
        return [*lines, ""]


HEAD = """# Walks by chance

<!-- Written by `python -m scripts.walks --into docs`; what was run on another state of the code is left behind. -->

Machines do at random what people and workers do: they take right and wrong steps of the pathway, publish plans, hold
slots, correct mistakes, hold meetings, send letters again, share tasks, let days pass and let two workers meet. After
every step everything that must always be true is checked against the rows of the real database, which are read past the
product. `make walks` walks, and `make walks-bugs` puts known faults into the running code, each of which must be found.

The code was that of {code}."""


@cache
def code_state() -> str:
    """Name the state of the product and of the walks by when it was last committed, as it was when first asked."""
    asked = ("git", "log", "-1", "--format=%cd", "--date=format:%Y-%m-%d %H:%M", "--", *CODE)
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603  the words are ours
    return done.stdout.strip() or "no known commit"


def _joined(runs: Sequence[Run]) -> list[Run]:
    """Runs whose seeds follow one another as one."""
    whole: list[Run] = []
    for run in sorted(runs, key=lambda run: run.first):
        last = whole[-1] if whole else None
        if last is not None and last.first + last.machines == run.first:
            told = {**asdict(last), "machines": last.machines + run.machines}
            whole[-1] = Run(**told)
        else:
            whole.append(run)
    return whole


def _sum(runs: Sequence[Run], outcome: str) -> int:
    return sum(run.outcomes.get(outcome, 0) for run in runs)
