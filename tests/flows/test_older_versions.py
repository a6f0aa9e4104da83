"""Due steps that an older version wrote are worked after an upgrade, each to an end, and none is lost."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from db import due_steps
from db.words import StepState
from flows.steps import PARK_AFTER, re_drive, run_due_steps
from tests.builders.memory import MORNING, TODAY, list_for_test, read, write
from tests.builders.service import MovingClock, a_desk, a_service

KEPT = Path(__file__).parent / "steps_of_older_versions.json"  # add to it what a release writes, and take nothing away
WRITTEN = json.loads(KEPT.read_text(encoding="utf-8"))


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(database, clock):
    return a_service(database, source=clock)


def as_written(session, ref, number, step):
    """Store a step with the key, the name and the payload that the older version gave it."""
    due_steps.enqueue(
        session,
        key=step["key"].format(ref=ref, number=number),
        name=step["name"],
        due_at=MORNING,
        case_ref=ref if step["of_case"] else None,
        payload=step["payload"],
    )


def states(service):
    return read(service.database, due_steps.states)


@pytest.mark.parametrize("step", WRITTEN, ids=[f"{step['version']} {step['key']}" for step in WRITTEN])
def test_a_step_of_an_older_version_comes_to_its_end(service, clock, step):
    ref = list_for_test(service.database)
    run_due_steps(service)
    write(service.database, lambda session: as_written(session, ref, 1, step))
    for _ in range(PARK_AFTER + 1):
        run_due_steps(service)
        re_drive(service)
        clock.pass_(timedelta(minutes=5))
    found = states(service)[step["key"].format(ref=ref, number=1)]
    assert found is StepState(step["ends"])
    raised = [task.kind for task in a_desk(service).case(ref).tasks]
    assert (step["name"] in raised) == step["raises"]
    if found is StepState.PARKED:
        assert "parked_step" in [task.kind for task in a_desk(service).tasks()]


def test_every_kind_of_step_an_older_version_wrote_is_among_them():
    assert {step["name"] for step in WRITTEN} >= {"receive_referral", "plan", "plan_published", "treat_by", "follow_up"}
    assert date.fromisoformat("2026-11-24") == TODAY
