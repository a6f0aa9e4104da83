"""Reminders are set with the booking, come once, move with it and end with it."""

from __future__ import annotations

from collections import Counter
from datetime import time, timedelta

import pytest

from db import audit, clinic, reminders
from db.facts import case_row
from flows.desk import HoldAsked
from flows.steps import run_due_steps
from scheduler.pathway.booking import BookingEvent
from scheduler.vocabulary import Role
from tests.builders.memory import MORNING, TODAY, a_clinic, a_list, a_proposal, list_for_test, write
from tests.builders.service import MovingClock, a_desk, a_service

ONE_DAY = timedelta(days=1)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(database, clock):
    return a_service(database, source=clock)


@pytest.fixture
def desk(service):
    a_clinic(service.database)
    write(service.database, lambda session: clinic.add_lists(session, [a_list(20, "S01"), a_list(22, "S01")]))
    return a_desk(service, Role.BOOKINGS)


@pytest.fixture
def booked(desk, service):
    ref = list_for_test(service.database)
    run_due_steps(service)
    desk.hold(HoldAsked(ref=ref, list="S01-20", start=time(9)))
    desk.book_slot(ref, {})
    return ref


def visit_timers(desk, ref):
    """How many days before the visit on day 20 each timer of the visit falls due."""
    found = [line for line in desk.timers(ref) if line.name in {"visit_reminder", "confirm_visit"}]
    zone = desk.zone
    return sorted((line.name, (TODAY - line.due_at.astimezone(zone).date()).days + 20) for line in found)


def live(service, clock, days):
    """Let days pass, working what falls due on each."""
    for _ in range(days):
        clock.pass_(ONE_DAY)
        run_due_steps(service)


def reminders_queued(desk, ref):
    return sum(notice.kind == "reminder" for notice in desk.case(ref).notices)


def confirmations_asked(desk, ref):
    return [task.state.value for task in desk.case(ref).tasks if task.kind == "confirm_visit"]


def the_referral_ends(session, ref, last):
    case_row(session, ref).referral_valid_until = last
    audit.record(session, action="renew_referral", entity="case", ref=ref)
    reminders.follow(session, ref, now=MORNING, by="clerk")


def test_a_booking_sets_its_reminders(desk, booked):
    assert visit_timers(desk, booked) == [("confirm_visit", 3), ("visit_reminder", 2), ("visit_reminder", 7)]


def test_each_reminder_comes_once_on_its_day(desk, service, clock, booked):
    live(service, clock, 12)
    assert reminders_queued(desk, booked) == 0
    live(service, clock, 1)
    assert reminders_queued(desk, booked) == 1
    live(service, clock, 6)
    assert (reminders_queued(desk, booked), confirmations_asked(desk, booked)) == (2, ["open"])


def test_a_confirmed_visit_is_not_asked_about(desk, service, clock, booked):
    desk.advance_booking(booked, BookingEvent.CONFIRM)
    live(service, clock, 19)
    assert (reminders_queued(desk, booked), confirmations_asked(desk, booked)) == (2, [])


def test_confirming_ticks_off_the_question(desk, service, clock, booked):
    live(service, clock, 17)
    assert confirmations_asked(desk, booked) == ["open"]
    desk.advance_booking(booked, BookingEvent.CONFIRM)
    assert confirmations_asked(desk, booked) == ["done"]


def test_reminders_move_when_the_booking_moves(desk, service, clock, booked):
    who = desk.case(booked).bookings[-1].radiologist
    made = a_proposal(service.database, {f"{booked}-T": ("S01-22", 0, who.removeprefix("Radiologist "))}, days=25)
    assert desk.publish(made).moved == (booked,)
    assert visit_timers(desk, booked) == [("confirm_visit", 1), ("visit_reminder", 0), ("visit_reminder", 5)]
    live(service, clock, 14)
    assert reminders_queued(desk, booked) == 0
    live(service, clock, 7)
    assert reminders_queued(desk, booked) == 2


def test_reminders_end_with_the_booking(desk, service, clock, booked):
    live(service, clock, 17)
    desk.record(booked, "cancel_patient", {"reason": "unwell"})
    assert visit_timers(desk, booked) == []
    assert confirmations_asked(desk, booked) == ["done"]
    before = reminders_queued(desk, booked)
    live(service, clock, 5)
    assert reminders_queued(desk, booked) == before


def test_a_visit_booked_at_short_notice_is_not_reminded_of_but_is_to_be_confirmed(desk, service):
    ref = list_for_test(service.database, 2)
    desk.hold(HoldAsked(ref=ref, list="S02-2"))
    desk.book_slot(ref, {})
    assert (reminders_queued(desk, ref), confirmations_asked(desk, ref)) == (0, ["open"])


def test_a_referral_that_will_not_last_becomes_a_task_once(desk, service, clock):
    ref = list_for_test(service.database, 3)
    write(service.database, lambda session: the_referral_ends(session, ref, TODAY + 30 * ONE_DAY))
    live(service, clock, 15)
    kinds = Counter(task.kind for task in desk.case(ref).tasks)
    assert kinds["referral_ends"] == 0
    live(service, clock, 5)
    assert Counter(task.kind for task in desk.case(ref).tasks)["referral_ends"] == 1
