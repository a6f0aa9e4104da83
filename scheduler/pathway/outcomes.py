"""What each step leaves behind: small makers of effects, put together by the transitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from scheduler.pathway import validity
from scheduler.pathway.booking import BookingState
from scheduler.pathway.clocks import category_on
from scheduler.pathway.complications import graded
from scheduler.pathway.due import read
from scheduler.pathway.duties import meeting_due, recategorised, reoffer_due, timer
from scheduler.pathway.effects import (
    AddItem,
    Audience,
    CancelBooking,
    CancelDueSteps,
    CancelNotices,
    CloseEpisode,
    CompleteTasks,
    Count,
    Counter,
    Effect,
    FinishProcedure,
    KeepNote,
    LogContact,
    Notice,
    NoticeKind,
    OpenEpisode,
    RecordConsent,
    RecordMdtOutcome,
    RecordReadings,
    RecordResult,
    RecordTrend,
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
from scheduler.pathway.events import ReadinessEvent
from scheduler.pathway.facts import CategoryFrom, Channel, MdtRecommendation, TestResult
from scheduler.pathway.guards.slot import held_booking, reoffer_limit
from scheduler.pathway.items import BLOODS, missing_items
from scheduler.pathway.preparation import PREPARATION, agent, holds, renewal
from scheduler.pathway.readiness import next_readiness
from scheduler.pathway.relief import judge
from scheduler.pathway.situation import Situation, needed
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Readiness, Role, Stage, Target, Technique

Effects = tuple[Effect, ...]
Outcome = Callable[[Situation], Effects]

# Words and letters


def letters(kind: NoticeKind, *audiences: Audience) -> Outcome:
    """Queue one letter for each of these readers."""
    queued = tuple(Notice(kind=kind, audience=audience) for audience in audiences)
    return lambda _: queued


def keep(*fields: str) -> Outcome:
    """Keep what was written in these fields, where anything was."""

    def outcome(case: Situation) -> Effects:
        written = [(field, case.details.text(field)) for field in fields]
        dated = [(field, case.details.date(field)) for field in fields]
        notes = [KeepNote(about=field, text=text) for field, text in written if text]
        return (*notes, *(KeepNote(about=field, text=on.isoformat()) for field, on in dated if on))

    return outcome


# The referral


def require_items(case: Situation) -> Effects:
    """Ask for the items named, or for those that the referral lacks."""
    named = case.details.items("items")
    return (RequireItems(keys=named or missing_items(case.facts, case.protocol, now_received={})),)


def add_items(case: Situation) -> Effects:
    """Mark the items handed in as received."""
    return tuple(AddItem(key=item.key, dated=item.dated) for item in case.details.dated_items("items"))


# The plan and the meeting


def change_category(case: Situation) -> Effects:
    """Put the patient in another urgency category from today on, with the timers that hang on it."""
    urgency = needed(case.urgency, "Give the new category in 'urgency'.")
    episode = case.facts.episode
    if episode is None:
        after = replace(case, facts=replace(case.facts, urgency=urgency))
        return (SetPlan(urgency=urgency), *recategorised(after))
    before = tuple(change for change in episode.categories if change.on != case.today)
    changed = replace(episode, categories=(*before, CategoryFrom(on=case.today, urgency=urgency)))
    episodes = tuple(changed if one is episode else one for one in case.facts.episodes)
    update = UpdateEpisode(
        stage=episode.stage,
        on=case.today,
        urgency=urgency,
        readiness=episode.readiness,
        earliest=episode.earliest,
        review_on=next((period.review_on for period in episode.not_ready if period.until is None), None),
    )
    after = replace(case, facts=replace(case.facts, urgency=urgency, episodes=episodes))
    return (SetPlan(urgency=urgency), update, *recategorised(after))


def set_plan(case: Situation) -> Effects:
    """Keep the plan as it is after this step."""
    return (
        SetPlan(
            target=case.target,
            technique=case.technique,
            laterality=case.laterality,
            urgency=case.urgency,
        ),
    )


def set_route(*, direct: bool) -> Outcome:
    """Keep the plan, and whether a test block comes first."""
    return lambda case: (
        SetPlan(
            target=case.target,
            technique=case.technique,
            laterality=case.laterality,
            urgency=case.urgency,
            direct=direct,
        ),
    )


def prior_meeting(case: Situation) -> Effects:
    """Keep the decision of the earlier meeting that came with the referral."""
    recommendation = MdtRecommendation(case.details.text("recommendation"))
    target = Target(case.details.text("mdt_target"))
    direct = recommendation is MdtRecommendation.PROCEED_DIRECT
    decided = needed(case.details.date("mdt_on"), "Give the date of the earlier meeting in 'mdt_on'.")
    return (
        *set_route(direct=direct)(case),
        RecordMdtOutcome(
            on=decided,
            recommendation=recommendation,
            target=target,
            technique=case.technique,
            reason=case.details.text("reason"),
            supplied=True,
        ),
    )


def meeting(recommendation: MdtRecommendation) -> Outcome:
    """Keep what the meeting decided."""
    return lambda case: (
        RecordMdtOutcome(
            on=case.details.date("mdt_on") or case.today,
            recommendation=recommendation,
            target=case.target,
            technique=case.technique,
            attended=case.details.items("attended"),
            reason=case.details.text("reason"),
            alternative=case.details.text("alternative"),
            owner=case.details.text("owner"),
            rediscuss_on=case.details.date("rediscuss_on"),
        ),
    )


def recall(case: Situation) -> Effects:
    """Keep the patient's place on the list, not ready, while the meeting thinks again."""
    episode = case.facts.episode
    if episode is None:
        return ()
    review_on = meeting_due(case)
    return (
        CancelBooking(state=BookingState.CANCELLED_NOT_READY, reason="mdt_recall"),
        UpdateEpisode(
            stage=episode.stage,
            on=case.today,
            urgency=category_on(episode.categories, case.today),
            readiness=Readiness.NOT_READY_CLINICAL,
            review_on=review_on,
        ),
    )


# Waiting lists


def list_for_test(case: Situation) -> Effects:
    """Put the patient on the waiting list for a test block."""
    return (*_consent(case, Stage.TEST_BLOCK), *_list(case, Stage.TEST_BLOCK, None))


def list_for_definitive(case: Situation) -> Effects:
    """Put the patient on the waiting list for neurolysis, staged while the gap after a test block lasts."""
    earliest = validity.first_definitive_day(case.facts, case.protocol)
    if not validity.result_needed(case.facts):
        earliest = None
    return (*_consent(case, Stage.DEFINITIVE), *_list(case, Stage.DEFINITIVE, earliest))


def _list(case: Situation, stage: Stage, earliest: date | None) -> Effects:
    urgency = needed(case.urgency, "No urgency category is set: give 'urgency'.")
    staged = earliest if earliest is not None and earliest > case.today else None
    given = case.details.text("readiness")
    listed = ReadinessEvent.LIST_STAGED if staged else ReadinessEvent.LIST
    readiness = Readiness(given) if given else next_readiness(None, listed)
    review_on = staged if readiness is Readiness.STAGED else case.details.date("review_on")
    episode = case.facts.episode
    timers = _readiness_timers(case, readiness, review_on)
    if episode is not None and episode.stage is stage:
        update = UpdateEpisode(
            stage=stage, on=case.today, urgency=urgency, readiness=readiness, earliest=staged, review_on=review_on
        )
        return (_DROPPED, update, *timers)
    listing = OpenEpisode(
        stage=stage, urgency=urgency, readiness=readiness, listed_on=case.today, earliest=staged, review_on=review_on
    )
    if episode is None:
        return (listing, *timers)
    return (_DROPPED, CloseEpisode(reason=RemovalReason.TO_ANOTHER_LIST, on=case.today), listing, *timers)


# What was to be asked about the readiness before is settled by the new listing.
_DROPPED = CancelDueSteps(names=(Timer.REVIEW_READINESS, Timer.STAGED_UNTIL))


def _readiness_timers(case: Situation, readiness: Readiness, review_on: date | None) -> Effects:
    if readiness is Readiness.READY or review_on is None:
        return ()
    if readiness is Readiness.STAGED:
        says = "The staged date is reached: record that the patient is ready."
        return (timer(case, Timer.STAGED_UNTIL, review_on, role=Role.BOOKINGS, says=says),)
    says = "Review whether the patient is ready."
    return (timer(case, Timer.REVIEW_READINESS, review_on, role=Role.CLINICIAN, says=says),)


def _consent(case: Situation, stage: Stage) -> Effects:
    signed = case.details.date("consent_on")
    if signed is None:
        return ()
    target = needed(case.target, "No target is planned: record one before consent.")
    side = needed(case.laterality, "No side is planned: record one before consent.")
    technique = Technique.LOCAL_ANAESTHETIC if stage is Stage.TEST_BLOCK else case.technique
    return (RecordConsent(stage=stage, on=signed, target=target, laterality=side, technique=technique),)


# Booking


def book(case: Situation) -> Effects:
    """Turn the held slot into a booking, and ask for the preparation it needs."""
    booking = needed(held_booking(case), "No slot is held: hold one first.")
    now = read(case.facts, case.protocol, case.today, case.holidays)
    renewed = case.details.date("referral_valid_until")
    return (
        SetBookingState(state=BookingState.BOOKED),
        *_consent(case, case.stage),
        *((RenewReferral(valid_until=renewed),) if renewed else ()),
        *renewal(now, booking.on, TaskKind.BLOODS, planned=case.details.date("bloods_on")),
        *renewal(now, booking.on, TaskKind.IMAGING, planned=case.details.date("imaging_on")),
        *holds(now, booking.on),
        *agent(now, case.stage, booking.on),
    )


def postponed_by_hospital(case: Situation) -> Effects:
    """Give the slot back and set the day by which a new one is offered."""
    offer_by = case.details.date("offer_by") or reoffer_limit(case)
    return (
        CancelBooking(state=BookingState.CANCELLED_HOSPITAL, reason=case.details.text("reason")),
        Count(counter=Counter.HOSPITAL_POSTPONEMENTS),
        CompleteTasks(kinds=PREPARATION),
        reoffer_due(case, offer_by),
    )


def postponed_by_patient(case: Situation) -> Effects:
    """Give the slot back, count it, and ask a clinician to look when it has happened often."""
    count = case.facts.patient_postponements + 1
    return (
        CancelBooking(state=BookingState.CANCELLED_PATIENT, reason=case.details.text("reason")),
        Count(counter=Counter.PATIENT_POSTPONEMENTS),
        CompleteTasks(kinds=PREPARATION),
        *_review_at(case, count, "patient_postponements", "The patient has postponed"),
    )


def missed(case: Situation) -> Effects:
    """Give the slot back, log the attempts to reach the patient, and ask for a review when it happens again."""
    count = case.facts.missed_appointments + 1
    return (
        CancelBooking(state=BookingState.DID_NOT_ATTEND, reason="did_not_attend"),
        Count(counter=Counter.MISSED_APPOINTMENTS),
        CompleteTasks(kinds=PREPARATION),
        *log_attempts(case),
        *_review_at(case, count, "missed_appointments", "The patient has missed an appointment"),
    )


def _review_at(case: Situation, count: int, key: str, what: str) -> Effects:
    if count < case.protocol.whole(key):
        return ()
    says = f"{what} {count} times: review the case with the patient. Nothing is removed automatically."
    due_on = case.today + timedelta(days=case.protocol.days("decide_within"))
    return (Task(kind=TaskKind.CLINICAL_REVIEW, role=Role.CLINICIAN, says=says, due_on=due_on),)


def log_attempts(case: Situation) -> Effects:
    """Keep each attempt to reach the patient."""
    attempts = case.details.dated_items("attempts")
    return tuple(LogContact(on=item.dated or case.today, channel=Channel(item.key)) for item in attempts)


# Procedures


def start(case: Situation) -> Effects:
    """Open the procedure record with the sign-in; the wait is over."""
    dated = case.details.date("bloods_dated")
    return (
        SetBookingState(state=BookingState.IN_ROOM),
        *((AddItem(key=BLOODS, dated=dated),) if dated else ()),
        StartProcedure(
            stage=case.stage,
            on=case.today,
            target=needed(case.target, "No target is planned: record one first."),
            technique=case.planned_technique(),
            laterality=needed(case.laterality, "No side is planned: record one first."),
            inr=case.details.number("inr"),
            platelets=case.details.whole("platelets"),
            bloods_dated=dated,
            overridden_by=case.details.text("override_by"),
            override_reason=case.details.text("override_reason"),
        ),
        CloseEpisode(reason=RemovalReason.TREATED, on=case.today),
        CompleteTasks(kinds=PREPARATION),
    )


def add_readings(case: Situation) -> Effects:
    """Keep pain scores that came after the test block was signed out."""
    return (RecordReadings(readings=case.given_readings),)


def complete_test(case: Situation) -> Effects:
    """Close the record of the test block with its pain scores."""
    finished = FinishProcedure(
        stage=Stage.TEST_BLOCK,
        completed=True,
        agent=case.details.text("agent"),
        volume_ml=case.details.number("volume_ml"),
    )
    scores = RecordReadings(readings=case.given_readings)
    return (finished, scores, SetBookingState(state=BookingState.CLOSED))


def complete_definitive(case: Situation) -> Effects:
    """Close the record of the neurolysis, keep what went wrong, and plan the follow-up reviews."""
    details = case.details
    finished = FinishProcedure(
        stage=Stage.DEFINITIVE,
        completed=True,
        agent=details.text("agent"),
        volume_ml=details.number("volume_ml"),
        concentration_percent=details.number("concentration_percent"),
        temperature_c=details.number("temperature_c"),
        lesion_seconds=details.whole("lesion_seconds"),
        freeze_cycles=details.whole("freeze_cycles"),
        probe=details.text("probe"),
        pain_before=details.whole("pain_before"),
        opioid_before_mg=details.whole("opioid_before_mg"),
        parameters=details.text("parameters"),
        complications=details.text("complications"),
    )
    planned = [
        timer(
            case,
            Timer.FOLLOW_UP,
            case.today + timedelta(days=after),
            role=Role.CLINICIAN,
            says=f"Follow-up review, {after} days after neurolysis.",
            key=str(after),
        )
        for after in case.protocol.wholes("follow_up_days")
    ]
    return (finished, *graded(case, "complications"), SetBookingState(state=BookingState.CLOSED), *planned)


def abandon(case: Situation) -> Effects:
    """Close the record as abandoned; the wait goes on as if it had never ended."""
    return (*_unfinished(case, case.details.text("reason")), ReopenEpisode(stage=case.stage))


def _unfinished(case: Situation, reason: str) -> Effects:
    finished = FinishProcedure(stage=case.stage, completed=False, reason=reason)
    return (finished, SetBookingState(state=BookingState.CLOSED))


# The result


def result(case: Situation) -> Effects:
    """Keep what the test showed, with any late pain scores."""
    judged = judge(case.readings, case.protocol)
    concern = case.details.text("pattern_concern")
    given = case.given_readings
    return (
        *((RecordReadings(readings=given),) if given else ()),
        RecordResult(
            result=TestResult.EQUIVOCAL if concern else judged.result,
            on=case.today,
            relief=judged.relief,
            note=concern or judged.says,
        ),
    )


def await_definitive(case: Situation) -> Effects:
    """Open the waiting list for neurolysis the day the test is declared positive; consent follows."""
    return _list(case, Stage.DEFINITIVE, validity.first_definitive_day(case.facts, case.protocol))


def repeat_test(case: Situation) -> Effects:
    """Count the repeat and list the patient for another test block."""
    return (Count(counter=Counter.TEST_REPEATS), *_list(case, Stage.TEST_BLOCK, None))


# After treatment


def trend(case: Situation) -> Effects:
    """Keep the pain score and opioid dose."""
    score = needed(case.details.whole("pain_score"), "Give 'pain_score'.")
    dose = needed(case.details.whole("opioid_dose_mg"), "Give 'opioid_dose_mg'.")
    asked = CompleteTasks(kinds=(TaskKind.AFTER_REVIEW,))
    return (RecordTrend(on=case.today, pain_score=score, opioid_dose_mg=dose), asked)


def lead_approval(case: Situation) -> Effects:
    """The lead's approval renews the meeting's decision from today."""
    lead, decided = case.details.text("lead_approval"), case.facts.mdt
    if not lead or decided is None:
        return ()
    reason = "Renewed for a repeat by the IR lead."
    return (
        RecordMdtOutcome(
            on=case.today,
            recommendation=decided.recommendation,
            target=case.target,
            technique=case.technique,
            owner=lead,
            reason=reason,
            supplied=True,
        ),
    )


def complication(case: Situation) -> Effects:
    """Keep a complication that is reported by itself."""
    return graded(case, "what")


# Leaving the pathway

REMOVALS: dict[PathwayState, RemovalReason] = {
    PathwayState.DISCHARGED: RemovalReason.NOT_REQUIRED,
    PathwayState.DECLINED: RemovalReason.NOT_REQUIRED,
    PathwayState.WITHDRAWN: RemovalReason.DECLINED_BY_PATIENT,
    PathwayState.TREATED_ELSEWHERE: RemovalReason.TREATED_ELSEWHERE,
    PathwayState.REMOVED_UNCONTACTABLE: RemovalReason.COULD_NOT_CONTACT,
    PathwayState.DECEASED: RemovalReason.DIED,
    PathwayState.ENTERED_IN_ERROR: RemovalReason.NOT_REQUIRED,
}
_UNDER_WAY = frozenset({PathwayState.TEST_IN_PROGRESS, PathwayState.DEFINITIVE_IN_PROGRESS})


def end(case: Situation, final: PathwayState) -> Effects:
    """Take the patient off every list and give back what is booked."""
    closed = (CloseEpisode(reason=REMOVALS[final], on=case.today),) if case.facts.episode else ()
    if case.facts.state in _UNDER_WAY:
        return (*_unfinished(case, final.value), *closed)
    booking = case.facts.booking
    if booking is None or not booking.state.is_live:
        return closed
    return (CancelBooking(state=BookingState.CANCELLED_PATIENT, reason=final.value), *closed)


def silence(_: Situation) -> Effects:
    """Drop every letter that has not been sent."""
    return (CancelNotices(),)
