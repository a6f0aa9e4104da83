"""A slot is held by hand: by the rules of planning, for a while, and never longer than somebody answers for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from db import clinic, due_steps, holds
from flows.desk import HoldAsked
from flows.service import MACHINE
from flows.steps import run_due_steps
from scheduler.errors import (
    NeurolistError,
    NotFoundError,
    NotPermittedError,
    StaleVersionError,
    TransitionNotAllowedError,
)
from scheduler.pathway.booking import BookingEvent, BookingState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role, Urgency
from tests.builders.memory import TODAY, a_clinic, a_list, a_proposal, list_for_test, read, write
from tests.builders.service import MovingClock, a_desk, a_service

HOURS = timedelta(hours=1)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(database, clock):
    return a_service(database, source=clock)


@pytest.fixture
def desk(service):
    a_clinic(service.database)
    return a_desk(service, Role.BOOKINGS)


def booking(desk, ref):
    return desk.case(ref).bookings[-1]


def open_tasks(desk, ref):
    return [task.says for task in desk.case(ref).tasks if task.state.value == "open" and task.kind != "letter"]


def the_list(desk, name):
    return next(card for card in desk.lists() if card.id == name)


def test_a_held_slot_has_its_list_its_radiologist_and_a_time_to_run(desk, service, clock):
    ref = list_for_test(service.database)
    held = desk.hold(HoldAsked(ref=ref, list="S01-2"))
    assert (held.list, held.until) == ("S01-2", min(clock.at + 48 * HOURS, held.start))
    assert booking(desk, ref).status is BookingState.HELD
    assert the_list(desk, "S01-2").radiologist_id == held.radiologist
    assert desk.held_until(ref) == held.until
    assert desk.case(ref).summary.state is PathwayState.TEST_WAITING


def test_a_slot_is_held_at_the_time_and_with_the_radiologist_asked_for(desk, service):
    ref = list_for_test(service.database)
    held = desk.hold(HoldAsked(ref=ref, list="S02-1", start=time(10, 30), radiologist="R02"))
    assert (held.start.astimezone(desk.zone).time(), held.radiologist) == (time(10, 30), "R02")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"list": "S01-1", "start": time(8)}, "before S01-1 starts at"),
        ({"list": "S01-1", "start": time(9, 2)}, "off the 5-minute grid"),
        ({"list": "S01-1", "start": time(12, 25)}, "S01-1 ends at"),
    ],
)
def test_what_breaks_a_rule_is_refused_with_the_rules_sentence(desk, service, asked, says):
    ref = list_for_test(service.database)
    with pytest.raises(NeurolistError, match=says):
        desk.hold(HoldAsked(ref=ref, **asked))
    assert desk.case(ref).bookings == ()
    assert the_list(desk, "S01-1").radiologist_id is None


def test_a_list_and_a_radiologist_that_do_not_exist_are_named(desk, service):
    ref = list_for_test(service.database)
    with pytest.raises(NotFoundError, match="No list is called S09-1"):
        desk.hold(HoldAsked(ref=ref, list="S09-1"))
    with pytest.raises(NotFoundError, match="No radiologist is called R09"):
        desk.hold(HoldAsked(ref=ref, list="S01-1", radiologist="R09"))


def test_two_cases_cannot_hold_the_same_minutes(desk, service):
    first, second = (list_for_test(service.database, number) for number in (1, 2))
    desk.hold(HoldAsked(ref=first, list="S01-1", start=time(9)))
    with pytest.raises(NeurolistError, match=r"S01-CT1|overlap|turn"):
        desk.hold(HoldAsked(ref=second, list="S01-1", start=time(9, 5)))
    assert desk.hold(HoldAsked(ref=second, list="S01-1")).start != booking(desk, first).start


def test_a_list_that_somebody_does_is_not_given_to_another(desk, service):
    first, second = (list_for_test(service.database, number) for number in (1, 2))
    desk.hold(HoldAsked(ref=first, list="S01-1", radiologist="R01"))
    with pytest.raises(NeurolistError, match="S01-1 is rostered to R01"):
        desk.hold(HoldAsked(ref=second, list="S01-1", radiologist="R02"))


def test_only_one_slot_is_held_for_a_case(desk, service):
    ref = list_for_test(service.database)
    desk.hold(HoldAsked(ref=ref, list="S01-1"))
    with pytest.raises(TransitionNotAllowedError, match="already held"):
        desk.hold(HoldAsked(ref=ref, list="S01-2"))


def test_a_slot_that_nobody_answers_for_is_given_back_and_becomes_a_task(desk, service, clock):
    ref = list_for_test(service.database)
    run_due_steps(service)
    held = desk.hold(HoldAsked(ref=ref, list="S01-3"))
    clock.at = held.until - timedelta(seconds=1)
    assert [report.name for report in run_due_steps(service, case_ref=ref)] == []
    clock.at = held.until
    run_due_steps(service, case_ref=ref)
    assert booking(desk, ref).status is BookingState.HOLD_EXPIRED
    assert the_list(desk, "S01-3").radiologist_id is None
    assert open_tasks(desk, ref) == [
        "Book the test block.",
        "The slot held on list S01-3 was given back because its time ran out: find the patient another.",
    ]
    assert [line.event for line in desk.case(ref).history][-1] == "booking_expire"
    other = list_for_test(service.database, 2)
    assert desk.hold(HoldAsked(ref=other, list="S01-3", start=held.start.astimezone(desk.zone).time())).list == "S01-3"


def test_an_offer_starts_the_time_anew_and_the_old_time_gives_nothing_back(desk, service, clock):
    ref = list_for_test(service.database)
    first = desk.hold(HoldAsked(ref=ref, list="S02-3")).until
    clock.pass_(10 * HOURS)
    until = desk.offer_slot(ref)
    assert until == min(clock.at + 72 * HOURS, booking(desk, ref).start)
    clock.at = first + HOURS
    run_due_steps(service, case_ref=ref)
    assert booking(desk, ref).status is BookingState.OFFERED
    clock.at = until
    run_due_steps(service, case_ref=ref)
    assert booking(desk, ref).status is BookingState.HOLD_EXPIRED


def test_a_slot_that_was_booked_meanwhile_is_not_given_back(desk, service, clock):
    ref = list_for_test(service.database)
    held = desk.hold(HoldAsked(ref=ref, list="S01-3"))
    stale = read(service.database, lambda session: due_steps.due(session, now=held.until, names=["hold_expires"]))
    assert desk.book_slot(ref, {}).state is PathwayState.TEST_BOOKED
    clock.at = held.until
    run_due_steps(service, case_ref=ref)
    assert booking(desk, ref).status is BookingState.BOOKED
    assert desk.held_until(ref) is None
    lost = str(stale[0].payload["booking"])
    with pytest.raises(TransitionNotAllowedError, match="no longer held"):
        write(
            service.database,
            lambda session: holds.run_out(session, ref, lost, stage="held", actor=MACHINE, now=clock.at),
        )
    assert not [says for says in open_tasks(desk, ref) if "held" in says]


def test_declined_offers_are_counted_and_at_the_limit_a_clinician_looks(desk, service):
    ref = list_for_test(service.database)
    for count, name in enumerate(("S01-1", "S01-2"), start=1):
        desk.hold(HoldAsked(ref=ref, list=name))
        with pytest.raises(TransitionNotAllowedError, match="cannot take the step 'decline offer'"):
            desk.decline_offer(ref, reason="cannot travel")
        desk.offer_slot(ref)
        assert desk.decline_offer(ref, reason="cannot travel") == count
        reviews = [says for says in open_tasks(desk, ref) if "declined 2 offers" in says]
        assert len(reviews) == count - 1
    assert desk.case(ref).summary.state is PathwayState.TEST_WAITING
    assert booking(desk, ref).end_reason == "cannot travel"


def test_a_slot_may_be_given_back_early(desk, service):
    ref = list_for_test(service.database)
    desk.hold(HoldAsked(ref=ref, list="S01-1"))
    desk.release_slot(ref, reason="held for the wrong case")
    assert booking(desk, ref).status is BookingState.HOLD_EXPIRED
    with pytest.raises(TransitionNotAllowedError, match="No slot is held"):
        desk.release_slot(ref, reason="again")


def test_a_repeat_of_the_same_write_finds_its_own_slot(desk, service):
    ref = list_for_test(service.database)
    asked = HoldAsked(ref=ref, list="S01-1")
    first = desk.hold(asked, write_id="once")
    assert desk.hold(asked, write_id="once") == first
    assert len(desk.case(ref).bookings) == 1


def test_a_case_changed_since_it_was_shown_is_not_held_a_slot(desk, service):
    ref = list_for_test(service.database)
    shown = desk.case(ref).version
    desk.hold(HoldAsked(ref=ref, list="S01-1"))
    desk.release_slot(ref, reason="no")
    with pytest.raises(StaleVersionError):
        desk.hold(HoldAsked(ref=ref, list="S01-1"), expected_version=shown)


def test_a_day_that_leaves_no_time_for_a_medicine_is_refused_with_the_day_that_does(desk, service):
    ref = list_for_test(service.database, medicines=("warfarin",))
    with pytest.raises(
        NeurolistError, match=r"warfarin needs 5 full days off.* The first day that leaves time is 30 Nov"
    ):
        desk.hold(HoldAsked(ref=ref, list="S01-1"))


def test_yes_but_says_what_to_know_first(desk, service, clock):
    ref = list_for_test(service.database, urgency=Urgency.CATEGORY_1)
    clinic_list = replace(a_list(1, "S01"), id="S01-late", on=TODAY + timedelta(days=40))
    write(service.database, lambda session: clinic.add_lists(session, [clinic_list]))
    assert desk.hold(HoldAsked(ref=ref, list="S01-late")).cautions[:1] == (
        "This is 10 days after it is due (24 Dec 2026).",
    )


def test_going_not_ready_gives_the_slot_back_with_its_time_and_its_task(desk, service):
    ref = list_for_test(service.database)
    desk.hold(HoldAsked(ref=ref, list="S01-2"))
    a_desk(service).record(
        ref, "clinically_unready", {"reason": "ill", "review_on": "2026-12-20", "confirm_cancel": "yes"}
    )
    assert booking(desk, ref).status is BookingState.CANCELLED_NOT_READY
    assert desk.held_until(ref) is None
    assert open_tasks(desk, ref) == ["Book the test block."]


def test_a_case_sent_back_to_the_meeting_keeps_no_slot(desk, service):
    ref = list_for_test(service.database)
    desk.hold(HoldAsked(ref=ref, list="S01-2"))
    a_desk(service).record(ref, "mdt_recall", {"change": "new imaging"})
    assert booking(desk, ref).status is BookingState.CANCELLED_NOT_READY
    assert desk.held_until(ref) is None


def test_a_plan_leaves_a_held_slot_where_the_patient_is_being_asked_about_it(desk, service):
    first, second = (list_for_test(service.database, number) for number in (1, 2))
    held = desk.hold(HoldAsked(ref=first, list="S01-2", start=time(9)))
    made = a_proposal(
        service.database,
        {f"{first}-T": ("S01-2", 30, held.radiologist), f"{second}-T": ("S01-2", 120, held.radiologist)},
    )
    report = desk.publish(made)
    assert (report.kept, report.booked) == ((first,), (second,))
    assert booking(desk, first).status is BookingState.HELD


def test_a_plan_that_would_move_a_held_slot_is_refused(desk, service):
    ref = list_for_test(service.database)
    held = desk.hold(HoldAsked(ref=ref, list="S01-2", start=time(9)))
    made = a_proposal(service.database, {f"{ref}-T": ("S01-2", 60, held.radiologist)})
    with pytest.raises(NeurolistError, match="pinned"):
        desk.publish(made)


def test_holding_needs_the_role_at_the_site_of_the_list(desk, service):
    ref = list_for_test(service.database)
    with pytest.raises(NotPermittedError, match="hold, offer or give back a slot"):
        a_desk(service, Role.CLINICIAN).hold(HoldAsked(ref=ref, list="S01-1"))
    with pytest.raises(NotPermittedError):
        a_desk(service, Role.CLINICIAN).hold(HoldAsked(ref=ref, list="no such list"))


def test_a_booked_visit_is_not_cancelled_past_its_case(desk, service):
    ref = list_for_test(service.database)
    desk.hold(HoldAsked(ref=ref, list="S01-2"))
    desk.book_slot(ref, {})
    with pytest.raises(TransitionNotAllowedError, match="record it on the case"):
        desk.advance_booking(ref, BookingEvent.CANCEL_HOSPITAL)
    assert desk.advance_booking(ref, BookingEvent.CONFIRM).state is PathwayState.TEST_BOOKED


def test_a_held_case_has_a_place_so_nobody_places_it_again(desk, service):
    ref = list_for_test(service.database)
    assert [case.ref for case in desk.to_place()] == [ref]
    desk.hold(HoldAsked(ref=ref, list="S01-2"))
    assert desk.to_place() == ()


def test_a_hold_never_outlives_the_start_of_its_visit(desk, service, clock):
    ref = list_for_test(service.database)
    held = desk.hold(HoldAsked(ref=ref, list="S01-1"))
    assert held.until == held.start
    clock.at = held.until
    run_due_steps(service, case_ref=ref)
    assert booking(desk, ref).status is BookingState.HOLD_EXPIRED
