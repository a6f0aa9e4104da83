"""Stories of a referral: looked through, completed or sent back, triaged, and decided on at the meeting."""

from tests.builders.stories import QUORUM


def test_a_complete_referral_goes_to_triage_by_itself(clinic):
    case = clinic.a_referral()
    assert case.state == "triage"
    assert case.next == "Clinician: Triage the referral: accept, decline or ask for information."
    assert case.letters == []


def test_a_person_may_start_triage_before_the_machine_looks(clinic):
    case = clinic.an_unseen_referral()
    clinic.bookings.records(case, "start_triage")
    clinic.work()
    assert [line.event for line in case.page.history] == ["referral_received", "start_triage"]


def test_a_referral_without_its_scan_is_marked_incomplete_and_triaged_when_the_scan_comes(clinic):
    case = clinic.a_referral(without="R1")
    assert case.state == "referral_incomplete"
    assert case.letters == ["information_needed to referrer"]
    clinic.days_pass(3)
    clinic.bookings.is_refused(case, "information_received", "still missing")
    clinic.bookings.records(case, "information_received", items=f"R1={clinic.day(-5)}")
    assert case.state == "triage"


def test_a_referral_that_stays_incomplete_goes_back_and_a_late_answer_is_explained(clinic):
    case = clinic.a_referral(without="R2")
    clinic.days_pass(20)
    clinic.bookings.is_refused(case, "return_to_referrer", "give 'late_reason' as well", told_on=clinic.today)
    clinic.bookings.records(case, "return_to_referrer", told_on=clinic.today, late_reason="Asked three times")
    assert case.has_ended("declined")
    assert case.letters == ["information_needed to referrer", "returned to referrer", "returned to patient"]


def test_triage_may_ask_for_more_before_it_decides(shelf):
    clinic, case = shelf.a_case_in("triage")
    clinic.clinician.records(case, "request_information", items="R5,ECG")
    assert case.state == "referral_incomplete"
    assert case.letters == ["information_needed to referrer"]


def test_triage_that_declines_tells_the_referrer_and_the_patient(shelf):
    clinic, case = shelf.a_case_in("triage")
    clinic.clinician.records(case, "decline_referral", reason="No nerve target", alternative="Palliative care review")
    assert case.has_ended("declined")
    assert case.letters == ["declined to referrer", "declined to patient"]


def test_an_accepted_referral_waits_for_the_meeting_and_both_are_told(shelf):
    clinic, case = shelf.a_case_in("triage")
    clinic.clinician.records(case, "accept", urgency="2")
    assert case.state == "awaiting_mdt"
    assert case.next == "MDT coordinator: Put the case on the MDT agenda and record the outcome."
    assert case.letters == ["accepted to referrer", "accepted to patient"]


def test_a_decision_of_an_earlier_meeting_spares_the_patient_a_new_one(shelf):
    clinic, case = shelf.a_case_in("triage")
    earlier = {"mdt_target": "coeliac", "recommendation": "proceed_test"}
    clinic.clinician.is_refused(case, "accept_with_prior_mdt", "older than", mdt_on=clinic.day(-91), **earlier)
    clinic.clinician.records(case, "accept_with_prior_mdt", mdt_on=clinic.day(-90), **earlier)
    assert case.state == "consultation"


def test_a_referral_sent_twice_is_closed_as_an_error_and_nobody_is_written_to(clinic):
    first = clinic.a_referral()
    twin = clinic.an_unseen_referral()
    clinic.lead.records(twin, "duplicate_or_error", reason="Sent twice", original=first.ref)
    clinic.work()
    assert twin.has_ended("entered_in_error")
    assert twin.letters == []


def test_the_meeting_that_advises_a_test_sends_the_patient_to_consultation(shelf):
    clinic, case = shelf.a_case_in("awaiting_mdt")
    clinic.coordinator.is_refused(case, "mdt_proceed_test", "no quorum", attended="palliative_care")
    clinic.coordinator.records(case, "mdt_proceed_test", attended=QUORUM)
    assert case.state == "consultation"
    assert case.page.facts.direct is False
    assert case.letters[-2:] == ["mdt_outcome to referrer", "mdt_outcome to gp"]


def test_the_meeting_may_leave_out_the_test_and_says_why(shelf):
    clinic, case = shelf.a_case_in("awaiting_mdt")
    clinic.coordinator.records(case, "mdt_proceed_direct", attended=QUORUM, reason="Weeks to live")
    assert (case.state, case.page.facts.direct) == ("consultation", True)


def test_the_meeting_that_wants_more_sees_the_case_again_when_it_has_come(shelf):
    clinic, case = shelf.a_case_in("awaiting_mdt")
    wanted = {"items": "ECG", "owner": "The registrar", "rediscuss_on": clinic.day(7)}
    clinic.coordinator.records(case, "mdt_more_info", **wanted)
    assert case.state == "mdt_more_info"
    clinic.days_pass(7)
    assert case.asks("The case is to be discussed again by today.")
    clinic.bookings.is_refused(case, "information_received", "ECG is still missing")
    clinic.bookings.records(case, "information_received", items="ECG")
    assert case.state == "awaiting_mdt"


def test_the_meeting_that_advises_against_it_ends_the_pathway_with_another_plan(shelf):
    clinic, case = shelf.a_case_in("awaiting_mdt")
    advice = {"reason": "No safe path", "alternative": "Intrathecal pump"}
    clinic.coordinator.records(case, "mdt_not_suitable", attended=QUORUM, **advice)
    assert case.has_ended("declined")
    assert case.letters[-3:] == ["declined to referrer", "declined to gp", "declined to patient"]
