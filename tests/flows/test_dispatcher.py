"""The dispatcher: inside flow runs while Prefect is well, by the plain code when it is not, never stuck behind it."""

import asyncio

import pytest

from db import boards
from db.errors import MemoryFaultError
from flows import dispatcher as module
from flows.dispatcher import CASES_NAMED_IN_TAGS, Dispatcher, about, tags_for
from flows.home import free_port
from flows.prefect_home import api_url
from flows.steps import STAGES, UPKEEP, WaitingStep, run_steps
from flows.words import FlowName
from scheduler.pathway.states import PathwayState
from tests.builders.memory import MORNING, a_case, read
from tests.builders.service import a_service


@pytest.fixture
def service(sqlite_database):
    return a_service(sqlite_database)


def states(service):
    found = read(service.database, lambda session: boards.case_summaries(session, now=MORNING))
    return [case.state for case in found]


def a_step(number, name="receive_referral"):
    return WaitingStep(id=str(number), name=name, case_ref=f"N{10000 + number}", flow=FlowName.INTAKE)


async def test_steps_are_worked_without_prefect_at_all(service):
    a_case(service.database)
    assert await Dispatcher(service, STAGES, prefect_api=None).turn() == 1
    assert states(service) == [PathwayState.TRIAGE]


async def test_steps_are_worked_when_prefect_does_not_answer(service):
    nobody_there = api_url(free_port("127.0.0.1", 0))
    a_case(service.database)
    await asyncio.wait_for(Dispatcher(service, STAGES, prefect_api=nobody_there).turn(), 10)
    assert states(service) == [PathwayState.TRIAGE]


async def test_a_run_whose_server_died_does_not_hold_the_steps_up(service, monkeypatch):
    health = [True, False]

    async def hangs(_steps, _about):
        await asyncio.sleep(600)

    monkeypatch.setattr(module, "answers", lambda _url, **_: health.pop(0) if health else False)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr("flows.registry.FLOWS", {FlowName.INTAKE: hangs})
    a_case(service.database)
    await asyncio.wait_for(Dispatcher(service, STAGES, prefect_api="http://127.0.0.1:1/api").turn(), 10)
    assert states(service) == [PathwayState.TRIAGE]


async def test_a_run_that_fails_is_followed_by_the_plain_code(service, monkeypatch):
    async def fails(_steps, _about):
        raise ConnectionError

    monkeypatch.setattr(module, "answers", lambda _url, **_: True)
    monkeypatch.setattr("flows.registry.FLOWS", {FlowName.INTAKE: fails})
    a_case(service.database)
    await Dispatcher(service, STAGES, prefect_api="http://127.0.0.1:1/api").turn()
    assert states(service) == [PathwayState.TRIAGE]


async def test_the_flow_is_given_references_and_its_work_is_not_repeated(service, monkeypatch):
    given = []

    async def works(steps, what):
        given.append((len(steps), what))
        return [str(report) for report in run_steps(service, steps)]

    monkeypatch.setattr(module, "answers", lambda _url, **_: True)
    monkeypatch.setattr("flows.registry.FLOWS", {FlowName.INTAKE: works})
    ref = a_case(service.database)
    await Dispatcher(service, STAGES, prefect_api="http://127.0.0.1:1/api").turn()
    assert given == [(1, ref)]
    page = read(service.database, lambda session: boards.case_page(session, ref, now=MORNING))
    assert [line.event for line in page.history].count("start_triage") == 1


async def test_a_fault_in_one_turn_does_not_end_the_dispatcher(service, monkeypatch):
    turns = []

    class Faulty(Dispatcher):
        async def turn(self):
            turns.append(1)
            if len(turns) == 2:
                self.ask_to_stop()
            raise RuntimeError

    monkeypatch.setattr(module, "POLL_SECONDS", 0.01)
    await asyncio.wait_for(Faulty(service, STAGES, prefect_api=None).run(), 10)
    assert len(turns) == 2


def test_a_small_batch_names_its_cases_and_a_large_one_does_not():
    steps = [a_step(number) for number in range(1, CASES_NAMED_IN_TAGS + 1)]
    assert len(tags_for(steps)) == CASES_NAMED_IN_TAGS
    assert tags_for([*steps, a_step(99)]) == ()
    assert about(steps[:2]) == "N10001, N10002"
    assert about(steps) == "10 cases, N10001 to N10010"


def test_every_stage_has_its_flow_under_its_own_name():
    from flows.registry import FLOWS

    assert {name: flow.name for name, flow in FLOWS.items()} == {name: name.value for name in {*FlowName} - UPKEEP}


async def test_a_flows_body_works_its_steps_without_a_server(service, monkeypatch):
    from flows import stage_run
    from flows.intake_flow import intake

    monkeypatch.setattr(stage_run, "the_service", lambda: service)
    ref = a_case(service.database)
    (step,) = module.waiting_steps(service, flows={FlowName.INTAKE}, limit=5)
    assert await intake.fn([step.id], ref) == [f"{ref} receive_referral: done"]


async def until_asked(dispatcher, condition):
    async def stop_when():
        while not condition():
            await asyncio.sleep(0.01)
        dispatcher.ask_to_stop()

    await asyncio.wait_for(asyncio.gather(dispatcher.run(), stop_when()), 20)


async def test_a_sweep_that_fails_stops_nothing_and_is_told_to_the_log(service, monkeypatch, caplog):
    swept = []

    def fails(_service):
        swept.append(1)
        raise MemoryFaultError("Mrs Nobody is not to be read here.")

    monkeypatch.setattr(module, "sweep", fails)
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.0)
    monkeypatch.setattr(module, "POLL_SECONDS", 0.01)
    await until_asked(Dispatcher(service, STAGES, prefect_api=None), lambda: len(swept) > 2)
    told = [record.msg for record in caplog.records if record.name == "neurolist"]
    assert {(line["event"], line["error"], line["flow"]) for line in told} == {
        ("turn_failed", "MemoryFaultError", "sweep")
    }
    assert "Nobody" not in caplog.text


async def test_turns_that_keep_failing_are_told_once_and_then_once_a_minute(service, monkeypatch, caplog):
    turns = []
    dispatcher = Dispatcher(service, STAGES, prefect_api=None)

    async def fails():
        turns.append(1)
        raise MemoryFaultError("away")

    monkeypatch.setattr(dispatcher, "turn", fails)
    monkeypatch.setattr(module, "POLL_SECONDS", 0.001)
    await until_asked(dispatcher, lambda: len(turns) > module.FAILURES_A_LINE + 5)
    told = [record.msg["count"] for record in caplog.records if record.name == "neurolist"]
    assert told == [1, module.FAILURES_A_LINE + 1]
