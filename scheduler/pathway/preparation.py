"""What has to be done before the day of a booked procedure, each as a task for the people who can."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from scheduler.pathway import validity
from scheduler.pathway.alerts import lapses
from scheduler.pathway.clocks import add_working_days
from scheduler.pathway.due import CaseNow
from scheduler.pathway.effects import Task, TaskKind
from scheduler.pathway.states import BOOKED
from scheduler.pathway.validity import Prerequisite, Standing, day
from scheduler.vocabulary import Role, Stage, Technique

PREPARATION = (
    TaskKind.BLOODS,
    TaskKind.IMAGING,
    TaskKind.HOLD_MEDICINE,
    TaskKind.AGENT,
    TaskKind.CONSENT,
    TaskKind.MDT_DECISION,
    TaskKind.TEST_RESULT,
    TaskKind.REFERRAL,
    TaskKind.SPECIALIST_ADVICE,
)
LAPSED = {
    Prerequisite.CONSENT: (TaskKind.CONSENT, Role.CLINICIAN, "Take a new consent before the day."),
    Prerequisite.MDT_DECISION: (
        TaskKind.MDT_DECISION,
        Role.MDT_COORDINATOR,
        "Move the booking to an earlier day, or cancel it and send the case back to the meeting.",
    ),
    Prerequisite.TEST_RESULT: (
        TaskKind.TEST_RESULT,
        Role.CLINICIAN,
        "Move the booking to an earlier day, or cancel it and send the case back to the meeting.",
    ),
    Prerequisite.REFERRAL: (TaskKind.REFERRAL, Role.BOOKINGS, "Ask the referrer to renew it before the day."),
    Prerequisite.MEDICINE_HOLD: (TaskKind.SPECIALIST_ADVICE, Role.CLINICIAN, "The case cannot go ahead without it."),
}


def preparation(case: CaseNow) -> tuple[Task, ...]:
    """List what is still to be done before the booked day; nothing for a case without a coming booking."""
    booking = case.facts.booking
    if case.facts.state not in BOOKED or booking is None or booking.on < case.today:
        return ()
    on = booking.on
    return (
        *renewal(case, on, TaskKind.BLOODS),
        *renewal(case, on, TaskKind.IMAGING),
        *holds(case, on),
        *agent(case, booking.stage, on),
        *_lapsed(case, booking.stage, on),
    )


def renewal(case: CaseNow, on: date, kind: TaskKind, *, planned: date | None = None) -> tuple[Task, ...]:
    """A task for new bloods or imaging, if those on record will be too old."""
    facts, protocol, today = case.facts, case.protocol, case.today
    bloods = kind is TaskKind.BLOODS
    if (validity.bloods if bloods else validity.imaging)(facts, on, protocol).holds:
        return ()
    limit = (validity.bloods_days if bloods else validity.imaging_days)(facts, protocol)
    first = max(on - timedelta(days=limit), today)
    last = on - timedelta(days=protocol.days(f"{kind}_turnaround"))
    when = f"on {day(planned)}" if planned else f"from {day(first)} to {day(last)}" if first < last else "at once"
    says = f"Arrange new {kind} {when}, for the procedure on {day(on)}."
    return (Task(kind=kind, role=Role.BOOKINGS, says=says, due_on=planned or max(last, today), for_day=on),)


def holds(case: CaseNow, on: date) -> tuple[Task, ...]:
    """A task to ask the prescriber about each medicine to stop; the patient is never told by a machine."""
    ask = "" if case.facts.clot_risks is not None else " Ask first about a stent, a mechanical valve or a recent clot."
    return tuple(
        Task(
            kind=TaskKind.HOLD_MEDICINE,
            role=Role.CLINICIAN,
            says=f"Agree with the prescriber: {hold.medicine}, last dose on {day(hold.last_dose_on)}."
            + (f" {hold.rule.then}" if hold.rule.then else "")
            + ask,
            due_on=hold.last_dose_on,
            about=hold.medicine,
            for_day=on,
        )
        for hold in validity.medicine_holds(case.facts, on, case.protocol)
    )


def agent(case: CaseNow, stage: Stage, on: date) -> tuple[Task, ...]:
    """A task to order the neurolytic agent."""
    if stage is Stage.TEST_BLOCK or case.facts.technique is not Technique.CHEMICAL:
        return ()
    by, lead = case.today, case.protocol.days("agent_lead")
    days_off = case.facts.site_days.days_off(case.holidays)
    while add_working_days(by + timedelta(days=1), lead, days_off) <= on:
        by += timedelta(days=1)
    says = f"Order the neurolytic agent for {day(on)}; the pharmacy needs {lead} working days."
    return (Task(kind=TaskKind.AGENT, role=Role.BOOKINGS, says=says, due_on=by, for_day=on),)


def _lapsed(case: CaseNow, stage: Stage, on: date) -> Iterator[Task]:
    """A task for each prerequisite that will have run out by the booked day and that no bloods or imaging renew."""
    for standing in lapses(case, stage, on):
        if standing.prerequisite in LAPSED:
            kind, role, then = LAPSED[standing.prerequisite]
            yield Task(
                kind=kind,
                role=role,
                says=f"{_why(standing, stage, on)} {then}",
                due_on=max(case.today, _last_day_to_act(standing, on)),
                for_day=on,
            )


def _why(standing: Standing, stage: Stage, on: date) -> str:
    if standing.last is None or standing.last >= on:
        return standing.says
    return (
        f"{standing.prerequisite.label} good to {day(standing.last)} only, and the {stage.label.lower()} is booked for "
        f"{day(on)}."
    )


def _last_day_to_act(standing: Standing, on: date) -> date:
    """A decision that cannot be renewed in time is acted on while it still holds; the rest before the booked day."""
    decided = standing.prerequisite in {Prerequisite.MDT_DECISION, Prerequisite.TEST_RESULT}
    return standing.last if decided and standing.last is not None else on - timedelta(days=1)
