from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest

from scheduler.pathway import effects as kinds
from scheduler.pathway.booking import BookingState
from scheduler.pathway.effects import (
    AddItem,
    Audience,
    CancelBooking,
    CancelDueSteps,
    CancelNotices,
    CloseEpisode,
    Count,
    Counter,
    DueStep,
    Effect,
    FinishProcedure,
    LogContact,
    Notice,
    NoticeKind,
    OpenEpisode,
    RecordConsent,
    RecordMdtOutcome,
    RecordMedicineFacts,
    RecordPerformance,
    RecordReadings,
    RecordResult,
    RemovalReason,
    RenewReferral,
    ReopenEpisode,
    RequireItems,
    SetBookingState,
    SetPlan,
    StartProcedure,
    Task,
    TaskKind,
    Timer,
    UpdateEpisode,
)
from scheduler.pathway.events import Entry, Event
from scheduler.pathway.facts import CaseFacts, Channel, MdtRecommendation, TestResult
from scheduler.pathway.machine import decide, opening_effects
from scheduler.pathway.states import PathwayState as S
from scheduler.pathway.transitions import TRANSITIONS
from scheduler.vocabulary import Laterality, Readiness, Role, Stage, Target, Technique, Urgency
from tests.builders.pathway import (
    TODAY,
    a_booking,
    a_case_facts,
    a_protocol,
    a_test,
    a_treatment,
    all_items,
    an_episode,
    enter,
    ready_for,
    ready_to_write,
    scores,
)


def day(ahead: int) -> date:
    return TODAY + timedelta(days=ahead)


def after(state: S, event: Event, facts: CaseFacts | None = None, /, **answers: object) -> tuple[Effect, ...]:
    usual, form = ready_for(state, event)
    return decide(facts or usual, event, {**form, **answers}, protocol=a_protocol(), today=TODAY).effects


def only(effects: tuple[Effect, ...], kind: type) -> object:
    found = [effect for effect in effects if isinstance(effect, kind)]
    assert len(found) == 1, found
    return found[0]


def letters(effects: tuple[Effect, ...]) -> set[tuple[NoticeKind, Audience]]:
    return {(effect.kind, effect.audience) for effect in effects if isinstance(effect, Notice)}


def test_every_kind_of_effect_is_one_that_the_memory_is_told_of() -> None:
    defined = {kind for kind in vars(kinds).values() if dataclasses.is_dataclass(kind)}
    defined = {kind for kind in defined if kind.__module__ == kinds.__name__}
    assert defined == set(get_args(Effect))


def test_every_kind_of_effect_is_left_by_some_step() -> None:
    left: set[type] = set()
    for move in TRANSITIONS:
        left |= {type(effect) for effect in after(move.start, move.event)}
    for entry in Entry:
        facts, answers = ready_to_write(entry)
        left |= {type(effect) for effect in enter(facts, entry, **answers).effects}
    # Left with an optional answer: each has its own test.
    assert set(get_args(Effect)) - left == {RenewReferral, RecordMedicineFacts, RecordPerformance}


def test_a_new_case_opens_with_a_task_and_the_response_timer() -> None:
    task, timer = opening_effects(a_case_facts(received_on=TODAY), a_protocol(), TODAY)
    assert isinstance(task, Task)
    assert (task.role, task.due_on) == (Role.BOOKINGS, date(2026, 12, 3))
    assert isinstance(timer, DueStep)
    assert (timer.name, timer.due_on) == (Timer.RESPONSE_DUE, date(2026, 12, 3))


def test_holidays_move_what_is_due_in_working_days() -> None:
    holidays = frozenset({date(2026, 11, 24)})
    task, _ = opening_effects(a_case_facts(received_on=TODAY), a_protocol(), TODAY, holidays)
    assert isinstance(task, Task)
    assert task.due_on == date(2026, 12, 4)


def test_acceptance_keeps_the_plan_tells_everybody_and_asks_for_the_meeting() -> None:
    effects = after(S.TRIAGE, Event.ACCEPT, target="stellate", laterality="left", urgency="1", technique="rf_pulsed")
    assert only(effects, SetPlan) == SetPlan(
        target=Target.STELLATE,
        technique=Technique.RF_PULSED,
        laterality=Laterality.LEFT,
        urgency=Urgency.CATEGORY_1,
    )
    assert letters(effects) == {
        (NoticeKind.ACCEPTED, Audience.REFERRER),
        (NoticeKind.ACCEPTED, Audience.PATIENT),
    }
    due = {effect.name: effect.due_on for effect in effects if isinstance(effect, DueStep)}
    assert due == {Timer.ADD_TO_MDT_AGENDA: TODAY, Timer.MDT_DUE: day(7)}
    assert CancelDueSteps(names=(Timer.RESPONSE_DUE,)) in effects


def test_missing_items_are_asked_for_and_received_ones_added() -> None:
    effects = after(S.REFERRAL_RECEIVED, Event.MARK_INCOMPLETE)
    assert only(effects, RequireItems) == RequireItems(keys=("R1",))
    assert (NoticeKind.INFORMATION_NEEDED, Audience.REFERRER) in letters(effects)
    received = after(S.REFERRAL_INCOMPLETE, Event.INFORMATION_RECEIVED, items="R1=2026-11-20")
    assert only(received, AddItem) == AddItem(key="R1", dated=date(2026, 11, 20))


def test_the_meeting_is_minuted_and_sets_the_route() -> None:
    effects = after(S.AWAITING_MDT, Event.MDT_PROCEED_DIRECT, mdt_on="2026-11-20", technique="cryo")
    minuted = only(effects, RecordMdtOutcome)
    assert isinstance(minuted, RecordMdtOutcome)
    assert (minuted.on, minuted.recommendation) == (date(2026, 11, 20), MdtRecommendation.PROCEED_DIRECT)
    assert "palliative_care" in minuted.attended
    assert minuted.reason == "Short prognosis"
    plan = only(effects, SetPlan)
    assert isinstance(plan, SetPlan)
    assert (plan.direct, plan.technique) == (True, Technique.CRYO)
    assert (NoticeKind.MDT_OUTCOME, Audience.GENERAL_PRACTITIONER) in letters(effects)


def test_a_test_first_decision_undoes_an_earlier_direct_one() -> None:
    plan = only(after(S.AWAITING_MDT, Event.MDT_PROCEED_TEST), SetPlan)
    assert isinstance(plan, SetPlan)
    assert plan.direct is False


def test_a_prior_decision_is_kept_as_supplied() -> None:
    minuted = only(after(S.TRIAGE, Event.ACCEPT_WITH_PRIOR_MDT), RecordMdtOutcome)
    assert isinstance(minuted, RecordMdtOutcome)
    assert minuted.supplied
    assert minuted.on == date(2026, 11, 1)


def test_listing_for_a_test_opens_the_wait_with_consent() -> None:
    effects = after(S.CONSULTATION, Event.LIST_FOR_TEST, urgency="1")
    assert only(effects, OpenEpisode) == OpenEpisode(
        stage=Stage.TEST_BLOCK, urgency=Urgency.CATEGORY_1, readiness=Readiness.READY, listed_on=TODAY
    )
    assert only(effects, RecordConsent) == RecordConsent(
        stage=Stage.TEST_BLOCK,
        on=TODAY,
        target=Target.COELIAC,
        laterality=Laterality.BILATERAL,
        technique=Technique.LOCAL_ANAESTHETIC,
    )
    due = {effect.name: effect.due_on for effect in effects if isinstance(effect, DueStep)}
    assert due == {Timer.TREAT_BY: day(30)}


def test_a_patient_listed_not_ready_has_a_review_timer() -> None:
    effects = after(S.CONSULTATION, Event.LIST_FOR_TEST, readiness="NRFS_CLINICAL", review_on=day(12))
    opened = only(effects, OpenEpisode)
    assert isinstance(opened, OpenEpisode)
    assert (opened.readiness, opened.review_on) == (Readiness.NOT_READY_CLINICAL, day(12))
    assert (Timer.REVIEW_READINESS, day(12)) in {(e.name, e.due_on) for e in effects if isinstance(e, DueStep)}


def test_a_positive_result_opens_the_wait_for_neurolysis_staged_until_the_gap_ends() -> None:
    for tested, readiness, earliest in ((TODAY, Readiness.STAGED, day(1)), (day(-1), Readiness.READY, None)):
        facts = a_case_facts(S.TEST_AWAITING_RESULT, procedures=(a_test(on=tested, result=None),))
        effects = after(S.TEST_AWAITING_RESULT, Event.RESULT_POSITIVE, facts)
        opened = only(effects, OpenEpisode)
        assert isinstance(opened, OpenEpisode)
        assert (opened.stage, opened.readiness, opened.earliest) == (Stage.DEFINITIVE, readiness, earliest)
        assert opened.review_on == earliest
        names = {effect.name for effect in effects if isinstance(effect, DueStep)}
        assert (Timer.STAGED_UNTIL in names) is (readiness is Readiness.STAGED)
        assert {Timer.RESULT_AGEING, Timer.RESULT_EXPIRES} <= names


def test_listing_for_neurolysis_after_a_test_goes_on_with_the_same_wait() -> None:
    effects = after(S.TEST_POSITIVE, Event.LIST_FOR_DEFINITIVE, technique="cryo")
    update = only(effects, UpdateEpisode)
    assert isinstance(update, UpdateEpisode)
    assert (update.stage, update.readiness, update.on) == (Stage.DEFINITIVE, Readiness.READY, TODAY)
    assert not [effect for effect in effects if isinstance(effect, OpenEpisode | CloseEpisode)]
    consent = only(effects, RecordConsent)
    assert isinstance(consent, RecordConsent)
    assert (consent.stage, consent.technique) == (Stage.DEFINITIVE, Technique.CRYO)


def test_going_direct_opens_the_wait_at_the_consultation() -> None:
    effects = after(S.CONSULTATION, Event.LIST_FOR_DEFINITIVE)
    opened = only(effects, OpenEpisode)
    assert isinstance(opened, OpenEpisode)
    assert (opened.stage, opened.listed_on, opened.earliest) == (Stage.DEFINITIVE, TODAY, None)
    assert not {Timer.RESULT_AGEING, Timer.RESULT_EXPIRES} & {e.name for e in effects if isinstance(e, DueStep)}


def test_a_recalled_patient_keeps_the_place_on_the_list_not_ready() -> None:
    update = only(after(S.DEFINITIVE_WAITING, Event.MDT_RECALL), UpdateEpisode)
    assert isinstance(update, UpdateEpisode)
    assert (update.stage, update.readiness) == (Stage.DEFINITIVE, Readiness.NOT_READY_CLINICAL)
    assert update.review_on == day(14)


def test_another_stage_than_before_closes_the_old_wait_and_opens_a_new_one() -> None:
    facts = a_case_facts(S.CONSULTATION, episodes=(an_episode(Stage.DEFINITIVE),))
    effects = after(S.CONSULTATION, Event.LIST_FOR_TEST, facts)
    order = [type(effect) for effect in effects if isinstance(effect, OpenEpisode | CloseEpisode)]
    assert order == [CloseEpisode, OpenEpisode]
    assert only(effects, CloseEpisode) == CloseEpisode(reason=RemovalReason.TO_ANOTHER_LIST, on=TODAY)


def test_booking_turns_the_hold_into_a_booking_and_asks_for_preparation() -> None:
    facts = a_case_facts(
        S.DEFINITIVE_WAITING,
        episodes=(an_episode(Stage.DEFINITIVE),),
        procedures=(a_test(),),
        booking=a_booking(Stage.DEFINITIVE, on=day(14)),
        items=all_items(day(-80)),
        medicines=("warfarin",),
    )
    effects = after(S.DEFINITIVE_WAITING, Event.BOOK_DEFINITIVE, facts)
    assert only(effects, SetBookingState) == SetBookingState(state=BookingState.BOOKED)
    tasks = {effect.kind: effect for effect in effects if isinstance(effect, Task)}
    assert set(tasks) == {
        TaskKind.STATE,
        TaskKind.BLOODS,
        TaskKind.IMAGING,
        TaskKind.HOLD_MEDICINE,
        TaskKind.AGENT,
    }
    assert tasks[TaskKind.STATE].due_on == day(14)
    assert tasks[TaskKind.BLOODS].says == (
        "Arrange new bloods from 30 November 2026 to 6 December 2026, for the procedure on 7 December 2026."
    )
    assert tasks[TaskKind.HOLD_MEDICINE].due_on == day(8)
    assert "last dose on 1 December 2026" in tasks[TaskKind.HOLD_MEDICINE].says
    assert "INR" in tasks[TaskKind.HOLD_MEDICINE].says
    assert tasks[TaskKind.AGENT].due_on == date(2026, 11, 30)  # five working days before


def test_a_test_block_with_fresh_bloods_needs_no_preparation() -> None:
    effects = after(S.TEST_WAITING, Event.BOOK_TEST)
    assert [effect.kind for effect in effects if isinstance(effect, Task)] == [TaskKind.STATE]


def test_what_was_renewed_with_the_booking_is_kept() -> None:
    effects = after(S.TEST_WAITING, Event.BOOK_TEST, consent_on=TODAY, referral_valid_until=day(90))
    assert only(effects, RenewReferral) == RenewReferral(valid_until=day(90))
    assert only(effects, RecordConsent)


@pytest.mark.parametrize(
    ("event", "ended", "counter"),
    [
        (Event.CANCEL_HOSPITAL, BookingState.CANCELLED_HOSPITAL, Counter.HOSPITAL_POSTPONEMENTS),
        (Event.CANCEL_PATIENT, BookingState.CANCELLED_PATIENT, Counter.PATIENT_POSTPONEMENTS),
        (Event.DID_NOT_ATTEND, BookingState.DID_NOT_ATTEND, Counter.MISSED_APPOINTMENTS),
    ],
)
def test_a_visit_that_does_not_happen_gives_the_slot_back_and_is_counted(
    event: Event, ended: BookingState, counter: Counter
) -> None:
    effects = after(S.TEST_BOOKED, event)
    cancelled = only(effects, CancelBooking)
    assert isinstance(cancelled, CancelBooking)
    assert cancelled.state is ended
    assert only(effects, Count) == Count(counter=counter)
    assert not [effect for effect in effects if isinstance(effect, CloseEpisode | UpdateEpisode)]


def test_the_hospital_owes_a_new_date_within_the_limit() -> None:
    due = [e.due_on for e in after(S.TEST_BOOKED, Event.CANCEL_HOSPITAL) if isinstance(e, DueStep)]
    assert due == [day(21)]
    sooner = after(S.TEST_BOOKED, Event.CANCEL_HOSPITAL, offer_by=day(5))
    assert [effect.due_on for effect in sooner if isinstance(effect, DueStep)] == [day(5)]


@pytest.mark.parametrize(
    ("event", "counter"),
    [(Event.CANCEL_PATIENT, "patient_postponements"), (Event.DID_NOT_ATTEND, "missed_appointments")],
)
def test_the_second_time_a_clinician_reviews_the_case(event: Event, counter: str) -> None:
    facts, _ = ready_for(S.TEST_BOOKED, event)
    for before, reviewed in ((0, False), (1, True)):
        effects = after(S.TEST_BOOKED, event, replace(facts, **{counter: before}))
        asked = [effect for effect in effects if isinstance(effect, Task)]
        assert any(task.kind is TaskKind.CLINICAL_REVIEW for task in asked) is reviewed


def test_attempts_to_reach_the_patient_are_logged() -> None:
    effects = after(S.TEST_BOOKED, Event.DID_NOT_ATTEND, attempts="phone=2026-11-22,sms")
    logged = [effect for effect in effects if isinstance(effect, LogContact)]
    assert logged == [LogContact(on=day(-1), channel=Channel.PHONE), LogContact(on=TODAY, channel=Channel.SMS)]


def test_starting_ends_the_wait_and_keeps_the_sign_in() -> None:
    effects = after(S.DEFINITIVE_BOOKED, Event.START_DEFINITIVE, bloods_dated=day(-1))
    started = only(effects, StartProcedure)
    assert isinstance(started, StartProcedure)
    assert (started.stage, started.technique, started.inr) == (Stage.DEFINITIVE, Technique.CHEMICAL, 1.1)
    assert only(effects, CloseEpisode) == CloseEpisode(reason=RemovalReason.TREATED, on=TODAY)
    assert only(effects, SetBookingState) == SetBookingState(state=BookingState.IN_ROOM)
    assert only(effects, AddItem) == AddItem(key="R2", dated=day(-1))
    test = only(after(S.TEST_BOOKED, Event.START_TEST), StartProcedure)
    assert isinstance(test, StartProcedure)
    assert test.technique is Technique.LOCAL_ANAESTHETIC


def test_finishing_a_test_keeps_its_scores_and_asks_for_the_result_in_two_working_days() -> None:
    effects = after(S.TEST_IN_PROGRESS, Event.COMPLETE_TEST)
    assert only(effects, RecordReadings) == RecordReadings(readings=scores(8, m15=3, m60=2))
    assert only(effects, SetBookingState) == SetBookingState(state=BookingState.CLOSED)
    due = {effect.name: effect.due_on for effect in effects if isinstance(effect, DueStep)}
    assert due == {Timer.RESULT_DUE: day(2)}


@pytest.mark.parametrize(
    ("state", "event"),
    [(S.TEST_IN_PROGRESS, Event.ABANDON_TEST), (S.DEFINITIVE_IN_PROGRESS, Event.ABANDON_DEFINITIVE)],
)
def test_an_abandoned_procedure_is_kept_as_such_and_the_wait_goes_on(state: S, event: Event) -> None:
    effects = after(state, event)
    finished = only(effects, FinishProcedure)
    assert isinstance(finished, FinishProcedure)
    assert (finished.completed, finished.reason) == (False, "Could not lie prone")
    assert isinstance(only(effects, ReopenEpisode), ReopenEpisode)
    due = next(effect.due_on for effect in effects if isinstance(effect, Task))
    assert due == day(83)  # category 2, seven days waited before


@pytest.mark.parametrize(
    ("event", "result"),
    [
        (Event.RESULT_POSITIVE, TestResult.POSITIVE),
        (Event.RESULT_EQUIVOCAL, TestResult.EQUIVOCAL),
        (Event.RESULT_NEGATIVE, TestResult.NEGATIVE),
    ],
)
def test_the_result_is_kept_with_its_relief(event: Event, result: TestResult) -> None:
    kept = only(after(S.TEST_AWAITING_RESULT, event), RecordResult)
    assert isinstance(kept, RecordResult)
    assert (kept.result, kept.on) == (result, TODAY)
    assert kept.relief is not None


def test_relief_that_does_not_fit_is_kept_as_equivocal_with_the_concern() -> None:
    facts = a_case_facts(S.TEST_AWAITING_RESULT, procedures=(a_test(result=None),))
    effects = after(S.TEST_AWAITING_RESULT, Event.RESULT_EQUIVOCAL, facts, pattern_concern="Numb leg")
    kept = only(effects, RecordResult)
    assert isinstance(kept, RecordResult)
    assert (kept.result, kept.note) == (TestResult.EQUIVOCAL, "Numb leg")


def test_neurolysis_is_followed_up_on_every_day_of_the_protocol() -> None:
    effects = after(S.DEFINITIVE_IN_PROGRESS, Event.COMPLETE_DEFINITIVE)
    reviews = [effect for effect in effects if isinstance(effect, DueStep)]
    assert [review.due_on for review in reviews] == [day(1), day(7), day(28), day(84)]
    assert len({review.key_suffix for review in reviews}) == 4
    assert {review.name for review in reviews} == {Timer.FOLLOW_UP}


def test_a_repeat_opens_a_new_wait_and_the_lead_renews_the_decision() -> None:
    effects = after(S.REPEAT_REVIEW, Event.REPEAT_SAME, lead_approval="IR lead")
    opened = only(effects, OpenEpisode)
    assert isinstance(opened, OpenEpisode)
    assert (opened.readiness, opened.earliest) == (Readiness.READY, None)
    renewed = only(effects, RecordMdtOutcome)
    assert isinstance(renewed, RecordMdtOutcome)
    assert (renewed.on, renewed.owner) == (TODAY, "IR lead")
    plain = after(S.REPEAT_REVIEW, Event.REPEAT_SAME)
    assert not [effect for effect in plain if isinstance(effect, RecordMdtOutcome)]


def test_an_equivocal_test_that_is_repeated_is_counted_and_listed() -> None:
    effects = after(S.TEST_EQUIVOCAL, Event.REPEAT_TEST)
    assert only(effects, Count) == Count(counter=Counter.TEST_REPEATS)
    assert isinstance(only(effects, OpenEpisode), OpenEpisode)


@pytest.mark.parametrize(
    ("event", "reason", "code"),
    [
        (Event.PATIENT_WITHDRAWS, RemovalReason.DECLINED_BY_PATIENT, "5"),
        (Event.TREATED_ELSEWHERE, RemovalReason.TREATED_ELSEWHERE, "4"),
        (Event.UNCONTACTABLE, RemovalReason.COULD_NOT_CONTACT, "3"),
        (Event.DEATH_NOTIFIED, RemovalReason.DIED, "3"),
    ],
)
def test_leaving_closes_the_wait_with_the_national_reason(event: Event, reason: RemovalReason, code: str) -> None:
    closed = only(after(S.DEFINITIVE_WAITING, event), CloseEpisode)
    assert isinstance(closed, CloseEpisode)
    assert (closed.reason, closed.reason.code) == (reason, code)


def test_a_held_slot_is_given_back_when_the_patient_leaves() -> None:
    facts = a_case_facts(S.TEST_WAITING, episodes=(an_episode(),), booking=a_booking())
    cancelled = only(after(S.TEST_WAITING, Event.PATIENT_WITHDRAWS, facts), CancelBooking)
    assert isinstance(cancelled, CancelBooking)
    assert cancelled.reason == "withdrawn"


@pytest.mark.parametrize("state", [state for state in S if not state.ends])
def test_after_a_death_no_letter_is_sent_and_nothing_is_left_to_do(state: S) -> None:
    effects = after(state, Event.DEATH_NOTIFIED)
    assert CancelNotices() in effects
    assert CancelDueSteps() in effects
    assert not [effect for effect in effects if isinstance(effect, Notice | Task | DueStep)]


def test_a_death_during_a_procedure_closes_the_record_as_unfinished() -> None:
    finished = only(after(S.DEFINITIVE_IN_PROGRESS, Event.DEATH_NOTIFIED), FinishProcedure)
    assert isinstance(finished, FinishProcedure)
    assert not finished.completed


def test_a_discharge_writes_to_all_who_care_for_the_patient() -> None:
    found = letters(after(S.TEST_NEGATIVE, Event.DISCHARGE))
    assert {audience for _, audience in found} == {
        Audience.REFERRER,
        Audience.GENERAL_PRACTITIONER,
        Audience.PALLIATIVE_TEAM,
    }


def test_no_letter_about_the_result_or_the_mdt_goes_to_the_patient_by_itself() -> None:
    for move in TRANSITIONS:
        for kind, audience in letters(after(move.start, move.event)):
            if audience is Audience.PATIENT:
                assert kind not in {NoticeKind.RESULT, NoticeKind.MDT_OUTCOME, NoticeKind.PROCEDURE_DONE}


def test_a_repeat_starts_no_timer_for_an_old_test() -> None:
    facts = a_case_facts(S.REPEAT_REVIEW, procedures=(a_test(on=day(-120)), a_treatment()))
    names = {e.name for e in after(S.REPEAT_REVIEW, Event.REPEAT_SAME, facts) if isinstance(e, DueStep)}
    assert names == {Timer.TREAT_BY}
