"""A solver that lies is refused by the service's own audit, and one that never comes back is ended; both are told."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.health import health_routes
from db.tables import BookingRow, ProposalRow
from db.words import ProposalStatus
from flows.desk import running
from flows.hanging import HUNG
from scheduler.errors import NeurolistError
from tests.builders.memory import MORNING, a_clinic, list_for_test, read
from tests.builders.service import MovingClock, a_desk, a_service

pytestmark = [pytest.mark.faults, pytest.mark.slow]

PATIENCE = 60
TOLD_WITHIN = timedelta(seconds=10)  # of its time being over, the service says that a search is late
LIMIT = 1.0


@pytest.fixture
def service(sqlite_database):
    a_clinic(sqlite_database)
    for number in (1, 2, 3):
        list_for_test(sqlite_database, number)
    yield a_service(sqlite_database)
    sqlite_database.close()


@contextmanager
def a_planner(service, how):
    """The planner's own process, as the service runs it, but for its solver."""
    environment = {
        **os.environ,
        "NEUROLIST_HOME": str(service.home),
        "NEUROLIST_NOW": MORNING.isoformat(),
        "PYTHONPATH": str(Path.cwd()),
    }
    environment.pop("PREFECT_API_URL", None)
    process = subprocess.Popen([sys.executable, "-m", "tests.builders.bad_planner", how], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(condition, what, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for: {what}"
        time.sleep(0.2)


def proposal(service):
    return read(service.database, lambda session: session.exec(select(ProposalRow)).one())


def service_at(service, moment):
    """The same service, seen at another moment."""
    return a_service(service.database, source=MovingClock(moment))


def ready(service):
    """What /readyz answers."""

    class Door:
        def running(self):
            return running(service)

    return TestClient(Starlette(routes=health_routes(Door))).get("/readyz").text


@pytest.mark.parametrize("how", ["breaks a rule", "drops a case"])
def test_a_solver_that_lies_is_refused_and_the_service_says_so(service, how):
    desk = a_desk(service)
    assert "planner" not in ready(service)
    desk.request_plan(weeks=1, time_limit=LIMIT)
    with a_planner(service, how):
        until(lambda: proposal(service).status is ProposalStatus.FAILED, "the plan to be refused")
    assert "so it is not offered" in proposal(service).failure
    assert "caution: planner" in ready(service)
    with pytest.raises(NeurolistError, match="has no plan"):
        desk.publish(proposal(service).id)
    assert read(service.database, lambda session: session.exec(select(BookingRow)).all()) == []


def test_a_solver_that_never_comes_back_is_told_of_within_ten_seconds_and_ended(service):
    a_desk(service).request_plan(weeks=1, time_limit=LIMIT)
    with a_planner(service, "never comes back") as planner:
        until(lambda: proposal(service).status is ProposalStatus.RUNNING, "the search to begin")
        over = proposal(service).started_at + timedelta(seconds=LIMIT)
        assert "planner" not in ready(service_at(service, over))
        assert "caution: planner" in ready(service_at(service, over + TOLD_WITHIN))
        until(lambda: planner.poll() is not None, "the planner to be ended")
    assert planner.returncode == HUNG
    assert proposal(service).status is ProposalStatus.FAILED
    assert "did not come back" in proposal(service).failure
    assert "caution: planner" in ready(service)
