"""The sweep finds what was lost: a timer that is gone comes back from the facts; one that is there is left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db import audit
from db.tables import DueStepRow
from db.words import StepState
from flows.desk import HoldAsked
from flows.steps import run_due_steps
from flows.sweeping import sweep
from scheduler.pathway.states import PathwayState
from tests.builders.memory import TODAY, a_case, a_clinic, list_for_test, read, write
from tests.builders.service import MovingClock, a_desk, a_service


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(database, clock):
    a_clinic(database)
    made = a_service(database, source=clock)
    sweep(made)
    return made


@pytest.fixture
def desk(service):
    return a_desk(service)


def timers(service, ref):
    """Every timer of a case that still runs: its name and when it falls due."""
    asked = select(DueStepRow).where(DueStepRow.case_ref == ref, DueStepRow.state == StepState.WAITING)
    return sorted((row.name, row.due_at) for row in read(service.database, lambda session: session.exec(asked).all()))


def lose(service, ref, *names):
    """As if a restored backup or a fault had lost these timers, or all of a case."""

    def work(session):
        for row in session.exec(select(DueStepRow).where(DueStepRow.case_ref == ref)).all():
            if not names or row.name in names:
                session.delete(row)
        audit.record(session, action="lose", entity="due_step", ref=ref)

    write(service.database, work)


def a_held_case(service, desk):
    ref = list_for_test(service.database)
    run_due_steps(service)
    desk.hold(HoldAsked(ref=ref, list="S01-3"))
    return ref


def a_booked_case(service, desk):
    ref = a_held_case(service, desk)
    desk.book_slot(ref, {})
    return ref


def an_unready_case(service, desk):
    ref = list_for_test(service.database)
    run_due_steps(service)
    desk.record(ref, "clinically_unready", {"reason": "ill", "review_on": "2026-12-20"})
    return ref


def a_postponed_case(service, desk):
    ref = a_booked_case(service, desk)
    desk.record(ref, "cancel_hospital", {"reason": "staff_unavailable"})
    return ref


def a_case_promised_a_day(service, desk):
    ref = a_booked_case(service, desk)
    desk.record(ref, "cancel_hospital", {"reason": "staff_unavailable", "offer_by": TODAY + timedelta(days=3)})
    return ref


def a_case_in_triage(service, _):
    ref = a_case(service.database)
    run_due_steps(service)
    return ref


STORIES = (
    a_case_in_triage,
    a_held_case,
    a_booked_case,
    a_postponed_case,
    a_case_promised_a_day,
    an_unready_case,
)


@pytest.mark.parametrize("story", STORIES)
def test_timers_that_are_there_are_left_alone(service, desk, story):
    ref = story(service, desk)
    before = timers(service, ref)
    assert sweep(service).rebuilt == ()
    assert timers(service, ref) == before


@pytest.mark.parametrize("story", STORIES)
def test_timers_that_were_lost_come_back_with_their_days(service, desk, story):
    ref = story(service, desk)
    before = timers(service, ref)
    assert before
    lose(service, ref)
    (rebuilt,) = sweep(service).rebuilt
    assert rebuilt.ref == ref
    assert timers(service, ref) == before
    assert sweep(service).rebuilt == ()


def test_a_timer_that_has_fallen_due_is_not_set_again(service, desk, clock):
    ref = a_case_in_triage(service, desk)
    clock.pass_(timedelta(days=30))
    run_due_steps(service)
    assert timers(service, ref) == []
    assert sweep(service).rebuilt == ()


def test_a_case_that_has_ended_needs_no_timer(service, desk):
    ref = a_case_in_triage(service, desk)
    desk.record(ref, "decline_referral", {"reason": "not suitable", "alternative": "physiotherapy"})
    assert desk.case(ref).summary.state is PathwayState.DECLINED
    lose(service, ref)
    assert sweep(service).rebuilt == ()


def test_a_sweep_says_what_it_did_with_references_only(service, desk):
    ref = a_case_in_triage(service, desk)
    lose(service, ref, "response_due")
    assert sweep(service).lines() == [f"{ref} response_due: set again"]
