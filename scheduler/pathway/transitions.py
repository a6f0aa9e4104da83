"""Every step of the pathway: from where, by what event, to where, on what conditions, by whom, and with what effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway import cautions as caution
from scheduler.pathway import forms, reviews
from scheduler.pathway import outcomes as leaves
from scheduler.pathway.effects import Audience, NoticeKind
from scheduler.pathway.events import Event
from scheduler.pathway.facts import MdtRecommendation
from scheduler.pathway.fields import Field
from scheduler.pathway.guards.registry import Check
from scheduler.pathway.outcomes import Outcome, keep, letters
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Role

_S = PathwayState
_A = Audience
_N = NoticeKind

STAFF = frozenset(Role) - {Role.VIEWER}
CLINICAL = frozenset({Role.CLINICIAN, Role.IR_LEAD, Role.ADMINISTRATOR})
MEETING = CLINICAL | {Role.MDT_COORDINATOR}
OFFICE = frozenset({Role.BOOKINGS, Role.IR_LEAD, Role.ADMINISTRATOR})
SENIOR = frozenset({Role.IR_LEAD, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One step. `guards` are keys into GUARDS, checked in order; `fields` is the form; `roles` may record it.

    `overrides` say what a guard let pass because a person goes ahead: a second person must approve it.
    """

    start: PathwayState
    event: Event
    end: PathwayState
    says: str
    roles: frozenset[Role]
    fields: tuple[Field, ...] = ()
    guards: tuple[str, ...] = ()
    cautions: tuple[Check, ...] = ()
    overrides: tuple[Check, ...] = ()
    effects: tuple[Outcome, ...] = ()


REFERRAL = (
    Transition(
        start=_S.REFERRAL_RECEIVED,
        event=Event.START_TRIAGE,
        end=_S.TRIAGE,
        says="The referral is complete, so a clinician can triage it.",
        roles=STAFF,
        guards=("items_present",),
    ),
    Transition(
        start=_S.REFERRAL_RECEIVED,
        event=Event.MARK_INCOMPLETE,
        end=_S.REFERRAL_INCOMPLETE,
        says="Something is missing, and the referrer is told in writing what it is.",
        roles=STAFF,
        fields=(forms.MISSING_ITEMS,),
        guards=("something_missing",),
        effects=(leaves.require_items, letters(_N.INFORMATION_NEEDED, _A.REFERRER)),
    ),
    Transition(
        start=_S.REFERRAL_INCOMPLETE,
        event=Event.INFORMATION_RECEIVED,
        end=_S.TRIAGE,
        says="What was missing has arrived.",
        roles=STAFF,
        fields=(forms.RECEIVED_ITEMS,),
        guards=("items_arrived",),
        effects=(leaves.add_items,),
    ),
    Transition(
        start=_S.REFERRAL_INCOMPLETE,
        event=Event.RETURN_TO_REFERRER,
        end=_S.DECLINED,
        says="What was missing did not arrive, and the referral goes back.",
        roles=STAFF,
        fields=(forms.TOLD_ON, forms.LATE_REASON),
        guards=("told_in_time",),
        effects=(keep("told_on", "late_reason"), letters(_N.RETURNED, _A.REFERRER, _A.PATIENT)),
    ),
    Transition(
        start=_S.TRIAGE,
        event=Event.ACCEPT,
        end=_S.AWAITING_MDT,
        says="The referral is accepted and goes to the MDT meeting.",
        roles=CLINICAL,
        fields=(forms.TARGET, forms.SIDE, forms.URGENCY, forms.TECHNIQUE, forms.LEAD_APPROVAL),
        guards=("plan_known", "side_allowed", "technique_offered", "referrer_known"),
        cautions=(caution.treated_again,),
        effects=(leaves.set_plan, keep("lead_approval"), letters(_N.ACCEPTED, _A.REFERRER, _A.PATIENT)),
    ),
    Transition(
        start=_S.TRIAGE,
        event=Event.DECLINE_REFERRAL,
        end=_S.DECLINED,
        says="The referral is declined, and the referrer hears why and what else to try.",
        roles=CLINICAL,
        fields=(forms.REASON, forms.ALTERNATIVE),
        effects=(keep("reason", "alternative"), letters(_N.DECLINED, _A.REFERRER, _A.PATIENT)),
    ),
    Transition(
        start=_S.TRIAGE,
        event=Event.REQUEST_INFORMATION,
        end=_S.REFERRAL_INCOMPLETE,
        says="Triage needs more before it can decide.",
        roles=STAFF,
        fields=(forms.WANTED_ITEMS,),
        effects=(leaves.require_items, letters(_N.INFORMATION_NEEDED, _A.REFERRER)),
    ),
    Transition(
        start=_S.TRIAGE,
        event=Event.ACCEPT_WITH_PRIOR_MDT,
        end=_S.CONSULTATION,
        says="A recent MDT decision for this target came with the referral, so no new meeting is needed.",
        roles=CLINICAL,
        fields=(
            forms.MDT_ON,
            forms.MDT_TARGET,
            forms.RECOMMENDATION,
            forms.optional(forms.DIRECT_REASON),
            forms.TARGET,
            forms.SIDE,
            forms.TECHNIQUE,
            forms.URGENCY,
            forms.LEAD_APPROVAL,
        ),
        guards=(
            "whole_plan_known",
            "side_allowed",
            "technique_offered",
            "referrer_known",
            "prior_mdt_fits",
            "direct_reason_given",
        ),
        cautions=(caution.treated_again,),
        effects=(leaves.prior_meeting, keep("lead_approval"), letters(_N.ACCEPTED, _A.REFERRER, _A.PATIENT)),
    ),
)

MDT = (
    Transition(
        start=_S.AWAITING_MDT,
        event=Event.MDT_PROCEED_TEST,
        end=_S.CONSULTATION,
        says="The meeting advises a test block first.",
        roles=MEETING,
        fields=(
            forms.ATTENDED,
            forms.TECHNIQUE,
            forms.TARGET,
            forms.SIDE,
            forms.URGENCY,
            forms.MEETING_ON,
            forms.LEAD_APPROVAL,
        ),
        guards=("quorum_met", "whole_plan_known", "side_allowed", "technique_offered"),
        effects=(
            leaves.set_route(direct=False),
            leaves.meeting(MdtRecommendation.PROCEED_TEST),
            keep("lead_approval"),
            letters(_N.MDT_OUTCOME, _A.REFERRER, _A.GENERAL_PRACTITIONER),
        ),
    ),
    Transition(
        start=_S.AWAITING_MDT,
        event=Event.MDT_PROCEED_DIRECT,
        end=_S.CONSULTATION,
        says="The meeting advises neurolysis without a test block, and says why.",
        roles=MEETING,
        fields=(
            forms.ATTENDED,
            forms.DIRECT_REASON,
            forms.TECHNIQUE,
            forms.TARGET,
            forms.SIDE,
            forms.URGENCY,
            forms.MEETING_ON,
            forms.LEAD_APPROVAL,
        ),
        guards=("quorum_met", "whole_plan_known", "side_allowed", "technique_offered"),
        effects=(
            leaves.set_route(direct=True),
            leaves.meeting(MdtRecommendation.PROCEED_DIRECT),
            keep("lead_approval"),
            letters(_N.MDT_OUTCOME, _A.REFERRER, _A.GENERAL_PRACTITIONER),
        ),
    ),
    Transition(
        start=_S.AWAITING_MDT,
        event=Event.MDT_MORE_INFO,
        end=_S.MDT_MORE_INFO,
        says="The meeting needs more before it can advise.",
        roles=MEETING,
        fields=(forms.WANTED_ITEMS, forms.OWNER, forms.REDISCUSS_ON, forms.MEETING_ON),
        effects=(
            leaves.meeting(MdtRecommendation.MORE_INFORMATION),
            leaves.require_items,
            letters(_N.INFORMATION_NEEDED, _A.REFERRER),
        ),
    ),
    Transition(
        start=_S.AWAITING_MDT,
        event=Event.MDT_NOT_SUITABLE,
        end=_S.DECLINED,
        says="The meeting advises against neurolysis and proposes something else.",
        roles=MEETING,
        fields=(forms.ATTENDED, forms.REASON, forms.ALTERNATIVE, forms.MEETING_ON),
        guards=("quorum_met",),
        effects=(
            leaves.meeting(MdtRecommendation.NOT_SUITABLE),
            letters(_N.DECLINED, _A.REFERRER, _A.GENERAL_PRACTITIONER, _A.PATIENT),
        ),
    ),
    Transition(
        start=_S.MDT_MORE_INFO,
        event=Event.INFORMATION_RECEIVED,
        end=_S.AWAITING_MDT,
        says="What the meeting asked for has arrived.",
        roles=STAFF,
        fields=(forms.RECEIVED_ITEMS,),
        guards=("items_closed",),
        effects=(leaves.add_items,),
    ),
)

CONSULTATION = (
    Transition(
        start=_S.CONSULTATION,
        event=Event.LIST_FOR_TEST,
        end=_S.TEST_WAITING,
        says="The patient was seen, agreed, and goes on the waiting list for a test block.",
        roles=CLINICAL,
        fields=(forms.SEEN_ON, forms.CONSENT_ON, forms.URGENCY, forms.READINESS, forms.READY_REVIEW_ON),
        guards=("plan_known", "plan_is_test_first", "consent_recent", "readiness_explained"),
        effects=(
            leaves.set_plan,
            keep("seen_on"),
            leaves.list_for_test,
            letters(_N.LISTED, _A.PATIENT, _A.REFERRER),
        ),
    ),
    Transition(
        start=_S.CONSULTATION,
        event=Event.LIST_FOR_DEFINITIVE,
        end=_S.DEFINITIVE_WAITING,
        says="The patient was seen, agreed, and goes straight on the waiting list for neurolysis.",
        roles=CLINICAL,
        fields=(
            forms.SEEN_ON,
            forms.CONSENT_ON,
            forms.TECHNIQUE,
            forms.URGENCY,
            forms.READINESS,
            forms.READY_REVIEW_ON,
            forms.LEAD_APPROVAL,
        ),
        guards=(
            "whole_plan_known",
            "direct_or_positive",
            "technique_offered",
            "yearly_limit_today",
            "consent_recent",
            "readiness_explained",
        ),
        cautions=(caution.ageing_result,),
        effects=(
            leaves.set_plan,
            keep("seen_on", "lead_approval"),
            leaves.list_for_definitive,
            letters(_N.LISTED, _A.PATIENT, _A.REFERRER),
        ),
    ),
    Transition(
        start=_S.CONSULTATION,
        event=Event.PATIENT_DECLINES,
        end=_S.WITHDRAWN,
        says="The patient decides against treatment after talking it through.",
        roles=CLINICAL,
        fields=(forms.DISCUSSION,),
        effects=(keep("discussion"), letters(_N.REMOVED, _A.REFERRER, _A.GENERAL_PRACTITIONER)),
    ),
    Transition(
        start=_S.CONSULTATION,
        event=Event.UNSUITABLE_AT_CONSULT,
        end=_S.DECLINED,
        says="Seeing the patient shows that the procedure is not suitable.",
        roles=CLINICAL,
        fields=(forms.REASON, forms.MDT_INFORMED),
        guards=("mdt_told",),
        effects=(keep("reason"), letters(_N.UNSUITABLE, _A.REFERRER, _A.GENERAL_PRACTITIONER, _A.MDT)),
    ),
)

_BOOKING_GUARDS = (
    "slot_held",
    "ready_on_the_day",
    "slot_feasible",
    "bloods_on_the_day",
    "imaging_on_the_day",
    "consent_on_the_day",
    "mdt_on_the_day",
    "hold_fits",
    "referral_on_the_day",
)
_BOOKING_FIELDS = (forms.BLOODS_ON, forms.IMAGING_ON, forms.NEW_CONSENT_ON, forms.REFERRAL_UNTIL)
_SIGN_IN_FIELDS = (
    forms.IDENTITY_CHECKED,
    forms.SIGNED_SIDE,
    forms.CONSENT_CHECKED,
    forms.ALLERGIES_CHECKED,
    forms.ANTICOAGULANTS_CHECKED,
    forms.INR,
    forms.PLATELETS,
    forms.BLOODS_DATED,
    forms.OVERRIDE_BY,
    forms.OVERRIDE_REASON,
)
_SIGN_IN_GUARDS = (
    "visit_booked",
    "sign_in_complete",
    "side_agrees",
    "consent_today",
    "bloods_known",
    "inr_fresh_after_warfarin",
    "bloods_safe",
)


def _off_the_list(booked: PathwayState, waiting: PathwayState) -> tuple[Transition, ...]:
    """The three ways a booked visit does not happen."""
    return (
        Transition(
            start=booked,
            event=Event.CANCEL_HOSPITAL,
            end=waiting,
            says="The hospital postpones, and owes the patient a new date.",
            roles=OFFICE | {Role.CLINICIAN},
            fields=(forms.HOSPITAL_REASON, forms.OFFER_BY),
            guards=("offer_in_time",),
            effects=(leaves.postponed_by_hospital, letters(_N.POSTPONED, _A.PATIENT)),
        ),
        Transition(
            start=booked,
            event=Event.CANCEL_PATIENT,
            end=waiting,
            says="The patient postpones.",
            roles=OFFICE | {Role.CLINICIAN},
            fields=(forms.PATIENT_REASON,),
            effects=(leaves.postponed_by_patient, letters(_N.POSTPONED, _A.PATIENT)),
        ),
        Transition(
            start=booked,
            event=Event.DID_NOT_ATTEND,
            end=waiting,
            says="The patient did not come, and somebody tried to reach them.",
            roles=OFFICE | {Role.CLINICIAN},
            fields=(forms.ATTEMPTS,),
            effects=(leaves.missed, letters(_N.MISSED, _A.PATIENT, _A.REFERRER)),
        ),
    )


TEST = (
    Transition(
        start=_S.TEST_WAITING,
        event=Event.BOOK_TEST,
        end=_S.TEST_BOOKED,
        says="A slot becomes the patient's booking.",
        roles=OFFICE,
        fields=_BOOKING_FIELDS,
        guards=_BOOKING_GUARDS,
        effects=(leaves.book, letters(_N.BOOKED, _A.PATIENT, _A.REFERRER)),
    ),
    Transition(
        start=_S.TEST_WAITING,
        event=Event.MDT_RECALL,
        end=_S.AWAITING_MDT,
        says="Something changed, and the meeting sees the case again.",
        roles=MEETING,
        fields=(forms.CHANGE,),
        effects=(leaves.recall, keep("change"), letters(_N.MDT_OUTCOME, _A.MDT)),
    ),
    *_off_the_list(_S.TEST_BOOKED, _S.TEST_WAITING),
    Transition(
        start=_S.TEST_BOOKED,
        event=Event.START_TEST,
        end=_S.TEST_IN_PROGRESS,
        says="Sign-in is done and the test block begins.",
        roles=CLINICAL,
        fields=_SIGN_IN_FIELDS,
        guards=_SIGN_IN_GUARDS,
        cautions=(caution.unusual_day, caution.inr_questioned),
        overrides=(caution.bloods_overridden,),
        effects=(leaves.start,),
    ),
    Transition(
        start=_S.TEST_IN_PROGRESS,
        event=Event.COMPLETE_TEST,
        end=_S.TEST_AWAITING_RESULT,
        says="Sign-out is done and the first pain scores are recorded.",
        roles=CLINICAL,
        fields=(
            forms.SIGNED_OUT,
            forms.BASELINE_REST,
            forms.BASELINE_MOVEMENT,
            forms.READINGS,
            forms.AGENT,
            forms.VOLUME,
            forms.READINGS_MOVEMENT,
            forms.BASELINE_HOURS,
        ),
        guards=("sign_out_complete", "scores_recorded"),
        cautions=(caution.scores_missing,),
        effects=(leaves.complete_test,),
    ),
    Transition(
        start=_S.TEST_IN_PROGRESS,
        event=Event.ABANDON_TEST,
        end=_S.TEST_WAITING,
        says="The test block could not be finished, and the patient waits on as before.",
        roles=CLINICAL,
        fields=(forms.REASON,),
        effects=(leaves.abandon, letters(_N.POSTPONED, _A.PATIENT, _A.REFERRER)),
    ),
)

_LATE_SCORES = (forms.optional(forms.READINGS), forms.READINGS_MOVEMENT)

RESULT = (
    Transition(
        start=_S.TEST_AWAITING_RESULT,
        event=Event.RESULT_POSITIVE,
        end=_S.TEST_POSITIVE,
        says="The block relieved the pain, so neurolysis may follow; the wait for it starts.",
        roles=CLINICAL,
        fields=_LATE_SCORES,
        guards=("scores_new", "relief_is_positive"),
        effects=(leaves.result, leaves.await_definitive, letters(_N.RESULT, _A.REFERRER, _A.GENERAL_PRACTITIONER)),
    ),
    Transition(
        start=_S.TEST_AWAITING_RESULT,
        event=Event.RESULT_EQUIVOCAL,
        end=_S.TEST_EQUIVOCAL,
        says="The block neither proved nor disproved the plan.",
        roles=CLINICAL,
        fields=(*_LATE_SCORES, forms.PATTERN_CONCERN),
        guards=("scores_new", "relief_is_equivocal"),
        effects=(leaves.result, letters(_N.RESULT, _A.REFERRER, _A.GENERAL_PRACTITIONER)),
    ),
    Transition(
        start=_S.TEST_AWAITING_RESULT,
        event=Event.RESULT_NEGATIVE,
        end=_S.TEST_NEGATIVE,
        says="The block did not relieve the pain.",
        roles=CLINICAL,
        fields=_LATE_SCORES,
        guards=("scores_new", "relief_is_negative"),
        effects=(leaves.result, letters(_N.RESULT, _A.REFERRER, _A.GENERAL_PRACTITIONER)),
    ),
    Transition(
        start=_S.TEST_POSITIVE,
        event=Event.LIST_FOR_DEFINITIVE,
        end=_S.DEFINITIVE_WAITING,
        says="The patient agrees to neurolysis and may be booked once the gap after the test has passed.",
        roles=CLINICAL,
        fields=(
            forms.CONSENT_ON,
            forms.TECHNIQUE,
            forms.URGENCY,
            forms.READINESS,
            forms.READY_REVIEW_ON,
            forms.LEAD_APPROVAL,
        ),
        guards=("whole_plan_known", "technique_offered", "yearly_limit_today", "consent_recent", "readiness_explained"),
        cautions=(caution.ageing_result,),
        effects=(
            leaves.set_plan,
            keep("lead_approval"),
            leaves.list_for_definitive,
            letters(_N.LISTED, _A.PATIENT, _A.REFERRER),
        ),
    ),
    Transition(
        start=_S.TEST_POSITIVE,
        event=Event.PATIENT_DECLINES,
        end=_S.WITHDRAWN,
        says="The patient decides against neurolysis after talking it through.",
        roles=CLINICAL,
        fields=(forms.DISCUSSION,),
        effects=(keep("discussion"), letters(_N.REMOVED, _A.REFERRER, _A.GENERAL_PRACTITIONER)),
    ),
    Transition(
        start=_S.TEST_POSITIVE,
        event=Event.MDT_RECALL,
        end=_S.AWAITING_MDT,
        says="The result has expired or something changed, and the meeting sees the case again.",
        roles=MEETING,
        fields=(forms.optional(forms.CHANGE),),
        guards=("stale_or_changed",),
        effects=(leaves.recall, keep("change"), letters(_N.MDT_OUTCOME, _A.MDT)),
    ),
    Transition(
        start=_S.TEST_EQUIVOCAL,
        event=Event.REPEAT_TEST,
        end=_S.TEST_WAITING,
        says="The test block is repeated with something changed.",
        roles=CLINICAL,
        fields=(forms.CHANGED_VARIABLE,),
        guards=("repeats_left",),
        effects=(leaves.repeat_test, keep("changed"), letters(_N.LISTED, _A.PATIENT)),
    ),
    Transition(
        start=_S.TEST_EQUIVOCAL,
        event=Event.MDT_RECALL,
        end=_S.AWAITING_MDT,
        says="The meeting decides what an unclear test means.",
        roles=MEETING,
        fields=(forms.optional(forms.CHANGE),),
        guards=("asked_or_exhausted",),
        effects=(leaves.recall, keep("change"), letters(_N.MDT_OUTCOME, _A.MDT)),
    ),
    Transition(
        start=_S.TEST_NEGATIVE,
        event=Event.MDT_RECALL,
        end=_S.AWAITING_MDT,
        says="The meeting sees the case again: another target or technique, or something it should know of.",
        roles=MEETING,
        fields=(forms.TARGET, forms.TECHNIQUE, forms.SIDE, forms.LEAD_APPROVAL),
        guards=("other_plan", "side_allowed", "technique_offered"),
        effects=(leaves.set_plan, leaves.recall, keep("lead_approval"), letters(_N.MDT_OUTCOME, _A.MDT)),
    ),
    Transition(
        start=_S.TEST_NEGATIVE,
        event=Event.DISCHARGE,
        end=_S.DISCHARGED,
        says="The patient goes back to those who referred, with a letter to all who care for them.",
        roles=CLINICAL,
        fields=(forms.NOTE,),
        effects=(
            keep("note"),
            letters(_N.DISCHARGED, _A.REFERRER, _A.GENERAL_PRACTITIONER, _A.PALLIATIVE_TEAM),
        ),
    ),
)

DEFINITIVE = (
    Transition(
        start=_S.DEFINITIVE_WAITING,
        event=Event.BOOK_DEFINITIVE,
        end=_S.DEFINITIVE_BOOKED,
        says="A slot becomes the patient's booking.",
        roles=OFFICE,
        fields=_BOOKING_FIELDS,
        guards=(*_BOOKING_GUARDS, "gap_kept", "result_on_the_day", "yearly_limit_on_the_day", "interval_on_the_day"),
        cautions=(caution.ageing_result,),
        effects=(leaves.book, letters(_N.BOOKED, _A.PATIENT, _A.REFERRER)),
    ),
    Transition(
        start=_S.DEFINITIVE_WAITING,
        event=Event.MDT_RECALL,
        end=_S.AWAITING_MDT,
        says="The result has expired or something changed, and the meeting sees the case again.",
        roles=MEETING,
        fields=(forms.optional(forms.CHANGE),),
        guards=("stale_or_changed",),
        effects=(leaves.recall, keep("change"), letters(_N.MDT_OUTCOME, _A.MDT)),
    ),
    *_off_the_list(_S.DEFINITIVE_BOOKED, _S.DEFINITIVE_WAITING),
    Transition(
        start=_S.DEFINITIVE_BOOKED,
        event=Event.START_DEFINITIVE,
        end=_S.DEFINITIVE_IN_PROGRESS,
        says="Sign-in is done and neurolysis begins.",
        roles=CLINICAL,
        fields=_SIGN_IN_FIELDS,
        guards=(*_SIGN_IN_GUARDS, "yearly_limit_today", "interval_today"),
        cautions=(caution.unusual_day, caution.inr_questioned),
        overrides=(caution.bloods_overridden,),
        effects=(leaves.start,),
    ),
    Transition(
        start=_S.DEFINITIVE_IN_PROGRESS,
        event=Event.COMPLETE_DEFINITIVE,
        end=_S.FOLLOW_UP,
        says="Sign-out is done, and the follow-up reviews are planned.",
        roles=CLINICAL,
        fields=(
            forms.SIGNED_OUT,
            forms.SIGNED_SIDE,
            forms.optional(forms.AGENT),
            forms.optional(forms.VOLUME),
            forms.CONCENTRATION,
            forms.TEMPERATURE,
            forms.LESION_SECONDS,
            forms.FREEZE_CYCLES,
            forms.PROBE,
            forms.PARAMETERS,
            forms.COMPLICATIONS,
            forms.COMPLICATION_SCALE,
            forms.COMPLICATION_GRADE,
            forms.COMPLICATION_OUTCOME,
            forms.PAIN_BEFORE,
            forms.OPIOID_BEFORE,
        ),
        guards=("sign_out_complete", "side_agrees", "record_complete", "complication_graded"),
        effects=(
            leaves.complete_definitive,
            letters(_N.PROCEDURE_DONE, _A.REFERRER, _A.GENERAL_PRACTITIONER, _A.PALLIATIVE_TEAM),
        ),
    ),
    Transition(
        start=_S.DEFINITIVE_IN_PROGRESS,
        event=Event.ABANDON_DEFINITIVE,
        end=_S.DEFINITIVE_WAITING,
        says="Neurolysis could not be finished, and the patient waits on as before.",
        roles=CLINICAL,
        fields=(forms.REASON,),
        effects=(leaves.abandon, letters(_N.POSTPONED, _A.PATIENT, _A.REFERRER)),
    ),
)

AFTER = (
    Transition(
        start=_S.FOLLOW_UP,
        event=Event.PAIN_RETURNS,
        end=_S.REPEAT_REVIEW,
        says="The pain is back, and a clinician decides whether to treat again.",
        roles=CLINICAL,
        fields=(forms.PAIN_SCORE, forms.OPIOID_DOSE),
        guards=("within_repeat_policy",),
        effects=(leaves.trend,),
    ),
    Transition(
        start=_S.FOLLOW_UP,
        event=Event.COMPLETE_FOLLOW_UP,
        end=_S.DISCHARGED,
        says="The last review is done, or the referrer takes over.",
        roles=CLINICAL,
        fields=(
            forms.FINAL_REVIEW_ON,
            forms.optional(forms.PAIN_SCORE),
            forms.optional(forms.OPIOID_DOSE),
            forms.HANDED_OVER,
        ),
        guards=("final_review_done",),
        effects=(
            reviews.final_review,
            keep("final_review_on"),
            letters(_N.DISCHARGED, _A.REFERRER, _A.GENERAL_PRACTITIONER, _A.PALLIATIVE_TEAM),
        ),
    ),
    Transition(
        start=_S.REPEAT_REVIEW,
        event=Event.REPEAT_SAME,
        end=_S.DEFINITIVE_WAITING,
        says="The same procedure is done again.",
        roles=CLINICAL,
        fields=(forms.LEAD_APPROVAL, forms.NEW_CONSENT_ON),
        guards=(
            "whole_plan_known",
            "interval_passed",
            "yearly_limit_today",
            "mdt_current_or_approved",
            "consent_recent",
        ),
        effects=(
            leaves.lead_approval,
            keep("lead_approval"),
            leaves.list_for_definitive,
            letters(_N.LISTED, _A.PATIENT, _A.REFERRER),
        ),
    ),
    Transition(
        start=_S.REPEAT_REVIEW,
        event=Event.NEW_PLAN,
        end=_S.AWAITING_MDT,
        says="The meeting sees the case again: another target or technique, or something it should know of.",
        roles=CLINICAL,
        fields=(forms.TARGET, forms.TECHNIQUE, forms.SIDE, forms.LEAD_APPROVAL),
        guards=("something_new", "side_allowed", "technique_offered"),
        effects=(leaves.set_plan, keep("lead_approval"), letters(_N.MDT_OUTCOME, _A.MDT)),
    ),
    Transition(
        start=_S.REPEAT_REVIEW,
        event=Event.STOP,
        end=_S.DISCHARGED,
        says="No further treatment is given.",
        roles=CLINICAL,
        fields=(forms.REASON,),
        effects=(keep("reason"), letters(_N.DISCHARGED, _A.REFERRER, _A.GENERAL_PRACTITIONER, _A.PALLIATIVE_TEAM)),
    ),
)

_NOT_UNDER_WAY = (
    _S.REFERRAL_RECEIVED,
    _S.REFERRAL_INCOMPLETE,
    _S.TRIAGE,
    _S.AWAITING_MDT,
    _S.MDT_MORE_INFO,
    _S.CONSULTATION,
    _S.TEST_WAITING,
    _S.TEST_BOOKED,
    _S.TEST_AWAITING_RESULT,
    _S.TEST_POSITIVE,
    _S.TEST_EQUIVOCAL,
    _S.TEST_NEGATIVE,
    _S.DEFINITIVE_WAITING,
    _S.DEFINITIVE_BOOKED,
    _S.FOLLOW_UP,
    _S.REPEAT_REVIEW,
)
_MAY_BE_TREATED_ELSEWHERE = tuple(
    state for state in _NOT_UNDER_WAY if state not in {_S.REFERRAL_RECEIVED, _S.FOLLOW_UP, _S.REPEAT_REVIEW}
)
_WAITING_FOR_THE_PATIENT = (_S.REFERRAL_INCOMPLETE, _S.CONSULTATION, _S.TEST_WAITING, _S.DEFINITIVE_WAITING)


def _withdraws(start: PathwayState) -> Transition:
    return Transition(
        start=start,
        event=Event.PATIENT_WITHDRAWS,
        end=_S.WITHDRAWN,
        says="The patient asks to leave the pathway.",
        roles=STAFF,
        fields=(forms.REQUESTED_BY, forms.REQUESTED_ON, forms.CHANNEL),
        guards=("asked_after_referral",),
        effects=(
            keep("requested_by", "requested_on", "channel"),
            letters(_N.REMOVED, _A.REFERRER, _A.GENERAL_PRACTITIONER, _A.PATIENT),
        ),
    )


def _elsewhere(start: PathwayState) -> Transition:
    return Transition(
        start=start,
        event=Event.TREATED_ELSEWHERE,
        end=_S.TREATED_ELSEWHERE,
        says="Another service has treated the patient.",
        roles=STAFF,
        fields=(forms.SOURCE,),
        effects=(keep("source"), letters(_N.REMOVED, _A.REFERRER, _A.GENERAL_PRACTITIONER)),
    )


def _uncontactable(start: PathwayState) -> Transition:
    return Transition(
        start=start,
        event=Event.UNCONTACTABLE,
        end=_S.REMOVED_UNCONTACTABLE,
        says="The patient could not be reached in spite of every attempt.",
        roles=STAFF,
        fields=(forms.REFERRER_TOLD, forms.optional(forms.ATTEMPTS)),
        guards=("attempts_made", "referrer_told"),
        effects=(leaves.log_attempts, letters(_N.REMOVED, _A.REFERRER, _A.GENERAL_PRACTITIONER)),
    )


def _dies(start: PathwayState) -> Transition:
    return Transition(
        start=start,
        event=Event.DEATH_NOTIFIED,
        end=_S.DECEASED,
        says="The patient has died; bookings and letters are cancelled.",
        roles=STAFF,
        fields=(forms.DIED_ON, forms.SOURCE),
        effects=(leaves.silence, keep("died_on", "source")),
    )


COMMON = (
    *(_withdraws(state) for state in _NOT_UNDER_WAY),
    *(_elsewhere(state) for state in _MAY_BE_TREATED_ELSEWHERE),
    *(_uncontactable(state) for state in _WAITING_FOR_THE_PATIENT),
    *(_dies(state) for state in PathwayState if not state.ends),
    Transition(
        start=_S.REFERRAL_RECEIVED,
        event=Event.DUPLICATE_OR_ERROR,
        end=_S.ENTERED_IN_ERROR,
        says="The referral was entered twice or by mistake; the record is kept.",
        roles=SENIOR,
        fields=(forms.REASON, forms.ORIGINAL),
        effects=(leaves.silence, keep("reason", "original")),
    ),
)

TRANSITIONS: tuple[Transition, ...] = (
    *REFERRAL,
    *MDT,
    *CONSULTATION,
    *TEST,
    *RESULT,
    *DEFINITIVE,
    *AFTER,
    *COMMON,
)
_BY_KEY = {(move.start, move.event): move for move in TRANSITIONS}


def transitions_from(state: PathwayState) -> tuple[Transition, ...]:
    """Every step that leaves this state, most usual first."""
    return tuple(move for move in TRANSITIONS if move.start is state)


def transition(state: PathwayState, event: Event) -> Transition:
    """The step this event takes from this state; raises TransitionNotAllowedError, naming those that exist."""
    found = _BY_KEY.get((state, event))
    if found is None:
        others = _names(move.event for move in transitions_from(state))
        may = f"What may follow is: {others}." if others else "The pathway has ended; a new referral starts a new one."
        raise TransitionNotAllowedError(f"'{event.value}' cannot happen in the state '{state.label}'. {may}")
    return found


def roles_for(event: Event) -> frozenset[Role]:
    """The roles that may record this event, from any state."""
    return frozenset[Role]().union(*(move.roles for move in TRANSITIONS if move.event is event))


def _names(events: Iterable[Event]) -> str:
    return ", ".join(event.value for event in events)
