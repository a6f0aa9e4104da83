"""How long one event takes to answer, how few cases move for it, and what a full replan would have saved.

    python -m benchmarks.quick_events PROBLEM.json PLAN.json [--events 20] [--replan 30]

Random events of each kind hit the plan, one at a time. The full replan gets the same problem after the event, with the
standing plan as what was promised. Processor seconds tell a busy machine from a slow answer.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import mean, median, quantiles
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from scheduler.audit import audit
from scheduler.documents import read_plan, read_problem
from scheduler.engine import solve
from scheduler.engine.quick import Cancellation, ChangeKind, QuickAnswer, RadiologistAway, SuiteDown, UrgentCase, quick
from scheduler.vocabulary import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.engine.quick import Event
    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem, SuiteSession

    Draw = Callable[[random.Random, SchedulingProblem, Plan, int], Event]

LONGEST_DAYS = 3
HEADINGS = (
    f"{'event':<18}{'median s':>9}{'p95 s':>7}{'most s':>7}{'most cpu':>9}"  # of each event
    f"{'moved':>7}{'most':>6}{'placed':>7}{'lost':>6}"  # means, the most, and all together
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One event answered."""

    seconds: float
    processor: float
    moved: int
    placed: int
    lost: int
    cost: int
    problem: SchedulingProblem


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("problem", type=Path)
    parser.add_argument("plan", type=Path)
    parser.add_argument("--events", type=int, default=20, help="events of each kind")
    parser.add_argument("--time-limit", type=float, default=2.0)
    parser.add_argument("--replan", type=float, default=0.0, metavar="SECONDS", help="also replan in full, this long")
    parser.add_argument("--replans", type=int, default=2, help="full replans of each kind")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    problem = read_problem(options.problem.read_bytes())
    plan = read_plan(options.plan.read_bytes(), problem)
    print(f"{len(problem.cases)} cases, {len(problem.sessions)} lists; {len(plan.bookings)} booked, cost {plan.cost:,}")
    print(HEADINGS)
    for name, draw in KINDS.items():
        rng = random.Random(options.seed)
        events = [draw(rng, problem, plan, number) for number in range(options.events)]
        trials = [_answered(problem, plan, event, options) for event in events]
        _report(name, trials)
        if options.replan:
            for trial in trials[: options.replans]:
                _compare(trial, options.replan)


def _answered(problem: SchedulingProblem, plan: Plan, event: Event, options: argparse.Namespace) -> Trial:
    begun, worked = perf_counter(), process_time()
    answer = quick(problem, plan, event, time_limit=options.time_limit)
    seconds, processor = perf_counter() - begun, process_time() - worked
    if audit(answer.problem, answer.plan).breaches:
        raise SystemExit(f"The plan after {event} breaks a rule.")
    return Trial(
        seconds=seconds,
        processor=processor,
        moved=_count(answer, {ChangeKind.MOVED}),
        placed=_count(answer, {ChangeKind.PLACED}),
        lost=_count(answer, {ChangeKind.LOST, ChangeKind.LEFT_OVER}),
        cost=answer.plan.cost,
        problem=answer.problem,
    )


def _count(answer: QuickAnswer, kinds: set[ChangeKind]) -> int:
    return sum(change.kind in kinds for change in answer.changes)


def _report(name: str, trials: list[Trial]) -> None:
    times = [trial.seconds for trial in trials]
    print(
        f"{name:<18}{median(times):>9.2f}{quantiles(times, n=20)[-1]:>7.2f}{max(times):>7.2f}"
        f"{max(trial.processor for trial in trials):>9.2f}"
        f"{mean(trial.moved for trial in trials):>7.1f}{max(trial.moved for trial in trials):>6}"
        f"{mean(trial.placed for trial in trials):>7.1f}{sum(trial.lost for trial in trials):>6}",
        flush=True,
    )


def _compare(trial: Trial, seconds: float) -> None:
    whole = solve(trial.problem, time_limit=seconds)
    told = {case.id: case.previous for case in trial.problem.cases if case.previous is not None}
    staff = {use.session: use.radiologist for use in whole.sessions}
    now = {each.case: (each.session, each.start, staff[each.session]) for each in whole.bookings}
    moved = sum(now.get(case) != (was.session, was.start, was.radiologist) for case, was in told.items())
    saved = (trial.cost - whole.cost) / trial.cost
    print(
        f"    quick: {trial.moved} moved, {trial.lost} lost, cost {trial.cost:,}; {seconds:.0f} s replan: "
        f"{moved} changed, cost {whole.cost:,} (saves {saved:.1%}, bound {whole.bound:,})",
        flush=True,
    )


# The events.


def _list_in_use(rng: random.Random, problem: SchedulingProblem, plan: Plan) -> SuiteSession:
    used = {use.session for use in plan.sessions}
    return rng.choice([session for session in problem.sessions if session.id in used])


def _suite_down(rng: random.Random, problem: SchedulingProblem, plan: Plan, _: int) -> Event:
    session = _list_in_use(rng, problem, plan)
    start = session.start + timedelta(minutes=5 * rng.randrange(25))
    return SuiteDown(suite=session.suite, start=start, end=start + timedelta(hours=rng.uniform(2, 24 * LONGEST_DAYS)))


def _radiologist_away(rng: random.Random, problem: SchedulingProblem, plan: Plan, _: int) -> Event:
    session = _list_in_use(rng, problem, plan)
    person = next(use.radiologist for use in plan.sessions if use.session == session.id)
    end = session.start + timedelta(hours=rng.uniform(4, 24 * LONGEST_DAYS))
    return RadiologistAway(radiologist=str(person), start=session.start, end=end)


def _urgent(rng: random.Random, problem: SchedulingProblem, _: Plan, number: int) -> Event:
    """Take after a case of the problem, as urgent as can be, ready in the first week and due within days."""
    like = rng.choice([case for case in problem.cases if case.follows is None])
    ready = problem.horizon.start + timedelta(days=rng.randrange(5))
    case = replace(
        like,
        id=f"URGENT-{number}",
        patient=f"URGENT-{number}",
        urgency=Urgency.CATEGORY_1,
        weight=10,
        ready_from=ready,
        due=ready + timedelta(days=3),
        latest=None,
        pinned=None,
        previous=None,
    )
    return UrgentCase(case=case)


def _cancellation(rng: random.Random, _: SchedulingProblem, plan: Plan, __: int) -> Event:
    return Cancellation(case=rng.choice(plan.bookings).case)


KINDS: dict[str, Draw] = {
    "suite down": _suite_down,
    "radiologist away": _radiologist_away,
    "urgent case": _urgent,
    "cancellation": _cancellation,
}

if __name__ == "__main__":
    main()
