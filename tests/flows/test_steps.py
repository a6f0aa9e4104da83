"""Due steps: worked once, refused once, tried again, parked, and never written by a worker that lost its lease."""

from datetime import timedelta
from itertools import pairwise

import pytest

from db import boards, due_steps
from db.meetings import CLOSE_STEP, FOLLOW_UP_STEP
from db.outbox import SEND_STEP
from db.referrals import RECEIVE_STEP
from db.words import StepState
from flows import handlers, steps
from flows.handlers import FLOW_OF, HANDLER_OF, PUBLISHED_STEP, UPKEEP_STEPS
from flows.plan_requests import PLAN_STEP
from flows.recurring import RECURRING
from flows.steps import re_drive, run_due_steps, run_steps, waiting_steps
from flows.study_requests import STUDY_STEP
from flows.words import FlowName, StepOutcome
from scheduler.errors import NeurolistError
from scheduler.pathway.effects import Timer
from scheduler.pathway.events import Event
from scheduler.pathway.states import PathwayState
from tests.builders.memory import MORNING, TODAY, a_case, a_referral, read, write
from tests.builders.memory import step as record
from tests.builders.service import MovingClock, a_service


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(sqlite_database, clock):
    return a_service(sqlite_database, source=clock)


def the_case(service, ref):
    return read(service.database, lambda session: boards.case_page(session, ref, now=service.clock.now()))


def events(service, ref):
    return [line.event for line in the_case(service, ref).history]


def enqueue(service, name, **options):
    def add(session):
        due_steps.enqueue(session, key=f"test:{name}", name=name, due_at=MORNING, **options)
        return due_steps.due(session, now=MORNING, names=[name])[0]

    return write(service.database, add)


def test_every_step_the_service_makes_has_a_handler_and_a_flow():
    made = {RECEIVE_STEP, PLAN_STEP, PUBLISHED_STEP, CLOSE_STEP, FOLLOW_UP_STEP, SEND_STEP, STUDY_STEP}
    assert set(FLOW_OF) == {*Timer, *(job.name for job in RECURRING), *UPKEEP_STEPS, *made}
    assert set(HANDLER_OF) == set(FLOW_OF) - {PLAN_STEP, SEND_STEP, STUDY_STEP, *UPKEEP_STEPS}
    assert set(FLOW_OF.values()) == set(FlowName)


def test_a_complete_referral_goes_to_triage(service):
    ref = a_case(service.database)
    reports = run_due_steps(service, case_ref=ref)
    assert [(report.name, report.outcome) for report in reports] == [(RECEIVE_STEP, StepOutcome.DONE)]
    assert the_case(service, ref).summary.state is PathwayState.TRIAGE


def test_the_referrer_of_an_incomplete_referral_is_asked_for_what_is_missing(service):
    items = tuple(item for item in a_referral().items if item.key != "R2")
    ref = a_case(service.database, items=items)
    run_due_steps(service, case_ref=ref)
    page = the_case(service, ref)
    assert page.summary.state is PathwayState.REFERRAL_INCOMPLETE
    assert page.summary.missing == ("R2",)
    assert [(notice.kind, notice.audience) for notice in page.notices] == [("information_needed", "referrer")]


def test_a_step_is_worked_once_however_often_it_is_asked_for(service):
    ref = a_case(service.database)
    ids = [step.id for step in waiting_steps(service, flows=FlowName, limit=10)]
    for _ in range(3):
        run_steps(service, ids)
    run_due_steps(service)
    assert events(service, ref).count("start_triage") == 1


def test_a_case_does_not_wait_behind_the_steps_of_many_others(service, monkeypatch):
    monkeypatch.setattr(steps, "BATCH", 2)
    *_, last = [a_case(service.database, number) for number in range(1, 5)]
    assert [report.case_ref for report in run_due_steps(service, case_ref=last)] == [last]


def test_a_timer_waits_for_its_day_and_then_becomes_a_task(service, clock):
    ref = a_case(service.database)
    run_due_steps(service)
    assert run_due_steps(service) == ()
    clock.pass_(timedelta(days=30))
    reports = run_due_steps(service, case_ref=ref)
    assert [report.name for report in reports] == [Timer.RESPONSE_DUE]
    assert Timer.RESPONSE_DUE in [task.kind for task in the_case(service, ref).tasks]


def test_a_step_the_pathway_refuses_is_kept_with_its_reason_and_never_tried_again(service):
    ref = a_case(service.database)
    run_due_steps(service)
    step = enqueue(service, RECEIVE_STEP, case_ref=ref)
    (report,) = run_steps(service, [step.id])
    assert report.outcome is StepOutcome.REFUSED
    assert "cannot happen in the state" in report.says
    assert run_steps(service, [step.id]) == ()


def test_a_failing_step_is_tried_again_after_a_growing_pause_and_parked_as_a_task(service, clock, monkeypatch):
    def broken(*_):
        raise NeurolistError("The printer is on fire.")

    monkeypatch.setattr(steps, "HANDLER_OF", {RECEIVE_STEP: broken})
    ref = a_case(service.database)
    outcomes, pauses = [], []
    while len(outcomes) < steps.PARK_AFTER:
        if reports := run_due_steps(service):
            outcomes += [report.outcome for report in reports]
            pauses.append(clock.at)
        clock.pass_(timedelta(seconds=1))
    assert outcomes == [StepOutcome.FAILED] * 4 + [StepOutcome.PARKED]
    gaps = [later - earlier for earlier, later in pairwise(pauses)]
    assert gaps == sorted(gaps)
    assert gaps[0] == steps.FIRST_PAUSE
    (parked,) = read(service.database, due_steps.parked)
    assert parked.last_error == "The printer is on fire."
    assert [
        task.ref
        for task in read(service.database, lambda session: boards.tasks(session, now=service.clock.now()))
        if task.kind == "parked_step"
    ] == [ref]


def test_a_fault_of_the_code_is_counted_without_its_text_which_might_name_a_person(service, monkeypatch):
    def broken(*_):
        raise RuntimeError("Jane Citizen, born 1960")

    monkeypatch.setattr(steps, "HANDLER_OF", {RECEIVE_STEP: broken})
    a_case(service.database)
    (report,) = run_due_steps(service)
    assert report.outcome is StepOutcome.FAILED
    assert "Jane" not in report.says


def test_a_step_that_failed_is_told_to_the_log_by_its_case_the_kind_of_fault_and_place(service, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("Jane Citizen, born 1960")

    caplog.set_level("DEBUG", logger="neurolist")
    monkeypatch.setattr(steps, "HANDLER_OF", {RECEIVE_STEP: broken})
    ref = a_case(service.database)
    (report,) = run_due_steps(service)
    (line,) = [record.msg for record in caplog.records if record.name == "neurolist"]
    assert (line["event"], line["case"], line["step"]) == ("step_failed", ref, report.id)
    assert (line["step_name"], line["error"]) == (RECEIVE_STEP, "RuntimeError")
    assert line["frames"][-1].endswith(" broken")
    assert "Jane" not in caplog.text


def test_what_a_failing_step_wrote_is_taken_back(service, monkeypatch):
    def half_done(session, step, at):
        handlers.receive_referral(session, step, at)
        raise RuntimeError

    monkeypatch.setattr(steps, "HANDLER_OF", {RECEIVE_STEP: half_done})
    ref = a_case(service.database)
    run_due_steps(service)
    assert events(service, ref) == ["referral_received"]


def test_a_worker_that_lost_its_lease_writes_nothing(service, clock, monkeypatch):
    ref = a_case(service.database)
    other = a_service(service.database, source=clock, owner="worker-2")
    honest = handlers.receive_referral

    def slow(session, step, at):
        raise AssertionError("the late worker must be stopped before it acts")

    (late,) = steps._claim(
        service, [step.id for step in waiting_steps(service, flows=FlowName, limit=5)], lease=steps.LEASE
    )
    clock.pass_(steps.LEASE)
    assert [report.outcome for report in run_due_steps(other)] == [StepOutcome.DONE]
    monkeypatch.setattr(steps, "HANDLER_OF", {RECEIVE_STEP: slow})
    assert steps._work(service, late).outcome is StepOutcome.TAKEN_OVER
    monkeypatch.setattr(steps, "HANDLER_OF", {RECEIVE_STEP: honest})
    assert events(service, ref).count("start_triage") == 1


def test_a_held_step_is_left_to_its_holder_until_the_lease_ends(service, clock):
    a_case(service.database)
    ids = [step.id for step in waiting_steps(service, flows=FlowName, limit=5)]
    steps._claim(service, ids, lease=steps.LEASE)
    other = a_service(service.database, source=clock, owner="worker-2")
    clock.pass_(steps.LEASE - timedelta(seconds=1))
    assert run_steps(other, ids) == ()
    clock.pass_(timedelta(seconds=1))
    assert [report.outcome for report in run_steps(other, ids)] == [StepOutcome.DONE]


def test_the_sweep_takes_up_what_was_missed_for_a_minute_and_leaves_fresh_steps_to_the_dispatcher(service, clock):
    a_case(service.database)
    assert re_drive(service) == ()
    clock.pass_(steps.OVERDUE)
    assert [report.outcome for report in re_drive(service)] == [StepOutcome.DONE]


def test_a_step_from_another_version_is_not_lost_it_becomes_somebodys_task(service, clock):
    enqueue(service, "step_of_tomorrow")
    for _ in range(100):
        clock.pass_(timedelta(minutes=2))
        re_drive(service)
    (parked,) = read(service.database, due_steps.parked)
    assert "does not know the step 'step_of_tomorrow'" in parked.last_error
    assert parked.state is StepState.PARKED


def test_a_timer_of_a_case_that_has_ended_is_refused(service):
    ref = a_case(service.database)
    record(service.database, ref, Event.DEATH_NOTIFIED, died_on=TODAY, source="General practitioner")
    payload = {"role": "bookings", "says": "Look.", "due_on": "2026-11-24"}
    step = enqueue(service, Timer.RESPONSE_DUE, case_ref=ref, payload=payload)
    (report,) = run_steps(service, [step.id])
    assert (report.outcome, report.says) == (StepOutcome.REFUSED, "The case has ended, so there is nothing left to do.")


def test_a_treat_by_timer_belongs_to_the_procedure_that_is_waited_for(service):
    ref = a_case(service.database)
    for stage in ("test_block", "definitive"):

        def add(session, stage=stage):
            due_steps.enqueue(
                session, key=f"{ref}:3:treat_by:{stage}/2026-11-24", name=Timer.TREAT_BY, due_at=MORNING, case_ref=ref
            )

        write(service.database, add)
    found = {step.flow for step in waiting_steps(service, flows=FlowName, limit=10) if step.name == Timer.TREAT_BY}
    assert found == {FlowName.TEST_BLOCK, FlowName.DEFINITIVE_NEUROLYSIS}
    only = waiting_steps(service, flows={FlowName.DEFINITIVE_NEUROLYSIS}, limit=10)
    assert [step.flow for step in only] == [FlowName.DEFINITIVE_NEUROLYSIS]


def test_reports_carry_references_only(service):
    ref = a_case(service.database)
    (report,) = run_due_steps(service)
    assert str(report) == f"{ref} receive_referral: done"
