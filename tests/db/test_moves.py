"""A visit that a published plan moves is told to the patient and the referrer, once; a slot taken away is a task."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from db import audit, due_steps, holds, moves, outbox, publishing
from db.facts import case_row
from db.holds import Slot
from db.tables import BookingRow, DeliveryRow, SuiteSessionRow, TaskRow
from db.words import TaskState
from scheduler.pathway.effects import NoticeKind
from scheduler.vocabulary import Stage
from tests.builders.memory import CLERK, MORNING, a_clinic, a_proposal, letters_go, list_for_test, read, write

MOVED = NoticeKind.MOVED


def publish(database, places):
    proposal = a_proposal(database, places)
    return write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))


def letters(database, ref, *kinds):
    found = read(database, lambda session: outbox.letters(session, case_ref=ref))
    return [(one.kind, one.audience.value) for one in found if one.kind in kinds]


@pytest.fixture
def booked(database):
    a_clinic(database)
    ref = list_for_test(database)
    publish(database, {f"{ref}-T": ("S01-1", 0, "R01")})
    return ref


def test_a_move_to_another_time_or_place_is_told_to_patient_and_referrer_once(database, booked):
    letters_go(database, booked)
    publish(database, {f"{booked}-T": ("S01-1", 60, "R01")})
    told = [(MOVED, "patient"), (MOVED, "referrer")]
    assert letters(database, booked, MOVED) == told
    publish(database, {f"{booked}-T": ("S02-2", 60, "R01")})
    assert letters(database, booked, MOVED) == told, "the letter that waits will tell the newest time"
    letters_go(database, booked)
    publish(database, {f"{booked}-T": ("S02-2", 120, "R01")})
    assert letters(database, booked, MOVED) == told * 2


def test_every_visit_that_a_plan_moves_has_its_own_letters_each_with_a_number_and_a_step(database):
    a_clinic(database)
    refs = [list_for_test(database, number) for number in (1, 2, 3)]
    spots = [("S01-1", 0, "R01"), ("S01-1", 70, "R01"), ("S02-2", 0, "R02")]
    publish(database, {f"{ref}-T": spot for ref, spot in zip(refs, spots, strict=True)})
    for ref in refs:
        letters_go(database, ref)
    before = {ref: read(database, lambda session, ref=ref: outbox.letters(session, case_ref=ref)) for ref in refs}
    later = [(name, minutes + 10, who) for name, minutes, who in spots]
    publish(database, {f"{ref}-T": spot for ref, spot in zip(refs, later, strict=True)})
    for ref in refs:
        letters_now = read(database, lambda session, ref=ref: outbox.letters(session, case_ref=ref))
        new = letters_now[len(before[ref]) :]
        assert [one.number for one in letters_now] == list(range(1, len(letters_now) + 1))
        assert [(one.kind, one.audience.value) for one in new] == [(MOVED, "patient"), (MOVED, "referrer")]
        assert {one.event_seq for one in new} == {
            read(database, lambda session, ref=ref: case_row(session, ref)).last_event
        }
        keys = {f"{ref}:{outbox.SEND_STEP}:{one.id}" for one in new}
        assert keys <= set(read(database, due_steps.states))


def test_a_letter_of_the_booking_that_has_not_gone_tells_the_new_time_by_itself(database, booked):
    publish(database, {f"{booked}-T": ("S01-1", 60, "R01")})
    assert letters(database, booked, MOVED, NoticeKind.BOOKED) == [
        (NoticeKind.BOOKED, "patient"),
        (NoticeKind.BOOKED, "referrer"),
    ]


def test_another_radiologist_at_the_same_time_and_place_is_no_news(database, booked):
    letters_go(database, booked)
    report = publish(database, {f"{booked}-T": ("S01-1", 0, "R02")})
    assert report.moved == (booked,)
    assert letters(database, booked, MOVED) == []


def test_a_booking_that_a_plan_takes_away_is_told_as_a_postponement(database, booked):
    report = publish(database, {})
    assert report.cancelled == (booked,)
    assert letters(database, booked, NoticeKind.POSTPONED) == [(NoticeKind.POSTPONED, "patient")]


@pytest.mark.parametrize("offered", [True, False])
def test_a_held_slot_that_a_plan_moves_or_takes_away_is_a_task_and_no_letter(database, offered):
    a_clinic(database)
    ref = list_for_test(database)
    on = read(database, lambda session: session.get(SuiteSessionRow, "S01-1"))
    slot = Slot(
        list="S01-1",
        stage=Stage.TEST_BLOCK,
        radiologist="R01",
        start=on.start,
        minutes=45,
        recovery_minutes=60,
        equipment=(),
        units={},
    )
    write(database, lambda session: holds.take(session, ref, slot, actor=CLERK, now=MORNING))
    if offered:
        write(database, lambda session: holds.offer(session, ref, actor=CLERK, now=MORNING))

    def move(session):
        case, booking = case_row(session, ref), session.exec(select(BookingRow)).one()
        before = moves.place_of(session, booking)
        booking.session_id = "S02-2"
        moved = moves.Moved(case=case, booking=booking, before=before, line=1)
        moves.tell(session, [moved], now=MORNING, by=CLERK.id)
        audit.record(session, action="move", entity="case", ref=ref)

    def take_away(session):
        case, booking = case_row(session, ref), session.exec(select(BookingRow)).one()
        holds.release(session, ref, reason="other", actor=CLERK, now=MORNING)
        moves.ask_for_another(session, case, booking, offered=offered, now=MORNING)

    write(database, move)
    [task] = open_tasks(database, "hold_expires")
    assert ("Tell the patient" if offered else "Offer the patient") in task
    assert "list S02-2" in task
    write(database, take_away)
    [gone] = open_tasks(database, "hold_expires")
    assert ("tell the patient, who was offered it" in gone) is offered
    assert letters(database, ref, MOVED, NoticeKind.POSTPONED) == []


def open_tasks(database, kind):
    asked = select(TaskRow.says).where(TaskRow.kind == kind, TaskRow.state == TaskState.OPEN)
    return read(database, lambda session: session.exec(asked).all())


def test_letters_are_called_by_their_case_and_number(database, booked):
    first, *_ = read(database, lambda session: outbox.letters(session, case_ref=booked))
    assert first.name == f"{booked}-1"
    assert read(database, lambda session: outbox.id_of(session, first.name.lower())) == first.id
    assert read(database, lambda session: outbox.id_of(session, first.id)) == first.id
    asked = select(DeliveryRow.notice_id).order_by(col(DeliveryRow.notice_id))
    assert len(set(read(database, lambda session: session.exec(asked).all()))) == len(
        {one.name for one in read(database, lambda session: outbox.letters(session, case_ref=booked))}
    )
