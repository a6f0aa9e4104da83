"""A case walks its whole pathway in the memory, and every step leaves exactly what the pathway asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db import agendas, cases, effects, meetings, publishing, tasks, writes
from db.facts import case_facts, case_row
from db.meetings import NewMeeting
from db.outbox import SEND_STEP
from db.tables import AuditEventRow, BookingRow, CaseEventRow, ClaimRow, DueStepRow, NoticeRow, TaskRow
from db.words import NoticeState, StepState, TaskState
from scheduler.errors import NotFoundError, StaleVersionError
from scheduler.pathway.booking import BookingState
from scheduler.pathway.effects import Effect
from scheduler.pathway.events import Event
from scheduler.pathway.facts import TestResult
from scheduler.pathway.machine import Step
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role, Stage
from tests.builders.memory import (
    CLERK,
    MORNING,
    TODAY,
    a_case,
    a_clinic,
    a_proposal,
    list_for_test,
    read,
    step,
    write,
)

DAY = timedelta(days=1)
SIGN_IN = {
    "identity_checked": True,
    "consent_checked": True,
    "allergies_checked": True,
    "anticoagulants_checked": True,
    "side": "bilateral",
    "inr": 1.0,
    "platelets": 200,
}


def facts(database, ref):
    return read(database, lambda session: case_facts(session, ref))


def book(database, name, list_id, now):
    proposal = a_proposal(database, {name: (list_id, 0, "R01")}, now=now)
    report = write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=now), now=now)
    assert report.not_booked == ()


def test_from_referral_to_discharge(database):
    a_clinic(database, days=6)
    ref = list_for_test(database)
    book(database, f"{ref}-T", "S01-1", MORNING)
    on_the_day = MORNING + DAY
    signed = {**SIGN_IN, "bloods_dated": TODAY}
    step(database, ref, Event.START_TEST, now=on_the_day, **signed)
    step(
        database,
        ref,
        Event.COMPLETE_TEST,
        now=on_the_day,
        signed_out=True,
        baseline_rest=8,
        baseline_movement=8,
        readings="15min=3,1h=2,4h=3",
        agent="Ropivacaine",
        volume_ml=10,
    )
    step(database, ref, Event.RESULT_POSITIVE, now=on_the_day)
    found = facts(database, ref)
    assert (found.state, found.last_test.result) == (PathwayState.TEST_POSITIVE, TestResult.POSITIVE)
    assert [reading.score for reading in found.last_test.readings] == [8, 8, 3, 2, 3]
    assert found.booking is None
    consent_on = TODAY + DAY
    step(database, ref, Event.LIST_FOR_DEFINITIVE, now=on_the_day, consent_on=consent_on)
    book(database, f"{ref}-D", "S01-4", on_the_day)
    assert facts(database, ref).booking.stage is Stage.DEFINITIVE
    later = MORNING + 4 * DAY
    step(database, ref, Event.START_DEFINITIVE, now=later, **{**SIGN_IN, "bloods_dated": TODAY + 3 * DAY})
    step(
        database,
        ref,
        Event.COMPLETE_DEFINITIVE,
        now=later,
        signed_out=True,
        side="bilateral",
        agent="Alcohol",
        volume_ml=20,
        concentration_percent=99,
        complications="none",
    )
    step(
        database,
        ref,
        Event.COMPLETE_FOLLOW_UP,
        now=MORNING + 90 * DAY,
        final_review_on=TODAY + 90 * DAY,
        pain_score=2,
        opioid_dose_mg=30,
    )
    found = facts(database, ref)
    assert found.state is PathwayState.DISCHARGED
    assert [(review.point, review.pain_score) for review in found.reviews] == [(84, 2)]
    assert [episode.is_open for episode in found.episodes] == [False, False]
    assert [done.completed for done in found.procedures] == [True, True]
    assert left_open(database) == ([], [], {"closed"})
    assert database.verify_trail().fault is None


def left_open(database):
    """Open tasks, waiting steps apart from letters, and the states of the bookings that still hold something."""

    def look(session):
        held = select(BookingRow.status).join(ClaimRow).where(ClaimRow.active, BookingRow.id == ClaimRow.booking_id)
        return (
            session.exec(select(TaskRow.says).where(TaskRow.state == TaskState.OPEN)).all(),
            session.exec(
                select(DueStepRow.name).where(DueStepRow.state == StepState.WAITING, DueStepRow.name != SEND_STEP)
            ).all(),
            {status.value for status in session.exec(held)},
        )

    return read(database, look)


def test_history_numbers_who_and_why_are_kept(database):
    ref = a_case(database)
    step(database, ref, Event.START_TRIAGE)
    step(database, ref, Event.DECLINE_REFERRAL, reason="Out of scope", alternative="Pain clinic")
    rows = read(database, lambda session: session.exec(select(CaseEventRow).order_by(CaseEventRow.seq)).all())
    assert [(row.seq, row.event, row.by, row.role) for row in rows] == [
        (1, "referral_received", "A Clerk", "bookings"),
        (2, "start_triage", "A Clerk", "bookings"),
        (3, "decline_referral", "A Clerk", "bookings"),
    ]
    assert (rows[2].why, rows[2].details["alternative"]) == ("Out of scope", "Pain clinic")
    assert (rows[2].from_state, rows[2].to_state) == ("triage", PathwayState.DECLINED)


def test_every_step_is_told_to_the_trail(database):
    ref = a_case(database)
    step(database, ref, Event.START_TRIAGE)
    row = read(
        database,
        lambda session: session.exec(select(AuditEventRow).where(AuditEventRow.action == "start_triage")).one(),
    )
    [before] = [value for name, value in row.before.items() if name.startswith("neurolysis_case")]
    assert before["state"] == "referral_received"


def test_an_unknown_case_is_not_found(database):
    with pytest.raises(NotFoundError, match="N99999"):
        facts(database, "N99999")


def test_a_form_that_showed_an_older_case_is_refused(database):
    ref = a_case(database)
    shown = read(database, lambda session: case_row(session, ref).version)
    step(database, ref, Event.START_TRIAGE)
    with pytest.raises(StaleVersionError, match=f"version {shown}"):
        write(database, lambda session: accept(session, ref, expected_version=shown))


def accept(session, ref, **options):
    made = Step(event=Event.ACCEPT, from_state=PathwayState.TRIAGE, to_state=PathwayState.AWAITING_MDT, effects=())
    return cases.apply_step(session, ref, made, {}, actor=CLERK, now=MORNING, **options)


def test_the_same_step_sent_twice_moves_the_case_once(database):
    ref = a_case(database)
    step(database, ref, Event.START_TRIAGE)
    first = write(database, lambda session: accept(session, ref, write_id="w"))
    again = write(database, lambda session: accept(session, ref, write_id="w"))
    assert (again.seq, again.version, again.repeated, first.repeated) == (first.seq, first.version, True, False)


def test_a_step_that_fails_half_way_leaves_nothing(database, monkeypatch):
    ref = a_case(database)

    def broken(*_):
        raise RuntimeError("half way")

    monkeypatch.setattr(writes, "finish", broken)
    with pytest.raises(RuntimeError):
        step(database, ref, Event.START_TRIAGE)
    assert facts(database, ref).state is PathwayState.REFERRAL_RECEIVED


def test_the_memory_knows_every_effect_of_the_pathway():
    known = set(effects.apply.registry)
    assert [kind.__name__ for kind in Effect.__args__ if kind not in known] == []


def test_an_unknown_effect_is_a_fault_and_never_skipped(database):
    ref = a_case(database)
    odd = Step(
        event=Event.START_TRIAGE,
        from_state=PathwayState.REFERRAL_RECEIVED,
        to_state=PathwayState.TRIAGE,
        effects=("odd",),
    )
    with pytest.raises(NotImplementedError, match=f"str of case {ref}"):
        write(database, lambda session: cases.apply_step(session, ref, odd, {}, actor=CLERK, now=MORNING))


def test_a_death_gives_back_the_booking_and_drops_every_letter(database):
    a_clinic(database)
    ref = list_for_test(database)
    book(database, f"{ref}-T", "S01-1", MORNING)
    step(database, ref, Event.DEATH_NOTIFIED, died_on=TODAY, source="Hospital")
    booking = read(database, lambda session: session.exec(select(BookingRow)).one())
    assert not booking.status.holds_its_slot
    assert booking.status is not BookingState.BOOKED
    states = read(
        database, lambda session: [row.state for row in session.exec(select(NoticeRow)) if row.audience == "patient"]
    )
    assert NoticeState.QUEUED not in states


def test_a_case_is_put_once_on_the_agenda_of_the_next_meeting(database):
    ref = a_case(database)
    assert write(database, lambda session: agendas.put_on_next_agenda(session, ref, TODAY)) is None
    for ahead in (9, 2):
        write(database, lambda session, ahead=ahead: meetings.add_meeting(session, NewMeeting(on=TODAY + ahead * DAY)))
    for _ in range(2):
        found = write(database, lambda session: agendas.put_on_next_agenda(session, ref, TODAY))
        assert found == TODAY + 2 * DAY


def test_tasks_are_raised_and_ticked_off(database):
    ref = a_case(database)

    def work(session):
        cases.raise_task(
            session, ref, kind="follow_up", role=Role.CLINICIAN, says="Ring the patient.", due_on=TODAY, now=MORNING
        )

    write(database, work)
    task = read(database, lambda session: session.exec(select(TaskRow).where(TaskRow.kind == "follow_up")).one())
    write(database, lambda session: tasks.finish(session, task.id, actor=CLERK, now=MORNING))
    with pytest.raises(StaleVersionError):
        write(
            database,
            lambda session: tasks.finish(session, task.id, actor=CLERK, now=MORNING, expected_version=task.version),
        )
