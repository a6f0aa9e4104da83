"""Stories of neurolysis: agreed, booked, done or not, followed up, and repeated or not."""

from tests.builders.stories import LESION, SIGN_IN


def test_a_positive_test_and_a_signature_put_the_patient_on_the_list_for_neurolysis(shelf):
    clinic, case = shelf.a_case_in("test_positive")
    clinic.clinician.records(case, "list_for_definitive", consent_on=clinic.today)
    assert (case.state, case.readiness) == ("definitive_waiting", "NRFS_STAGED")
    clinic.days_pass(1)
    assert case.asks("The staged date is reached: record that the patient is ready.")


def test_a_published_plan_books_neurolysis_and_asks_for_what_it_needs(shelf):
    clinic, case = shelf.a_case_in("definitive_waiting")
    clinic.plans_lists()
    assert (case.state, case.booking) == ("definitive_booked", "booked")
    assert case.asks("Order the neurolytic agent")


def test_a_waiting_patient_whose_plan_changed_goes_back_to_the_meeting(shelf):
    clinic, case = shelf.a_case_in("definitive_waiting")
    clinic.coordinator.is_refused(case, "mdt_recall", "say in 'change' what has changed")
    clinic.coordinator.records(case, "mdt_recall", change="New ascites")
    assert (case.state, case.readiness) == ("awaiting_mdt", "NRFS_CLINICAL")


def test_neurolysis_may_be_postponed_by_the_hospital(shelf):
    clinic, case = shelf.a_case_in("definitive_booked")
    clinic.bookings.records(case, "cancel_hospital", reason="staff_unavailable")
    assert (case.state, case.booking) == ("definitive_waiting", "cancelled_hospital")
    assert not case.asks("Order the neurolytic agent")


def test_neurolysis_may_be_postponed_by_the_patient(shelf):
    clinic, case = shelf.a_case_in("definitive_booked")
    clinic.bookings.records(case, "cancel_patient", reason="personal")
    assert (case.state, case.page.facts.patient_postponements) == ("definitive_waiting", 1)


def test_a_patient_who_misses_neurolysis_waits_on(shelf):
    clinic, case = shelf.a_case_in("definitive_booked")
    clinic.it_is(case.booked_day)
    clinic.bookings.records(case, "did_not_attend", attempts="phone")
    assert (case.state, case.page.facts.missed_appointments) == ("definitive_waiting", 1)


def test_neurolysis_begins_and_is_done_and_its_reviews_are_planned(shelf):
    clinic, case = shelf.a_case_in("definitive_booked")
    clinic.it_is(case.booked_day)
    clinic.clinician.records(case, "start_definitive", **SIGN_IN, bloods_dated=clinic.today)
    assert (case.state, case.readiness) == ("definitive_in_progress", None)
    clinic.clinician.is_refused(case, "complete_definitive", "Stop: the side", **{**LESION, "side": "midline"})
    clinic.clinician.records(case, "complete_definitive", **LESION)
    assert case.state == "follow_up"
    for after in (1, 7, 28, 84):
        clinic.it_is(case.page.facts.last_definitive.on)
        clinic.days_pass(after)
        assert case.asks(f"Follow-up review, {after} days after neurolysis.")


def test_neurolysis_that_could_not_be_finished_leaves_the_patient_waiting_as_before(shelf):
    clinic, case = shelf.a_case_in("definitive_in_progress")
    clinic.clinician.records(case, "abandon_definitive", reason="Could not lie prone")
    assert (case.state, case.booking) == ("definitive_waiting", "closed")
    assert case.page.facts.last_definitive is None


def test_follow_up_ends_with_the_last_review_or_with_the_referrer(shelf):
    clinic, case = shelf.a_case_in("follow_up")
    clinic.days_pass(83)
    last = {"pain_score": "2", "opioid_dose_mg": "20"}
    early = {"final_review_on": clinic.today, **last}
    clinic.clinician.is_refused(case, "complete_follow_up", "The final review is due", **early)
    clinic.days_pass(1)
    clinic.clinician.records(case, "complete_follow_up", final_review_on=clinic.today, **last)
    assert case.has_ended("discharged")
    clinic, other = shelf.a_case_in("follow_up")
    clinic.clinician.records(other, "complete_follow_up", handed_to_referrer="yes")
    assert other.has_ended("discharged")


def test_pain_that_comes_back_is_looked_at(shelf):
    clinic, case = shelf.a_case_in("follow_up")
    clinic.days_pass(30)
    clinic.clinician.records(case, "pain_returns", pain_score="7", opioid_dose_mg="120")
    assert case.next == "Clinician: Decide: repeat, propose a new plan or stop."


def test_the_same_procedure_is_repeated_once_its_interval_has_passed(shelf):
    clinic, case = shelf.a_case_in("follow_up")
    clinic.days_pass(27)
    clinic.clinician.records(case, "pain_returns", pain_score="7", opioid_dose_mg="120")
    clinic.clinician.is_refused(case, "repeat_same", "Chemical neurolysis may be repeated from")
    clinic.days_pass(1)
    clinic.clinician.records(case, "repeat_same")
    assert (case.state, case.readiness) == ("definitive_waiting", "RFS")
    clinic.plans_lists()
    assert case.state == "definitive_booked"


def test_after_pain_returns_another_technique_goes_to_the_meeting(shelf):
    clinic, case = shelf.a_case_in("repeat_review")
    clinic.clinician.records(case, "new_plan", technique="rf_thermal")
    assert (case.state, case.page.facts.technique) == ("awaiting_mdt", "rf_thermal")


def test_treatment_may_stop_when_pain_returns(shelf):
    clinic, case = shelf.a_case_in("repeat_review")
    clinic.clinician.records(case, "stop", reason="The patient's wish")
    assert case.has_ended("discharged")
