"""What the meeting should know of becomes the coordinator's task: once, until it is answered or gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db import cases, tasks
from db.boards.tasks import kept_tasks
from db.clinic import holidays
from db.facts import case_facts
from db.localtime import local_date
from db.protocol import protocol
from db.tables import TaskRow
from db.watching import look_after_all
from db.words import TaskState
from scheduler.pathway.events import Entry, Event
from scheduler.pathway.happenings import work_out
from tests.builders.memory import CLERK, MORNING, TODAY, list_for_test, read, step, write

DAY = timedelta(days=1)
LATER = MORNING + 5 * DAY


def enter(database, ref, happened, *, now=LATER, **details):
    """Record anything that may be recorded of a case."""

    def work(session):
        today = local_date(session, now)
        known, rules = case_facts(session, ref), protocol(session, today)
        move = work_out(known, happened, details, protocol=rules, today=today, holidays=holidays(session))
        return cases.apply_step(session, ref, move, details, actor=CLERK, now=now)

    return write(database, work, now=now)


def asked(database):
    found = select(TaskRow).where(TaskRow.kind == "rediscussion", TaskRow.state == TaskState.OPEN)
    return read(database, lambda session: session.exec(found).all())


@pytest.fixture
def waiting(database):
    return list_for_test(database)


def test_new_imaging_and_a_change_of_performance_status_are_asked_about_once_each(database, waiting):
    enter(database, waiting, Entry.EVIDENCE_RECEIVED, ecog=1, ecog_on=TODAY)
    assert asked(database) == []
    enter(database, waiting, Entry.EVIDENCE_RECEIVED, ecog=3, items=f"R1={TODAY + 4 * DAY}")
    found = {task.about.split()[0]: task for task in asked(database)}
    assert set(found) == {"ecog", "imaging"}
    assert found["ecog"].says.startswith("ECOG performance status went from 1 to 3, assessed on 29 November 2026.")
    write(database, lambda session: look_after_all(session, now=LATER + DAY), now=LATER + DAY)
    assert len(asked(database)) == 2


def test_what_a_person_has_ticked_off_is_not_asked_again(database, waiting):
    enter(database, waiting, Entry.EVIDENCE_RECEIVED, items=f"R1={TODAY + 4 * DAY}")
    [task] = asked(database)
    write(database, lambda session: tasks.finish(session, task.id, actor=CLERK, now=LATER), now=LATER)
    write(database, lambda session: look_after_all(session, now=LATER + DAY), now=LATER + DAY)
    assert asked(database) == []


def test_the_step_that_brings_the_case_back_is_offered_and_ticks_the_task_off(database, waiting):
    enter(database, waiting, Entry.EVIDENCE_RECEIVED, items=f"R1={TODAY + 4 * DAY}")
    lines = read(database, kept_tasks)
    [line] = [line for line in lines if line.kind == "rediscussion"]
    assert (line.done_by, line.by_hand) == (("mdt_recall",), True)
    step(database, waiting, Event.MDT_RECALL, now=LATER, change="New imaging")
    assert asked(database) == []
