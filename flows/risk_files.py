"""Risk of overrun for problem and plan files, with a file of how long cases may take."""

from __future__ import annotations

from flows.clashing_pins import clashing_pins_named
from flows.plan_files import read_bytes, read_problem_file
from flows.risks import KeptRisk, RiskReport, kept_risk, plan_risks
from scheduler.audit import audit
from scheduler.documents import read_plan
from scheduler.documents.durations import read_durations
from scheduler.engine.to_risk import RunOptions, solve_to_risk
from scheduler.errors import NeurolistError
from scheduler.plan import Plan
from scheduler.problem import SchedulingProblem
from scheduler.risk import Duration, Spread, overruns


def solve_file_to_risk(
    problem_path: str, durations_path: str, percent: int, options: RunOptions
) -> tuple[Plan, KeptRisk]:
    """Find a plan for a problem file whose lists keep to a risk; raises BadInputError with every fault of a file."""
    problem = read_problem_file(problem_path)
    durations = _durations(durations_path, problem)
    with clashing_pins_named(problem):
        plan = solve_to_risk(problem, durations, percent / 100, options)
    return plan, kept_risk(overruns(problem, plan, durations), percent)


def file_risks(problem_path: str, plan_path: str, durations_path: str | None, *, seed: int = 0) -> RiskReport:
    """Simulate the lists of a plan file; raises NeurolistError for a plan that breaks a rule."""
    problem = read_problem_file(problem_path)
    plan = read_plan(read_bytes(plan_path), problem)
    durations = {} if durations_path is None else _durations(durations_path, problem)
    broken = audit(problem, plan).breaches
    if broken:
        says = f"This plan cannot be run, since it breaks {len(broken)} rules."
        raise NeurolistError(f"{says} List them with: neurolist check {problem_path} {plan_path}")
    return plan_risks(problem, plan, durations, seed=seed)


def _durations(path: str, problem: SchedulingProblem) -> dict[str, Duration]:
    rows = read_durations(read_bytes(path), problem)
    return {case: Spread(min=row.min, planned=row.planned, max=row.max) for case, row in rows.items()}
