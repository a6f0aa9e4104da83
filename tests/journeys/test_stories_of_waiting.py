"""Stories of readiness and of the booking: patients who cannot come yet, and slots that are given back or moved."""

from datetime import timedelta

from tests.builders.stories import QUORUM


def test_an_unwell_patient_is_not_ready_until_a_clinician_says_so(shelf):
    clinic, case = shelf.a_case_in("test_waiting")
    clinic.clinician.records(case, "clinically_unready", reason="Fever", review_on=clinic.day(5))
    assert (case.state, case.readiness) == ("test_waiting", "NRFS_CLINICAL")
    clinic.days_pass(5)
    assert case.asks("Review whether the patient is ready.")
    clinic.bookings.is_refused(case, "ready_again", "Review the patient first", reviewed="no")
    clinic.bookings.records(case, "ready_again", reviewed="yes")
    assert case.readiness == "RFS"
    [clock] = [clock for clock in case.page.clocks if clock.id == "C3"]
    assert (clock.days, clock.paused_days) == (0, 5)


def test_a_patient_may_ask_to_wait_as_long_as_the_limit_allows(shelf):
    clinic, case = shelf.a_case_in("test_waiting")
    clinic.bookings.is_refused(case, "personal_deferral", "and 30 are allowed", until=clinic.day(31))
    clinic.bookings.records(case, "personal_deferral", until=clinic.day(30))
    assert case.readiness == "NRFS_PERSONAL"
    clinic.days_pass(30)
    assert case.asks("Ask whether the patient is ready again.")
    clinic.bookings.records(case, "ready_again", reviewed="yes")
    assert case.readiness == "RFS"


def test_a_patient_may_be_listed_as_not_ready_from_the_start(shelf):
    clinic, case = shelf.a_case_in("consultation")
    listed = {"seen_on": clinic.today, "consent_on": clinic.today, "readiness": "NRFS_CLINICAL"}
    clinic.clinician.is_refused(case, "list_for_test", "give the date of the review", **listed)
    clinic.clinician.records(case, "list_for_test", **listed, review_on=clinic.day(14))
    assert case.readiness == "NRFS_CLINICAL"
    clinic.plans_lists()
    assert case.state == "test_waiting"


def test_a_staged_patient_is_ready_from_the_staged_day_on_and_not_before(shelf):
    clinic, case = shelf.a_case_in("test_positive")
    clinic.clinician.is_refused(case, "ready_again", "The patient is staged until", reviewed="yes")
    clinic.days_pass(1)
    clinic.clinician.records(case, "ready_again", reviewed="yes")
    assert case.readiness == "RFS"


def test_a_booked_patient_is_postponed_before_the_readiness_changes(shelf):
    clinic, case = shelf.a_case_in("test_booked")
    unwell = {"reason": "Fever", "review_on": clinic.day(5)}
    clinic.clinician.is_refused(case, "clinically_unready", "record cancel_patient or cancel_hospital first", **unwell)
    clinic.bookings.records(case, "cancel_patient", reason="unwell")
    clinic.clinician.records(case, "clinically_unready", **unwell)
    assert (case.booking, case.readiness) == ("cancelled_patient", "NRFS_CLINICAL")


def test_a_list_that_closes_moves_its_patient_to_another_day(shelf):
    clinic, case = shelf.a_case_in("test_booked")
    before = case.booked_day
    clinic.closes_lists(before)
    clinic.plans_anew()
    assert (case.state, case.booking) == ("test_booked", "booked")
    assert case.booked_day > before
    assert case.page.history[-1].event == "booking_moved"
    assert case.booked_day - before < timedelta(days=7)


def test_a_patient_listed_again_in_a_more_urgent_category_is_due_by_that_category(shelf):
    clinic, case = shelf.a_case_in("consultation")
    seen = {"seen_on": clinic.today, "consent_on": clinic.today}
    clinic.clinician.records(case, "list_for_test", **seen, urgency="2")
    clinic.coordinator.records(case, "mdt_recall", change="New scan")
    clinic.coordinator.records(case, "mdt_proceed_test", attended=QUORUM)
    clinic.clinician.records(case, "list_for_test", **seen, urgency="1")
    [task] = [task for task in case.open_tasks if task.kind == "state"]
    assert task.due_on == clinic.today + timedelta(days=30)
    clinic.days_pass(30)
    assert case.asks("The test block is due today; from tomorrow the patient is overdue.")


def test_a_case_that_comes_to_the_meeting_twice_in_a_day_is_put_on_its_agenda_twice(shelf):
    clinic, case = shelf.a_case_in("awaiting_mdt")
    wanted = {"items": "ECG", "owner": "The registrar", "rediscuss_on": clinic.day(7)}
    clinic.coordinator.records(case, "mdt_more_info", **wanted)
    clinic.bookings.records(case, "information_received", items="ECG")
    assert "add_to_mdt_agenda" in [task.kind for task in case.open_tasks]  # no meeting is planned, so somebody is asked


def test_a_patient_listed_again_as_ready_is_asked_nothing_more_about_the_readiness(shelf):
    clinic, case = shelf.a_case_in("test_waiting")
    clinic.clinician.records(case, "clinically_unready", reason="Fever", review_on=clinic.day(5))
    clinic.coordinator.records(case, "mdt_recall", change="New scan")
    clinic.coordinator.records(case, "mdt_proceed_test", attended=QUORUM)
    clinic.clinician.records(case, "list_for_test", seen_on=clinic.today, consent_on=clinic.today)
    clinic.days_pass(5)
    assert not case.asks("Review whether the patient is ready.")


def test_a_slot_held_by_hand_is_offered_and_booked(shelf):
    clinic, case = shelf.a_case_in("slot_held")
    assert case.state == "test_waiting"
    assert case.asks("Offer the patient the slot held on list")
    clinic.bookings.offers(case)
    assert case.asks("Get the patient's answer to the slot offered")
    clinic.bookings.records(case, "book_test")
    assert (case.state, case.booking) == ("test_booked", "booked")
    assert not case.asks("Get the patient's answer")


def test_a_slot_held_by_hand_may_be_booked_at_once(shelf):
    clinic, case = shelf.a_case_in("slot_held")
    clinic.bookings.records(case, "book_test")
    assert case.booking == "booked"


def test_a_slot_that_nobody_answers_for_is_given_back_by_itself(shelf):
    for kept in ("slot_held", "slot_offered"):
        clinic, case = shelf.a_case_in(kept)
        clinic.days_pass(6)
        assert (case.state, case.booking) == ("test_waiting", "hold_expired")
        assert case.asks("was given back because its time ran out: find the patient another")
        assert case.next == "Bookings: Book the test block."


def test_a_slot_may_be_declined_or_given_back(shelf):
    clinic, case = shelf.a_case_in("slot_offered")
    clinic.bookings.hears_no(case)
    assert (case.state, case.booking) == ("test_waiting", "offer_declined")
    clinic, other = shelf.a_case_in("slot_held")
    clinic.bookings.gives_back(other)
    assert (other.state, other.booking) == ("test_waiting", "hold_expired")


def test_a_patient_who_is_not_ready_gives_a_kept_slot_back_once_that_is_confirmed(shelf):
    for kept in ("slot_held", "slot_offered"):
        clinic, case = shelf.a_case_in(kept)
        unwell = {"reason": "Fever", "review_on": clinic.day(5)}
        clinic.clinician.is_refused(case, "clinically_unready", "would be given back", **unwell)
        clinic.clinician.records(case, "clinically_unready", **unwell, confirm_cancel="yes")
        assert (case.booking, case.readiness) == ("cancelled_not_ready", "NRFS_CLINICAL")


def test_a_patient_who_leaves_gives_a_kept_slot_back(shelf):
    for kept in ("slot_held", "slot_offered"):
        clinic, case = shelf.a_case_in(kept)
        clinic.bookings.records(case, "treated_elsewhere", source="The referrer")
        assert case.has_ended("treated_elsewhere")
        assert case.booking == "cancelled_patient"


def test_a_confirmed_visit_may_still_be_missed_or_moved_by_either_side(shelf):
    ways = {
        "cancel_hospital": ({"reason": "bed"}, "cancelled_hospital"),
        "cancel_patient": ({"reason": "unwell"}, "cancelled_patient"),
        "did_not_attend": ({"attempts": "phone"}, "did_not_attend"),
    }
    for event, (form, ended) in ways.items():
        clinic, case = shelf.a_case_in("slot_confirmed")
        clinic.bookings.records(case, event, **form)
        assert (case.state, case.booking) == ("test_waiting", ended)


def test_a_patient_who_has_arrived_may_still_be_sent_home_by_either_side(shelf):
    for event, ended in (("cancel_hospital", "cancelled_hospital"), ("cancel_patient", "cancelled_patient")):
        clinic, case = shelf.a_case_in("slot_arrived")
        clinic.bookings.records(case, event, reason="preparation")
        assert (case.state, case.booking) == ("test_waiting", ended)


def test_a_confirmed_visit_that_a_new_plan_moves_has_to_be_confirmed_again(shelf):
    clinic, case = shelf.a_case_in("slot_confirmed")
    clinic.closes_lists(case.booked_day)
    clinic.plans_anew()
    assert case.booking == "booked"
