"""A due step is worked once: leased, fenced, finished, tried again or set aside."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlmodel import select

from db import due_steps
from db.tables import TaskRow
from db.words import StepState
from scheduler.errors import NotFoundError, StaleVersionError
from tests.builders.memory import CLERK, MORNING, read, write

LEASE = timedelta(minutes=2)
PAUSE = timedelta(minutes=1)


def enqueue(database, key="k", **options):
    options = {"name": "triage", "due_at": MORNING, **options}
    return write(database, lambda session: due_steps.enqueue(session, key=key, **options))


def claim(database, owner="one", now=MORNING, **options):
    return write(
        database, lambda session: due_steps.claim_due(session, owner=owner, now=now, lease=LEASE, **options), now=now
    )


def state(database):
    from db.tables import DueStepRow

    return read(database, lambda session: session.exec(select(DueStepRow.state)).one())


def test_a_key_is_taken_for_ever(database):
    assert enqueue(database)
    assert not enqueue(database)
    [step] = claim(database)
    write(database, lambda session: due_steps.finish(session, step, now=MORNING))
    assert not enqueue(database)
    assert claim(database) == []


def test_of_several_steps_those_that_are_known_are_left_alone_or_come_back(database):
    def asked(*keys):
        return [due_steps.NewStep(key=key, name="triage", due_at=MORNING, case_ref=None, payload={}) for key in keys]

    def add(*keys, revive=False):
        return write(database, lambda session: due_steps.enqueue_each(session, asked(*keys), revive=revive))

    assert add("a", "b") == 2
    assert add("a", "b", "c") == 1
    [step, *_] = claim(database)
    write(database, lambda session: due_steps.finish(session, step, now=MORNING))
    assert add("a", "b", "c") == 0
    assert add(step.key, "d", revive=True) == 2
    assert read(database, due_steps.states)[step.key] is StepState.WAITING
    assert add() == 0


def test_a_step_is_due_from_its_minute_on(database):
    enqueue(database, due_at=MORNING + timedelta(minutes=1))
    assert claim(database) == []
    assert len(claim(database, now=MORNING + timedelta(minutes=1))) == 1


def test_what_one_worker_holds_another_does_not_get(database):
    enqueue(database)
    assert len(claim(database, "one")) == 1
    assert claim(database, "two", now=MORNING + LEASE - timedelta(seconds=1)) == []


def test_an_expired_lease_is_taken_over_and_the_late_worker_is_stopped(database):
    enqueue(database)
    [late] = claim(database, "one")
    [step] = claim(database, "two", now=MORNING + LEASE)
    with pytest.raises(StaleVersionError, match="taken over"):
        write(database, lambda session: due_steps.hold(session, late))
    write(database, lambda session: due_steps.finish(session, step, now=MORNING))
    assert state(database) is StepState.DONE


def test_the_same_owner_twice_is_still_fenced(database):
    enqueue(database)
    [late] = claim(database, "one")
    claim(database, "one", now=MORNING + LEASE)
    with pytest.raises(StaleVersionError):
        write(database, lambda session: due_steps.finish(session, late, now=MORNING))


def test_a_refused_step_is_never_tried_again(database):
    enqueue(database)
    [step] = claim(database)
    write(database, lambda session: due_steps.refuse(session, step, now=MORNING, why="The case has moved on."))
    assert claim(database, now=MORNING + timedelta(days=9)) == []
    assert state(database) is StepState.REFUSED


def test_failures_are_counted_and_the_last_one_parks_it_as_a_task(database):
    enqueue(database)
    for attempt in range(3):
        now = MORNING + attempt * PAUSE
        [step] = claim(database, now=now)

        def fail(session, step=step, now=now):
            return due_steps.fail(session, step, now=now, error="broke", park_after=3, pause=PAUSE)

        left = write(database, fail, now=now)
    assert left is StepState.PARKED
    assert "failed 3 times" in read(database, lambda session: session.exec(select(TaskRow.says)).one())
    assert [step.last_error for step in read(database, due_steps.parked)] == ["broke"]


def test_a_claim_that_ends_without_a_word_is_no_failure(database):
    enqueue(database)
    for attempt in range(9):
        [step] = claim(database, now=MORNING + attempt * LEASE)
    assert step.failures == 0


def test_a_parked_step_may_be_put_back_to_work(database):
    enqueue(database)
    [step] = claim(database)
    write(database, lambda session: due_steps.fail(session, step, now=MORNING, error="x", park_after=1, pause=PAUSE))
    write(database, lambda session: due_steps.retry_parked(session, step.id, now=MORNING))
    assert len(claim(database)) == 1
    with pytest.raises(NotFoundError):
        write(database, lambda session: due_steps.retry_parked(session, step.id, now=MORNING))


def test_a_dropped_step_comes_back_only_where_that_is_asked_for(database):
    enqueue(database, case_ref="N10001")
    write(database, lambda session: due_steps.cancel(session, refs=["N10001"], now=MORNING))
    assert not enqueue(database)
    assert claim(database) == []
    assert enqueue(database, revive=True)
    assert len(claim(database)) == 1


def test_a_worked_step_that_is_asked_for_anew_comes_back_too(database):
    enqueue(database, case_ref="N10001")
    [step] = claim(database)
    write(database, lambda session: due_steps.finish(session, step, now=MORNING))
    assert not enqueue(database)
    assert enqueue(database, revive=True)
    assert len(claim(database)) == 1


def test_steps_are_listed_and_claimed_by_name_and_id(database):
    enqueue(database, "a", name="triage")
    enqueue(database, "b", name="mdt")
    [seen] = read(database, lambda session: due_steps.due(session, now=MORNING, names=["mdt"]))
    assert seen.key == "b"
    [step] = claim(database, ids=[seen.id])
    assert step.name == "mdt"
    assert [left.key for left in read(database, lambda session: due_steps.due(session, now=MORNING))] == ["a"]


def test_two_workers_at_once_share_the_steps_between_them(database):
    from concurrent.futures import ThreadPoolExecutor

    for number in range(20):
        enqueue(database, str(number))
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda owner: claim(database, owner, limit=10), "abcd"))
    keys = [step.key for steps in taken for step in steps]
    assert len(keys) == len(set(keys))
    assert len(keys) + len(claim(database, limit=99)) == 20


def test_who_holds_a_step_may_ask_whether_it_still_does(database):
    enqueue(database)
    [first] = claim(database)
    assert holds(database, first)
    later = MORNING + LEASE + timedelta(seconds=1)
    [second] = claim(database, owner="two", now=later)
    assert (holds(database, first), holds(database, second)) == (False, True)


def holds(database, step):
    return write(database, lambda session: due_steps.is_held(session, step))


def test_two_processes_that_set_the_same_step_at_once_set_it_once_and_neither_fails(postgresql_database):
    both_looked, found = threading.Barrier(2), []

    def set_it():
        tries = []

        def work(session):
            if not tries:
                tries.append(due_steps.next_due(session, name="drill"))
                both_looked.wait(10)
            return due_steps.enqueue(session, key="drill", name="drill", due_at=MORNING)

        found.append(postgresql_database.write(work, author=CLERK, now=MORNING))
        assert tries == [None]

    threads = [threading.Thread(target=set_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [False, True]
    assert state(postgresql_database) is StepState.WAITING
