"""What is late is told to the next role once at each level, and ends when it is no longer late."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from flows.recurring import ESCALATE
from flows.steps import run_due_steps
from flows.sweeping import sweep
from scheduler.vocabulary import Role
from tests.builders.memory import a_clinic, list_for_test
from tests.builders.service import MovingClock, a_desk, a_service

ONE_DAY = timedelta(days=1)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(sqlite_database, clock):
    a_clinic(sqlite_database)
    return a_service(sqlite_database, source=clock)


@pytest.fixture
def desk(service):
    return a_desk(service)


def live(service, clock, days):
    sweep(service)
    for _ in range(days):
        clock.pass_(ONE_DAY)
        run_due_steps(service)
        sweep(service)


def told(desk, ref, *, state="open"):
    found = [task for task in desk.case(ref).tasks if task.kind.startswith(("overdue_", "late_"))]
    return Counter((task.kind, task.role) for task in found if task.state.value == state)


def test_a_patient_past_the_limit_is_told_of_at_each_level_once(desk, service, clock):
    ref = list_for_test(service.database)
    live(service, clock, 30)
    assert told(desk, ref)["overdue_c3", Role.IR_LEAD] == 0
    live(service, clock, 2)
    assert told(desk, ref)["overdue_c3", Role.IR_LEAD] == 1
    live(service, clock, 20)
    assert told(desk, ref)["overdue_c3", Role.IR_LEAD] == 1
    assert told(desk, ref)["overdue_c3", Role.ADMINISTRATOR] == 1
    assert [task.ref for task in desk.tasks() if task.kind == "overdue_c3"] == [ref, ref]


def test_a_task_that_nobody_does_is_told_of_and_both_end_together(desk, service, clock):
    ref = list_for_test(service.database)
    live(service, clock, 32)
    assert told(desk, ref)["late_state", Role.IR_LEAD] == 1
    desk.record(ref, "mdt_recall", {"change": "new imaging"})
    assert told(desk, ref)["late_state", Role.IR_LEAD] == 0


def test_what_is_no_longer_late_is_ticked_off_the_next_morning(desk, service, clock):
    ref = list_for_test(service.database)
    live(service, clock, 32)
    desk.record(ref, "mdt_recall", {"change": "new imaging"})
    live(service, clock, 1)
    assert not told(desk, ref)["overdue_c3", Role.IR_LEAD]
    assert told(desk, ref, state="done")["overdue_c3", Role.IR_LEAD] == 1


def test_a_case_that_ends_leaves_nobody_anything_to_do(desk, service, clock):
    ref = list_for_test(service.database)
    live(service, clock, 40)
    desk.record(ref, "treated_elsewhere", {"source": "the referrer, by phone"})
    assert told(desk, ref) == Counter()


def test_an_outage_of_weeks_tells_each_level_once(desk, service, clock):
    ref = list_for_test(service.database)
    live(service, clock, 1)
    clock.pass_(60 * ONE_DAY)
    run_due_steps(service)
    live(service, clock, 3)
    assert told(desk, ref)["overdue_c3", Role.IR_LEAD] == 1
    assert told(desk, ref)["overdue_c3", Role.ADMINISTRATOR] == 1
    (morning,) = [job for job in desk.daily_jobs() if job.name == ESCALATE.name]
    assert "cases have something late" in morning.last_says
