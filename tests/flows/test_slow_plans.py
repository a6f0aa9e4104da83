"""A plan on a slow machine: who still searches keeps the step, and a second planner does not begin it anew."""

from datetime import timedelta

from db import due_steps
from db.tables import DueStepRow
from flows.plan_requests import PLAN_STEP, PLANNING_MARGIN, PlanRequest, time_needed
from flows.plan_runs import _Teller
from flows.service import MACHINE
from scheduler.engine import Progress
from tests.builders.memory import MORNING, TODAY, a_clinic, list_for_test, read, write
from tests.builders.service import a_desk, a_service

LEASE = timedelta(seconds=20)
FOUND = Progress(seconds=1.0, cost=10, bound=5, booked=1, total=1)


def test_a_search_that_goes_on_keeps_its_lease(sqlite_database, monkeypatch):
    database = sqlite_database
    desk = a_desk(a_service(database))
    a_clinic(database)
    list_for_test(database)
    desk.request_plan(weeks=1, time_limit=1)
    claimed = write(
        database,
        lambda session: due_steps.claim_due(session, owner="one", now=MORNING, lease=LEASE, names=[PLAN_STEP]),
    )
    (step,) = claimed
    asked = PlanRequest(
        proposal=str(step.payload["proposal"]), start=TODAY, end=TODAY + timedelta(days=7), time_limit=1, seed=0
    )
    monkeypatch.setattr("flows.plan_runs.TELL_EVERY_SECONDS", 0.0)
    _Teller(desk.service, asked, MACHINE, step, None)(FOUND)
    until = read(database, lambda session: session.get_one(DueStepRow, step.id).lease_until)
    assert until == MORNING + time_needed(step.payload) + PLANNING_MARGIN
