"""The page that says what the pathway's machinery carries: how fast steps go, and how the simulated clinic fared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FIGURES, PAGE = "pathway-load.json", "pathway-load.md"
INTRODUCTION = """\
# What the pathway carries

Two commands write this page, each its own part, from one run on the machine named below.

`python -m benchmarks.steps` works due steps as the service does: each in a transaction of its own, under a lease,
audited and on disk before it counts. The rate is by the clock and falls on a machine with other work; the processor
time of a step falls behind far less. A step here is a new referral that is looked through, or a timer that becomes a
task. Prefect's own share is the time of one sweep's flow run, less the time its steps took, for each step. From a
decision to its effect is from the commit of a referral to the commit of its triage, by a dispatcher.

`make clinic` simulates a clinic. Invented staff act at the desk, the real planner plans, and the dispatchers, the
planner, the runner, Prefect's server and the staff's own processes are killed outright, at random and at their own
commits. Afterwards plain SQL goes through the books and compares them with what each of the staff wrote down before
and after every act: an act that was answered and is not there is lost, a side effect that is there twice is repeated,
and an open case without a task, a timer or a visit to come is silent.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure, with the goal it was held against if there is one."""

    name: str
    value: float
    goal: str = ""
    reached: bool | None = None

    @classmethod
    def of(cls, name: str, value: float, goal: tuple[float, str] | None) -> Measure:
        """Hold a figure against its goal: a number, and whether that is the least or the most."""
        if goal is None:
            return cls(name=name, value=value)
        number, how = goal
        reached = value >= number if how == "at least" else value < number if how == "below" else value <= number
        return cls(name=name, value=value, goal=f"{how} {number:g}", reached=reached)

    def with_more(self, value: float) -> Measure:
        """Add to a figure that counts something, and hold the sum against the same goal."""
        how, _, number = self.goal.rpartition(" ")
        return Measure.of(self.name, self.value + value, (float(number), how) if self.goal else None)

    def __str__(self) -> str:
        """Say it in a line."""
        verdict = "" if self.reached is None else f" ({self.goal}: {'yes' if self.reached else 'NO'})"
        return f"{self.name}: {self.value:.2f}{verdict}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one run, and what it ran on."""

    facts: list[str]
    measures: list[Measure] = field(default_factory=list)


def keep(into: Path, *, engine: str, steps: Figures | None = None, clinic: Mapping[str, Any] | None = None) -> None:
    """Put a run's figures in the place of those of the last one on the same database, and write the page again."""
    path = into / FIGURES
    known: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    if steps is not None:
        known.setdefault("steps", {})[engine] = asdict(steps)
    if clinic is not None:
        known.setdefault("clinic", {})[engine] = dict(clinic)
    into.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    (into / PAGE).write_text(_page(known), encoding="utf-8")


def _page(known: Mapping[str, Mapping[str, Any]]) -> str:
    parts = [INTRODUCTION]
    for engine, run in known.get("steps", {}).items():
        parts += [f"## Steps, on {_named(engine)}\n", ran_on(run["facts"]), measures_table(run["measures"])]
    for engine, run in known.get("clinic", {}).items():
        parts += [f"## The simulated clinic, on {_named(engine)}\n", ran_on(run["facts"]), _rows(run["rows"])]
    return "\n".join(parts)


def _named(engine: str) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(engine, engine)


def ran_on(facts: list[str]) -> str:
    """Say what a run ran on."""
    return "Ran on:\n\n" + "".join(f"- {fact}\n" for fact in facts)


def measures_table(measures: list[Mapping[str, Any]]) -> str:
    """Put figures in a table, each with its goal and whether it was reached."""
    lines = ["| measure | found | goal | reached |", "| --- | ---: | --- | --- |"]
    for one in measures:
        reached = {None: "", True: "yes", False: "no"}[one["reached"]]
        lines.append(f"| {one['name']} | {one['value']:.2f} | {one['goal']} | {reached} |")
    return "\n".join([*lines, ""])


def _rows(rows: list[tuple[str, str]]) -> str:
    return "\n".join(
        ["| what | found |", "| --- | ---: |", *(f"| {name.strip()} | {value} |" for name, value in rows), ""]
    )
