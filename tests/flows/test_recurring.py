"""Daily jobs come once a date at their wall time: across DST nights, after outages, and whoever asks how often."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from db import due_steps, timetable
from db.localtime import wall_instant, wall_time
from flows import recurring
from flows.handlers import HANDLER_OF
from flows.recurring import ESCALATE, NIGHTLY_PLAN, RECURRING
from flows.service import MACHINE
from flows.steps import run_due_steps
from flows.sweeping import sweep
from scheduler.errors import BadInputError
from tests.builders.memory import read
from tests.builders.service import MovingClock, a_service

ZONE = "Australia/Melbourne"
A_WHILE = timedelta(hours=3)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(sqlite_database, clock):
    return a_service(sqlite_database, source=clock)


def waiting(service, name=NIGHTLY_PLAN.name):
    return read(service.database, lambda session: due_steps.next_due(session, name=name))


def nights(service):
    """The dates on which the nightly plan was worked."""

    def ask(session):
        found = due_steps.finished(session, NIGHTLY_PLAN.name)
        return [date.fromisoformat(step.key.split(":")[1]) for step in found]

    return read(service.database, ask)


def let_pass(service, clock, until, step=A_WHILE):
    while clock.at < until:
        clock.pass_(step)
        run_due_steps(service)


def test_the_first_sweep_sets_every_daily_job_and_the_next_sets_nothing(service):
    assert sweep(service).daily == tuple(job.name for job in RECURRING)
    assert sweep(service).daily == ()
    assert waiting(service) == datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # 02:30 on 25 November


@pytest.mark.parametrize(
    ("begins", "last"),
    [
        (date(2026, 4, 2), date(2026, 4, 8)),  # 02:30 on 5 April comes twice
        (date(2026, 10, 1), date(2026, 10, 7)),  # 02:30 on 4 October never comes
        (date(2028, 2, 27), date(2028, 3, 2)),  # a leap day
    ],
)
def test_every_night_is_worked_exactly_once_whatever_the_clocks_do(service, clock, begins, last):
    clock.at = wall_instant(begins, time(12), ZONE)
    sweep(service)
    let_pass(service, clock, wall_instant(last, time(12), ZONE))
    days = (last - begins).days
    assert nights(service) == [begins + timedelta(days=ahead) for ahead in range(1, days + 1)]


def test_a_time_that_is_skipped_comes_after_the_gap_and_of_one_repeated_the_first_counts():
    assert wall_instant(date(2026, 10, 4), time(2, 30), ZONE) == datetime(2026, 10, 3, 16, 30, tzinfo=UTC)
    assert wall_instant(date(2026, 4, 5), time(2, 30), ZONE) == datetime(2026, 4, 4, 15, 30, tzinfo=UTC)


def test_after_an_outage_a_job_is_worked_once_and_not_once_for_each_day(service, clock):
    sweep(service)
    clock.pass_(timedelta(days=9))
    run_due_steps(service)
    assert len(nights(service)) == 1
    coming = waiting(service)
    assert coming is not None
    assert timedelta(0) < coming - clock.at <= timedelta(days=1)


def test_a_job_that_keeps_failing_is_set_aside_and_comes_again_the_next_day(service, clock, monkeypatch):
    def broken(*_):
        raise RuntimeError

    monkeypatch.setattr("flows.steps.HANDLER_OF", {**HANDLER_OF, NIGHTLY_PLAN.name: broken})
    sweep(service)
    first = waiting(service)
    clock.at = first
    let_pass(service, clock, first + timedelta(minutes=20), step=timedelta(minutes=2))
    assert waiting(service) is None
    assert sweep(service).daily == (NIGHTLY_PLAN.name,)
    assert waiting(service) == first + timedelta(days=1)


def test_two_who_set_the_next_time_at_once_set_one(service, clock):
    for _ in range(2):
        service.database.write(lambda session: recurring.set_missing(session, clock.at), author=MACHINE, now=clock.at)
    keys = read(
        service.database,
        lambda session: [step.key for step in due_steps.due(session, now=datetime.max.replace(tzinfo=UTC))],
    )
    assert len(keys) == len(set(keys)) == len(RECURRING)


def test_what_the_last_night_came_to_is_told(service, clock):
    sweep(service)
    clock.pass_(timedelta(days=1))
    run_due_steps(service)
    (night, _) = read(
        service.database, lambda session: timetable.daily(session, [(job.name, job.says) for job in RECURRING])
    )
    assert night.last_says == "No plan tonight. No case that is ready waits for a place."
    assert night.next_at is not None
    assert ESCALATE.says


def test_a_wall_time_that_is_none_names_its_protocol_row():
    with pytest.raises(BadInputError, match=r"nightly_plan_at: .25 o'clock. is not a time of day"):
        wall_time("25 o'clock", "nightly_plan_at")
