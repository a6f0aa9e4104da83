from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.booking import BookingState
from scheduler.pathway.clocks import add_working_days
from scheduler.pathway.events import Event
from scheduler.pathway.facts import (
    CaseFacts,
    Channel,
    ContactAttempt,
    MdtDecision,
    MdtRecommendation,
    NextAfterReview,
    OtherCase,
    ProcedureDone,
    ReferralItem,
    Review,
    TestResult,
)
from scheduler.pathway.machine import decide, possible
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import PathwayState as S
from scheduler.vocabulary import Laterality, Modality, Readiness, Stage, Target, Technique, Urgency
from tests.builders.pathway import (
    QUORUM,
    TODAY,
    a_booking,
    a_case_facts,
    a_consent,
    a_protocol,
    a_test,
    a_treatment,
    all_items,
    an_episode,
    not_ready,
    ready_for,
    scores,
    with_value,
)

Change = Callable[[CaseFacts], CaseFacts]


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def refusal(
    state: S,
    event: Event,
    change: Change = lambda facts: facts,
    /,
    *,
    protocol: Protocol | None = None,
    **answers: object,
) -> str:
    """The sentences that refuse this step once the case or the form is changed; "" when it is allowed."""
    facts, form = ready_for(state, event)
    details = {key: value for key, value in {**form, **answers}.items() if value is not None}
    try:
        decide(change(facts), event, details, protocol=protocol or a_protocol(), today=TODAY)
    except TransitionNotAllowedError as refused:
        return str(refused)
    return ""


def facts_with(**changes: object) -> Change:
    return lambda facts: replace(facts, **changes)  # type: ignore[arg-type]


def booking_with(**changes: object) -> Change:
    return lambda facts: replace(facts, booking=replace(facts.booking, **changes))  # type: ignore[type-var, arg-type]


def test_triage_waits_for_every_required_item() -> None:
    lacking = facts_with(items=tuple(item for item in all_items() if item.key not in {"R1", "R2"}))
    says = refusal(S.REFERRAL_RECEIVED, Event.START_TRIAGE, lacking)
    assert says.startswith("R1 (recent CT, MRI or PET with its report and where to find it) and R2 (blood results")
    assert says.endswith("mark the referral incomplete, and record information_received when they arrive.")


@pytest.mark.parametrize(("key", "limit"), [("R1", 90), ("R2", 30), ("R3", 90)])
def test_an_item_counts_as_missing_one_day_past_its_age_when_the_referral_came(key: str, limit: int) -> None:
    received = a_case_facts().received_on

    def dated(days: int) -> Change:
        old = ReferralItem(key=key, received=True, dated=received - timedelta(days=days))
        return facts_with(items=(*(item for item in all_items() if item.key != key), old))

    assert refusal(S.REFERRAL_RECEIVED, Event.START_TRIAGE, dated(limit)) == ""
    assert key in refusal(S.REFERRAL_RECEIVED, Event.START_TRIAGE, dated(limit + 1))


def test_a_complete_referral_cannot_be_marked_incomplete_without_naming_what_is_wrong() -> None:
    complete = facts_with(items=all_items())
    assert "Nothing is missing" in refusal(S.REFERRAL_RECEIVED, Event.MARK_INCOMPLETE, complete)
    assert refusal(S.REFERRAL_RECEIVED, Event.MARK_INCOMPLETE, complete, items="R3") == ""


def test_information_received_names_what_is_still_missing() -> None:
    lacking = facts_with(items=tuple(item for item in all_items() if item.key not in {"R1", "R4"}))
    says = refusal(S.REFERRAL_INCOMPLETE, Event.INFORMATION_RECEIVED, lacking, items="R1=2026-11-20")
    assert says.startswith("R4 (diagnosis")
    assert "is still missing" in says


def test_what_the_meeting_asked_for_must_all_arrive() -> None:
    assert "ECG is still missing" in refusal(S.MDT_MORE_INFO, Event.INFORMATION_RECEIVED, items="R1")
    assert refusal(S.MDT_MORE_INFO, Event.INFORMATION_RECEIVED, items="ecg,ECG") == ""


def test_the_referrer_is_told_within_eight_working_days_or_the_delay_is_explained() -> None:
    came = facts_with(received_on=date(2026, 11, 2))
    last = add_working_days(date(2026, 11, 2), 8)
    assert refusal(S.REFERRAL_INCOMPLETE, Event.RETURN_TO_REFERRER, came, told_on=last) == ""
    late = last + timedelta(days=1)
    assert "12 November 2026 (8 working days)" in refusal(
        S.REFERRAL_INCOMPLETE, Event.RETURN_TO_REFERRER, came, told_on=late
    )
    explained = refusal(S.REFERRAL_INCOMPLETE, Event.RETURN_TO_REFERRER, came, told_on=late, late_reason="Fax lost")
    assert explained == ""


def test_the_referrer_cannot_have_been_told_before_the_referral_came() -> None:
    says = refusal(S.REFERRAL_INCOMPLETE, Event.RETURN_TO_REFERRER, told_on="2026-11-01")
    assert "cannot have been told" in says


def test_a_holiday_is_no_working_day_when_the_response_is_counted() -> None:
    facts, _ = ready_for(S.REFERRAL_INCOMPLETE, Event.RETURN_TO_REFERRER)
    facts = replace(facts, received_on=date(2026, 10, 22))
    details = {"told_on": "2026-11-04"}  # nine weekdays later, one of them Cup Day
    with pytest.raises(TransitionNotAllowedError):
        decide(facts, Event.RETURN_TO_REFERRER, details, protocol=a_protocol(), today=TODAY)
    holidays = {date(2026, 11, 3)}
    decide(facts, Event.RETURN_TO_REFERRER, details, protocol=a_protocol(), today=TODAY, holidays=holidays)


@pytest.mark.parametrize("part", ["target", "laterality", "urgency"])
def test_acceptance_needs_target_side_and_urgency(part: str) -> None:
    assert f"give '{part}'" in refusal(S.TRIAGE, Event.ACCEPT, facts_with(**{part: None}))


def test_acceptance_takes_the_plan_from_the_form_where_the_referral_has_none() -> None:
    bare = facts_with(target=None, laterality=None, urgency=None)
    given = {"target": "stellate", "laterality": "left", "urgency": "1"}
    assert refusal(S.TRIAGE, Event.ACCEPT, bare, **given) == ""


def test_a_side_that_makes_no_sense_for_the_target_is_refused() -> None:
    assert "Coeliac plexus cannot be treated as 'left'" in refusal(S.TRIAGE, Event.ACCEPT, laterality="left")
    assert refusal(S.TRIAGE, Event.ACCEPT, laterality="midline") == ""


def test_both_stellates_are_never_one_plan() -> None:
    assert "cannot be treated" in refusal(S.TRIAGE, Event.ACCEPT, target="stellate", laterality="bilateral")


def test_acceptance_needs_a_referrer() -> None:
    assert "names no referrer" in refusal(S.TRIAGE, Event.ACCEPT, facts_with(referrer_recorded=False))


def test_chemical_treatment_of_the_lumbar_plexus_needs_the_lead() -> None:
    plan = {"target": "lumbar_plexus", "laterality": "left", "technique": "chemical", "attended": QUORUM}
    says = refusal(S.AWAITING_MDT, Event.MDT_PROCEED_TEST, **plan)
    assert "Chemical neurolysis of the lumbar plexus is not offered without the IR lead's approval" in says
    assert refusal(S.AWAITING_MDT, Event.MDT_PROCEED_TEST, **plan, lead_approval="IR lead") == ""


def test_a_step_says_what_only_the_lead_lets_pass() -> None:
    facts, form = ready_for(S.AWAITING_MDT, Event.MDT_PROCEED_TEST)
    plan = {**form, "laterality": "left", "technique": "chemical", "lead_approval": "IR lead"}

    def by_lead(target: str) -> tuple[str, ...]:
        given = {**plan, "target": target}
        return decide(facts, Event.MDT_PROCEED_TEST, given, protocol=a_protocol(), today=TODAY).by_lead

    says = "Chemical neurolysis of the lumbar plexus is not offered without the IR lead's approval."
    assert by_lead("lumbar_plexus") == (says,)
    assert by_lead("lumbar_sympathetic") == ()


def test_chemical_treatment_of_the_lumbar_sympathetic_chain_needs_no_lead() -> None:
    plan = {"target": "lumbar_sympathetic", "laterality": "left", "technique": "chemical"}
    assert refusal(S.AWAITING_MDT, Event.MDT_PROCEED_TEST, **plan) == ""


def test_a_technique_that_has_no_row_is_refused() -> None:
    protocol = a_protocol()
    rows = {key: row for key, row in protocol.procedures.items() if key[1] is not Technique.CRYO}
    facts, form = ready_for(S.AWAITING_MDT, Event.MDT_PROCEED_TEST)
    with pytest.raises(TransitionNotAllowedError, match="not in the protocol"):
        decide(
            facts,
            Event.MDT_PROCEED_TEST,
            {**form, "technique": "cryo"},
            protocol=replace(protocol, procedures=rows),
            today=TODAY,
        )


@pytest.mark.parametrize("absent", QUORUM.split(","))
def test_the_meeting_needs_its_quorum(absent: str) -> None:
    attended = ",".join(role for role in QUORUM.split(",") if role != absent)
    for event in (Event.MDT_PROCEED_TEST, Event.MDT_PROCEED_DIRECT, Event.MDT_NOT_SUITABLE):
        assert "no quorum" in refusal(S.AWAITING_MDT, event, attended=attended)


def test_in_cancer_the_treating_oncologist_makes_the_quorum() -> None:
    cancer = facts_with(cancer=True)
    assert "Treating oncology did not attend" in refusal(S.AWAITING_MDT, Event.MDT_PROCEED_TEST, cancer)
    full = f"{QUORUM},treating_oncology"
    assert refusal(S.AWAITING_MDT, Event.MDT_PROCEED_TEST, cancer, attended=full) == ""


def test_the_meeting_names_a_technique() -> None:
    assert "give 'technique'" in refusal(S.AWAITING_MDT, Event.MDT_PROCEED_TEST, facts_with(technique=None))


def test_going_direct_needs_a_reason() -> None:
    assert "'reason' is missing" in refusal(S.AWAITING_MDT, Event.MDT_PROCEED_DIRECT, reason=None)
    assert "Give the 'reason'" in refusal(S.TRIAGE, Event.ACCEPT_WITH_PRIOR_MDT, recommendation="proceed_direct")


def test_rediscussion_lies_ahead() -> None:
    assert "has passed" in refusal(S.AWAITING_MDT, Event.MDT_MORE_INFO, rediscuss_on=day(-1))
    assert refusal(S.AWAITING_MDT, Event.MDT_MORE_INFO, rediscuss_on=day(0)) == ""


def test_a_prior_decision_holds_for_ninety_days_and_one_target() -> None:
    assert refusal(S.TRIAGE, Event.ACCEPT_WITH_PRIOR_MDT, mdt_on=day(-90)) == ""
    assert "older than 90 days" in refusal(S.TRIAGE, Event.ACCEPT_WITH_PRIOR_MDT, mdt_on=day(-91))
    assert "not about coeliac plexus" in refusal(S.TRIAGE, Event.ACCEPT_WITH_PRIOR_MDT, mdt_target="splanchnic")


def test_a_patient_is_seen_before_listing_not_after() -> None:
    assert "still to come" in refusal(S.CONSULTATION, Event.LIST_FOR_TEST, seen_on=day(1))


def test_a_direct_plan_is_not_listed_for_a_test() -> None:
    assert "leave out the test block" in refusal(S.CONSULTATION, Event.LIST_FOR_TEST, facts_with(direct=True))


def test_listing_for_neurolysis_needs_a_direct_decision_or_a_positive_test() -> None:
    step = (S.CONSULTATION, Event.LIST_FOR_DEFINITIVE)
    decided = MdtDecision(on=TODAY, recommendation=MdtRecommendation.PROCEED_TEST)
    tested_first = facts_with(direct=False, mdt=decided)
    assert "There is no positive test" in refusal(*step, tested_first)
    for days, allowed in ((42, True), (43, False)):
        test = a_test(on=day(-days))
        says = refusal(*step, facts_with(direct=False, mdt=decided, procedures=(test,)))
        assert (says == "") is allowed, says


def test_a_positive_test_of_another_target_supports_nothing() -> None:
    other = facts_with(direct=False, procedures=(a_test(target=Target.SPLANCHNIC),))
    assert "There is no positive test for this plan" in refusal(S.CONSULTATION, Event.LIST_FOR_DEFINITIVE, other)


def test_a_patient_listed_not_ready_has_a_review() -> None:
    for readiness in ("NRFS_CLINICAL", "NRFS_PERSONAL"):
        says = refusal(S.CONSULTATION, Event.LIST_FOR_TEST, readiness=readiness)
        assert "'review_on'" in says
        assert refusal(S.CONSULTATION, Event.LIST_FOR_TEST, readiness=readiness, review_on=day(10)) == ""


def test_a_consent_is_at_most_half_a_year_old_at_listing() -> None:
    assert refusal(S.CONSULTATION, Event.LIST_FOR_TEST, consent_on=day(-180)) == ""
    assert "older than 180 days" in refusal(S.CONSULTATION, Event.LIST_FOR_TEST, consent_on=day(-181))


BOOK = (S.TEST_WAITING, Event.BOOK_TEST)
BOOK_DEFINITIVE = (S.DEFINITIVE_WAITING, Event.BOOK_DEFINITIVE)


def test_booking_needs_a_held_slot_for_the_right_procedure() -> None:
    assert "No slot is held" in refusal(*BOOK, facts_with(booking=None))
    assert "No slot is held" in refusal(*BOOK, facts_with(booking=a_booking(Stage.DEFINITIVE)))
    assert "has passed" in refusal(*BOOK, booking_with(on=day(-1)))


@pytest.mark.parametrize("state", BookingState)
def test_only_a_slot_that_is_held_offered_or_agreed_can_be_booked(state: BookingState) -> None:
    usable = state in {BookingState.HELD, BookingState.OFFERED, BookingState.BOOKED, BookingState.CONFIRMED}
    assert (refusal(*BOOK, booking_with(state=state)) == "") is usable


def test_booking_needs_a_listed_patient() -> None:
    assert "not on the waiting list" in refusal(*BOOK, facts_with(episodes=()))
    assert "not on the waiting list" in refusal(*BOOK, facts_with(episodes=(an_episode(Stage.DEFINITIVE),)))


@pytest.mark.parametrize("readiness", [Readiness.NOT_READY_CLINICAL, Readiness.NOT_READY_PERSONAL])
def test_booking_needs_a_ready_patient(readiness: Readiness) -> None:
    waiting = an_episode(readiness=readiness, not_ready=(not_ready(day(-2), readiness=readiness),))
    assert "ready again before booking" in refusal(*BOOK, facts_with(episodes=(waiting,)))


def test_a_staged_patient_is_bookable_from_the_staged_day_on() -> None:
    def staged(earliest: date) -> Change:
        return facts_with(episodes=(an_episode(readiness=Readiness.STAGED, earliest=earliest),))

    assert refusal(*BOOK, staged(day(7))) == ""
    assert "staged until" in refusal(*BOOK, staged(day(8)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"radiologist": None}, "no radiologist"),
        ({"suite_modalities": ()}, "no CT or Fluoroscopy or Ultrasound"),
    ],
)
def test_a_slot_that_lacks_what_a_test_block_needs_is_refused(change: dict[str, object], words: str) -> None:
    assert words in refusal(*BOOK, booking_with(**change))


def test_ultrasound_alone_does_not_guide_the_splanchnic_nerves() -> None:
    def splanchnic(facts: CaseFacts) -> CaseFacts:
        consent = a_consent(target=Target.SPLANCHNIC)
        return replace(
            booking_with(suite_modalities=(Modality.ULTRASOUND,))(facts), target=Target.SPLANCHNIC, consents=(consent,)
        )

    assert "no CT or Fluoroscopy" in refusal(*BOOK, splanchnic)


@pytest.mark.parametrize(
    ("technique", "kind"), [(Technique.RF_THERMAL, "rf generator"), (Technique.CRYO, "cryo console")]
)
def test_a_definitive_slot_needs_the_equipment_of_its_technique(technique: Technique, kind: str) -> None:
    def bare(facts: CaseFacts) -> CaseFacts:
        return replace(booking_with(equipment=())(facts), technique=technique)

    assert f"no {kind}" in refusal(*BOOK_DEFINITIVE, bare)


def test_thermal_radiofrequency_needs_an_anaesthetist_unless_the_case_says_otherwise() -> None:
    def thermal(needs: bool | None) -> Change:
        return lambda facts: replace(
            booking_with(anaesthetist=False)(facts), technique=Technique.RF_THERMAL, anaesthetist=needs
        )

    assert "no anaesthetist" in refusal(*BOOK_DEFINITIVE, thermal(None))
    assert refusal(*BOOK_DEFINITIVE, thermal(needs=False)) == ""


def items_dated(key: str, dated: date | None) -> Change:
    return facts_with(
        items=(*(item for item in all_items() if item.key != key), ReferralItem(key=key, received=True, dated=dated))
    )


def test_old_bloods_are_renewed_before_the_day_unless_it_is_too_near() -> None:
    def near(ahead: int) -> Change:
        return lambda facts: booking_with(on=day(ahead))(items_dated("R2", day(-8))(facts))

    assert "New bloods cannot be ready before 24 November 2026" in refusal(*BOOK, near(0))
    assert refusal(*BOOK, near(1)) == ""


def test_planned_bloods_hold_on_the_day() -> None:
    assert refusal(*BOOK, booking_with(on=day(20)), bloods_on=day(13)) == ""
    assert "would not hold" in refusal(*BOOK, booking_with(on=day(20)), bloods_on=day(12))
    assert "would not hold" in refusal(*BOOK, booking_with(on=day(20)), bloods_on=day(21))


def test_bloods_without_a_date_do_not_hold() -> None:
    def undated(facts: CaseFacts) -> CaseFacts:
        return booking_with(on=day(0))(items_dated("R2", None)(facts))

    assert "no date is recorded" in refusal(*BOOK, undated)


def test_in_cancer_imaging_holds_for_a_shorter_time() -> None:
    def scanned(*, cancer: bool) -> Change:
        return lambda facts: replace(booking_with(on=day(1))(items_dated("R1", day(-50))(facts)), cancer=cancer)

    assert "New imaging cannot be ready" in refusal(*BOOK, scanned(cancer=True))
    assert refusal(*BOOK, scanned(cancer=False)) == ""


def test_consent_holds_on_the_day_for_this_target_and_side() -> None:
    assert refusal(*BOOK, facts_with(consents=(a_consent(on=day(-173)),))) == ""
    assert "do not hold on the day" in refusal(*BOOK, facts_with(consents=(a_consent(on=day(-174)),)))
    other = a_consent(laterality=Laterality.MIDLINE)
    assert "another target or side" in refusal(*BOOK, facts_with(consents=(other,)))
    assert "no date is recorded" in refusal(*BOOK, facts_with(consents=(a_consent(Stage.DEFINITIVE),)))


def test_a_renewed_consent_is_taken_with_the_booking() -> None:
    assert refusal(*BOOK, facts_with(consents=()), consent_on=day(0)) == ""
    assert "will be too old" in refusal(*BOOK, facts_with(consents=()), consent_on=day(-174))


def test_the_mdt_decision_holds_on_the_day() -> None:
    def decided(ago: int) -> Change:
        return facts_with(mdt=MdtDecision(on=day(-ago), recommendation=MdtRecommendation.PROCEED_TEST))

    assert refusal(*BOOK, decided(83)) == ""
    assert "mdt_recall" in refusal(*BOOK, decided(84))


def test_there_is_time_to_stop_warfarin() -> None:
    def on(ahead: int) -> Change:
        return lambda facts: replace(booking_with(on=day(ahead))(facts), medicines=("Warfarin 5 mg",))

    assert refusal(*BOOK, on(6)) == ""
    assert "Warfarin 5 mg needs 5 full days off" in refusal(*BOOK, on(5))


@pytest.mark.parametrize(("clearance", "lead"), [(60, 3), (25, 6), (None, 6)])
def test_poor_or_unknown_kidney_function_lengthens_the_hold(clearance: int | None, lead: int) -> None:
    def on(ahead: int) -> Change:
        return lambda facts: replace(
            booking_with(on=day(ahead))(facts), medicines=("apixaban",), creatinine_clearance=clearance
        )

    assert refusal(*BOOK, on(lead)) == ""
    assert "full days off" in refusal(*BOOK, on(lead - 1))


def test_the_referral_still_runs_on_the_day() -> None:
    assert refusal(*BOOK, facts_with(referral_valid_until=day(7))) == ""
    assert "Ask the referrer to renew it" in refusal(*BOOK, facts_with(referral_valid_until=day(6)))
    assert refusal(*BOOK, facts_with(referral_valid_until=day(6)), referral_valid_until=day(7)) == ""
    ended = refusal(*BOOK, facts_with(referral_valid_until=day(2)), referral_valid_until=day(6))
    assert "before the procedure" in ended


def test_neurolysis_leaves_a_gap_after_the_test() -> None:
    def tested(on: date) -> Change:
        return lambda facts: replace(booking_with(on=day(0))(facts), procedures=(a_test(on=on),))

    assert refusal(*BOOK_DEFINITIVE, tested(day(-1))) == ""
    assert "too recent" in refusal(*BOOK_DEFINITIVE, tested(day(0)))


def test_the_test_result_holds_on_the_day() -> None:
    def tested(ago: int) -> Change:
        return facts_with(procedures=(a_test(on=day(-ago)),))

    assert refusal(*BOOK_DEFINITIVE, tested(35)) == ""  # the slot is a week ahead
    assert "choose an earlier slot or mdt_recall" in refusal(*BOOK_DEFINITIVE, tested(36))


@pytest.mark.parametrize("result", [TestResult.EQUIVOCAL, TestResult.NEGATIVE, None])
def test_only_a_positive_test_supports_neurolysis(result: TestResult | None) -> None:
    untested = facts_with(procedures=(a_test(result=result),))
    assert "No positive test block supports this plan" in refusal(*BOOK_DEFINITIVE, untested)


def test_going_direct_or_repeating_needs_no_test_result() -> None:
    assert refusal(*BOOK_DEFINITIVE, facts_with(direct=True, procedures=())) == ""
    repeated = (a_test(on=day(-120)), a_treatment(on=day(-100)))
    assert refusal(*BOOK_DEFINITIVE, facts_with(procedures=repeated)) == ""


@pytest.mark.parametrize("urgency", Urgency)
def test_a_new_date_is_offered_within_the_limit_of_the_category(urgency: Urgency) -> None:
    limit = {1: 7, 2: 21, 3: 42}[urgency]
    step = (S.TEST_BOOKED, Event.CANCEL_HOSPITAL, facts_with(urgency=urgency))
    assert refusal(*step, offer_by=day(limit)) == ""
    assert "A new date has to be offered by" in refusal(*step, offer_by=day(limit + 1))


START = (S.TEST_BOOKED, Event.START_TEST)


@pytest.mark.parametrize(
    "check", ["identity_checked", "consent_checked", "allergies_checked", "anticoagulants_checked"]
)
def test_every_sign_in_check_is_answered_with_yes(check: str) -> None:
    assert f"Still to be answered with yes: '{check}'." in refusal(*START, **{check: "no"})


@pytest.mark.parametrize("side", [side for side in Laterality if side is not Laterality.BILATERAL])
def test_the_side_confirmed_must_be_the_side_planned(side: Laterality) -> None:
    assert "Stop: the side confirmed" in refusal(*START, side=side.value)


def test_a_procedure_is_not_started_without_a_booking_or_a_consent() -> None:
    assert "book it first" in refusal(*START, facts_with(booking=None))
    assert "book it first" in refusal(*START, booking_with(state=BookingState.HELD))
    assert "Take a new consent" in refusal(*START, facts_with(consents=()))


@pytest.mark.parametrize(("inr", "stops"), [("1.8", False), ("1.9", True)])
def test_an_inr_above_the_limit_stops_the_procedure(inr: str, stops: bool) -> None:
    assert ("Stop: INR" in refusal(*START, inr=inr)) is stops


@pytest.mark.parametrize(("platelets", "stops"), [("50", False), ("49", True)])
def test_platelets_below_the_limit_stop_the_procedure(platelets: str, stops: bool) -> None:
    assert ("Stop: platelets" in refusal(*START, platelets=platelets)) is stops


def test_a_named_radiologist_with_a_reason_may_go_ahead() -> None:
    assert "Stop" in refusal(*START, inr="2.5", override_by="R1")
    assert "Stop" in refusal(*START, inr="2.5", override_reason="Dying")
    assert refusal(*START, inr="2.5", override_by="R1", override_reason="Comfort care, family agrees") == ""


def test_an_override_does_not_make_bloods_known() -> None:
    overridden = {"override_by": "R1", "override_reason": "In a hurry"}
    assert "'inr' must be known" in refusal(*START, inr=None, **overridden)
    assert "'inr' and 'platelets' must be known" in refusal(*START, inr=None, platelets=None)


def test_where_the_risk_is_low_bloods_need_not_be_known() -> None:
    facts, form = ready_for(*START)
    low = with_value(a_protocol(), "bleeding_risk.coeliac", "low")
    unknown = {key: value for key, value in form.items() if key not in {"inr", "platelets"}}
    decide(facts, Event.START_TEST, unknown, protocol=low, today=TODAY)


def test_bloods_are_fresh_at_sign_in() -> None:
    stale = items_dated("R2", day(-8))
    assert "Give 'bloods_dated'" in refusal(*START, stale)
    assert refusal(*START, stale, bloods_dated=day(-7)) == ""
    assert "take new ones" in refusal(*START, stale, bloods_dated=day(-8))


def test_after_warfarin_the_inr_is_two_days_old_at_most() -> None:
    taking = facts_with(medicines=("warfarin",))
    assert refusal(*START, taking, bloods_dated=day(-2)) == ""
    assert "at most 2 days old" in refusal(*START, taking, bloods_dated=day(-3))


def test_a_procedure_is_signed_out() -> None:
    assert "'signed_out'" in refusal(S.TEST_IN_PROGRESS, Event.COMPLETE_TEST, signed_out="no")
    assert "'signed_out'" in refusal(S.DEFINITIVE_IN_PROGRESS, Event.COMPLETE_DEFINITIVE, signed_out="no")


def test_the_side_treated_is_the_side_planned() -> None:
    assert "Stop" in refusal(S.DEFINITIVE_IN_PROGRESS, Event.COMPLETE_DEFINITIVE, side="left")


RESULTS = {
    TestResult.POSITIVE: Event.RESULT_POSITIVE,
    TestResult.EQUIVOCAL: Event.RESULT_EQUIVOCAL,
    TestResult.NEGATIVE: Event.RESULT_NEGATIVE,
}


@pytest.mark.parametrize(
    ("readings", "shows"),
    [
        (scores(10, m15=5, m60=9, m240=9), TestResult.POSITIVE),
        (scores(10, m15=5, m60=9), TestResult.EQUIVOCAL),
        (scores(10, m15=9, m60=9, m360=5), TestResult.POSITIVE),
        (scores(10, m15=8, m60=8, m240=8, m361=5), TestResult.EQUIVOCAL),
        (scores(10, m14=0), TestResult.EQUIVOCAL),
        (scores(10, m15=6), TestResult.EQUIVOCAL),
        (scores(10, m15=7), TestResult.EQUIVOCAL),
        (scores(10, m15=8, m60=8, m240=8), TestResult.NEGATIVE),
        (scores(10, m15=8, m60=8), TestResult.EQUIVOCAL),
        (scores(7, m15=5, m60=6, m240=7), TestResult.NEGATIVE),
        (scores(4, m15=2, m60=2, m240=2), TestResult.POSITIVE),
        (scores(3, m15=0), TestResult.EQUIVOCAL),
        (scores(0, m15=0), TestResult.EQUIVOCAL),
        (scores(None, m15=0), TestResult.EQUIVOCAL),
        (scores(8), TestResult.EQUIVOCAL),
        ((), TestResult.EQUIVOCAL),
    ],
)
def test_a_result_is_only_recorded_as_what_the_scores_show(readings: tuple, shows: TestResult) -> None:
    case = facts_with(procedures=(a_test(readings=readings, result=None),))
    for result, event in RESULTS.items():
        says = refusal(S.TEST_AWAITING_RESULT, event, case)
        assert (says == "") is (result is shows), says
        assert says == "" or f"record result_{shows.value} instead" in says


def test_late_scores_count_with_the_first() -> None:
    weak = facts_with(procedures=(a_test(readings=scores(10, m15=8), result=None),))
    assert refusal(S.TEST_AWAITING_RESULT, Event.RESULT_POSITIVE, weak, readings="1h=8,4h=4") == ""


def test_relief_that_does_not_fit_the_block_may_be_called_equivocal() -> None:
    strong = facts_with(procedures=(a_test(readings=scores(10, m15=0), result=None),))
    assert refusal(S.TEST_AWAITING_RESULT, Event.RESULT_EQUIVOCAL, strong, pattern_concern="Numb leg") == ""


def test_a_test_is_repeated_once() -> None:
    assert refusal(S.TEST_EQUIVOCAL, Event.REPEAT_TEST, facts_with(test_repeats=0)) == ""
    assert "use mdt_recall" in refusal(S.TEST_EQUIVOCAL, Event.REPEAT_TEST, facts_with(test_repeats=1))


def test_an_unclear_test_goes_to_the_meeting_when_a_clinician_asks_or_no_repeat_is_left() -> None:
    step = (S.TEST_EQUIVOCAL, Event.MDT_RECALL)
    assert "say in 'change'" in refusal(*step, change=None)
    assert refusal(*step, facts_with(test_repeats=1), change=None) == ""


@pytest.mark.parametrize("state", [S.TEST_POSITIVE, S.DEFINITIVE_WAITING])
def test_a_positive_case_is_recalled_when_the_result_expired_or_something_changed(state: S) -> None:
    assert "say in 'change'" in refusal(state, Event.MDT_RECALL, change=None)
    expired = facts_with(procedures=(a_test(on=day(-43)),))
    assert refusal(state, Event.MDT_RECALL, expired, change=None) == ""


def test_a_negative_test_goes_to_the_meeting_with_another_plan() -> None:
    assert "Propose another" in refusal(S.TEST_NEGATIVE, Event.MDT_RECALL, technique="chemical")
    assert refusal(S.TEST_NEGATIVE, Event.MDT_RECALL, technique=None, target="splanchnic") == ""


def test_a_new_plan_differs_from_the_old() -> None:
    assert "Propose another" in refusal(S.REPEAT_REVIEW, Event.NEW_PLAN, technique="chemical")
    scanned = items_dated("R1", day(-1))
    decided = facts_with(mdt=MdtDecision(on=day(-5), recommendation=MdtRecommendation.PROCEED_TEST))
    assert refusal(S.REPEAT_REVIEW, Event.NEW_PLAN, lambda facts: decided(scanned(facts)), technique="chemical") == ""


def test_repeats_are_limited_in_a_year() -> None:
    def treated(times: int, first: int = -350) -> Change:
        return facts_with(procedures=tuple(a_treatment(on=day(first + at)) for at in range(times)))

    assert refusal(S.FOLLOW_UP, Event.PAIN_RETURNS, treated(5)) == ""
    assert "treated 6 times by chemical" in refusal(S.FOLLOW_UP, Event.PAIN_RETURNS, treated(6))
    assert refusal(S.FOLLOW_UP, Event.PAIN_RETURNS, treated(6, first=-380)) == ""


@pytest.mark.parametrize(
    ("technique", "interval"),
    [(Technique.CHEMICAL, 28), (Technique.CRYO, 90), (Technique.RF_THERMAL, 60), (Technique.RF_PULSED, 60)],
)
def test_each_technique_has_its_interval(technique: Technique, interval: int) -> None:
    def treated(ago: int) -> Change:
        return facts_with(technique=technique, procedures=(a_treatment(on=day(-ago), technique=technique),))

    assert refusal(S.REPEAT_REVIEW, Event.REPEAT_SAME, treated(interval)) == ""
    assert "may be repeated from" in refusal(S.REPEAT_REVIEW, Event.REPEAT_SAME, treated(interval - 1))


def test_a_repeat_needs_a_current_decision_or_the_lead() -> None:
    step = (S.REPEAT_REVIEW, Event.REPEAT_SAME)
    old = facts_with(mdt=MdtDecision(on=day(-91), recommendation=MdtRecommendation.PROCEED_TEST))
    assert "'lead_approval'" in refusal(*step, old)
    assert refusal(*step, old, lead_approval="IR lead") == ""


def test_the_third_treatment_in_a_year_goes_to_the_meeting_unless_the_lead_approves() -> None:
    step = (S.REPEAT_REVIEW, Event.REPEAT_SAME)
    twice = facts_with(procedures=(a_treatment(on=day(-200)), a_treatment(on=day(-100))))
    assert "goes to the meeting first" in refusal(*step, twice)
    assert refusal(*step, twice, lead_approval="IR lead") == ""


def test_follow_up_ends_with_the_final_review_or_a_handover() -> None:
    step = (S.FOLLOW_UP, Event.COMPLETE_FOLLOW_UP)
    treated = facts_with(procedures=(a_treatment(on=day(-90)),))
    scored = {"pain_score": "2", "opioid_dose_mg": "30", "handed_to_referrer": None}
    assert "give 'final_review_on'" in refusal(*step, treated, handed_to_referrer=None)
    assert refusal(*step, treated, **scored, final_review_on=day(-6)) == ""
    bare = refusal(*step, treated, handed_to_referrer=None, final_review_on=day(-6))
    assert bare == "With the final review give 'pain_score' and 'opioid_dose_mg'."
    early = refusal(*step, treated, **scored, final_review_on=day(-7))
    assert "The final review is due on" in early
    assert "give 'final_review_on'" in refusal(*step, treated, handed_to_referrer="no")


def test_follow_up_ends_once_the_final_review_is_recorded() -> None:
    last = Review(on=day(-5), point=84, pain_score=2, opioid_dose_mg=30, following=NextAfterReview.FINISH)
    treated = facts_with(procedures=(a_treatment(on=day(-90)),), reviews=(last,))
    assert refusal(S.FOLLOW_UP, Event.COMPLETE_FOLLOW_UP, treated, handed_to_referrer=None) == ""


@pytest.mark.parametrize(
    ("technique", "whole", "lacking"),
    [
        (Technique.CHEMICAL, {"agent": "Phenol", "volume_ml": "5", "concentration_percent": "6"}, "'agent'"),
        (Technique.RF_THERMAL, {"temperature_c": "80", "lesion_seconds": "90"}, "'temperature_c'"),
        (Technique.RF_PULSED, {"temperature_c": "42", "lesion_seconds": "240"}, "'temperature_c'"),
        (Technique.CRYO, {"freeze_cycles": "2", "probe": "17 gauge"}, "'freeze_cycles'"),
    ],
)
def test_the_record_of_each_technique_is_whole(technique: Technique, whole: dict, lacking: str) -> None:
    none = {"agent": None, "volume_ml": None, "concentration_percent": None}
    step = (S.DEFINITIVE_IN_PROGRESS, Event.COMPLETE_DEFINITIVE, facts_with(technique=technique))
    assert lacking in refusal(*step, **none)
    assert refusal(*step, **{**none, **whole}) == ""


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"complications": "None."}, ""),
        ({"complications": "Foot drop"}, "Give 'complication_scale' and 'complication_grade'"),
        ({"complications": "Foot drop", "complication_scale": "cirse"}, "Give 'complication_scale'"),
        ({"complications": "Foot drop", "complication_scale": "cirse", "complication_grade": "6"}, ""),
        ({"complications": "Foot drop", "complication_scale": "cirse", "complication_grade": "7"}, "run from 1 to 6"),
        ({"complications": "Foot drop", "complication_scale": "ctcae", "complication_grade": "6"}, "run from 1 to 5"),
        ({"complications": "none", "complication_scale": "ctcae"}, "no complication"),
    ],
)
def test_a_complication_is_graded_on_a_named_scale(answers: dict, says: str) -> None:
    found = refusal(S.DEFINITIVE_IN_PROGRESS, Event.COMPLETE_DEFINITIVE, **answers)
    assert says in found
    assert bool(found) is bool(says)


@pytest.mark.parametrize(
    ("attempts", "enough"),
    [
        ("phone=2026-11-20,phone=2026-11-21,sms=2026-11-22", True),
        ("phone=2026-11-20,sms=2026-11-21", False),
        ("phone=2026-11-20,phone=2026-11-21,phone=2026-11-22", False),
        ("phone=2026-11-20,phone=2026-11-20,sms=2026-11-21", False),
    ],
)
def test_a_patient_is_uncontactable_after_three_attempts_in_two_ways(attempts: str, enough: bool) -> None:
    says = refusal(S.TEST_WAITING, Event.UNCONTACTABLE, attempts=attempts)
    assert (says == "") is enough, says


def test_attempts_made_before_count() -> None:
    tried = tuple(
        ContactAttempt(on=day(-at), channel=channel) for at, channel in enumerate((Channel.PHONE, Channel.SMS))
    )
    earlier = facts_with(contact_attempts=tried)
    assert refusal(S.TEST_WAITING, Event.UNCONTACTABLE, earlier, attempts="letter") == ""
    assert "2 of 3 attempts" in refusal(S.TEST_WAITING, Event.UNCONTACTABLE, earlier, attempts=None)


def test_nobody_is_removed_before_the_referrer_is_told() -> None:
    assert "'referrer_told'" in refusal(S.TEST_WAITING, Event.UNCONTACTABLE, referrer_told="no")
    assert "'mdt_informed'" in refusal(S.CONSULTATION, Event.UNSUITABLE_AT_CONSULT, mdt_informed="no")


def test_a_withdrawal_is_not_older_than_the_referral() -> None:
    assert "older than the referral" in refusal(S.TRIAGE, Event.PATIENT_WITHDRAWS, requested_on="2026-11-01")


def test_every_refusal_is_given_at_once() -> None:
    says = refusal(*START, facts_with(consents=()), side="left", inr="3", identity_checked="no")
    assert all(words in says for words in ("Stop: the side", "Stop: INR", "'identity_checked'", "new consent"))


def test_what_may_follow_says_why_not_without_the_form() -> None:
    lacking = a_case_facts(items=())
    steps = {step.event: step for step in possible(lacking, a_protocol(), TODAY)}
    assert not steps[Event.START_TRIAGE].allowed
    assert "still missing" in (steps[Event.START_TRIAGE].why_not or "")
    assert steps[Event.MARK_INCOMPLETE].allowed
    assert steps[Event.MARK_INCOMPLETE].why_not is None


def test_forms_show_what_is_planned() -> None:
    accept = next(step for step in possible(a_case_facts(S.TRIAGE), a_protocol(), TODAY) if step.event is Event.ACCEPT)
    shown = {field.key: field.initial for field in accept.fields}
    assert shown["target"] == "coeliac"
    assert shown["urgency"] == "2"


@pytest.mark.parametrize("state", [state for state in S if not state.ends])
def test_what_may_follow_agrees_with_what_is_decided(state: S) -> None:
    facts, _ = ready_for(state, Event.DEATH_NOTIFIED)
    for step in possible(facts, a_protocol(), TODAY):
        _, form = ready_for(state, step.event)
        if step.allowed:
            continue
        with pytest.raises(TransitionNotAllowedError):
            decide(facts, step.event, form, protocol=a_protocol(), today=TODAY)


def test_a_sign_in_is_cautioned_about_a_raised_inr_and_an_unusual_day() -> None:
    facts, form = ready_for(*START)
    step = decide(facts, Event.START_TEST, {**form, "inr": "1.6"}, protocol=a_protocol(), today=TODAY)
    assert len(step.cautions) == 2
    on_the_day = replace(facts, booking=a_booking(state=BookingState.ARRIVED, on=TODAY))
    calm = decide(on_the_day, Event.START_TEST, {**form, "inr": "1.5"}, protocol=a_protocol(), today=TODAY)
    assert calm.cautions == ()


def test_an_ageing_result_is_cautioned_at_booking() -> None:
    facts, form = ready_for(*BOOK_DEFINITIVE)
    for ago, words in ((28, ()), (29, ("ageing",))):
        aged = replace(facts, procedures=(a_test(on=day(-ago)),))
        step = decide(aged, Event.BOOK_DEFINITIVE, form, protocol=a_protocol(), today=TODAY)
        assert len(step.cautions) == len(words)


def six_times(**changes: object) -> tuple[ProcedureDone, ...]:
    """Six treatments of the usual plan, ten days apart, the first 350 days ago."""
    return tuple(a_treatment(on=day(-350 + 10 * at), **changes) for at in range(6))


def elsewhere(*procedures: ProcedureDone) -> OtherCase:
    """An ended case of the same patient in which these were done."""
    return OtherCase(ref="N10000", state=S.DISCHARGED, target=Target.COELIAC, linked=True, procedures=procedures)


YEARLY = "This nerve was treated 6 times by chemical neurolysis in the 365 days"


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (S.CONSULTATION, Event.LIST_FOR_DEFINITIVE),
        (S.TEST_POSITIVE, Event.LIST_FOR_DEFINITIVE),
        (S.DEFINITIVE_WAITING, Event.BOOK_DEFINITIVE),
        (S.DEFINITIVE_BOOKED, Event.START_DEFINITIVE),
        (S.REPEAT_REVIEW, Event.REPEAT_SAME),
    ],
)
def test_a_nerve_is_treated_at_most_so_often_a_year_over_all_of_the_patients_cases(state: S, event: Event) -> None:
    approved = {"lead_approval": "IR lead"} if event is Event.REPEAT_SAME else {}
    own = len([done for done in ready_for(state, event)[0].procedures if done.stage is Stage.DEFINITIVE])
    with_five = facts_with(other_cases=(elsewhere(*six_times()[1 + own :]),))
    with_six = facts_with(other_cases=(elsewhere(*six_times()[own:]),))
    assert YEARLY not in refusal(state, event, with_five, **approved)
    assert YEARLY in refusal(state, event, with_six, **approved)


def test_the_day_the_yearly_limit_opens_again_is_said_and_may_be_booked() -> None:
    step = (S.DEFINITIVE_WAITING, Event.BOOK_DEFINITIVE)
    full = facts_with(other_cases=(elsewhere(*six_times()),))
    assert "may be treated so again is 8 December 2026" in refusal(*step, full)

    def booked_for(on: date) -> Change:
        return lambda facts: booking_with(on=on)(full(facts))

    assert YEARLY in refusal(*step, booked_for(date(2026, 12, 7)))
    assert refusal(*step, booked_for(date(2026, 12, 8))) == ""


@pytest.mark.parametrize(
    ("planned", "done", "counts"),
    [
        (Laterality.LEFT, Laterality.LEFT, True),
        (Laterality.LEFT, Laterality.RIGHT, False),
        (Laterality.LEFT, Laterality.BILATERAL, True),
        (Laterality.BILATERAL, Laterality.RIGHT, True),
        (Laterality.MIDLINE, Laterality.MIDLINE, True),
    ],
)
def test_each_side_is_counted_by_itself(planned: Laterality, done: Laterality, counts: bool) -> None:
    change = facts_with(laterality=planned, procedures=six_times(laterality=done))
    says = refusal(S.REPEAT_REVIEW, Event.REPEAT_SAME, change, lead_approval="IR lead")
    assert (YEARLY in says) is counts


@pytest.mark.parametrize(
    ("planned", "done", "counts"),
    [
        (Technique.RF_THERMAL, Technique.RF_PULSED, True),
        (Technique.RF_PULSED, Technique.CRYO, True),
        (Technique.CRYO, Technique.CRYO, True),
        (Technique.CRYO, Technique.CHEMICAL, False),
        (Technique.CHEMICAL, Technique.RF_THERMAL, False),
    ],
)
def test_only_techniques_of_the_same_item_count_together(planned: Technique, done: Technique, counts: bool) -> None:
    step = (S.DEFINITIVE_WAITING, Event.BOOK_DEFINITIVE)
    change = facts_with(technique=planned, other_cases=(elsewhere(*six_times(technique=done)),))
    assert ("This nerve was treated 6 times by" in refusal(*step, change)) is counts


def test_each_technique_has_its_own_limit() -> None:
    step = (S.REPEAT_REVIEW, Event.REPEAT_SAME)
    twice = facts_with(technique=Technique.CRYO, procedures=six_times(technique=Technique.CRYO)[:2])
    strict = with_value(a_protocol(), "repeats_allowed.cryo", 2)
    assert "times by" not in refusal(*step, twice)
    assert "treated 2 times by" in refusal(*step, twice, protocol=strict)
    assert "times by" not in refusal(*step, twice, protocol=with_value(a_protocol(), "repeats_allowed.chemical", 2))


def test_another_target_does_not_count() -> None:
    other = facts_with(procedures=(a_treatment(), *six_times(target=Target.SPLANCHNIC)))
    assert YEARLY not in refusal(S.REPEAT_REVIEW, Event.REPEAT_SAME, other, lead_approval="IR lead")


@pytest.mark.parametrize(("ago", "refused"), [(21, False), (22, False), (20, True)])
def test_the_interval_of_a_technique_also_counts_from_an_earlier_case(ago: int, refused: bool) -> None:
    """The slot is seven days ahead, and chemical neurolysis rests 28 days."""
    earlier = facts_with(other_cases=(elsewhere(a_treatment(on=day(-ago))),))
    says = refusal(S.DEFINITIVE_WAITING, Event.BOOK_DEFINITIVE, earlier)
    assert ("treated too recently" in says) is refused


def test_the_third_treatment_counts_those_of_earlier_cases() -> None:
    once_here = facts_with(procedures=(a_treatment(),), other_cases=(elsewhere(a_treatment(on=day(-200))),))
    assert "goes to the meeting first" in refusal(S.REPEAT_REVIEW, Event.REPEAT_SAME, once_here)
