"""Readiness is recorded at the desk like any step: who is not ready is left out of plans until ready again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import mapping
from flows.service import Service
from scheduler.errors import NotPermittedError, TransitionNotAllowedError
from scheduler.pathway.events import ReadinessEvent
from scheduler.vocabulary import Readiness, Role
from tests.builders.memory import TODAY, a_clinic, list_for_test, read
from tests.builders.service import MovingClock, a_desk, a_service

WEEK = timedelta(weeks=1)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def service(database, clock) -> Service:
    return a_service(database, source=clock)


def planned(service: Service) -> list[str]:
    now = service.clock.now()
    found = read(
        service.database,
        lambda session: mapping.planning_problem(session, start=TODAY, end=TODAY + 2 * WEEK, now=now),
    )
    return [case.id for case in found.cases]


def offered(desk, ref: str) -> list[str]:
    return [str(step.event) for step in desk.next_steps(ref)]


def test_a_patient_who_asks_to_wait_is_left_out_until_ready_again(service, clock):
    a_clinic(service.database)
    ref = list_for_test(service.database)
    desk = a_desk(service, Role.BOOKINGS)
    assert "personal_deferral" in offered(desk, ref)
    desk.record(ref, "personal_deferral", {"until": (TODAY + WEEK).isoformat()})
    assert desk.case(ref).summary.readiness is Readiness.NOT_READY_PERSONAL
    assert planned(service) == []

    clock.pass_(WEEK)
    now = desk.record(ref, "ready_again", {"reviewed": "yes"})
    assert now.readiness is Readiness.READY
    assert planned(service) == [f"{ref}-T"]
    assert [line.label for line in desk.case(ref).history[-2:]] == ["Personal deferral", "Ready again"]


def test_the_task_to_ask_again_is_gone_once_the_patient_is_ready(service, clock):
    a_clinic(service.database)
    ref = list_for_test(service.database)
    desk = a_desk(service)
    desk.record(ref, "clinically_unready", {"reason": "Infection", "review_on": (TODAY + WEEK).isoformat()})
    clock.pass_(WEEK)
    desk.run_due_now()
    says = "Review whether the patient is ready."
    assert says in [task.says for task in desk.tasks()]
    desk.record(ref, "ready_again", {"reviewed": "yes"})
    assert says not in [task.says for task in desk.tasks()]


def test_only_a_clinician_finds_a_patient_unfit(service):
    ref = list_for_test(service.database)
    with pytest.raises(NotPermittedError, match="Ask someone with one of these roles: Administrator, Clinician"):
        a_desk(service, Role.BOOKINGS).record(ref, "clinically_unready", {})


def test_what_only_a_timer_does_nobody_may_record(service):
    ref = list_for_test(service.database)
    assert [event.value for event in ReadinessEvent if event.value in offered(a_desk(service), ref)] == [
        "clinically_unready",
        "personal_deferral",
    ]
    with pytest.raises(TransitionNotAllowedError, match="cannot happen while the patient is ready"):
        a_desk(service).record(ref, "ready_again", {"reviewed": "yes"})


def test_the_same_write_twice_changes_readiness_once(service):
    ref = list_for_test(service.database)
    desk = a_desk(service)
    for _ in range(2):
        desk.record(ref, "personal_deferral", {"until": (TODAY + WEEK).isoformat()}, write_id="one")
    assert [line.event for line in desk.case(ref).history].count("personal_deferral") == 1
