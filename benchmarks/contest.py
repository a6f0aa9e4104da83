"""Entrants are started one after another, each in its own process, watched for time and memory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from benchmarks.entrants.attempt import Point

ROOT = Path(__file__).resolve().parents[1]
PROC = Path("/proc")
SECONDS_BETWEEN_LOOKS = 0.1
PATIENCE = 1.5  # times its seconds, and …
GRACE = 120.0  # … this long, after which an entrant is stopped
MOST_MEGABYTES = 8000.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
BYTES_A_MEGABYTE = 2**20
LAST_WORDS = 300  # characters of an entrant's own error that are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How one entrant did on one problem. `cost` is None where there is no plan; `breaks` names the rules it breaks."""

    problem: str
    entrant: str
    allowed: float
    total: int
    seconds: float
    memory_mb: float
    cost: int | None = None
    bound: int | None = None
    booked: int = 0
    breaks: tuple[str, ...] = ()
    remark: str = ""
    points: tuple[Point, ...] = field(default=())

    @property
    def legal(self) -> bool:
        """Whether there is a plan that the audit accepts."""
        return self.cost is not None and not self.breaks


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """One problem, and the seconds each entrant gets."""

    name: str
    path: Path
    cases: int
    seconds: float


def run_one(heat: Heat, entrant: str, *, workers: int = 2, seed: int = 0) -> Row:
    """Let one entrant plan, and give its row."""
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        command = [sys.executable, "-m", "benchmarks.one_run", entrant, str(heat.path), str(heat.seconds), str(result)]
        started = monotonic()
        with (Path(folder) / "said").open("w+b") as said:
            child = subprocess.Popen(
                [*command, "--workers", str(workers), "--seed", str(seed)],
                cwd=ROOT,
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
            )
            peak, stopped = _watch(child, PATIENCE * heat.seconds + GRACE)
            said.seek(0)
            words = said.read().decode(errors="replace").strip()
        found = json.loads(result.read_text()) if result.exists() else None
    if found is None:
        remark = stopped or f"failed: {words.splitlines()[-1] if words else 'it said nothing'}"[:LAST_WORDS]
        return Row(
            problem=heat.name,
            entrant=entrant,
            allowed=heat.seconds,
            total=heat.cases,
            seconds=monotonic() - started,
            memory_mb=peak,
            remark=remark,
        )
    return _row(heat, entrant, found, peak)


def _row(heat: Heat, entrant: str, found: dict[str, Any], peak: float) -> Row:
    return Row(
        problem=heat.name,
        entrant=entrant,
        allowed=heat.seconds,
        total=found["total"],
        seconds=found["seconds"],
        memory_mb=peak or found["memory_mb"],
        cost=found.get("cost"),
        bound=found["bound"],
        booked=found.get("booked", 0),
        breaks=tuple(found.get("breaks", ())),
        remark=found["remark"],
        points=tuple(Point(seconds=at[0], cost=at[1], bound=at[2], booked=at[3]) for at in found["points"]),
    )


def _watch(child: subprocess.Popen[bytes], patience: float) -> tuple[float, str]:
    """Wait for the process; give its peak memory in megabytes, and why it was stopped if it was."""
    started, peak, stopped = monotonic(), 0.0, ""
    try:
        while child.poll() is None and not stopped:
            peak = max(peak, megabytes_of(child.pid))
            if peak > MOST_MEGABYTES:
                stopped = f"stopped: it took more than {MOST_MEGABYTES:,.0f} MB"
            elif monotonic() - started > patience:
                stopped = f"stopped: it went on for more than {patience:.0f} s"
            sleep(SECONDS_BETWEEN_LOOKS)
    finally:
        if child.poll() is None:
            for process in {child.pid, *_pages_of(child.pid)}:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            child.wait()
    return peak, stopped


def megabytes_of(process: int) -> float:
    """Add up the memory of a process and those it started, shared pages once for each; 0 where there is no /proc."""
    return sum(_pages_of(process).values()) * PAGE_BYTES / BYTES_A_MEGABYTE


def _pages_of(first: int) -> dict[int, int]:
    """Give the pages in memory of a process and of all it started."""
    parents: dict[int, int] = {}
    pages: dict[int, int] = {}
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError, ValueError, IndexError):
            after_name = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)] = int(after_name[1])
            pages[int(folder.name)] = int(after_name[21])
    family = {first}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return {process: pages[process] for process in family if process in pages}
