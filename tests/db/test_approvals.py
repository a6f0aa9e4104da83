"""A request is decided once, by one person who is not the one who asked, even when two press at the same moment."""

from __future__ import annotations

import time
from threading import Thread

import pytest

from db import approvals
from db.approvals import Asking
from db.audit import Author
from db.facts import case_row
from db.words import ApprovalKind, ApprovalState
from scheduler.errors import NeurolistError, NotFoundError, NotPermittedError, StaleVersionError
from scheduler.pathway.events import Event
from tests.builders.memory import CLERK, MORNING, a_case, read, step, write

ONE, TWO = (Author(id=name, name=f"Lead {name}", role="ir_lead") for name in ("one", "two"))


@pytest.fixture
def ref(database):
    return a_case(database)


def ask(database, ref):
    def work(session):
        version = case_row(session, ref).version
        asking = Asking(kind=ApprovalKind.DESTROY, says="x", reason="Old", version=version, payload={}, ref=ref)
        return approvals.ask(session, asking)

    return write(database, work)


def only(database, ref):
    (line,) = read(database, lambda session: approvals.lines(session, now=MORNING, ref=ref, every=True))
    return line


def test_of_two_who_approve_at_once_one_does_and_the_other_is_told(database, ref):
    asked, told = ask(database, ref), {}

    def approve(who):
        def work(session):
            approvals.approve(session, asked)
            time.sleep(0.3)  # both have looked before either is done, where the engine lets them
            approvals.done(session, asked)

        try:
            told[who.id] = database.write(work, author=who, now=MORNING)
        except NeurolistError as refusal:
            told[who.id] = type(refusal)

    people = [Thread(target=approve, args=(who,)) for who in (ONE, TWO)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert sorted(map(str, told.values())) == sorted([str(StaleVersionError), "None"])
    winner = next(name for name, answer in told.items() if answer is None)
    assert (only(database, ref).state, only(database, ref).decided_name) == (ApprovalState.APPROVED, f"Lead {winner}")
    assert database.verify_trail().fault is None


def test_whoever_asked_is_refused_below_the_desk_too(database, ref):
    asked = ask(database, ref)
    with pytest.raises(NotPermittedError, match="A Clerk asked for this, so somebody else must approve it"):
        write(database, lambda session: approvals.approve(session, asked), author=CLERK)
    assert only(database, ref).state is ApprovalState.ASKED


def test_a_request_from_another_version_of_what_was_shown_is_refused(database, ref):
    asked = ask(database, ref)
    with pytest.raises(StaleVersionError, match="version 7"):
        write(database, lambda session: approvals.approve(session, asked, expected_version=7), author=ONE)


def test_a_new_request_takes_the_place_of_one_that_was_overtaken(database, ref):
    first = ask(database, ref)
    step(database, ref, Event.START_TRIAGE)
    second = ask(database, ref)
    lines = read(database, lambda session: approvals.lines(session, now=MORNING, ref=ref, every=True))
    assert {line.id: line.state for line in lines} == {first: ApprovalState.VOID, second: ApprovalState.ASKED}


def test_an_id_may_be_shortened_but_not_to_nothing(database, ref):
    asked = ask(database, ref)
    found = read(database, lambda session: approvals.line(session, asked[:6], now=MORNING))
    assert found.id == asked
    for typed in (asked[:5], "", "%%%%%%"):
        with pytest.raises(NotFoundError, match="No request"):
            read(database, lambda session, typed=typed: approvals.line(session, typed, now=MORNING))
