"""One person asks with the reason, a different one with the role approves or declines, and only then it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db import publishing
from db.tables import AuditEventRow, CaseEventRow, ProcedureRecordRow
from db.words import ApprovalKind, ApprovalState, Outcome
from flows.accepting import NothingToApproveError
from flows.desk import EVERY_SITE, Actor, Desk
from flows.steps import run_due_steps
from scheduler.errors import (
    BadInputError,
    FrozenDaysError,
    NeurolistError,
    NotFoundError,
    NotPermittedError,
    SecondPersonNeededError,
    StaleVersionError,
    TransitionNotAllowedError,
)
from scheduler.pathway.events import Event
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role
from tests.builders.memory import CLERK, MORNING, TODAY, a_case, a_clinic, a_proposal, list_for_test, read, write
from tests.builders.service import MovingClock, a_service

DAY = timedelta(days=1)
WHY = "The patient's carer is away"


def person(name, *roles, site=EVERY_SITE):
    return Actor(id=f"account-{name}", name=name, roles={site: frozenset(roles)})


CLERK_AT_DESK = person("Clerk", Role.BOOKINGS)
LEAD, OTHER_LEAD = person("Lead", Role.IR_LEAD), person("Other Lead", Role.IR_LEAD)
DOCTOR = person("Doctor", Role.CLINICIAN)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(sqlite_database, clock):
    a_clinic(sqlite_database, days=7)
    return a_service(sqlite_database, source=clock)


@pytest.fixture
def at(service):
    """The desk in a person's name."""
    return lambda who: Desk(service, who)


def publish(service, places):
    made = a_proposal(service.database, {f"{ref}-T": spot for ref, spot in places.items()})
    return write(service.database, lambda s: publishing.publish(s, made, actor=CLERK, now=MORNING))


def acts(service):
    asked = select(AuditEventRow.action, AuditEventRow.actor, AuditEventRow.outcome).order_by(AuditEventRow.seq)
    return read(service.database, lambda session: session.exec(asked).all())


# Publishing over the frozen days.


@pytest.fixture
def plan(service):
    """A visit tomorrow that a plan moves to another day: its case, and the plan."""
    ref = list_for_test(service.database)
    publish(service, {ref: ("S01-1", 0, "R01")})
    return ref, a_proposal(service.database, {f"{ref}-T": ("S02-6", 0, "R02")})


def test_nothing_is_published_until_another_person_approves(at, plan):
    ref, made = plan
    asked = at(CLERK_AT_DESK).approvals.ask_to_publish(made, reason=WHY)
    before = at(LEAD).case(ref).summary.booked_for
    (line,) = at(LEAD).approvals.open(proposal=made)
    assert (line.id, line.kind, line.reason, line.asked_name) == (asked, ApprovalKind.PUBLISH, WHY, "Clerk")
    assert ref in line.says
    assert at(LEAD).approvals.approve(asked) == "Approved and published: 1 moved."
    assert at(LEAD).case(ref).summary.booked_for != before
    assert at(LEAD).approvals.open() == ()
    (line,) = at(LEAD).approvals.all()
    assert (line.state, line.decided_name) == (ApprovalState.APPROVED, "Lead")


def test_a_reason_alone_publishes_nothing(at, plan):
    ref, made = plan
    with pytest.raises(FrozenDaysError, match="second person"):
        at(LEAD).publish(made, reason=WHY)
    assert at(LEAD).proposal(made).summary.published_at is None
    assert ref


def test_whoever_asked_is_refused_and_both_people_are_in_the_trail(service, at, plan):
    asked = at(LEAD).approvals.ask_to_publish(plan[1], reason=WHY)
    with pytest.raises(NotPermittedError, match="Lead asked for this, so somebody else must approve it"):
        at(LEAD).approvals.approve(asked)
    at(OTHER_LEAD).approvals.approve(asked)
    told = acts(service)
    assert ("ask_publish", "account-Lead", Outcome.DONE) in told
    assert ("approve_publishing", "account-Lead", Outcome.REFUSED) in told
    assert ("approve_publish", "account-Other Lead", Outcome.DONE) in told
    assert service.database.verify_trail().fault is None


def test_a_clerk_cannot_approve_nor_a_lead_of_another_site(at, plan):
    asked = at(LEAD).approvals.ask_to_publish(plan[1], reason=WHY)
    with pytest.raises(NotPermittedError, match="frozen days"):
        at(CLERK_AT_DESK).approvals.approve(asked)
    with pytest.raises(NotPermittedError, match="at S01"):
        at(person("Away", Role.IR_LEAD, site="S02")).approvals.approve(asked)


def test_a_request_is_declined_by_another_and_taken_back_by_whoever_asked(at, plan):
    made = plan[1]
    first = at(CLERK_AT_DESK).approvals.ask_to_publish(made, reason=WHY)
    with pytest.raises(TransitionNotAllowedError, match="has asked for this already"):
        at(LEAD).approvals.ask_to_publish(made, reason=WHY)
    with pytest.raises(BadInputError, match="say why"):
        at(LEAD).approvals.decline(first, reason=" ")
    assert at(LEAD).approvals.decline(first, reason="Not needed") is ApprovalState.DECLINED
    with pytest.raises(StaleVersionError, match="Lead has decided about this already: it is declined"):
        at(OTHER_LEAD).approvals.approve(first)
    second = at(CLERK_AT_DESK).approvals.ask_to_publish(made, reason=WHY)
    assert at(CLERK_AT_DESK).approvals.decline(second, reason="A mistake") is ApprovalState.WITHDRAWN
    assert at(LEAD).proposal(made).summary.published_at is None


def test_a_request_runs_out_to_the_minute(at, plan, clock):
    asked = at(CLERK_AT_DESK).approvals.ask_to_publish(plan[1], reason=WHY)
    clock.pass_(timedelta(hours=24))
    assert "has run out" in at(LEAD).approvals.open()[0].lapsed
    with pytest.raises(StaleVersionError, match="has run out"):
        at(LEAD).approvals.approve(asked)
    assert at(LEAD).approvals.all()[0].state is ApprovalState.VOID


def test_a_request_that_has_a_minute_left_is_approved(at, plan, clock):
    asked = at(CLERK_AT_DESK).approvals.ask_to_publish(plan[1], reason=WHY)
    clock.pass_(timedelta(hours=23, minutes=59))
    assert at(LEAD).approvals.approve(asked).startswith("Approved")


def test_a_plan_that_was_set_aside_voids_the_request(at, plan):
    asked = at(CLERK_AT_DESK).approvals.ask_to_publish(plan[1], reason=WHY)
    at(LEAD).withdraw(plan[1], reason="Another is better")
    with pytest.raises(StaleVersionError, match="has changed since"):
        at(LEAD).approvals.approve(asked)
    assert at(LEAD).approvals.all()[0].state is ApprovalState.VOID


def test_visits_that_have_come_into_the_frozen_days_since_are_not_changed(service, at, clock):
    one, two = list_for_test(service.database, 1), list_for_test(service.database, 2)
    publish(service, {one: ("S01-2", 0, "R01"), two: ("S01-4", 0, "R01")})
    made = a_proposal(service.database, {f"{one}-T": ("S02-6", 0, "R02"), f"{two}-T": ("S02-6", 70, "R02")})
    asked = at(CLERK_AT_DESK).approvals.ask_to_publish(made, reason=WHY)
    assert two not in at(LEAD).approvals.open()[0].says
    clock.pass_(timedelta(hours=23))
    with pytest.raises(StaleVersionError, match=f"more visits on the frozen days would change: {two}"):
        at(LEAD).approvals.approve(asked)
    assert at(LEAD).proposal(made).summary.published_at is None


def test_a_plan_that_changes_no_frozen_day_needs_nobody(service, at):
    ref = list_for_test(service.database)
    made = a_proposal(service.database, {f"{ref}-T": ("S01-6", 0, "R01")})
    with pytest.raises(NothingToApproveError, match="publish it"):
        at(CLERK_AT_DESK).approvals.ask_to_publish(made, reason=WHY)
    assert at(CLERK_AT_DESK).publish(made).booked == (ref,)


def test_asked_twice_it_is_one_request_and_one_that_is_not_there_is_said_so(at, plan):
    desk = at(CLERK_AT_DESK)
    first = desk.approvals.ask_to_publish(plan[1], reason=WHY, write_id="w")
    assert desk.approvals.ask_to_publish(plan[1], reason=WHY, write_id="w") == first
    with pytest.raises(NotFoundError, match="No request"):
        at(LEAD).approvals.approve("none")
    assert at(LEAD).approvals.approve(first[:8]).startswith("Approved")


# What the protocol leaves to the IR lead.

NOT_OFFERED = {"target": "lumbar_plexus", "laterality": "left", "technique": "chemical", "lead_approval": "Dr Somebody"}


@pytest.fixture
def in_triage(service):
    ref = a_case(service.database, 1, laterality=None)
    run_due_steps(service)
    return ref


def the_last_line(service):
    last = select(CaseEventRow).order_by(CaseEventRow.at.desc(), CaseEventRow.seq.desc()).limit(1)
    return read(service.database, lambda session: session.exec(last).one())


def test_a_typed_name_is_no_approval_and_the_lead_who_approves_is_the_one_named(service, at, in_triage):
    with pytest.raises(SecondPersonNeededError, match=r"lumbar plexus is not offered .* an IR lead, must approve"):
        at(DOCTOR).record(in_triage, Event.ACCEPT, NOT_OFFERED)
    asked = at(DOCTOR).approvals.ask_to_go_ahead(in_triage, Event.ACCEPT, NOT_OFFERED)
    assert at(DOCTOR).case(in_triage).summary.state is PathwayState.TRIAGE
    (line,) = at(LEAD).approvals.open(ref=in_triage)
    assert "not offered without the IR lead's approval" in line.says
    for who in (DOCTOR, person("Admin", Role.ADMINISTRATOR), CLERK_AT_DESK):
        with pytest.raises(NotPermittedError):
            at(who).approvals.approve(asked)
    at(LEAD).approvals.approve(asked)
    assert at(LEAD).case(in_triage).summary.state is PathwayState.AWAITING_MDT
    line = the_last_line(service)
    assert (line.event, line.by, line.details["lead_approval"]) == ("accept", "Doctor", "Lead")


def test_a_lead_records_what_is_the_lead_s_alone(at, in_triage):
    with pytest.raises(NeurolistError, match="Nothing stops this step"):
        at(LEAD).approvals.ask_to_go_ahead(in_triage, Event.ACCEPT, NOT_OFFERED)
    assert at(LEAD).record(in_triage, Event.ACCEPT, NOT_OFFERED).state is PathwayState.AWAITING_MDT


def test_without_a_name_the_step_is_refused_as_before_and_a_plain_plan_needs_no_lead(at, in_triage):
    with pytest.raises(TransitionNotAllowedError, match="'lead_approval'"):
        at(DOCTOR).record(in_triage, Event.ACCEPT, {**NOT_OFFERED, "lead_approval": ""})
    offered = {**NOT_OFFERED, "technique": "rf_pulsed"}
    assert at(DOCTOR).record(in_triage, Event.ACCEPT, offered).state is PathwayState.AWAITING_MDT


# Going ahead in spite of the bloods.

SIGN_IN = {
    **dict.fromkeys(("identity_checked", "consent_checked", "allergies_checked", "anticoagulants_checked"), True),
    "side": "bilateral",
    "inr": 2.5,
    "platelets": 200,
    "bloods_dated": TODAY,
    "override_by": "Radiologist R01",
    "override_reason": "Comfort care, the family agrees",
}


@pytest.fixture
def on_the_table(service, clock):
    """A case whose visit is this morning."""
    ref = list_for_test(service.database)
    publish(service, {ref: ("S01-1", 0, "R01")})
    clock.pass_(DAY)
    return ref


def test_bloods_over_the_limit_stop_one_person_and_two_go_ahead(service, at, on_the_table):
    ref = on_the_table
    with pytest.raises(SecondPersonNeededError, match=r"although INR 2.5 is above 1.8\. A second person"):
        at(DOCTOR).record(ref, Event.START_TEST, SIGN_IN)
    asked = at(DOCTOR).approvals.ask_to_go_ahead(ref, Event.START_TEST, SIGN_IN)
    assert at(LEAD).case(ref).summary.state is PathwayState.TEST_BOOKED
    (line,) = at(LEAD).approvals.open(ref=ref)
    assert (line.kind, line.reason) == (ApprovalKind.GO_AHEAD, SIGN_IN["override_reason"])
    assert "INR 2.5 is above 1.8" in line.says
    at(LEAD).approvals.approve(asked)
    assert at(LEAD).case(ref).summary.state is PathwayState.TEST_IN_PROGRESS
    last = select(CaseEventRow).order_by(CaseEventRow.seq.desc()).limit(1)
    event = read(service.database, lambda session: session.exec(last).one())
    assert (event.event, event.by, event.role) == ("start_test", "Doctor", "clinician")
    done = read(service.database, lambda session: session.exec(select(ProcedureRecordRow)).one())
    assert (done.overridden_by, done.inr) == ("Radiologist R01", 2.5)
    assert ("approve_go_ahead", "account-Lead", Outcome.DONE) in acts(service)


def test_going_ahead_is_approved_by_a_lead_and_by_nobody_else(at, on_the_table):
    asked = at(LEAD).approvals.ask_to_go_ahead(on_the_table, Event.START_TEST, SIGN_IN)
    with pytest.raises(NotPermittedError, match="somebody else"):
        at(LEAD).approvals.approve(asked)
    for who in (DOCTOR, person("Admin", Role.ADMINISTRATOR), CLERK_AT_DESK):
        with pytest.raises(NotPermittedError, match="in spite of what stops it"):
            at(who).approvals.approve(asked)
    at(OTHER_LEAD).approvals.approve(asked)


def test_a_case_that_has_changed_voids_the_request(at, on_the_table):
    asked = at(DOCTOR).approvals.ask_to_go_ahead(on_the_table, Event.START_TEST, SIGN_IN)
    at(DOCTOR).record(on_the_table, Event.CANCEL_HOSPITAL, {"reason": "other"})
    with pytest.raises(StaleVersionError, match="has changed since"):
        at(LEAD).approvals.approve(asked)


def test_the_sign_in_of_another_day_is_not_approved(at, on_the_table, clock):
    clock.pass_(timedelta(hours=14, minutes=30))  # 23:30
    asked = at(DOCTOR).approvals.ask_to_go_ahead(on_the_table, Event.START_TEST, SIGN_IN)
    clock.pass_(timedelta(hours=1))
    with pytest.raises(StaleVersionError, match="another day"):
        at(LEAD).approvals.approve(asked)


def test_good_bloods_need_nobody_even_where_an_override_is_filled_in(at, on_the_table):
    good = {**SIGN_IN, "inr": 1.8}
    with pytest.raises(NeurolistError, match="Nothing stops this step"):
        at(DOCTOR).approvals.ask_to_go_ahead(on_the_table, Event.START_TEST, good)
    assert at(DOCTOR).record(on_the_table, Event.START_TEST, good).state is PathwayState.TEST_IN_PROGRESS


def test_what_no_second_person_can_approve_is_said_on_asking(at, on_the_table):
    with pytest.raises(TransitionNotAllowedError, match="side confirmed"):
        at(DOCTOR).approvals.ask_to_go_ahead(on_the_table, Event.START_TEST, {**SIGN_IN, "side": "left"})
