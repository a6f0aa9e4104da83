"""The folder through which parts of a problem reach whoever solves them, and their plans come back.

Everything in it is a document of our own formats, written whole or not at all; cases have opaque references alone.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from scheduler.documents import read_plan, read_problem, save, write_plan, write_problem
from scheduler.engine.parts import Note, Part
from scheduler.plan import Plan
from scheduler.problem import SchedulingProblem

WHOLE = "whole"  # the key of the problem whose bound is proven


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked of one process: a part to solve, or the whole whose bound is to be proven."""

    key: str
    seconds: float
    seed: int
    effort: int | None = None


class PartStore:
    """One run's folder. Its files are named by a job's key and what they hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def make(cls, under: Path | None = None) -> PartStore:
        """Make a private folder, under another or among the machine's temporary ones."""
        if under is not None:
            under.mkdir(parents=True, exist_ok=True)
        return cls(Path(tempfile.mkdtemp(prefix="parts-", dir=under)))

    def remove(self) -> None:
        """Remove the folder with everything in it; late writers find no place any more."""
        shutil.rmtree(self.folder, ignore_errors=True)

    # What is asked.

    def put(self, job: Job, problem: SchedulingProblem, begin: Plan | None = None) -> None:
        """Store a job; its own file comes last, so that a job that is there is whole."""
        save(self._path(job.key, "problem"), write_problem(problem))
        if begin is not None:
            save(self._path(job.key, "begin"), write_plan(begin))
        save(self._path(job.key, "job"), json.dumps(asdict(job)))

    def asked(self, key: str) -> bool:
        """Say whether there is such a job."""
        return self._path(key, "job").exists()

    def job(self, key: str) -> Job:
        """Read what is asked."""
        return Job(**json.loads(self._path(key, "job").read_text()))

    def part(self, key: str) -> Part:
        """Read a part and the plan it begins with."""
        problem = read_problem(self._path(key, "problem").read_bytes())
        begin = self._path(key, "begin")
        return Part(problem=problem, begin=read_plan(begin.read_bytes(), problem) if begin.exists() else None)

    def stop(self, key: str) -> None:
        """Ask whoever works on a job to end it with what there is."""
        self._path(key, "stop").touch()

    def stopped(self, key: str) -> bool:
        """Say whether an end was asked for, or the whole run is over."""
        return self._path(key, "stop").exists() or not self.folder.exists()

    # What comes back.

    def finish(self, key: str, plan: Plan | None) -> None:
        """Store a part's plan; None when it has none."""
        save(self._path(key, "plan"), "" if plan is None else write_plan(plan))

    def finished(self, key: str) -> bool:
        """Say whether a job is done."""
        return self._path(key, "plan").exists()

    def plan(self, key: str, problem: SchedulingProblem) -> Plan | None:
        """Read a finished part's plan, None when it has none."""
        text = self._path(key, "plan").read_bytes()
        return read_plan(text, problem) if text else None

    def note(self, key: str, cost: int, booked: int) -> None:
        """Keep how far a job has come: a part's cost, or the bound proven for the whole."""
        save(self._path(key, "note"), json.dumps({"cost": cost, "booked": booked}))

    def noted(self, key: str) -> Note | None:
        """Read how far a job has come."""
        path = self._path(key, "note")
        return Note(**json.loads(path.read_text())) if path.exists() else None

    def beat(self, key: str) -> None:
        """Show that somebody works on a job now."""
        self._path(key, "pulse").touch()

    def last_beat(self, key: str) -> float | None:
        """Give when somebody last showed that they work on a job, by the folder's own clock."""
        path = self._path(key, "pulse")
        return path.stat().st_mtime if path.exists() else None

    def _path(self, key: str, what: str) -> Path:
        return self.folder / f"{key}.{what}"
