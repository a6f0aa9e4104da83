"""An accepted case is on the agenda of the next meeting by itself, and a step behind it leaves no task over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import boards, facts, meetings
from db.meetings import NewMeeting
from flows.service import Service
from flows.steps import run_due_steps
from scheduler.pathway.events import Event
from scheduler.pathway.facts import MdtRecommendation
from tests.builders.memory import MORNING, TODAY, a_case, read, step, write
from tests.builders.service import MovingClock, a_service

ATTENDED = ["interventional_radiology", "palliative_care", "pain_anaesthesia", "treating_oncology"]
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def service(database) -> Service:
    return a_service(database, source=MovingClock())


def an_accepted_case(service: Service) -> str:
    ref = a_case(service.database)
    run_due_steps(service)
    step(service.database, ref, Event.ACCEPT)
    run_due_steps(service)
    return ref


def add_meetings(service: Service, *days) -> None:
    for day in days:
        write(service.database, lambda session, day=day: meetings.add_meeting(session, NewMeeting(on=day)))


def the_case(service: Service, ref: str):
    return read(service.database, lambda session: boards.case_page(session, ref, now=MORNING))


def open_tasks(service: Service, ref: str) -> list[str]:
    return [task.says for task in the_case(service, ref).tasks if task.state.value == "open" and task.kind != "letter"]


def test_an_accepted_case_is_on_the_agenda_of_the_next_meeting(service):
    add_meetings(service, TODAY - timedelta(days=6), TOMORROW, TODAY + timedelta(days=8))
    ref = an_accepted_case(service)
    assert the_case(service, ref).agenda_on == TOMORROW


def test_a_meeting_today_still_takes_the_case(service):
    add_meetings(service, TODAY)
    assert the_case(service, an_accepted_case(service)).agenda_on == TODAY


def test_without_a_meeting_in_the_calendar_the_coordinator_gets_a_task_until_the_outcome_is_known(service):
    ref = an_accepted_case(service)
    assert the_case(service, ref).agenda_on is None
    assert "Add the case to the agenda of the next MDT meeting." in open_tasks(service, ref)
    step(service.database, ref, Event.MDT_PROCEED_TEST, attended=ATTENDED)
    assert open_tasks(service, ref) == ["See the patient, take consent and list for treatment."]


def test_an_outcome_from_an_earlier_meeting_takes_the_case_off_the_coming_agenda(service):
    add_meetings(service, TOMORROW)
    ref = an_accepted_case(service)
    step(service.database, ref, Event.MDT_PROCEED_TEST, attended=ATTENDED, mdt_on=TODAY)
    assert the_case(service, ref).agenda_on is None


def test_of_two_outcomes_on_one_day_the_later_one_holds(service):
    ref = an_accepted_case(service)
    step(service.database, ref, Event.MDT_MORE_INFO, items=["R1"], owner="The coordinator", rediscuss_on=TOMORROW)
    step(service.database, ref, Event.INFORMATION_RECEIVED, items=[f"R1={TODAY}"])
    step(service.database, ref, Event.MDT_PROCEED_TEST, attended=ATTENDED)
    decided = read(service.database, lambda session: facts.case_facts(session, ref)).mdt
    assert decided is not None
    assert decided.recommendation is MdtRecommendation.PROCEED_TEST
