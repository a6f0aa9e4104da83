"""Problem and plan files: solved, checked, and never left half written."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.clashing_pins import clashing_pins_named
from flows.plan_in_parts import AS_MANY_AS_THE_SIZE_ASKS_FOR, prefect_to_use, solve_by_size
from scheduler.audit import Audit, audit
from scheduler.documents import read_case, read_plan, read_problem, save, write_plan, write_problem
from scheduler.engine import Progress
from scheduler.errors import BadInputError
from scheduler.plan import Plan
from scheduler.problem import SchedulingProblem

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from flows.quick_asked import QuickAsked
    from scheduler.engine.quick import QuickAnswer
    from scheduler.explain.capacity import CapacityWorth

STANDARD_OUTPUT = "-"


def solve_file(
    problem_path: str,
    *,
    time_limit: float,
    workers: int,
    seed: int,
    effort: int | None = None,
    parts: int = AS_MANY_AS_THE_SIZE_ASKS_FOR,
    on_prefect: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Read a problem and find a plan for it; raises BadInputError with every fault, PinsClashError where pins clash."""
    problem = read_problem_file(problem_path)
    with clashing_pins_named(problem):
        return solve_by_size(
            problem,
            parts=parts,
            prefect_api=prefect_to_use(asked=on_prefect),
            time_limit=time_limit,
            workers=workers,
            seed=seed,
            effort=effort,
            on_progress=on_progress,
        )


def read_problem_file(path: str) -> SchedulingProblem:
    """Read a problem; raises BadInputError with every fault of the file."""
    return read_problem(read_bytes(path))


def check_files(problem_path: str, plan_path: str) -> Audit:
    """Audit a plan against its problem, without the solver; raises BadInputError with every fault of either file."""
    return audit(*read_files(problem_path, plan_path))


def read_files(problem_path: str, plan_path: str) -> tuple[SchedulingProblem, Plan]:
    """Read a problem and a plan for it; raises BadInputError with every fault of either file."""
    problem = read_problem_file(problem_path)
    return problem, read_plan(read_bytes(plan_path), problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickFiles:
    """The files of one event: the problem, the plan that stands, and where the new plan and problem go."""

    problem: str | None = None
    plan: str | None = None
    output: str | None = None
    problem_out: str | None = None

    @property
    def given(self) -> bool:
        """Whether files are meant at all."""
        return any(path is not None for path in (self.problem, self.plan, self.output, self.problem_out))


def quick_files(files: QuickFiles, asked: QuickAsked, *, time_limit: float) -> QuickAnswer:
    """Answer one event for a plan file and write the new plan; BadInputError has every fault of files and request."""
    from flows.quick_asked import event_of
    from scheduler.engine.quick import UrgentCase, quick

    if files.problem is None or files.plan is None or files.output is None:
        raise BadInputError.of(
            "files", "Give a problem file, the plan that stands and where to write with -o, or none of them."
        )
    for path in (files.output, files.problem_out or STANDARD_OUTPUT):
        check_writable(path)
    problem, plan = read_files(files.problem, files.plan)
    event = event_of(asked, problem.zone, lambda path: UrgentCase(case=read_case(read_bytes(path), problem)))
    answer = quick(problem, plan, event, time_limit=time_limit)
    if files.problem_out is not None:
        _save(write_problem(answer.problem), files.problem_out)
    save_plan(answer.plan, files.output)
    return answer


def worth_of_file(
    path: str, *, time_limit: float, on_progress: Callable[[str], None]
) -> tuple[CapacityWorth, ZoneInfo]:
    """Price one more of everything in a problem; gives its zone too. Raises BadInputError with every fault."""
    from scheduler.explain.capacity import capacity_worth

    problem = read_problem_file(path)
    return capacity_worth(problem, time_limit=time_limit, on_progress=on_progress), problem.zone


def check_writable(path: str) -> None:
    """Raise BadInputError now, before a long search, when a plan could not be written there."""
    folder = Path(path).resolve().parent
    if path != STANDARD_OUTPUT and (not folder.is_dir() or Path(path).is_dir()):
        raise BadInputError.of(path, "cannot be written: there is no such folder. Choose another place with -o.")


def save_plan(plan: Plan, path: str) -> None:
    """Write a plan to a file, whole or not at all, or to the standard output for `-`."""
    _save(write_plan(plan), path)


def _save(text: str, path: str) -> None:
    if path == STANDARD_OUTPUT:
        sys.stdout.write(text)
        return
    try:
        save(Path(path), text)
    except OSError as fault:
        raise BadInputError.of(path, f"cannot be written: {_why(fault)}. Choose another place with -o.") from fault


def read_bytes(path: str) -> bytes:
    """Read a file, or raise BadInputError that says which and why not."""
    try:
        return Path(path).read_bytes()
    except OSError as fault:
        raise BadInputError.of(path, f"cannot be read: {_why(fault)}. Check the name and the folder.") from fault


def _why(fault: OSError) -> str:
    return (fault.strerror or str(fault)).lower()
