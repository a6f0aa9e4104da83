"""How the service runs, as an operator reads it: figures, what was looked at, cases, steps, plans, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from dashboard.shapes.markup import Cell, Figure
from dashboard.shapes.words import count
from flows.desk import Running

NAMES: Final = {
    "database": "Database and guards",
    "disk": "Disk",
    "clock": "Clock",
    "engine": "Engine",
    "dispatcher": "Dispatcher",
    "drill": "Drill",
    "planner": "Planner",
    "prefect": "Prefect",
}
CHECK_HEADS: Final = ("Looked at", "Is", "Says")
STATE_HEADS: Final = ("State", "#Cases", "#Longest (days)")
STEP_HEADS: Final = ("Due steps", "#Count")
PLAN_HEADS: Final = ("Plans", "#Count")
REFUSED_HEADS: Final = ("Refused acts", "#Times")
STEP_NAMES: Final = {"waiting": "Waiting", "taken": "Being worked", "parked": "Given up on"}
NEVER: Final = "none yet"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def figures_of(running: Running) -> tuple[Figure, ...]:
    """The numbers over the page."""
    checks = {check.what: check for check in running.checks}
    drill = checks.get("drill")
    numbers = running.numbers
    return (
        Figure(
            label="The service", value="fit" if running.fit else "not fit", level="plain" if running.fit else "over"
        ),
        Figure(label="Last backup", value=age(running.backup_at, running.now)),
        Figure(
            label="Last good drill",
            value=age(running.drill_at, running.now),
            level="plain" if drill is None or drill.good else "over",
        ),
        Figure(label="Last anchor", value=age(running.anchor_at, running.now)),
        Figure(label="Database", value=size(numbers.size) if numbers else "unknown"),
        Figure(label="Audit trail", value=count(numbers.trail_rows, "row") if numbers else "unknown"),
    )


def age(at: datetime | None, now: datetime) -> str:
    """How long ago something was, in its largest unit."""
    if at is None:
        return NEVER
    for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if now - at >= unit:
            return f"{count((now - at) // unit, name)} ago"
    return "just now"


def size(number: int) -> str:
    """A number of bytes in its largest unit."""
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.1f} MB"


def check_rows(running: Running) -> Iterator[tuple[Cell, ...]]:
    """A row for everything that was looked at; what is wrong stands out in word and look."""
    for check in running.checks:
        word = "well" if check.good else "not fit" if check.vital else "to look at"
        look = "" if check.good else "over" if check.vital else "soon"
        yield Cell(text=NAMES.get(check.what, check.what)), Cell(text=word, look=look), Cell(text=check.says)


def state_rows(running: Running) -> Iterator[tuple[str, ...]]:
    """A row for every state of the pathway in which a case stands."""
    today = running.now.date()
    for line in running.numbers.states if running.numbers else ():
        longest = "" if line.state.ends else str(max(0, (today - line.since).days))
        yield line.state.label, str(line.cases), longest


def step_rows(running: Running) -> Iterator[tuple[str, str]]:
    """A row for due steps that wait, are worked, or were given up on, and one for letters that wait to leave."""
    if running.numbers is None:
        return
    for state, number in running.numbers.steps.items():
        yield STEP_NAMES.get(state, state), str(number)
    yield "Letters to leave", str(running.numbers.letters_queued)


def plan_rows(running: Running) -> Iterator[tuple[str, str]]:
    """A row for every state in which a plan is."""
    for state, number in (running.numbers.plans if running.numbers else {}).items():
        yield state.replace("_", " ").capitalize(), str(number)


def refused_rows(running: Running) -> Iterator[tuple[str, str]]:
    """A row for everything that was asked for and refused, most often first."""
    found = (running.numbers.refused if running.numbers else {}).items()
    for act, number in sorted(found, key=lambda each: -each[1]):
        yield act.replace("_", " ").capitalize(), str(number)
