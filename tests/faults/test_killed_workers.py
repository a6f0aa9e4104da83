"""Workers and dispatchers are killed outright, between and during steps: nothing is lost and nothing is done twice."""

import os
import random
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event as sql_event

from db import boards, due_steps
from db.engine import open_database
from flows import steps
from flows.clock import Clock
from flows.handlers import HANDLER_OF
from flows.service import Service
from flows.steps import run_due_steps
from tests.builders.memory import MORNING, a_case, a_referral, read

pytestmark = [pytest.mark.faults, pytest.mark.slow]

CASES = 150
KILLS = 60
KILLS_AMID_WORK = 50
LONGEST_PAUSE = 0.3  # seconds; long enough that sixty kills fall while steps are still being worked
LATER = 400  # days on, every timer of a case in triage has fallen due
BEGAN = datetime.now(UTC)
COMPLETE, INCOMPLETE = "triage", "referral_incomplete"


@pytest.fixture
def memory(sqlite_database):
    """Many referrals that wait to be looked through; every fifth lacks its bloods."""
    short = tuple(item for item in a_referral().items if item.key != "R2")
    for number in range(1, CASES + 1):
        a_case(sqlite_database, number, **({"items": short} if number % 5 == 0 else {}))
    sqlite_database.close()
    return sqlite_database.settings


def clock_in(settings, days):
    """The running clock of a test that began on the builders' morning, so many days later."""
    return Clock(timezone=settings.timezone, shift=MORNING - BEGAN + timedelta(days=days))


def work_until_killed(settings, *, seed, commit=None, days=0):
    """Be a worker: in a process of its own, take small batches until killed, or kill itself at one commit."""
    database = open_database(settings)
    service = Service(database=database, clock=clock_in(settings, days), owner=f"worker-{os.getpid()}")
    if commit is not None:
        _die_at(database, *commit)
    steps.HANDLER_OF = {name: _slowly(handler, seed) for name, handler in HANDLER_OF.items()}
    steps.BATCH = random.Random(seed).choice((1, 3, 10))
    steps.LEASE = timedelta(seconds=1)  # so that what a killed worker held is soon taken up again
    while True:
        run_due_steps(service)
        time.sleep(0.02)


def _slowly(handler, seed):
    """Work a step with a pause on either side of its writes, so that kills fall inside the transaction as well."""
    chance = random.Random(seed)

    def worked(session, step, at):
        time.sleep(chance.uniform(0, LONGEST_PAUSE))
        handler(session, step, at)
        session.flush()
        time.sleep(chance.uniform(0, LONGEST_PAUSE))

    return worked


def _die_at(database, moment, number):
    """Kill this process just before or just after its n-th commit."""
    seen = Counter()

    def count(_):
        seen[moment] += 1
        if seen[moment] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    if moment == "before":
        sql_event.listen(database._writer, "commit", count)
    else:
        sql_event.listen(database._writer, "checkin", lambda *_: count(None))


def start(settings, **how):
    """Fork a worker; forking spares each one the second it takes to load the code."""
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            work_until_killed(settings, **how)
        os._exit(0)
    return child


def kill(child):
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def chaos(settings, *, seed, days=0):
    """Run two workers at a time, kill one again and again at a random moment or at a commit; count the kills."""
    chance = random.Random(seed)
    crew, kills, done = [start(settings, seed=seed, days=days)], 0, []
    while kills < KILLS:
        commit = (chance.choice(("before", "after")), chance.randint(1, 6)) if chance.random() < 0.5 else None
        crew.append(start(settings, seed=seed + kills, commit=commit, days=days))
        time.sleep(chance.uniform(0.05, 0.35))
        kill(crew.pop(0))
        kills += 1
        done.append(rows(settings, "SELECT count(*) FROM due_step WHERE state = 'done'")[0][0])
    for child in crew:
        kill(child)
    amid = sum(earlier < done[-1] for earlier in done)
    assert amid >= KILLS_AMID_WORK, f"only {amid} kills fell while steps were still being worked"
    return kills + len(crew)


def finish(settings, *, days=0):
    """Let one worker that nobody kills finish what is left."""
    database = open_database(settings)
    service = Service(database=database, clock=clock_in(settings, days), owner="the last one")
    time.sleep(1.2)  # until the leases of the killed have ended
    run_due_steps(service)
    return database


def rows(settings, query):
    with closing(sqlite3.connect(settings.url.database)) as connection:
        return connection.execute(query).fetchall()


def test_sixty_kills_lose_no_step_and_repeat_none(memory):
    kills = chaos(memory, seed=7)
    database = finish(memory)
    assert kills >= 50

    # Every referral was looked through exactly once, whatever happened to who did it.
    states = Counter(state for (state,) in rows(memory, "SELECT state FROM neurolysis_case"))
    assert states == {COMPLETE: CASES * 4 // 5, INCOMPLETE: CASES // 5}
    events = rows(memory, "SELECT event, count(*) FROM case_event GROUP BY case_id, event")
    assert {count for _, count in events} == {1}
    assert len(events) == 2 * CASES
    notices = rows(memory, "SELECT case_id, kind, audience, count(*) FROM notice GROUP BY 1, 2, 3")
    assert len(notices) == CASES // 5
    assert {row[-1] for row in notices} == {1}

    # Every step is accounted for: done once, none refused, failed or left behind.
    found = rows(memory, "SELECT state, failures FROM due_step WHERE name = 'receive_referral'")
    assert Counter(found) == {("done", 0): CASES}
    assert read(database, due_steps.parked) == []

    # The open tasks are those the pathway set, one for each case; the trail is whole.
    tasks = read(database, boards.tasks)
    assert Counter(task.ref for task in tasks) == Counter({task.ref: 1 for task in tasks})
    assert len(tasks) == CASES
    assert database.verify_trail().fault is None


def test_timers_that_fall_due_among_kills_become_one_task_each(memory):
    finish(memory)
    timers = rows(memory, "SELECT count(*) FROM due_step WHERE state = 'waiting'")[0][0]
    assert timers >= CASES // 2
    chaos(memory, seed=11, days=LATER)
    database = finish(memory, days=LATER)
    raised = rows(memory, "SELECT case_id, kind, count(*) FROM task WHERE kind != 'state' GROUP BY 1, 2")
    assert len(raised) == timers
    assert {count for *_, count in raised} == {1}
    assert rows(memory, "SELECT count(*) FROM due_step WHERE state IN ('waiting', 'taken')") == [(0,)]
    assert database.verify_trail().fault is None
