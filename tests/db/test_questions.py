"""A step asks the database little: the questions are counted, since they are most of what a step costs."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from db import publishing
from db.errors import UnauditedWriteError
from db.facts import case_facts, case_row, facts_of
from db.tables import BookingRow
from db.tables.booking import STANDS
from flows.clock import fixed_clock
from flows.service import Service
from flows.steps import run_due_steps
from scheduler.pathway.states import PathwayState
from tests.builders.memory import CLERK, MORNING, a_case, a_clinic, a_proposal, list_for_test, read, write
from tests.builders.questions import counted

LATER_BY = 10  # minutes


def test_a_new_case_is_known_after_five_questions(database):
    ref = a_case(database)
    with counted(database) as asked:
        facts = read(database, lambda session: case_facts(session, ref))
    assert facts.state is PathwayState.REFERRAL_RECEIVED
    assert len(asked) <= 5


def test_a_case_that_is_known_is_not_asked_for_again(database):
    ref = a_case(database)
    with counted(database) as asked:
        read(database, lambda session: (case_row(session, ref), case_row(session, ref)))
    assert len(asked) == 1


def test_a_change_that_was_undone_is_not_seen_again(database):
    ref = a_case(database)
    seen = []

    def work(session):
        row = case_row(session, ref)
        savepoint = session.begin_nested()
        row.test_repeats = 3
        session.flush()
        savepoint.rollback()
        seen.append(case_row(session, ref).test_repeats)

    with pytest.raises(UnauditedWriteError):  # nobody has told of the change that was tried
        write(database, work)
    assert seen == [0]


def test_a_referral_that_came_in_is_worked_with_twenty_statements(database):
    a_clinic(database)
    a_case(database)
    service = Service(database=database, clock=fixed_clock(MORNING, timezone=database.timezone), owner="one")
    run_due_steps(service)
    a_case(database, 2)
    with counted(database) as asked:
        (report,) = run_due_steps(service)
    assert report.name == "receive_referral"
    assert len(asked) <= 25, asked  # with the two looks for what is due, and the claim


def test_many_cases_are_read_with_the_same_questions_as_two(database):
    refs = [a_case(database, number) for number in (1, 2, 3, 4)]

    def facts(session, wanted):
        return facts_of(session, [case_row(session, ref) for ref in wanted])

    found = {}
    for wanted in (refs[:2], refs):
        with counted(database) as asked:
            known = read(database, lambda session, wanted=wanted: facts(session, wanted))
        found[len(wanted)] = len(asked) - len(wanted)
        assert sorted(one.ref for one in known.values()) == wanted
    assert found[2] == found[4]


def test_a_plan_that_moves_twice_as_many_bookings_asks_for_no_more_things(database):
    a_clinic(database, days=4)
    refs = [list_for_test(database, number) for number in (1, 2, 3, 4)]
    places = {f"{ref}-T": (f"S01-{day}", 0, "R01") for day, ref in enumerate(refs, start=1)}

    def publish(proposal):
        return write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))

    publish(a_proposal(database, places))
    asked_for = []
    for number, later in ((2, LATER_BY), (4, 2 * LATER_BY)):
        moved = {case: (name, later, who) for case, (name, _, who) in list(places.items())[:number]}
        proposal = a_proposal(database, {**places, **moved})
        with counted(database) as asked:
            report = publish(proposal)
        assert len(report.moved) == number
        asked_for.append(len(asked))
        places |= moved
    assert asked_for[1] == asked_for[0]


def test_a_plan_that_books_twice_as_many_cases_asks_for_few_more_things(database):
    a_clinic(database, days=8)
    refs = [list_for_test(database, number) for number in range(1, 7)]
    asked_for = []
    places = {}
    for some in (refs[:2], refs[2:]):
        places |= {f"{ref}-T": (f"S01-{refs.index(ref) + 1}", 0, "R01") for ref in some}
        proposal = a_proposal(database, places)
        with counted(database) as asked:
            report = write(
                database, lambda session, name=proposal: publishing.publish(session, name, actor=CLERK, now=MORNING)
            )
        assert len(report.booked) == len(some)
        asked_for.append(len(asked))
    assert asked_for[1] - asked_for[0] < 2 * 5, asked_for  # new rows that leave out the same go out together


def test_the_bookings_that_stand_are_found_without_going_through_those_that_ended(database):
    def how(session, asked):
        connection = session.connection()
        plan = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
        if not database.is_sqlite:
            connection.execute(text("SET enable_seqscan = off"))  # a small table would be read whole
        said = str(asked.compile(connection, compile_kwargs={"literal_binds": True}))
        return "\n".join(" ".join(map(str, line)) for line in connection.execute(text(plan + said)))

    for asked in (select(BookingRow.id).where(STANDS), select(BookingRow.id).where(STANDS, BookingRow.case_id == "x")):
        assert "uq_booking_standing" in read(database, lambda session, asked=asked: how(session, asked))
    anyone = select(BookingRow.id).where(col(BookingRow.status).in_(("held", "closed")))
    assert "uq_booking_standing" not in read(database, lambda session: how(session, anyone))
