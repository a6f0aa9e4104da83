"""A planning run: the problem is read from the memory, solved, checked without the solver, and kept as a proposal."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING

from db import due_steps, mapping, proposals, room_times
from db.audit import Author
from db.due_steps import DueStep
from flows.clashing_pins import clashing_pins_named
from flows.hanging import ended_if_it_hangs
from flows.left_over import explained
from flows.narrowing import at_sites, pins_from, with_pins
from flows.plan_in_parts import prefect_to_use, solve_by_size
from flows.plan_requests import PLANNING_MARGIN, PlanRequest, request_of, time_needed
from flows.risks import kept_risk
from flows.service import MACHINE, Service
from scheduler.audit import audit
from scheduler.engine import EngineFaultError, Progress
from scheduler.engine.to_risk import RunOptions, solve_to_risk
from scheduler.errors import NeurolistError
from scheduler.risk import overruns

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from scheduler.plan import Plan
    from scheduler.problem import SchedulingProblem

WORKERS = 2
TELL_EVERY_SECONDS = 2.0
SECONDS_TO_EXPLAIN = 3.0  # for those left over, the most urgent first; the others keep the planner's own reasons


def run_plan(service: Service, step: DueStep) -> None:
    """Work a requested plan; the proposal and the end of the step are kept together."""
    asked = request_of(step.payload)
    try:
        compute(service, asked, author=MACHINE, step=step)
    except NeurolistError:
        if _wanted(service, asked.proposal):
            raise
        _end(service, step)


def _wanted(service: Service, proposal: str) -> bool:
    with service.database.reading() as session:
        return proposals.wanted(session, proposal)


def _end(
    service: Service,
    step: DueStep | None,
    *,
    author: Author = MACHINE,
    keep: Callable[[Session, datetime], None] | None = None,
) -> None:
    """End the step of a run if it is still ours, and with it keep what came of the run, if anybody wants it."""
    now = service.clock.now()

    def work(session: Session) -> None:
        if step is not None:
            due_steps.hold(session, step)
        if keep is not None:
            keep(session, now)
        if step is not None:
            due_steps.finish(session, step, now=now)

    service.database.write(work, author=author, now=now)


def compute(
    service: Service,
    asked: PlanRequest,
    *,
    author: Author,
    step: DueStep | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> None:
    """Compute a plan and keep it; a plan that breaks a rule is kept as failed, with the rule, and never offered."""
    began = time.monotonic()
    made = _read(service, asked, author, step)
    tell = _Teller(service, asked, author, step, on_progress)
    try:
        with clashing_pins_named(made.problem), _ended_if_it_hangs(service, asked, author, step, tell):
            plan, risk_facts = _solved(service, asked, made.problem, tell)
    except EngineFaultError as refused:
        _refuse(service, asked, author, step, why=f"{refused} It is not offered.", fault=proposals.REFUSED)
        return
    breaches = audit(made.problem, plan).breaches
    seconds = time.monotonic() - began
    if breaches:
        why = f"The plan that was found breaks {len(breaches)} rules, so it is not offered. {breaches[0].says}"
        _refuse(service, asked, author, step, why=why, fault=proposals.REFUSED)
        return
    plan = explained(made.problem, plan, seconds=SECONDS_TO_EXPLAIN)

    def keep(session: Session, now: datetime) -> None:
        facts = {**_run_facts(asked, plan, seconds), **risk_facts}
        proposals.finish(session, asked.proposal, plan, now=now, run=facts)

    _end(service, step, author=author, keep=keep)


def _refuse(
    service: Service, asked: PlanRequest, author: Author, step: DueStep | None, *, why: str, fault: str
) -> None:
    """Keep that the planner itself was at fault, and end the step: the same search would do the same again."""

    def keep(session: Session, now: datetime) -> None:
        proposals.give_up(session, asked.proposal, why=why, now=now, fault=fault)

    _end(service, step, author=author, keep=keep)


def _ended_if_it_hangs(
    service: Service, asked: PlanRequest, author: Author, step: DueStep | None, tell: _Teller
) -> AbstractContextManager[None]:
    needed = time_needed(asked.as_payload()).total_seconds()
    why = f"The search did not come back, long after its {asked.time_limit:.0f} s, and was ended. Ask for a new plan."
    return ended_if_it_hangs(
        needed,
        lambda: tell.heard,
        lambda: _refuse(service, asked, author, step, why=why, fault=proposals.HUNG),
    )


def _solved(
    service: Service, asked: PlanRequest, problem: SchedulingProblem, tell: _Teller
) -> tuple[Plan, dict[str, object]]:
    """Find a plan, to a chosen risk if one was asked for; gives with it how it keeps to that."""
    if asked.risk is None:
        plan = solve_by_size(
            problem,
            prefect_api=prefect_to_use(asked=False),
            time_limit=asked.time_limit,
            workers=WORKERS,
            seed=asked.seed,
            on_progress=tell,
            should_stop=tell.stopped,
        )
        return plan, {}
    with service.database.reading() as session:
        durations = room_times.durations_of(session, problem, service.clock.today())
    options = RunOptions(
        time_limit=asked.time_limit, workers=WORKERS, seed=asked.seed, on_progress=tell, should_stop=tell.stopped
    )
    plan = solve_to_risk(problem, durations, asked.risk / 100, options)
    kept = kept_risk(overruns(problem, plan, durations), asked.risk)
    return plan, {"risk": kept.percent, "highest_overrun": kept.highest, "risk_says": kept.says}


def give_up(service: Service, proposal: str, why: str, *, author: Author) -> None:
    """Keep why a planning run gave no plan."""
    now = service.clock.now()
    service.database.write(
        lambda session: proposals.give_up(session, proposal, why=why, now=now), author=author, now=now
    )


def _read(service: Service, asked: PlanRequest, author: Author, step: DueStep | None) -> mapping.Planning:
    now = service.clock.now()
    with service.database.reading() as session:
        made = mapping.planning(session, start=asked.start, end=asked.end, now=now, freeze_until=asked.freeze_until)
        pins = {} if asked.keep_from is None else pins_from(session, asked.keep_from, asked.keep)
    made = replace(made, problem=at_sites(with_pins(made.problem, pins), asked.sites))

    def begin(session: Session) -> None:
        if step is not None:
            due_steps.hold(session, step)
        proposals.begin(session, asked.proposal, made, now=now)

    service.database.write(begin, author=author, now=now)
    return made


class _Teller:
    """Passes the solver's progress on, keeps it now and then where the screens look, and hears when nobody waits."""

    def __init__(
        self,
        service: Service,
        asked: PlanRequest,
        author: Author,
        step: DueStep | None,
        on_progress: Callable[[Progress], None] | None,
    ) -> None:
        self._service = service
        self._step = step
        self._asked = asked
        self._author = author
        self._pass_on = on_progress
        self._began = self._looked = self.heard = time.monotonic()
        self._told = 0.0
        self._ended = False

    def stopped(self) -> bool:
        """Say whether somebody ended the run; asked many times a second, so it looks only now and then."""
        self.heard = time.monotonic()
        if not self._ended and self.heard - self._looked >= TELL_EVERY_SECONDS:
            self._looked = self.heard
            self._ended = not _wanted(self._service, self._asked.proposal)
        return self._ended

    def __call__(self, report: Progress) -> None:
        self.heard = time.monotonic()
        if self._pass_on is not None:
            self._pass_on(report)
        if not self._ended and time.monotonic() - self._told >= TELL_EVERY_SECONDS:
            self._told = time.monotonic()
            self._keep(report)

    def _keep(self, report: Progress) -> None:
        done = (time.monotonic() - self._began) / self._asked.time_limit
        facts = {**dataclasses.asdict(report), "done": min(99, round(100 * done))}
        now = self._service.clock.now()

        def keep(session: Session) -> None:
            if proposals.wanted(session, self._asked.proposal):
                proposals.progress(session, self._asked.proposal, facts)
                self._keep_the_lease(session, now)

        self._service.database.write(keep, author=self._author, now=now)

    def _keep_the_lease(self, session: Session, now: datetime) -> None:
        """Who still searches keeps the step, however slow the machine; else two planners take it from each other."""
        if self._step is not None and due_steps.is_held(session, self._step):
            due_steps.lengthen(session, self._step, now + time_needed(self._step.payload) + PLANNING_MARGIN)


def _run_facts(asked: PlanRequest, plan: Plan, seconds: float) -> dict[str, object]:
    return {
        "time_limit": asked.time_limit,
        "seed": asked.seed,
        "workers": WORKERS,
        "status": plan.status.value,
        "solver_seconds": round(plan.seconds, 2),
        "seconds": round(seconds, 2),
        "versions": {name: version(name) for name in ("neurolist", "ortools")},
    }
