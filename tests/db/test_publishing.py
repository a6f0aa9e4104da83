"""A proposal is published whole, under the guards, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db import cases, clinic, publishing
from db.facts import case_facts, case_row
from db.mapping import planning
from db.tables import (
    AuditEventRow,
    BookingRow,
    CaseRow,
    ClaimRow,
    DueStepRow,
    NoticeRow,
    PatientRow,
    ProposalRow,
    SuiteSessionRow,
    TaskRow,
)
from db.traces import trace_of
from db.words import ProposalStatus, ResourceKind
from scheduler.errors import DoubleBookingError, NeurolistError, StaleVersionError
from scheduler.pathway.booking import BookingState
from scheduler.pathway.effects import NoticeKind
from scheduler.pathway.events import Event
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Target
from tests.builders.memory import CLERK, MORNING, TODAY, a_clinic, a_proposal, list_for_test, read, step, write


def publish(database, proposal, **options):
    return write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING, **options))


def book(database, places):
    return publish(database, a_proposal(database, places))


def bookings(database):
    return read(database, lambda session: {row.session_id: row for row in session.exec(select(BookingRow))})


def claims_of(database, kind):
    def look(session):
        rows = session.exec(select(ClaimRow).where(ClaimRow.kind == kind, ClaimRow.active)).all()
        return sorted((row.resource_id, row.start, row.end) for row in rows)

    return read(database, look)


def list_row(database, name):
    return read(database, lambda session: session.get(SuiteSessionRow, name))


@pytest.fixture
def clinic_with_two(database):
    a_clinic(database)
    return list_for_test(database, 1), list_for_test(database, 2)


def test_publishing_books_the_case_and_holds_everything_it_uses(database, clinic_with_two):
    ref, _ = clinic_with_two
    report = book(database, {f"{ref}-T": ("S01-1", 0, "R01")})
    assert (report.booked, report.not_booked, report.lists) == ((ref,), (), ("S01-1",))
    facts = read(database, lambda session: case_facts(session, ref))
    assert (facts.state, facts.booking.state) == (PathwayState.TEST_BOOKED, BookingState.BOOKED)
    booking = bookings(database)["S01-1"]
    turned = booking.end + timedelta(minutes=15)
    assert claims_of(database, ResourceKind.SUITE) == [("S01-CT1", booking.start, turned)]
    assert claims_of(database, ResourceKind.RECOVERY_BAY) == [("S01/bay 1", booking.end, booking.recovery_end)]
    [(_, start, end)] = claims_of(database, ResourceKind.PATIENT)
    assert (start, end) == (booking.start, booking.recovery_end)


def test_what_each_case_of_a_plan_wrote_is_kept_with_that_case_alone(database, clinic_with_two):
    first, second = clinic_with_two
    book(database, {f"{first}-T": ("S01-1", 0, "R01"), f"{second}-T": ("S01-1", 70, "R01")})

    def made(session, ref):
        case = case_row(session, ref)
        return {tuple(one) for one in trace_of(session, case, case.last_event).made}

    def owned(session, ref):
        case = case_row(session, ref)
        return {
            *(("task", row.id) for row in session.exec(select(TaskRow).where(TaskRow.case_id == case.id))),
            *(("notice", row.id) for row in session.exec(select(NoticeRow).where(NoticeRow.case_id == case.id))),
            *(("due_step", row.id) for row in session.exec(select(DueStepRow).where(DueStepRow.case_ref == ref))),
        }

    for ref in (first, second):
        wrote = read(database, lambda session, ref=ref: made(session, ref))
        theirs = read(database, lambda session, ref=ref: owned(session, ref))
        assert {table for table, _ in wrote} >= {"task", "notice", "due_step"}
        assert wrote <= theirs


def test_the_trail_tells_of_each_case_of_a_plan_what_its_own_step_changed(database, clinic_with_two):
    first, second = clinic_with_two
    book(database, {f"{first}-T": ("S01-1", 0, "R01"), f"{second}-T": ("S01-1", 70, "R01")})

    def owned(session, ref):
        case = case_row(session, ref)
        asked = select(NoticeRow.id).where(NoticeRow.case_id == case.id, NoticeRow.kind == NoticeKind.BOOKED.value)
        letters = session.exec(asked).all()
        visit = session.exec(select(BookingRow.id).where(BookingRow.case_id == case.id)).one()
        return {
            f"neurolysis_case:{case.id}",
            f"booking:{visit}",
            *(f"{table}:{one}" for table in ("notice", "delivery") for one in letters),
        }

    def told(session):
        events = session.exec(select(AuditEventRow).order_by(AuditEventRow.seq.desc()).limit(3)).all()
        return {event.ref: event for event in events}

    events = read(database, told)
    assert {events[ref].action for ref in (first, second)} == {Event.BOOK_TEST.value}
    for ref, other in ((first, second), (second, first)):
        assert read(database, lambda session, ref=ref: owned(session, ref)) <= set(events[ref].after)
        assert not read(database, lambda session, ref=other: owned(session, ref)) & set(events[ref].after)
    (published,) = (event for ref, event in events.items() if ref not in {first, second})
    assert any(where.startswith("claim:") for where in published.after)


def test_a_radiologist_is_held_once_for_the_whole_list(database, clinic_with_two):
    one, two = clinic_with_two
    book(database, {f"{one}-T": ("S01-1", 0, "R01"), f"{two}-T": ("S01-1", 60, "R01")})
    row = list_row(database, "S01-1")
    assert claims_of(database, ResourceKind.RADIOLOGIST) == [("R01", row.start, row.end)]
    assert (row.assigned_radiologist_id, row.published_at) == ("R01", MORNING)


def test_recovering_patients_get_different_bays(database, clinic_with_two):
    one, two = clinic_with_two
    book(database, {f"{one}-T": ("S01-1", 0, "R01"), f"{two}-T": ("S01-1", 60, "R01")})
    assert [bay for bay, _, _ in claims_of(database, ResourceKind.RECOVERY_BAY)] == ["S01/bay 1", "S01/bay 2"]


def test_two_cases_may_trade_places(database, clinic_with_two):
    one, two = clinic_with_two
    book(database, {f"{one}-T": ("S01-1", 0, "R01"), f"{two}-T": ("S02-1", 0, "R02")})
    before = {row.case_id: row.id for row in bookings(database).values()}
    report = book(database, {f"{one}-T": ("S02-1", 0, "R02"), f"{two}-T": ("S01-1", 0, "R01")})
    assert set(report.moved) == {one, two}
    assert {row.case_id: row.id for row in bookings(database).values()} == before
    events = read(database, lambda session: case_facts(session, one).history)
    assert events[-1].state is PathwayState.TEST_BOOKED


def test_a_booking_that_stays_is_left_alone(database, clinic_with_two):
    one, two = clinic_with_two
    book(database, {f"{one}-T": ("S01-1", 0, "R01")})
    report = book(database, {f"{one}-T": ("S01-1", 0, "R01"), f"{two}-T": ("S01-1", 60, "R01")})
    assert (report.kept, report.booked) == ((one,), (two,))


def test_a_confirmed_booking_that_moves_must_be_confirmed_again(database, clinic_with_two):
    from db import bookings as life
    from scheduler.pathway.booking import BookingEvent

    one, _ = clinic_with_two
    book(database, {f"{one}-T": ("S01-1", 0, "R01")})
    write(database, lambda session: life.advance(session, one, BookingEvent.CONFIRM, actor=CLERK, now=MORNING))
    book(database, {f"{one}-T": ("S01-2", 0, "R01")})
    assert bookings(database)["S01-2"].status is BookingState.BOOKED


def test_a_booked_case_the_plan_leaves_out_is_postponed_by_the_hospital(database, clinic_with_two):
    one, two = clinic_with_two
    book(database, {f"{one}-T": ("S01-1", 0, "R01")})
    report = book(database, {f"{two}-T": ("S01-1", 0, "R01")})
    assert report.cancelled == (one,)
    facts = read(database, lambda session: case_facts(session, one))
    assert (facts.state, facts.hospital_postponements, facts.booking) == (PathwayState.TEST_WAITING, 1, None)


def test_several_booked_cases_that_the_plan_leaves_out_are_each_postponed_with_their_own_trace(
    database, clinic_with_two
):
    first, second = clinic_with_two
    book(database, {f"{first}-T": ("S01-1", 0, "R01"), f"{second}-T": ("S01-1", 70, "R01")})
    report = book(database, {})
    assert sorted(report.cancelled) == sorted([first, second])

    def left(session, ref):
        case = case_row(session, ref)
        visit = session.exec(select(BookingRow).where(BookingRow.case_id == case.id)).one()
        trace = trace_of(session, case, case.last_event)
        return case.state, visit.status, list(trace.changed["booking"]) == [visit.id]

    for ref in (first, second):
        state, status, traced = read(database, lambda session, ref=ref: left(session, ref))
        assert (state, status) == (PathwayState.TEST_WAITING, BookingState.CANCELLED_HOSPITAL)
        assert traced


def test_a_list_left_empty_lets_its_radiologist_go(database, clinic_with_two):
    one, _ = clinic_with_two
    book(database, {f"{one}-T": ("S01-1", 0, "R01")})
    book(database, {f"{one}-T": ("S02-1", 0, "R01")})
    row = list_row(database, "S01-1")
    assert (row.assigned_radiologist_id, row.published_at) == (None, None)
    assert len(claims_of(database, ResourceKind.RADIOLOGIST)) == 1


def test_publishing_again_with_the_same_write_id_does_nothing_twice(database, clinic_with_two):
    one, _ = clinic_with_two
    proposal = a_proposal(database, {f"{one}-T": ("S01-1", 0, "R01")})
    first = publish(database, proposal, write_id="w1")
    again = publish(database, proposal, write_id="w1")
    assert again.repeated
    assert (again.booked, again.lists) == (first.booked, first.lists)
    assert len(bookings(database)) == 1


def test_a_published_proposal_cannot_be_published_again(database, clinic_with_two):
    one, _ = clinic_with_two
    proposal = a_proposal(database, {f"{one}-T": ("S01-1", 0, "R01")})
    publish(database, proposal)
    with pytest.raises(NeurolistError, match="published; only a ready one"):
        publish(database, proposal)


def test_a_case_that_changed_since_the_plan_is_named_and_nothing_is_booked(database, clinic_with_two):
    one, two = clinic_with_two
    proposal = a_proposal(database, {f"{one}-T": ("S01-1", 0, "R01"), f"{two}-T": ("S01-1", 60, "R01")})
    step(database, two, Event.PATIENT_WITHDRAWS, requested_by="patient", requested_on=TODAY, channel="phone")
    with pytest.raises(StaleVersionError, match=two):
        publish(database, proposal)
    assert bookings(database) == {}
    assert read(database, lambda session: session.get(ProposalRow, proposal).status) is ProposalStatus.READY


def test_a_list_that_changed_since_the_plan_is_named(database, clinic_with_two):
    one, _ = clinic_with_two
    proposal = a_proposal(database, {f"{one}-T": ("S01-1", 0, "R01")})
    write(database, lambda session: clinic.close_list(session, "S01-1", reason="Staff ill"))
    with pytest.raises(StaleVersionError, match="S01-1"):
        publish(database, proposal)


def test_a_change_elsewhere_does_not_stop_a_plan(database, clinic_with_two):
    one, two = clinic_with_two
    proposal = a_proposal(database, {f"{one}-T": ("S01-1", 0, "R01")})
    step(database, two, Event.PATIENT_WITHDRAWS, requested_by="patient", requested_on=TODAY, channel="phone")
    write(database, lambda session: clinic.close_list(session, "S02-3", reason="Staff ill"))
    assert publish(database, proposal).booked == (one,)


def test_leave_taken_since_the_plan_refuses_it_with_a_sentence(database, clinic_with_two):
    one, _ = clinic_with_two
    proposal = a_proposal(database, {f"{one}-T": ("S01-1", 0, "R01")})
    row = list_row(database, "S01-1")
    write(database, lambda session: clinic.add_leave(session, "R01", start=row.start, end=row.end))
    with pytest.raises(DoubleBookingError, match="radiologist R01 is already held at that time by leave"):
        publish(database, proposal)
    assert bookings(database) == {}


def test_a_plan_that_breaks_a_rule_is_not_published(database, clinic_with_two):
    one, two = clinic_with_two
    proposal = a_proposal(database, {f"{one}-T": ("S01-1", 0, "R01"), f"{two}-T": ("S01-1", 30, "R01")})
    with pytest.raises(NeurolistError, match="breaks"):
        publish(database, proposal)
    assert bookings(database) == {}


def test_a_form_of_an_older_proposal_is_refused(database, clinic_with_two):
    one, _ = clinic_with_two
    proposal = a_proposal(database, {f"{one}-T": ("S01-1", 0, "R01")})
    with pytest.raises(StaleVersionError):
        publish(database, proposal, expected_version=1)


def test_turnaround_does_not_reach_into_the_suites_next_list(database):
    from datetime import time

    a_clinic(database, days=0)

    def lists(session):
        morning = clinic.NewList(
            id="am",
            suite="S01-CT1",
            on=TODAY + timedelta(days=1),
            start=time(8, 30),
            end=time(9, 15),
            funding=("public",),
        )
        afternoon = clinic.NewList(
            id="pm", suite="S01-CT1", on=TODAY + timedelta(days=1), start=time(9, 15), end=time(12), funding=("public",)
        )
        clinic.add_lists(session, [morning, afternoon])

    write(database, lists)
    one, two = list_for_test(database, 1), list_for_test(database, 2)
    report = book(database, {f"{one}-T": ("am", 0, "R01"), f"{two}-T": ("pm", 0, "R01")})
    assert set(report.booked) == {one, two}


def test_a_withdrawn_patient_gives_everything_back(database, clinic_with_two):
    one, _ = clinic_with_two
    book(database, {f"{one}-T": ("S01-1", 0, "R01")})
    step(database, one, Event.PATIENT_WITHDRAWS, requested_by="patient", requested_on=TODAY, channel="phone")
    for kind in (ResourceKind.SUITE, ResourceKind.PATIENT, ResourceKind.RECOVERY_BAY):
        assert claims_of(database, kind) == []


def test_equipment_is_shared_out_as_single_units(database):
    a_clinic(database)
    refs = [direct(database, number) for number in (1, 2)]
    places = {f"{ref}-D": (f"S0{at}-1", 0, f"R0{at}") for at, ref in enumerate(refs, start=1)}
    made = a_proposal(database, places, units=("S02",))
    report = publish(database, made)
    assert (set(report.booked), report.not_booked) == (set(refs), ())
    assert [unit for unit, _, _ in claims_of(database, ResourceKind.EQUIPMENT)] == ["rf-1", "rf-2"]
    facts = read(database, lambda session: case_facts(session, refs[1]))
    assert facts.booking.equipment == ("rf_generator",)


def direct(database, number):
    """A case on its way straight to radiofrequency neurolysis."""
    from scheduler.vocabulary import Technique
    from tests.builders.memory import ATTENDED, a_case

    ref = a_case(database, number, technique=Technique.RF_THERMAL)
    step(database, ref, Event.START_TRIAGE)
    step(database, ref, Event.ACCEPT)
    step(database, ref, Event.MDT_PROCEED_DIRECT, attended=ATTENDED, reason="Prognosis short")
    step(database, ref, Event.LIST_FOR_DEFINITIVE, seen_on=TODAY, consent_on=TODAY)
    return ref


def test_a_stale_decision_does_not_move_a_case(database, clinic_with_two):
    one, _ = clinic_with_two
    with pytest.raises(StaleVersionError):
        write(database, lambda session: cases.apply_step(session, one, old_step(), {}, actor=CLERK, now=MORNING))


def old_step():
    from scheduler.pathway.machine import Step

    return Step(
        event=Event.START_TRIAGE,
        from_state=PathwayState.REFERRAL_RECEIVED,
        to_state=PathwayState.TRIAGE,
        effects=(),
    )


def test_a_case_is_planned_once_its_patient_may_come(database, clinic_with_two):
    one, _ = clinic_with_two
    away = [(TODAY + timedelta(days=1)).isoformat()]

    def set_away(session):
        from db import audit

        row = session.exec(select(CaseRow).where(CaseRow.ref == one)).one()
        session.get(PatientRow, row.patient_id).unavailable = away
        audit.record(session, action="set_unavailable", entity="case", ref=one)

    write(database, set_away)
    problem = read(
        database,
        lambda session: planning(session, start=TODAY, end=TODAY + timedelta(days=7), now=MORNING).problem,
    )
    assert problem.case_by_id[f"{one}-T"].unavailable == (TODAY + timedelta(days=1),)
    assert problem.case_by_id[f"{one}-T"].target is Target.COELIAC
