"""What working each kind of due step does, inside the one transaction that also marks it done.

Nothing here decides for a clinician: a referral that came in is looked through, and every timer becomes a task.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from db import agendas, boards, cases, clinic, facts, meetings, proposals
from db import protocol as protocols
from db.due_steps import DueStep
from db.outbox import SEND_STEP
from db.referrals import RECEIVE_STEP
from db.words import ProposalStatus
from flows import recurring
from flows.booking_handlers import give_slot_back, remind_patient
from flows.escalating import escalate
from flows.handling import Handler, Moment, case_of, raise_task
from flows.plan_requests import PLAN_STEP
from flows.service import MACHINE
from flows.study_requests import STUDY_STEP
from flows.words import FlowName
from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.effects import Timer
from scheduler.pathway.events import Event
from scheduler.pathway.machine import Step, decide
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Stage

if TYPE_CHECKING:
    from sqlmodel import Session

PUBLISHED_STEP = "plan_published"
UPKEEP_STEPS = ("anchor_trail", "back_up", "drill")


def receive_referral(session: Session, step: DueStep, at: Moment) -> None:
    """Send a complete referral to triage; ask the referrer of another for what is missing."""
    ref = case_of(step)
    known = facts.case_facts(session, ref)
    rules = protocols.protocol(session, at.today)
    days_off = clinic.holidays(session)

    def worked_out(event: Event) -> Step:
        return decide(known, event, {}, protocol=rules, today=at.today, holidays=days_off)

    try:
        move = worked_out(Event.START_TRIAGE)
    except TransitionNotAllowedError:
        move = worked_out(Event.MARK_INCOMPLETE)
    cases.apply_step(session, ref, move, {}, actor=MACHINE, now=at.now)


def add_to_agenda(session: Session, step: DueStep, at: Moment) -> None:
    """Put the case on the agenda of the next meeting; without one in the calendar, it becomes a task."""
    state = facts.case_row(session, case_of(step)).state
    if state is not PathwayState.AWAITING_MDT:
        raise TransitionNotAllowedError(f"The case ({state.label}) waits for no meeting, so it is on no agenda.")
    if agendas.put_on_next_agenda(session, case_of(step), at.today) is None:
        raise_task(session, step, at)


def close_agenda(session: Session, step: DueStep, _: Moment) -> None:
    """Close the agenda of the meeting the step was set for; what its time does not hold is carried with the reason."""
    agendas.close_agenda(session, meetings.meeting_of_step(session, step.payload), actor=MACHINE)


def ask_to_finish(session: Session, step: DueStep, _: Moment) -> None:
    """Give the coordinator the task to finish a meeting that met yesterday."""
    agendas.ask_to_finish(session, meetings.meeting_of_step(session, step.payload))


def set_overtaken_plans_aside(session: Session, step: DueStep, at: Moment) -> None:
    """Withdraw the proposals that a published plan has overtaken, since they no longer fit what is booked.

    The plan that a part was taken from is kept: the rest of it can still be taken.
    """
    known = boards.proposal_summaries(session)
    published = next(one for one in known if one.id == step.payload["proposal"])
    for other in known:
        overlaps = other.start <= published.end and other.end >= published.start
        if other.status is ProposalStatus.READY and overlaps and other.id != published.part_of:
            proposals.withdraw(session, other.id, now=at.now)


# The steps of each flow. Timers of the waiting list carry the stage they wait for in their key.
HANDLERS: Mapping[FlowName, Mapping[str, Handler]] = {
    FlowName.INTAKE: {RECEIVE_STEP: receive_referral},
    FlowName.TRIAGE: {Timer.RESPONSE_DUE: raise_task},
    FlowName.MDT_REVIEW: {
        Timer.ADD_TO_MDT_AGENDA: add_to_agenda,
        meetings.CLOSE_STEP: close_agenda,
        meetings.FOLLOW_UP_STEP: ask_to_finish,
        **dict.fromkeys((Timer.MDT_DUE, Timer.REDISCUSS), raise_task),
    },
    FlowName.TEST_BLOCK: {
        Timer.HOLD_EXPIRES: give_slot_back,
        Timer.VISIT_REMINDER: remind_patient,
        **dict.fromkeys(
            (
                Timer.TREAT_BY,
                Timer.REOFFER_DUE,
                Timer.REVIEW_READINESS,
                Timer.RESULT_DUE,
                Timer.CONFIRM_VISIT,
                Timer.CONSENT_ENDS,
                Timer.MDT_DECISION_ENDS,
                Timer.REFERRAL_ENDS,
            ),
            raise_task,
        ),
    },
    FlowName.DEFINITIVE_NEUROLYSIS: dict.fromkeys(
        (Timer.STAGED_UNTIL, Timer.RESULT_AGEING, Timer.RESULT_EXPIRES), raise_task
    ),
    FlowName.FOLLOW_UP: {Timer.FOLLOW_UP: raise_task},
    FlowName.NIGHTLY_PLANNING: recurring.handlers_of(FlowName.NIGHTLY_PLANNING),
    FlowName.ESCALATION: {Timer.ESCALATION: escalate, **recurring.handlers_of(FlowName.ESCALATION)},
    FlowName.PUBLISHING: {PUBLISHED_STEP: set_overtaken_plans_aside},
}
HANDLER_OF: Mapping[str, Handler] = {name: handler for steps in HANDLERS.values() for name, handler in steps.items()}
FLOW_OF: Mapping[str, FlowName] = {
    **{name: flow for flow, steps in HANDLERS.items() for name in steps},
    PLAN_STEP: FlowName.PLANNING,
    SEND_STEP: FlowName.NOTICES,
    STUDY_STEP: FlowName.STUDIES,
    **dict.fromkeys(UPKEEP_STEPS, FlowName.UPKEEP),
}


def flow_of(step: DueStep) -> FlowName:
    """Say which flow a step belongs to; a waiting-list timer belongs to the procedure that is waited for."""
    flow = FLOW_OF[step.name]
    if flow is FlowName.TEST_BLOCK and Stage.DEFINITIVE.value in step.key.replace(":", "/").split("/"):
        return FlowName.DEFINITIVE_NEUROLYSIS
    return flow
