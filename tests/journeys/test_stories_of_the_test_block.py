"""Stories of a test block: consultation, the waiting list, the visit, its result and what follows."""

from datetime import timedelta

import pytest

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.booking import BookingEvent
from tests.builders.stories import BLOCK, QUORUM, SIGN_IN


def test_the_patient_who_agrees_goes_on_the_list_ready_for_a_date(shelf):
    clinic, case = shelf.a_case_in("consultation")
    clinic.clinician.is_refused(case, "list_for_test", "older than", seen_on=clinic.today, consent_on=clinic.day(-181))
    clinic.clinician.records(case, "list_for_test", seen_on=clinic.today, consent_on=clinic.today)
    assert (case.state, case.readiness) == ("test_waiting", "RFS")
    assert case.letters[-2:] == ["listed to patient", "listed to referrer"]


def test_a_patient_whom_the_meeting_sent_straight_to_treatment_is_listed_for_it(shelf):
    clinic, case = shelf.a_case_in("awaiting_mdt")
    clinic.coordinator.records(case, "mdt_proceed_direct", attended=QUORUM, reason="Weeks to live")
    seen = {"seen_on": clinic.today, "consent_on": clinic.today}
    clinic.clinician.is_refused(case, "list_for_test", "list the patient for neurolysis instead", **seen)
    clinic.clinician.records(case, "list_for_definitive", **seen)
    assert (case.state, case.readiness) == ("definitive_waiting", "RFS")


def test_a_patient_may_say_no_at_the_consultation(shelf):
    clinic, case = shelf.a_case_in("consultation")
    clinic.clinician.records(case, "patient_declines", discussion="Prefers tablets")
    assert case.has_ended("withdrawn")
    assert case.letters[-2:] == ["removed to referrer", "removed to gp"]


def test_the_consultation_may_find_the_patient_unsuitable_and_the_meeting_is_told(shelf):
    clinic, case = shelf.a_case_in("consultation")
    clinic.clinician.is_refused(
        case, "unsuitable_at_consult", "answered with yes", reason="Infection", mdt_informed="no"
    )
    clinic.clinician.records(case, "unsuitable_at_consult", reason="Infection", mdt_informed="yes")
    assert case.has_ended("declined")
    assert "unsuitable to mdt" in case.letters


def test_a_published_plan_books_the_test_and_tells_the_patient(shelf):
    clinic, case = shelf.a_case_in("test_waiting")
    clinic.bookings.is_refused(case, "book_test", "No slot is held")
    clinic.plans_lists()
    assert (case.state, case.booking) == ("test_booked", "booked")
    assert case.letters[-2:] == ["booked to patient", "booked to referrer"]


def test_a_waiting_patient_who_changes_goes_back_to_the_meeting_and_keeps_the_place_on_the_list(shelf):
    clinic, case = shelf.a_case_in("test_waiting")
    listed_on = case.page.facts.episode.listed_on
    clinic.days_pass(2)
    clinic.coordinator.records(case, "mdt_recall", change="New scan")
    assert (case.state, case.readiness) == ("awaiting_mdt", "NRFS_CLINICAL")
    clinic.coordinator.records(case, "mdt_proceed_test", attended=QUORUM)
    clinic.clinician.records(case, "list_for_test", seen_on=clinic.today, consent_on=clinic.today)
    assert case.readiness == "RFS"
    assert case.page.facts.episode.listed_on == listed_on


def test_the_hospital_that_postpones_owes_a_new_date(shelf):
    clinic, case = shelf.a_case_in("test_booked")
    late = {"reason": "equipment", "offer_by": clinic.day(8)}
    clinic.bookings.is_refused(case, "cancel_hospital", "give an earlier 'offer_by'", **late)
    clinic.bookings.records(case, "cancel_hospital", reason="equipment", offer_by=clinic.day(7))
    assert (case.state, case.booking) == ("test_waiting", "cancelled_hospital")
    assert case.page.facts.hospital_postponements == 1
    clinic.days_pass(7)
    assert case.asks("A new date has to be offered today")


def test_a_patient_who_postpones_twice_is_reviewed_and_never_removed(shelf):
    clinic, case = shelf.a_case_in("test_booked")
    clinic.bookings.records(case, "cancel_patient", reason="unwell")
    assert not case.asks("The patient has postponed")
    clinic.plans_lists()
    clinic.bookings.records(case, "cancel_patient", reason="transport")
    assert case.asks("The patient has postponed 2 times")
    assert case.state == "test_waiting"


def test_a_patient_who_does_not_come_waits_on_and_the_calls_are_kept(shelf):
    clinic, case = shelf.a_case_in("test_booked")
    clinic.it_is(case.booked_day)
    clinic.bookings.records(case, "did_not_attend", attempts="phone,sms")
    assert (case.state, case.booking) == ("test_waiting", "did_not_attend")
    assert len(case.page.facts.contact_attempts) == 2
    assert case.letters[-2:] == ["missed to patient", "missed to referrer"]


def test_the_test_begins_when_sign_in_is_complete_and_the_side_agrees(shelf):
    clinic, case = shelf.a_case_in("test_booked")
    clinic.it_is(case.booked_day)
    today = {**SIGN_IN, "bloods_dated": clinic.today}
    clinic.clinician.is_refused(case, "start_test", "Stop: the side confirmed", **{**today, "side": "midline"})
    clinic.clinician.is_refused(case, "start_test", "Stop: INR 2 is above 1.8", **{**today, "inr": "2.0"})
    clinic.clinician.records(case, "start_test", **today)
    assert (case.state, case.booking, case.readiness) == ("test_in_progress", "in_room", None)


def test_a_visit_is_confirmed_arrives_recovers_and_closes(shelf):
    clinic, case = shelf.a_case_in("test_booked")
    clinic.bookings.moves_the_visit_on(case, BookingEvent.CONFIRM)
    clinic.it_is(case.booked_day)
    clinic.bookings.moves_the_visit_on(case, BookingEvent.ARRIVE)
    clinic.clinician.records(case, "start_test", **SIGN_IN, bloods_dated=clinic.today)
    clinic.clinician.moves_the_visit_on(case, BookingEvent.RECOVER)
    clinic.clinician.records(case, "complete_test", **BLOCK, readings="15min=3")
    assert (case.state, case.booking) == ("test_awaiting_result", "closed")
    clinic.days_pass(1)
    assert case.page.clocks[-2].id == "C5r"


def test_a_test_that_could_not_be_finished_leaves_the_patient_waiting_as_before(shelf):
    clinic, case = shelf.a_case_in("test_booked")
    listed_on = case.page.facts.episode.listed_on
    clinic.it_is(case.booked_day)
    clinic.clinician.records(case, "start_test", **SIGN_IN, bloods_dated=clinic.today)
    clinic.clinician.records(case, "abandon_test", reason="Could not lie prone")
    assert (case.state, case.readiness, case.booking) == ("test_waiting", "RFS", "closed")
    assert case.page.facts.episode.listed_on == listed_on


def test_relief_above_the_threshold_is_positive_and_opens_the_second_wait(shelf):
    clinic, case = shelf.a_case_in("test_awaiting_result")
    clinic.clinician.is_refused(case, "result_negative", "That is positive: record result_positive instead")
    clinic.clinician.records(case, "result_positive")
    assert (case.state, case.readiness) == ("test_positive", "NRFS_STAGED")
    assert case.page.facts.episode.earliest == clinic.today + timedelta(days=1)


def test_a_missing_score_is_never_positive_and_a_late_one_may_make_it_so(shelf):
    clinic, case = shelf.a_case_in("test_in_progress")
    clinic.clinician.records(case, "complete_test", **BLOCK, readings="5min=1")
    clinic.clinician.is_refused(case, "result_positive", "No pain score was taken 15 to 360 minutes after")
    clinic.clinician.is_refused(case, "result_positive", r"missing in the window \(15 min, 1 h\)", readings="4h=2")
    clinic.clinician.records(case, "result_positive", readings="15min=7,1h=5,4h=2")
    assert case.state == "test_positive"


def test_relief_between_the_thresholds_is_equivocal(shelf):
    clinic, case = shelf.a_case_in("test_in_progress")
    clinic.clinician.records(case, "complete_test", **BLOCK, readings="15min=5")
    clinic.clinician.records(case, "result_equivocal")
    assert (case.state, case.readiness) == ("test_equivocal", None)


def test_relief_in_the_wrong_place_is_equivocal_however_much_there_was(shelf):
    clinic, case = shelf.a_case_in("test_awaiting_result")
    clinic.clinician.records(case, "result_equivocal", pattern_concern="The relief began before the injection")
    assert case.state == "test_equivocal"


def test_no_relief_is_negative_once_every_score_is_in_and_a_patient_with_no_other_plan_is_discharged(shelf):
    clinic, case = shelf.a_case_in("test_in_progress")
    clinic.clinician.records(case, "complete_test", **BLOCK, readings="15min=7,1h=7")
    clinic.clinician.is_refused(case, "result_negative", "missing")
    clinic.days_pass(1)
    clinic.clinician.records(case, "add_readings", readings="4h=7,24h=8")
    clinic.clinician.records(case, "result_negative")
    assert case.next == "Clinician: Decide: propose another plan to the meeting or discharge."
    clinic.clinician.records(case, "discharge")
    assert case.has_ended("discharged")
    assert case.letters[-3:] == ["discharged to referrer", "discharged to gp", "discharged to palliative_team"]


def test_after_a_negative_test_another_plan_goes_to_the_meeting(shelf):
    clinic, case = shelf.a_case_in("test_negative")
    clinic.coordinator.is_refused(case, "mdt_recall", "Propose another", technique="chemical")
    clinic.coordinator.records(case, "mdt_recall", target="splanchnic")
    assert (case.state, case.page.facts.target) == ("awaiting_mdt", "splanchnic")


def test_an_unclear_test_is_repeated_once_and_then_the_meeting_decides(shelf):
    clinic, case = shelf.a_case_in("test_equivocal")
    clinic.clinician.records(case, "repeat_test", changed="One level higher")
    assert (case.state, case.page.facts.test_repeats) == ("test_waiting", 1)
    clinic.plans_lists()
    clinic.it_is(case.booked_day)
    clinic.clinician.records(case, "start_test", **SIGN_IN, bloods_dated=clinic.today)
    clinic.clinician.records(case, "complete_test", **BLOCK, readings="15min=5")
    clinic.clinician.records(case, "result_equivocal")
    clinic.clinician.is_refused(case, "repeat_test", "repeated 1 of 1 times: use mdt_recall", changed="Again")
    clinic.coordinator.records(case, "mdt_recall")
    assert case.state == "awaiting_mdt"


def test_a_patient_with_a_positive_test_may_still_say_no(shelf):
    clinic, case = shelf.a_case_in("test_positive")
    clinic.clinician.records(case, "patient_declines", discussion="The relief was enough")
    assert case.has_ended("withdrawn")


def test_a_positive_test_goes_stale_and_the_case_goes_back_to_the_meeting(shelf):
    clinic, case = shelf.a_case_in("test_positive")
    clinic.coordinator.is_refused(case, "mdt_recall", "The test result still holds")
    clinic.days_pass(42)
    assert case.asks("The test result expires today")
    clinic.coordinator.is_refused(case, "mdt_recall", "The test result still holds")
    clinic.days_pass(1)
    clinic.coordinator.records(case, "mdt_recall")
    assert (case.state, case.readiness) == ("awaiting_mdt", "NRFS_CLINICAL")


def test_the_room_is_entered_by_sign_in_and_left_by_sign_out_and_not_by_moving_the_visit_on(shelf):
    for state, event in (("slot_arrived", "enter_room"), ("test_in_progress", "close"), ("slot_held", "offer")):
        clinic, case = shelf.a_case_in(state)
        if event == "close":
            clinic.bookings.moves_the_visit_on(case, BookingEvent.RECOVER)
        with pytest.raises(TransitionNotAllowedError, match="is more than a step of the booking"):
            clinic.bookings.moves_the_visit_on(case, BookingEvent(event))
