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
from db.outbox import LETTER_TASK
from flows import steps
from flows.clock import Clock
from flows.handlers import HANDLER_OF
from flows.service import Service
from flows.steps import run_due_steps
from tests.builders.memory import MORNING, a_case, a_referral, read

pytestmark = [pytest.mark.faults, pytest.mark.slow]

CASES = 200
KILLS = 60
KILLS_AMID_WORK = 50
LONGEST_PAUSE = 0.12  # seconds; so long that steps are still waiting at the sixtieth kill, so short that some get done
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


def due_now(settings, days):
    """Count the steps that are due and not done."""
    asked = "SELECT count(*) FROM due_step WHERE state IN ('waiting', 'taken') AND due_at <= ?"
    until = clock_in(settings, days).now().strftime("%Y-%m-%d %H:%M:%S")
    return rows(settings, asked, until)[0][0]


def until_something_is_done(settings, left, days):
    """Wait for the next step to be done, at most three seconds, so that kills fall amid work on slow machines too."""
    end = time.monotonic() + 3
    while due_now(settings, days) == left and time.monotonic() < end:
        time.sleep(0.01)


def chaos(settings, *, seed, days=0):
    """Run two workers at a time, kill one again and again at a random moment or at a commit; count the kills."""
    chance = random.Random(seed)
    crew, kills, left = [start(settings, seed=seed, days=days)], 0, [due_now(settings, days)]
    while kills < KILLS:
        commit = (chance.choice(("before", "after")), chance.randint(1, 6)) if chance.random() < 0.5 else None
        crew.append(start(settings, seed=seed + kills, commit=commit, days=days))
        until_something_is_done(settings, left[-1], days)
        time.sleep(chance.uniform(0, 0.12))
        kill(crew.pop(0))
        kills += 1
        left.append(due_now(settings, days))
    for child in crew:
        kill(child)
    amid = sum(waiting > 0 for waiting in left)
    assert amid >= KILLS_AMID_WORK, f"only {amid} kills fell while steps were still waiting"
    assert left[-1] < left[0], "nothing was done among the kills"
    return kills + len(crew)


def finish(settings, *, days=0):
    """Let one worker that nobody kills finish what is left."""
    database = open_database(settings)
    service = Service(database=database, clock=clock_in(settings, days), owner="the last one")
    time.sleep(1.2)  # until the leases of the killed have ended
    run_due_steps(service)
    return database


def rows(settings, query, *given):
    with closing(sqlite3.connect(settings.url.database)) as connection:
        return connection.execute(query, given).fetchall()


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
    tasks = [task for task in read(database, boards.kept_tasks) if task.kind != LETTER_TASK]
    assert Counter(task.ref for task in tasks) == Counter({task.ref: 1 for task in tasks})
    assert len(tasks) == CASES
    assert database.verify_trail().fault is None


def test_timers_that_fall_due_among_kills_become_one_task_each(memory):
    finish(memory)
    timers = rows(memory, "SELECT count(*) FROM due_step WHERE state = 'waiting' AND name != 'send_notice'")[0][0]
    assert timers >= CASES // 2
    chaos(memory, seed=11, days=LATER)
    database = finish(memory, days=LATER)
    raised = rows(
        memory, "SELECT case_id, kind, count(*) FROM task WHERE kind NOT IN ('state', 'letter') GROUP BY 1, 2"
    )
    assert len(raised) == timers
    assert {count for *_, count in raised} == {1}
    assert rows(memory, "SELECT count(*) FROM due_step WHERE state IN ('waiting', 'taken')") == [(0,)]
    assert database.verify_trail().fault is None
