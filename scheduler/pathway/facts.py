"""What the pathway needs to know about one case before it can say what may happen next.

The database fills these from its rows (`db.mapping.case_facts`); nothing here reads a clock or a table. Dates are local
dates of the service. Empty or None always means "not recorded", never "not needed".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from scheduler.pathway.booking import BookingState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Funding, Laterality, Modality, Readiness, Stage, Target, Technique, Urgency

HIGHEST_PAIN_SCORE = 10  # the numeric rating scale runs from 0 to 10 by definition
HIGHEST_ECOG = 4  # performance status of the living runs from 0 to 4 by definition


class Measure(StrEnum):
    """Whether a pain score was asked at rest or on movement."""

    AT_REST = "at_rest"
    ON_MOVEMENT = "on_movement"

    @property
    def label(self) -> str:
        """The words people read."""
        return self.value.replace("_", " ")


class TestResult(StrEnum):
    """What a test block showed."""

    __test__ = False  # the name begins with "Test", which pytest would take for a test class

    POSITIVE = "positive"
    EQUIVOCAL = "equivocal"
    NEGATIVE = "negative"


class MdtRecommendation(StrEnum):
    """What the multidisciplinary team meeting advised."""

    PROCEED_TEST = "proceed_test"
    PROCEED_DIRECT = "proceed_direct"
    MORE_INFORMATION = "more_information"
    NOT_SUITABLE = "not_suitable"


class Channel(StrEnum):
    """How somebody tried to reach the patient."""

    PHONE = "phone"
    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    GENERAL_PRACTITIONER = "gp"


class Scale(StrEnum):
    """How complications are graded."""

    CIRSE = "cirse"
    CTCAE = "ctcae"

    @property
    def label(self) -> str:
        """The name people read."""
        return self.value.upper()


class NextAfterReview(StrEnum):
    """What a follow-up review decided."""

    CONTINUE = "continue"
    SEE_AGAIN = "see_again"
    PAIN_RETURNED = "pain_returned"
    FINISH = "finish"


class ClotRisk(StrEnum):
    """Why stopping a blood thinner is dangerous, so that a specialist advises first."""

    RECENT_STENT = "recent_stent"
    MECHANICAL_VALVE = "mechanical_valve"
    RECENT_CLOT = "recent_clot"

    @property
    def label(self) -> str:
        """The words people read."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralItem:
    """One thing the referral must come with, or that somebody asked for; `key` is R1 to R7 or a short name.

    `dated` is the day of the scan, the blood sample or the letter, not the day it arrived.
    """

    key: str
    received: bool
    dated: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One pain score (0 to 10): the baseline before a test block, or so many minutes after the injection.

    `hours_before` says how long before the injection a baseline was asked.
    """

    score: int
    minutes_after: int | None = None  # None is the baseline
    measure: Measure = Measure.AT_REST
    hours_before: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.score <= HIGHEST_PAIN_SCORE:
            raise ValueError(f"Pain score {self.score} is outside 0 to {HIGHEST_PAIN_SCORE}.")
        if self.minutes_after is not None and self.minutes_after <= 0:
            raise ValueError(f"A reading {self.minutes_after} minutes after the injection is not after it.")

    @property
    def is_baseline(self) -> bool:
        """Whether this was asked before the injection."""
        return self.minutes_after is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureDone:
    """One procedure that was started, in the past; `readings` are those of this procedure."""

    stage: Stage
    on: date
    target: Target
    technique: Technique
    laterality: Laterality
    completed: bool = True  # False when it was abandoned or is still under way
    readings: tuple[Reading, ...] = ()
    result: TestResult | None = None
    result_on: date | None = None
    pain_before: int | None = None
    opioid_before_mg: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Complication:
    """Something that went wrong in or after a procedure, graded on the scale it names."""

    on: date
    what: str
    scale: Scale
    grade: int
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How well the patient manages daily life on one day, as an ECOG performance status; 0 is best."""

    on: date
    ecog: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """The hospital postponed a visit on this day, and promised a new date by `offer_by`, where it said one."""

    on: date
    offer_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One follow-up review; `point` is the protocol's day after neurolysis that it was held for."""

    on: date
    point: int
    pain_score: int
    opioid_dose_mg: int
    following: NextAfterReview


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A signed consent for one stage of one plan."""

    stage: Stage
    on: date
    target: Target
    laterality: Laterality
    technique: Technique | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MdtDecision:
    """The latest outcome of a multidisciplinary team meeting, ours or one supplied with the referral.

    Of several on one day it is the one recorded last. Only advice to proceed counts as a decision that holds.
    """

    on: date
    recommendation: MdtRecommendation
    target: Target | None = None
    technique: Technique | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherCase:
    """Another case of the same patient: where it stands, and what was done in it."""

    ref: str
    state: PathwayState
    target: Target | None
    linked: bool  # one of the two is the return of the other
    procedures: tuple[ProcedureDone, ...] = ()
    mdt: MdtDecision | None = None
    ended_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFrom:
    """The urgency category an episode has held from this date on."""

    on: date
    urgency: Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReadyPeriod:
    """A half-open stretch of days in which the patient was not ready; `until` is None while it lasts.

    `review_on` is the day of the review; of a staged period, the day it was staged until.
    """

    readiness: Readiness
    since: date
    until: date | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One listing for one awaited procedure. `earliest` is the day a staged procedure may first be done."""

    stage: Stage
    listed_on: date
    readiness: Readiness
    categories: tuple[CategoryFrom, ...]
    not_ready: tuple[NotReadyPeriod, ...] = ()
    earliest: date | None = None
    closed_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether the patient is still on this list."""
        return self.closed_on is None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFacts:
    """The case's current booking: what it holds and for which day.

    `suite_modalities` are those of the booked suite, `equipment` the kinds of the units it holds.
    `radiologist` is None while the list has nobody; `anaesthetist` says whether the list has one.
    """

    stage: Stage
    state: BookingState
    on: date
    suite_modalities: tuple[Modality, ...]
    radiologist: str | None
    equipment: tuple[str, ...]
    anaesthetist: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAttempt:
    """One try to reach the patient."""

    on: date
    channel: Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseLetter:
    """A letter that answers a referral: its outcome or, where `outcome` is False, what it lacks.

    `asked_on` is the day of the step that asked for it; `sent_on` is None until it has left. Dropped ones are not here.
    """

    outcome: bool
    audience: str
    asked_on: date
    sent_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDays:
    """How the working days of one site differ from those of the State: its own days off, and holidays it works on."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def days_off(self, holidays: Set[date]) -> Set[date]:
        """The holidays of this site, given those of every site."""
        return (holidays | self.off) - self.worked


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The case entered this state on this day; in order, the last one is where it stands."""

    state: PathwayState
    entered_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """Everything the guards and clocks may ask about one case.

    `technique` is the planned definitive technique. `items` are all items required or asked for; R1 to R7 that are not
    in it count as missing. `medicines` are as the referral names them; `creatinine_clearance` is mL/min.
    """

    ref: str
    state: PathwayState
    received_on: date
    funding: Funding
    target: Target | None = None
    technique: Technique | None = None
    laterality: Laterality | None = None
    urgency: Urgency | None = None
    cancer: bool = False
    direct: bool = False  # the meeting decided that no test block comes first
    referrer_recorded: bool = False
    referral_valid_until: date | None = None  # None: the referral has no end date
    items: tuple[ReferralItem, ...] = ()
    medicines: tuple[str, ...] = ()
    creatinine_clearance: int | None = None
    clot_risks: tuple[ClotRisk, ...] | None = None  # None: nobody has asked yet
    specialist_advice_on: date | None = None  # when a specialist advised on stopping the medicines
    anaesthetist: bool | None = None  # needed for this patient; None: as the protocol says for the procedure
    mdt: MdtDecision | None = None
    consents: tuple[Consent, ...] = ()  # in the order they were recorded
    episodes: tuple[Episode, ...] = ()
    booking: BookingFacts | None = None  # the one whose state is live, if any
    procedures: tuple[ProcedureDone, ...] = ()  # oldest first
    complications: tuple[Complication, ...] = ()
    reviews: tuple[Review, ...] = ()  # in the order they were recorded
    performance: tuple[Performance, ...] = ()  # in the order they were recorded
    postponed: Postponed | None = None  # by the hospital, and no new date is booked yet
    other_cases: tuple[OtherCase, ...] = ()  # of the same patient, oldest first
    contact_attempts: tuple[ContactAttempt, ...] = ()
    test_repeats: int = 0
    patient_postponements: int = 0
    hospital_postponements: int = 0
    missed_appointments: int = 0
    history: tuple[Visit, ...] = ()  # oldest first
    responses: tuple[ResponseLetter, ...] = ()  # in the order they were asked for
    site_days: SiteDays = SiteDays()  # of the site where the patient is booked, or was treated last

    @property
    def episode(self) -> Episode | None:
        """The waiting-list episode that is open now."""
        return next((episode for episode in self.episodes if episode.is_open), None)

    @property
    def last_test(self) -> ProcedureDone | None:
        """The latest test block that was completed."""
        return self._last(Stage.TEST_BLOCK)

    @property
    def last_definitive(self) -> ProcedureDone | None:
        """The latest definitive procedure that was completed."""
        return self._last(Stage.DEFINITIVE)

    def _last(self, stage: Stage) -> ProcedureDone | None:
        done = [procedure for procedure in self.procedures if procedure.stage is stage and procedure.completed]
        return _latest(done, lambda procedure: procedure.on)

    def item(self, key: str) -> ReferralItem | None:
        """The item with this key, if it was ever required or received."""
        return next((item for item in self.items if item.key == key), None)

    def consent_for(self, stage: Stage) -> Consent | None:
        """The latest consent signed for this stage."""
        signed = [consent for consent in self.consents if consent.stage is stage]
        return _latest(signed, lambda consent: consent.on)


Thing = TypeVar("Thing")


def _latest(things: Iterable[Thing], on: Callable[[Thing], date]) -> Thing | None:
    """The thing with the latest day; of several on that day, the last in order."""
    ordered = sorted(things, key=on)
    return ordered[-1] if ordered else None
