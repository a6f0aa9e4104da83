"""Due steps are worked here, each in one transaction, the same with and without Prefect.

A step is claimed under a lease; what it does and that it is done are committed together; a worker that lost its lease
writes nothing. A step the pathway refuses is kept as refused and never tried again; one that fails is tried again after
a pause, and parked as somebody's task when it has failed too often.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from db import automatic, due_steps, logs, outbox, proposals, studies
from db.due_steps import DueStep
from db.log_words import LogEvent
from db.outbox import SEND_STEP
from db.words import StepState
from flows.handlers import FLOW_OF, HANDLER_OF, UPKEEP_STEPS, flow_of
from flows.handling import Moment
from flows.outbox.settings import leave_at_once
from flows.plan_requests import PLAN_STEP, PLANNING_MARGIN, request_of, time_needed
from flows.service import MACHINE, Service
from flows.study_requests import STUDY_STEP
from flows.words import FlowName, StepOutcome
from scheduler.errors import (
    BadInputError,
    NeurolistError,
    NotFoundError,
    PinsClashError,
    StaleVersionError,
    TransitionNotAllowedError,
)

if TYPE_CHECKING:
    from sqlmodel import Session

LEASE = timedelta(seconds=20)  # how long the steps of a killed worker wait for another
CLAIMED_AT_ONCE = 20  # so few that they are worked well within one lease
PARK_AFTER = 5
FIRST_PAUSE = timedelta(seconds=2)
BATCH = 200
OVERDUE = timedelta(minutes=1)  # the dispatcher works a step within seconds, so an older one was missed
SOLVED = frozenset({FlowName.PLANNING, FlowName.STUDIES})
SOLVED_STEPS = (PLAN_STEP, STUDY_STEP)
LEFT_ALONE = (*SOLVED_STEPS, *UPKEEP_STEPS)  # what takes long has workers of its own
UPKEEP = frozenset({FlowName.UPKEEP})
STAGES = frozenset(FlowName) - SOLVED - UPKEEP
LOGGED_AS = {
    StepOutcome.DONE: LogEvent.STEP_DONE,
    StepOutcome.REFUSED: LogEvent.STEP_REFUSED,
    StepOutcome.FAILED: LogEvent.STEP_FAILED,
    StepOutcome.PARKED: LogEvent.STEP_PARKED,
    StepOutcome.TAKEN_OVER: LogEvent.STEP_TAKEN_OVER,
}
FINAL = (TransitionNotAllowedError, NotFoundError, BadInputError, PinsClashError)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingStep:
    """A due step by its references, and the flow it belongs to."""

    id: str
    name: str
    case_ref: str | None
    flow: FlowName


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReport:
    """How working one step ended, with references only."""

    id: str
    name: str
    case_ref: str | None
    outcome: StepOutcome
    says: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.case_ref, self.name) if part) + f": {self.outcome.value}"


def waiting_steps(
    service: Service, *, flows: Iterable[FlowName], limit: int, case_ref: str | None = None
) -> tuple[WaitingStep, ...]:
    """List due steps of these flows, of one case or of all, oldest first, without claiming them."""
    wanted = frozenset(flows)
    names = names_of(wanted)
    with service.database.reading() as session:
        found = due_steps.due(session, now=service.clock.now(), limit=limit, names=names, case_ref=case_ref)
    placed = (WaitingStep(id=step.id, name=step.name, case_ref=step.case_ref, flow=flow_of(step)) for step in found)
    return tuple(step for step in placed if step.flow in wanted)


def names_of(flows: frozenset[FlowName]) -> frozenset[str]:
    """Give the names of every step that may belong to these flows."""
    shared = {FlowName.TEST_BLOCK} if FlowName.DEFINITIVE_NEUROLYSIS in flows else set()
    return frozenset(name for name, flow in FLOW_OF.items() if flow in flows | shared)


def run_steps(service: Service, ids: Sequence[str]) -> tuple[StepReport, ...]:
    """Claim these steps and work each in a transaction of its own; those another worker holds are left to it."""
    batches = (ids[first : first + CLAIMED_AT_ONCE] for first in range(0, len(ids), CLAIMED_AT_ONCE))
    return tuple(_work(service, step) for batch in batches for step in _claim(service, batch, lease=LEASE))


def run_plan_steps(service: Service, ids: Sequence[str]) -> tuple[StepReport, ...]:
    """Compute these plans or studies one after the other, each under a lease as long as its search may take."""
    with service.database.reading() as session:
        asked = due_steps.due(session, now=service.clock.now(), names=SOLVED_STEPS)
    claimed = (
        step
        for wanted in asked
        if wanted.id in ids
        for step in _claim(service, [wanted.id], lease=time_needed(wanted.payload) + PLANNING_MARGIN)
    )
    return tuple(_work(service, step) for step in claimed)


def run_due_steps(
    service: Service, *, case_ref: str | None = None, names: Collection[str] = (), patiently: bool = False
) -> tuple[StepReport, ...]:
    """Work what is due now, of one case, of some names or all, until nothing more is; plans are left to the planner.

    Letters that a mail server has to take are left to the dispatcher as well, unless whoever asks waits `patiently`.
    """
    reports: list[StepReport] = []
    flows = STAGES if patiently or leave_at_once() else STAGES - {FlowName.NOTICES}
    while True:
        due = waiting_steps(service, flows=flows, limit=BATCH, case_ref=case_ref)
        wanted = [step.id for step in due if not names or step.name in names]
        worked = run_steps(service, wanted)
        if not worked:
            return tuple(reports)
        reports.extend(worked)


def re_drive(service: Service) -> tuple[StepReport, ...]:
    """Work what was due for longer than a minute, was left under a dead worker's lease, or is of no known kind."""
    now = service.clock.now()
    service.database.write(
        lambda session: outbox.wake_forgotten(session, now=now), author=MACHINE, now=now, why="letters without a step"
    )
    with service.database.reading() as session:
        due = due_steps.due(session, now=now, limit=BATCH)
    return run_steps(service, [step.id for step in due if step.due_at <= now - OVERDUE and step.name not in LEFT_ALONE])


def _claim(service: Service, ids: Sequence[str], *, lease: timedelta) -> list[DueStep]:
    now = service.clock.now()

    def claim(session: Session) -> list[DueStep]:
        return due_steps.claim_due(session, owner=service.owner, now=now, lease=lease, limit=len(ids), ids=ids)

    return service.database.write(claim, author=MACHINE, now=now)


def _work(service: Service, step: DueStep) -> StepReport:
    with logs.about(step=step.id, step_name=step.name, **({"case": step.case_ref} if step.case_ref else {})):
        try:
            report, fault = _report(step, _perform(service, step)), None
        except Exception as failed:  # noqa: BLE001 - whatever went wrong, the step is counted and in the end parked
            report, fault = _ended(service, step, failed), failed
        logs.tell(LOGGED_AS[report.outcome], fault=fault)
    return report


def _ended(service: Service, step: DueStep, fault: Exception) -> StepReport:
    if isinstance(fault, StaleVersionError):
        return _report(step, StepOutcome.TAKEN_OVER, str(fault))
    if isinstance(fault, FINAL):
        return _settle(service, step, StepOutcome.REFUSED, str(fault))
    says = str(fault) if isinstance(fault, NeurolistError) else f"{type(fault).__name__} in the code of this step."
    return _settle(service, step, StepOutcome.FAILED, says)


def _perform(service: Service, step: DueStep) -> StepOutcome:
    if step.name == PLAN_STEP:
        from flows.plan_runs import run_plan  # the solver takes a second to load, and only planning needs it

        run_plan(service, step)
        return StepOutcome.DONE
    if step.name == STUDY_STEP:
        from flows.study_runs import run_study

        run_study(service, step)
        return StepOutcome.DONE
    if step.name == SEND_STEP:
        from flows.outbox.sending import send_letter  # what words and carries letters is loaded when one leaves

        return send_letter(service, step)
    if step.name in UPKEEP_STEPS:
        from flows.upkeep_jobs import perform

        return perform(service, step)
    handler = HANDLER_OF.get(step.name)
    if handler is None:
        raise NeurolistError(f"This version does not know the step '{step.name}'. Look at what it was for.")
    at = Moment(now=service.clock.now(), today=service.clock.today())

    def work(session: Session) -> None:
        due_steps.hold(session, step)
        handler(session, step, at)
        automatic.forbid_judgement(session)
        due_steps.finish(session, step, now=at.now)

    service.database.write(work, author=MACHINE, now=at.now, why=f"step {step.name}")
    return StepOutcome.DONE


def _settle(service: Service, step: DueStep, outcome: StepOutcome, says: str) -> StepReport:
    """Keep that a step was refused or failed; a worker that lost its lease meanwhile keeps nothing."""
    now = service.clock.now()

    def keep(session: Session) -> StepOutcome:
        kept = _keep_ending(session, step, outcome, says, now)
        if step.name == PLAN_STEP and kept is not StepOutcome.FAILED:
            proposals.give_up(session, request_of(step.payload).proposal, why=says, now=now)
        if step.name == STUDY_STEP and kept is not StepOutcome.FAILED:
            studies.give_up(session, str(step.payload["study"]), why=says, now=now)
        return kept

    try:
        kept = service.database.write(keep, author=MACHINE, now=now)
    except StaleVersionError as late:
        return _report(step, StepOutcome.TAKEN_OVER, str(late))
    return _report(step, kept, says)


def _keep_ending(session: Session, step: DueStep, outcome: StepOutcome, says: str, now: datetime) -> StepOutcome:
    if outcome is StepOutcome.REFUSED:
        due_steps.refuse(session, step, now=now, why=says)
        return outcome
    pause = FIRST_PAUSE * 2**step.failures
    state = due_steps.fail(session, step, now=now, error=says, park_after=PARK_AFTER, pause=pause)
    return StepOutcome.PARKED if state is StepState.PARKED else outcome


def _report(step: DueStep, outcome: StepOutcome, says: str = "") -> StepReport:
    return StepReport(id=step.id, name=step.name, case_ref=step.case_ref, outcome=outcome, says=says)
