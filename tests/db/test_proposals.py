"""A planning run is kept from the asking to the answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db import boards, proposals
from db.mapping import planning
from db.tables import AuditEventRow
from db.words import ProposalStatus
from scheduler.errors import NeurolistError, NotFoundError
from tests.builders.memory import CLERK, MORNING, TODAY, a_clinic, a_plan, a_proposal, list_for_test, read, write

WEEK = TODAY + timedelta(days=7)


def ask(database, **options):
    return write(
        database,
        lambda session: proposals.request(session, start=TODAY, end=WEEK, actor=CLERK, now=MORNING, **options),
    )


def begin(database, made):
    def work(session):
        found = planning(session, start=TODAY, end=WEEK, now=MORNING)
        proposals.begin(session, made, found, now=MORNING)
        return found.problem

    return write(database, work)


def summary(database, made):
    return read(database, lambda session: boards.proposal_page(session, made, now=MORNING)).summary


def test_a_request_waits_is_worked_on_and_gives_a_plan(database):
    a_clinic(database)
    ref = list_for_test(database)
    made = ask(database, options={"seed": 3})
    assert (summary(database, made).status, read(database, proposals.working)) == (ProposalStatus.QUEUED, [made])
    problem = begin(database, made)
    write(database, lambda session: proposals.progress(session, made, {"done": 40}))
    assert (summary(database, made).status, summary(database, made).progress) == (ProposalStatus.RUNNING, {"done": 40})
    plan = a_plan(problem, {f"{ref}-T": ("S01-1", 0, "R01")})
    write(database, lambda session: proposals.finish(session, made, plan, now=MORNING, run={"seconds": 1.5}))
    assert (summary(database, made).status, summary(database, made).placed) == (ProposalStatus.READY, 1)
    kept = read(database, lambda session: kept_plan(session, made))
    assert kept == (problem, plan)


def kept_plan(session, made):
    row = proposals.proposal_row(session, made)
    problem = proposals.problem_of(row)
    return problem, proposals.plan_of(row)


def test_how_far_a_run_has_come_is_not_told_to_the_trail(database):
    a_clinic(database)
    made = ask(database)
    begin(database, made)
    before = read(database, lambda session: len(session.exec(select(AuditEventRow)).all()))
    write(database, lambda session: proposals.progress(session, made, {"done": 40}))
    assert read(database, lambda session: len(session.exec(select(AuditEventRow)).all())) == before


def test_asking_twice_with_one_write_id_asks_once(database):
    assert ask(database, write_id="w") == ask(database, write_id="w")
    assert len(read(database, proposals.working)) == 1


def test_a_run_that_gave_nothing_says_why(database):
    made = ask(database)
    write(database, lambda session: proposals.give_up(session, made, why="No lists are open.", now=MORNING))
    assert (summary(database, made).status, summary(database, made).failure) == (
        ProposalStatus.FAILED,
        "No lists are open.",
    )


def test_a_withdrawn_proposal_takes_no_plan_any_more(database):
    a_clinic(database)
    made = ask(database)
    problem = begin(database, made)
    write(database, lambda session: proposals.withdraw(session, made, now=MORNING))
    with pytest.raises(NeurolistError, match="withdrawn"):
        write(database, lambda session: proposals.finish(session, made, a_plan(problem, {}), now=MORNING, run={}))


def test_a_published_proposal_cannot_be_withdrawn(database):
    from db import publishing

    a_clinic(database)
    ref = list_for_test(database)
    made = a_proposal(database, {f"{ref}-T": ("S01-1", 0, "R01")})
    write(database, lambda session: publishing.publish(session, made, actor=CLERK, now=MORNING))
    with pytest.raises(NeurolistError, match="is published"):
        write(database, lambda session: proposals.withdraw(session, made, now=MORNING))


def test_an_unknown_proposal_is_not_found(database):
    with pytest.raises(NotFoundError):
        read(database, lambda session: proposals.proposal_row(session, "nothing"))
