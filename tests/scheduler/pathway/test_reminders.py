"""Reminders come from the facts: a visit that comes near, and what will not hold until it is needed."""

from datetime import timedelta

import pytest

from scheduler.pathway.booking import BookingState
from scheduler.pathway.effects import Timer
from scheduler.pathway.reminders import OF_A_VISIT, reminders
from scheduler.pathway.states import PathwayState
from tests.builders.pathway import TODAY, a_booking, a_case_facts, a_consent, a_protocol, an_episode

VISIT = TODAY + timedelta(days=20)


def booked(state=BookingState.BOOKED, **changes):
    return a_case_facts(
        PathwayState.TEST_BOOKED, episodes=(an_episode(),), booking=a_booking(state=state, on=VISIT), **changes
    )


def found(facts, **options):
    return {(step.name, (VISIT - step.due_on).days) for step in reminders(facts, a_protocol(), **options)}


def test_a_booked_visit_is_reminded_of_and_asked_to_be_confirmed():
    visit = {(name, days) for name, days in found(booked()) if name in OF_A_VISIT}
    assert visit == {(Timer.VISIT_REMINDER, 7), (Timer.VISIT_REMINDER, 2), (Timer.CONFIRM_VISIT, 3)}


def test_a_confirmed_visit_is_not_asked_about_again():
    assert Timer.CONFIRM_VISIT not in {name for name, _ in found(booked(BookingState.CONFIRMED))}


@pytest.mark.parametrize("state", [BookingState.HELD, BookingState.OFFERED, BookingState.ARRIVED])
def test_a_slot_that_is_not_agreed_or_a_patient_who_is_there_needs_no_reminder(state):
    assert not {name for name, _ in found(booked(state))} & set(OF_A_VISIT)


def test_asking_on_another_day_gives_the_same_reminders():
    facts = booked()
    assert reminders(facts, a_protocol(), visit="a") == reminders(facts, a_protocol(), visit="a")
    keys = [step.key_suffix for step in reminders(facts, a_protocol(), visit="a")]
    assert len(keys) == len(set(zip(keys, [step.name for step in reminders(facts, a_protocol())], strict=True)))


def test_another_booking_has_reminders_of_its_own():
    one, other = ({step.key_suffix for step in reminders(booked(), a_protocol(), visit=name)} for name in "ab")
    visits = {key for key in one & other if str(VISIT) in key}
    assert visits == set()


def consent_that_ends(on):
    limit = a_protocol().days("consent_valid")
    return (a_consent(on=on - timedelta(days=limit)),)


def test_what_will_not_hold_on_a_booked_day_is_left_to_its_preparation_and_asked_for_only_once():
    for last in (VISIT - timedelta(days=1), VISIT):
        names = {name for name, _ in found(booked(consents=consent_that_ends(last)))}
        assert names == {Timer.VISIT_REMINDER, Timer.CONFIRM_VISIT}


def test_while_nobody_is_booked_everything_that_will_end_is_spoken_of():
    facts = a_case_facts(
        PathwayState.TEST_WAITING, episodes=(an_episode(),), referral_valid_until=TODAY + timedelta(days=60)
    )
    steps = {step.name: step for step in reminders(facts, a_protocol())}
    assert set(steps) == {Timer.CONSENT_ENDS, Timer.MDT_DECISION_ENDS, Timer.REFERRAL_ENDS}
    assert steps[Timer.REFERRAL_ENDS].due_on == TODAY + timedelta(days=60 - a_protocol().days("validity_reminder"))
    assert "Ask the referrer to renew it" in steps[Timer.REFERRAL_ENDS].says


def test_off_the_waiting_list_nothing_is_reminded_of():
    assert reminders(a_case_facts(PathwayState.CONSULTATION, episodes=()), a_protocol()) == ()
