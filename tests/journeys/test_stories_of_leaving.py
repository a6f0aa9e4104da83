"""Stories of patients who leave from anywhere on the way: nothing is left open, booked or waiting behind them."""

from tests.builders.stories import USUAL_WAYS

UNDER_WAY = ("test_in_progress", "definitive_in_progress")
STILL_AWAY = ("referral_received", "follow_up", "repeat_review")  # nobody else has treated them yet, or we have
ATTEMPTS = "phone,sms,letter"


def test_a_patient_may_withdraw_wherever_no_procedure_is_under_way(shelf):
    for state in USUAL_WAYS:
        clinic, case = shelf.a_case_in(state)
        asked = {"requested_by": "The patient", "requested_on": clinic.today, "channel": "phone"}
        if state in UNDER_WAY:
            clinic.bookings.is_refused(case, "patient_withdraws", "cannot happen in the state", **asked)
            continue
        clinic.bookings.records(case, "patient_withdraws", **asked)
        assert case.has_ended("withdrawn"), state
        assert case.letters[-3:] == ["removed to referrer", "removed to gp", "removed to patient"]


def test_a_patient_treated_elsewhere_leaves_from_wherever_we_had_not_treated_them(shelf):
    for state in USUAL_WAYS:
        clinic, case = shelf.a_case_in(state)
        if state in UNDER_WAY + STILL_AWAY:
            clinic.bookings.is_refused(case, "treated_elsewhere", "cannot happen in the state", source="The referrer")
            continue
        clinic.bookings.records(case, "treated_elsewhere", source="The referrer")
        assert case.has_ended("treated_elsewhere"), state
        assert case.letters[-2:] == ["removed to referrer", "removed to gp"]


def test_a_patient_whom_nobody_can_reach_leaves_only_after_every_attempt(shelf):
    for state in ("referral_incomplete", "consultation", "test_waiting", "definitive_waiting"):
        clinic, case = shelf.a_case_in(state)
        few = {"attempts": "phone,sms", "referrer_told": "yes"}
        clinic.bookings.is_refused(case, "uncontactable", "2 of 3 attempts", **few)
        clinic.bookings.records(case, "uncontactable", attempts=ATTEMPTS, referrer_told="yes")
        assert case.has_ended("removed_uncontactable"), state


def test_a_patient_who_dies_is_never_written_to_again(shelf):
    for state in USUAL_WAYS:
        clinic, case = shelf.a_case_in(state)
        clinic.bookings.records(case, "death_notified", died_on=clinic.today, source="The family")
        assert case.has_ended("deceased"), state
        assert case.letters == [], state
        clinic.days_pass(100)
        assert case.open_tasks == []
