"""What a step asks the memory to do, in the same transaction that moves the case.

Each effect is a plain record; the database applies them in order. Dates are local dates. Nothing here is optional for
the memory: an effect it does not know is a fault, never skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scheduler.pathway.booking import BookingState
from scheduler.pathway.facts import (
    Channel,
    ClotRisk,
    MdtRecommendation,
    NextAfterReview,
    Reading,
    Scale,
    TestResult,
)
from scheduler.vocabulary import Laterality, Readiness, Role, Stage, Target, Technique, Urgency


class RemovalReason(StrEnum):
    """Why a waiting-list episode ended; the value is our word, `code` the national one (METEOR 471738)."""

    TREATED = "treated"
    COULD_NOT_CONTACT = "could_not_contact"
    DIED = "died"
    TREATED_ELSEWHERE = "treated_elsewhere"
    NOT_REQUIRED = "not_required"
    DECLINED_BY_PATIENT = "declined_by_patient"
    TO_ANOTHER_LIST = "to_another_list"

    @property
    def code(self) -> str:
        """The national reason-for-removal code."""
        return REMOVAL_CODES[self]


REMOVAL_CODES = {
    RemovalReason.TREATED: "1",
    RemovalReason.COULD_NOT_CONTACT: "3",
    RemovalReason.DIED: "3",
    RemovalReason.TREATED_ELSEWHERE: "4",
    RemovalReason.NOT_REQUIRED: "5",
    RemovalReason.DECLINED_BY_PATIENT: "5",
    RemovalReason.TO_ANOTHER_LIST: "6",
}


class Counter(StrEnum):
    """A tally kept on the case."""

    TEST_REPEATS = "test_repeats"
    PATIENT_POSTPONEMENTS = "patient_postponements"
    HOSPITAL_POSTPONEMENTS = "hospital_postponements"
    MISSED_APPOINTMENTS = "missed_appointments"


class Audience(StrEnum):
    """Who a letter is for."""

    REFERRER = "referrer"
    PATIENT = "patient"
    GENERAL_PRACTITIONER = "gp"
    PALLIATIVE_TEAM = "palliative_team"
    MDT = "mdt"


class NoticeKind(StrEnum):
    """Which letter it is."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    INFORMATION_NEEDED = "information_needed"
    RETURNED = "returned"
    MDT_OUTCOME = "mdt_outcome"
    LISTED = "listed"
    BOOKED = "booked"
    MOVED = "moved"
    POSTPONED = "postponed"
    MISSED = "missed"
    RESULT = "result"
    PROCEDURE_DONE = "procedure_done"
    REMOVED = "removed"
    DISCHARGED = "discharged"
    UNSUITABLE = "unsuitable"
    CATEGORY_CHANGED = "category_changed"
    REMINDER = "reminder"
    CORRECTION = "correction"


class TaskKind(StrEnum):
    """What sort of work a task is. STATE is the next thing to do where the case stands; there is one at a time."""

    STATE = "state"
    BLOODS = "bloods"
    IMAGING = "imaging"
    HOLD_MEDICINE = "hold_medicine"
    AGENT = "agent"
    CONSENT = "consent"
    MDT_DECISION = "mdt_decision"
    TEST_RESULT = "test_result"
    REFERRAL = "referral"
    SPECIALIST_ADVICE = "specialist_advice"
    CLINICAL_REVIEW = "clinical_review"
    REDISCUSSION = "rediscussion"
    AFTER_REVIEW = "after_review"
    CORRECTION = "correction"


class Timer(StrEnum):
    """The name of a step that falls due later."""

    RESPONSE_DUE = "response_due"
    ADD_TO_MDT_AGENDA = "add_to_mdt_agenda"
    MDT_DUE = "mdt_due"
    REDISCUSS = "rediscuss"
    REVIEW_READINESS = "review_readiness"
    STAGED_UNTIL = "staged_until"
    TREAT_BY = "treat_by"
    REOFFER_DUE = "reoffer_due"
    RESULT_DUE = "result_due"
    RESULT_AGEING = "result_ageing"
    RESULT_EXPIRES = "result_expires"
    FOLLOW_UP = "follow_up"
    HOLD_EXPIRES = "hold_expires"
    VISIT_REMINDER = "visit_reminder"
    CONFIRM_VISIT = "confirm_visit"
    CONSENT_ENDS = "consent_ends"
    MDT_DECISION_ENDS = "mdt_decision_ends"
    REFERRAL_ENDS = "referral_ends"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPlan:
    """Change what is planned; None leaves that part as it is."""

    target: Target | None = None
    technique: Technique | None = None
    laterality: Laterality | None = None
    urgency: Urgency | None = None
    direct: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMdtOutcome:
    """Keep what the meeting decided.

    `supplied` means that no meeting of ours sat: the decision came with the referral, or the IR lead (`owner`) renewed
    the last one.
    """

    on: date
    recommendation: MdtRecommendation
    target: Target | None
    technique: Technique | None = None
    attended: tuple[str, ...] = ()
    reason: str = ""
    alternative: str = ""
    owner: str = ""
    rediscuss_on: date | None = None
    supplied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenEpisode:
    """Put the patient on the waiting list for this stage; a staged one may be done from `earliest`."""

    stage: Stage
    urgency: Urgency
    readiness: Readiness
    listed_on: date
    earliest: date | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenEpisode:
    """Take back the closing of the latest episode of this stage: the procedure was not done, so the wait goes on."""

    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateEpisode:
    """Change the open episode from this day on.

    Another urgency than before starts a new category. Another readiness ends the open not-ready period, if any, and
    (unless it is ready) opens a new one with this review date. The same readiness changes only the dates.
    """

    stage: Stage
    on: date
    urgency: Urgency
    readiness: Readiness
    earliest: date | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseEpisode:
    """Take the patient off the list they are on; nothing to do if no episode is open."""

    reason: RemovalReason
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBookingState:
    """Move the current booking on; it keeps its slot if `state.holds_its_slot`."""

    state: BookingState


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBooking:
    """End the current booking in this state, give its slot back, and keep why; nothing to do if there is none."""

    state: BookingState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartProcedure:
    """Open the procedure record with what was checked at sign-in."""

    stage: Stage
    on: date
    target: Target
    technique: Technique
    laterality: Laterality
    inr: float | None = None
    platelets: int | None = None
    bloods_dated: date | None = None
    overridden_by: str = ""
    override_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishProcedure:
    """Close the open procedure record; `completed` is False when it was abandoned, with the reason."""

    stage: Stage
    completed: bool
    agent: str = ""
    volume_ml: float | None = None
    concentration_percent: float | None = None
    temperature_c: float | None = None
    lesion_seconds: int | None = None
    freeze_cycles: int | None = None
    probe: str = ""
    pain_before: int | None = None
    opioid_before_mg: int | None = None
    parameters: str = ""
    complications: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReadings:
    """Add pain scores to the latest test block."""

    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """Keep what the latest test block showed; `relief` is the best in-window relief in per cent, if it has one."""

    result: TestResult
    on: date
    relief: int | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTrend:
    """Keep a later pain score and opioid dose (mg of oral morphine a day)."""

    on: date
    pain_score: int
    opioid_dose_mg: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReview:
    """Keep one follow-up review of the latest neurolysis, held for this day (`point`) of the protocol."""

    on: date
    point: int
    pain_score: int
    opioid_dose_mg: int
    following: NextAfterReview


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordComplication:
    """Keep one graded complication of the latest procedure begun by that day."""

    on: date
    what: str
    scale: Scale
    grade: int
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConsent:
    """Keep a signed consent for one stage of the plan."""

    stage: Stage
    on: date
    target: Target
    laterality: Laterality
    technique: Technique | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMedicineFacts:
    """Keep what stopping a medicine depends on; None leaves that part as it is."""

    clot_risks: tuple[ClotRisk, ...] | None = None
    specialist_advice_on: date | None = None
    creatinine_clearance: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPerformance:
    """Keep the patient's ECOG performance status on this day."""

    on: date
    ecog: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewReferral:
    """The referral now runs to this date."""

    valid_until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Add one to this tally."""

    counter: Counter


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItem:
    """Mark one item as received, and when it is dated."""

    key: str
    dated: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequireItems:
    """These items are now required, and not (or no longer) received."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogContact:
    """Somebody tried to reach the patient."""

    on: date
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class DueStep:
    """Something that falls due: on that day a task with these words is raised for the role, if the case is still live.

    `key_suffix` tells apart steps of one name on one case: what it is about, the day it was made, the day it is due. A
    key met again is the same step: if it was dropped, it comes back.
    """

    name: Timer
    due_on: date
    role: Role
    says: str
    key_suffix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelDueSteps:
    """Drop the timers of these names, or all of the case, and tick off the tasks that those fallen due have raised."""

    names: tuple[Timer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Queue a letter in the outbox."""

    kind: NoticeKind
    audience: Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelNotices:
    """Drop every letter of this case that has not been sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Work for people of this role.

    `about` tells apart tasks of one kind on one case, such as the medicine; `for_day` is the procedure day it prepares.
    """

    kind: TaskKind
    role: Role
    says: str
    due_on: date
    about: str = ""
    for_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTasks:
    """Tick off the open tasks of these kinds, or all of them when none is given."""

    kinds: tuple[TaskKind, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepNote:
    """Keep what a person wrote with this step, by the name of the form field."""

    about: str
    text: str


Effect = (
    SetPlan
    | RecordMdtOutcome
    | OpenEpisode
    | ReopenEpisode
    | UpdateEpisode
    | CloseEpisode
    | SetBookingState
    | CancelBooking
    | StartProcedure
    | FinishProcedure
    | RecordReadings
    | RecordResult
    | RecordTrend
    | RecordReview
    | RecordComplication
    | RecordConsent
    | RecordMedicineFacts
    | RecordPerformance
    | RenewReferral
    | Count
    | AddItem
    | RequireItems
    | LogContact
    | DueStep
    | CancelDueSteps
    | Notice
    | CancelNotices
    | Task
    | CompleteTasks
    | KeepNote
)
