"""A write asked for twice is done once, and the second asking gets the first answer."""

from __future__ import annotations

import threading

import pytest
from sqlmodel import Session, select

from db import audit, writes
from db.errors import TryAgainError
from db.tables import SiteRow
from scheduler.errors import NeurolistError
from tests.builders.memory import CLERK, MORNING, read, write


def make(session: Session, write_id: str = "w1", action: str = "make") -> dict[str, object]:
    done = writes.earlier(session, write_id, action)
    if done is not None:
        return {**done, "repeated": True}
    count = len(session.exec(select(SiteRow)).all())
    session.add(SiteRow(id=f"S{count}", name="x", lat=0, lon=0))
    audit.record(session, action=action, entity="site", ref=f"S{count}")
    writes.finish(session, write_id, {"id": f"S{count}"})
    return {"id": f"S{count}"}


def test_a_repeat_finds_its_own_work(database):
    assert write(database, make) == {"id": "S0"}
    assert write(database, make) == {"id": "S0", "repeated": True}
    assert read(database, lambda session: len(session.exec(select(SiteRow)).all())) == 1


def test_a_write_that_failed_may_be_repeated(database):
    def fail(session):
        make(session)
        raise RuntimeError("the line dropped")

    with pytest.raises(RuntimeError):
        write(database, fail)
    assert write(database, make) == {"id": "S0"}


def test_one_id_is_for_one_thing(database):
    write(database, make)
    with pytest.raises(NeurolistError, match="something else"):
        write(database, lambda session: make(session, action="other"))


def test_the_same_write_at_the_same_moment_is_done_once(database):
    answers: list[dict[str, object]] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        answers.append(database.write(make, author=CLERK, now=MORNING))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer["id"] for answer in answers] == ["S0"] * 4
    assert sum("repeated" in answer for answer in answers) == 3


def test_work_is_begun_again_when_two_writes_met(database):
    tries = []

    def work(session):
        tries.append(1)
        if len(tries) < 3:
            raise TryAgainError("met")
        return "done"

    assert database.write(work, author=CLERK, now=MORNING) == "done"
    assert len(tries) == 3
