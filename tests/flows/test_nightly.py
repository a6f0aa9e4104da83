"""The nightly plan: a proposal when somebody waits and something changed, a reason when not, and never a booking."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import boards, clinic, due_steps, proposals
from db.protocol import ValueChange, change_value
from db.words import ProposalStatus
from flows.handling import Moment
from flows.nightly import propose_tonight
from flows.plan_requests import PLAN_STEP, request_of
from flows.service import MACHINE
from flows.steps import run_plan_steps
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Readiness
from tests.builders.memory import TODAY, a_clinic, a_list, list_for_test, read, write
from tests.builders.service import MovingClock, a_desk, a_service

ONE_DAY = timedelta(days=1)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(sqlite_database, clock):
    a_clinic(sqlite_database)
    return a_service(sqlite_database, source=clock)


def night(service):
    at = Moment(now=service.clock.now(), today=service.clock.today())
    return service.database.write(lambda session: propose_tonight(session, at), author=MACHINE, now=at.now)


def asked_for(service):
    return read(service.database, lambda session: due_steps.due(session, now=service.clock.now(), names=[PLAN_STEP]))


def statuses(service):
    return [one.status for one in read(service.database, boards.proposal_summaries)]


def test_somebody_who_waits_is_planned_for_from_the_next_day_on(service):
    list_for_test(service.database)
    assert "was asked for" in night(service)
    (step,) = asked_for(service)
    asked = request_of(step.payload)
    assert (asked.start, asked.end, asked.time_limit) == (TODAY + ONE_DAY, TODAY + 28 * ONE_DAY, 60)


def test_with_nobody_waiting_there_is_no_plan_and_a_reason(service):
    assert night(service) == "No plan tonight. No case that is ready waits for a place."
    assert asked_for(service) == []


def test_when_nothing_has_changed_the_plan_before_stands(service):
    list_for_test(service.database)
    night(service)
    assert night(service).startswith("No plan tonight. Nothing has changed since plan ")
    assert len(asked_for(service)) == 1


@pytest.mark.parametrize("change", ["case", "list", "radiologist"])
def test_a_change_calls_for_a_new_plan(service, change):
    list_for_test(service.database)
    night(service)
    changes = {
        "case": lambda: list_for_test(service.database, 2),
        "list": lambda: write(service.database, lambda session: clinic.add_lists(session, [a_list(9, "S01")])),
        "radiologist": lambda: write(
            service.database,
            lambda session: clinic.add_leave(
                session, "R01", start=service.clock.now() + 2 * ONE_DAY, end=service.clock.now() + 3 * ONE_DAY
            ),
        ),
    }
    changes[change]()
    assert "was asked for" in night(service)


def test_the_plan_is_kept_as_a_proposal_and_nobody_is_booked(service, monkeypatch):
    monkeypatch.setattr("flows.plan_runs.WORKERS", 1)
    ref = list_for_test(service.database)
    write(service.database, search_shortly)
    night(service)
    run_plan_steps(service, [step.id for step in asked_for(service)])
    assert statuses(service) == [ProposalStatus.READY]
    page = read(service.database, lambda session: boards.case_page(session, ref, now=service.clock.now()))
    assert (page.summary.state, page.bookings) == (PathwayState.TEST_WAITING, ())
    list_for_test(service.database, 2)
    night(service)
    assert sorted(statuses(service)) == [ProposalStatus.QUEUED, ProposalStatus.WITHDRAWN]


def search_shortly(session):
    change_value(session, ValueChange(key="nightly_plan_searches", value=1, effective_from=TODAY, source="Test"))


def test_a_patient_who_is_not_ready_calls_for_no_plan(service):
    ref = list_for_test(service.database)
    a_desk(service).record(ref, "clinically_unready", {"reason": "ill", "review_on": "2026-12-20"})
    page = read(service.database, lambda session: boards.case_page(session, ref, now=service.clock.now()))
    assert page.summary.readiness is Readiness.NOT_READY_CLINICAL
    assert "No case that is ready" in night(service)


def test_a_plan_that_failed_is_asked_for_again(service):
    list_for_test(service.database)
    night(service)
    made = read(service.database, proposals.last_nightly).id
    write(service.database, lambda session: proposals.give_up(session, made, why="no room", now=service.clock.now()))
    assert "was asked for" in night(service)
