"""A case on its way: where it stands, what has happened to it, and what was measured and decided."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from db.tables.base import OPERATIONAL, STRICT, Row, VersionedRow, document, key, one_of, private, words
from db.words import NoticeState, TaskState
from scheduler.pathway.facts import Channel, MdtRecommendation, Measure, NextAfterReview, Scale, TestResult
from scheduler.pathway.meetings.words import MeetingOutcome, MeetingState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Funding, Laterality, Readiness, Role, Stage, Target, Technique

OPEN = text("closed_on IS NULL")
UNDECIDED = text("outcome IS NULL AND NOT carried")


class CorrectableRow(VersionedRow):
    """A row that a correction may strike out: it stays, and no longer counts.

    `struck_by` is the line of the case's history that says so.
    """

    struck_by: int | None = None


class CaseRow(VersionedRow, table=True):
    """One patient's way through the pathway for one referral."""

    __tablename__ = "neurolysis_case"
    __table_args__ = (one_of("urgency", 1, 2, 3), STRICT)

    id: str = key()
    ref: str = Field(unique=True)
    patient_id: str = Field(foreign_key="patient.id", index=True)
    referral_id: str = Field(foreign_key="referral.id", unique=True)
    state: PathwayState = Field(sa_type=words(PathwayState, "state_known"), index=True)
    state_since: date
    received_on: date
    closed_on: date | None = None
    target: Target | None = Field(default=None, sa_type=words(Target, "target_known"), nullable=True)
    technique: Technique | None = Field(default=None, sa_type=words(Technique, "technique_known"), nullable=True)
    laterality: Laterality | None = Field(default=None, sa_type=words(Laterality, "side_known"), nullable=True)
    urgency: int | None = None
    funding: Funding = Field(sa_type=words(Funding, "funding_known"))
    cancer: bool = False
    direct: bool = False
    referral_valid_until: date | None = None
    creatinine_clearance: int | None = None
    anaesthetist: bool | None = None
    first_on_list: bool = False
    allowed_sites: list[str] | None = document(default=None, nullable=True)
    preferred_site: str | None = Field(default=None, foreign_key="site.id")
    test_repeats: int = 0
    patient_postponements: int = 0
    hospital_postponements: int = 0
    missed_appointments: int = 0
    last_event: int = 0
    clot_risks: list[str] | None = document(default=None, nullable=True)
    specialist_advice_on: date | None = None
    destroyed_on: date | None = None  # the day its record was destroyed; what is left names nobody


class CaseEventRow(Row, table=True):
    """One line of a case's history; never changed, and removed only when the whole record is destroyed."""

    __tablename__ = "case_event"
    __table_args__ = (UniqueConstraint("case_id", "seq"), STRICT)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id")
    seq: int
    event: str
    from_state: str | None = None
    to_state: PathwayState = Field(sa_type=words(PathwayState, "state_known"))
    at: datetime
    on: date
    by: str
    role: str
    why: str = private(default="")
    details: dict[str, object] = document(sa_column_kwargs={"info": {"private": True}})


class CaseItemRow(CorrectableRow, table=True):
    """One thing the referral must come with (R1 to R7) or that somebody asked for, and whether it has come."""

    __tablename__ = "case_item"
    __table_args__ = (UniqueConstraint("case_id", "key"), STRICT)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id")
    key: str
    received: bool
    dated: date | None = None
    title: str = private(default="")
    reference: str = private(default="")


class WaitlistEpisodeRow(CorrectableRow, table=True):
    """One listing for one awaited procedure; at most one is open for a case."""

    __tablename__ = "waitlist_episode"
    __table_args__ = (
        one_of("urgency", 1, 2, 3),
        Index("uq_waitlist_episode_open", "case_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        STRICT,
    )

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    number: int
    stage: Stage = Field(sa_type=words(Stage, "stage_known"))
    urgency: int
    readiness: Readiness = Field(sa_type=words(Readiness, "readiness_known"))
    listed_on: date
    earliest: date | None = None
    closed_on: date | None = None
    closed_reason: str = ""


class CategoryChangeRow(CorrectableRow, table=True):
    """An episode's urgency category from a date on."""

    __tablename__ = "category_change"
    __table_args__ = (one_of("urgency", 1, 2, 3), UniqueConstraint("episode_id", "since"), STRICT)

    id: str = key()
    episode_id: str = Field(foreign_key="waitlist_episode.id")
    urgency: int
    since: date


class NotReadyPeriodRow(CorrectableRow, table=True):
    """Days an episode is not ready for care: from a date until ready again, not counting that last date."""

    __tablename__ = "not_ready_period"
    __table_args__ = (CheckConstraint('"until" IS NULL OR "since" <= "until"', name="in_order"), STRICT)

    id: str = key()
    episode_id: str = Field(foreign_key="waitlist_episode.id", index=True)
    readiness: Readiness = Field(sa_type=words(Readiness, "readiness_known"))
    since: date
    until: date | None = None
    review_on: date | None = None


class MdtMeetingRow(VersionedRow, table=True):
    """A multidisciplinary team meeting: when, where, how long, how it stands, and which disciplines sat.

    Its start is a local wall time. A start or length that is empty is the protocol's.
    """

    __tablename__ = "mdt_meeting"
    __table_args__ = (STRICT,)

    id: str = key()
    on: date = Field(unique=True)
    attended: list[str] = document(default_factory=list)
    start: str | None = None
    place: str = Field(default="", sa_column_kwargs={"server_default": ""})
    chair: str = Field(default="", sa_column_kwargs={"server_default": ""})
    capacity_minutes: int | None = None
    minutes_per_case: int | None = None
    state: MeetingState = Field(
        default=MeetingState.PLANNED,
        sa_type=words(MeetingState, "meeting_state_known"),
        sa_column_kwargs={"server_default": MeetingState.PLANNED.value},
    )
    reason: str = Field(default="", sa_column_kwargs={"server_default": "", "info": {"private": True}})
    agenda_closes_at: datetime | None = None
    agenda_closed_at: datetime | None = None
    finished_at: datetime | None = None


class MdtAttendanceRow(VersionedRow, table=True):
    """One person at one meeting, for one discipline, voting or not."""

    __tablename__ = "mdt_attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "discipline", "person"), STRICT)

    id: str = key()
    meeting_id: str = Field(foreign_key="mdt_meeting.id")
    discipline: str
    person: str
    voting: bool = True


class MdtItemRow(VersionedRow, table=True):
    """One case at one meeting (ours, or one supplied with the referral), with what the meeting recommended.

    It is open until it has an outcome or is carried; a case has at most one open item.
    """

    __tablename__ = "mdt_item"
    __table_args__ = (
        Index("uq_mdt_item_open", "case_id", unique=True, sqlite_where=UNDECIDED, postgresql_where=UNDECIDED),
        STRICT,
    )

    id: str = key()
    meeting_id: str | None = Field(default=None, foreign_key="mdt_meeting.id", index=True)
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    event_seq: int = 0  # the line of the history that decided it: of two on one day, the later one holds
    on: date
    minutes: int | None = None  # where this case needs another time than the meeting gives each
    place: int | None = None  # where it stood when the agenda was closed
    late: bool = False
    added_why: str = private(default="")
    outcome: MeetingOutcome | None = Field(
        default=None, sa_type=words(MeetingOutcome, "meeting_outcome_known"), nullable=True
    )
    recommendation: MdtRecommendation | None = Field(
        default=None, sa_type=words(MdtRecommendation, "recommendation_known"), nullable=True
    )
    target: Target | None = Field(default=None, sa_type=words(Target, "target_known"), nullable=True)
    technique: Technique | None = Field(default=None, sa_type=words(Technique, "technique_known"), nullable=True)
    supplied: bool = False
    attended: list[str] = document(default_factory=list)
    owner: str = ""
    rediscuss_on: date | None = None
    reason: str = private(default="")
    alternative: str = private(default="")
    carried: bool = False
    carried_to: date | None = None
    carried_why: str = private(default="")


class ConsentRow(CorrectableRow, table=True):
    """A signed consent for one stage of one plan."""

    __tablename__ = "consent"
    __table_args__ = (STRICT,)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    event_seq: int
    stage: Stage = Field(sa_type=words(Stage, "stage_known"))
    on: date
    target: Target = Field(sa_type=words(Target, "target_known"))
    laterality: Laterality = Field(sa_type=words(Laterality, "side_known"))
    technique: Technique | None = Field(default=None, sa_type=words(Technique, "technique_known"), nullable=True)


class ContactAttemptRow(CorrectableRow, table=True):
    """One try to reach the patient."""

    __tablename__ = "contact_attempt"
    __table_args__ = (STRICT,)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    on: date
    channel: Channel = Field(sa_type=words(Channel, "channel_known"))


class ProcedureRecordRow(CorrectableRow, table=True):
    """What was checked, done and found at one procedure; it is open until it is finished."""

    __tablename__ = "procedure_record"
    __table_args__ = (UniqueConstraint("case_id", "number"), STRICT)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id")
    number: int
    booking_id: str | None = Field(default=None, foreign_key="booking.id")
    stage: Stage = Field(sa_type=words(Stage, "stage_known"))
    on: date
    target: Target = Field(sa_type=words(Target, "target_known"))
    technique: Technique = Field(sa_type=words(Technique, "technique_known"))
    laterality: Laterality = Field(sa_type=words(Laterality, "side_known"))
    finished: bool = False
    completed: bool = False
    inr: float | None = None
    platelets: int | None = None
    bloods_dated: date | None = None
    overridden_by: str = ""
    override_reason: str = private(default="")
    agent: str = ""
    volume_ml: float | None = None
    concentration_percent: float | None = None
    temperature_c: float | None = None
    lesion_seconds: int | None = None
    freeze_cycles: int | None = None
    probe: str | None = None
    pain_before: int | None = None
    opioid_before_mg: int | None = None
    parameters: str = private(default="")
    complications: str = private(default="")
    reason: str = private(default="")
    result: TestResult | None = Field(default=None, sa_type=words(TestResult, "result_known"), nullable=True)
    result_on: date | None = None
    relief: int | None = None
    result_note: str = private(default="")


class ReadingRow(CorrectableRow, table=True):
    """One pain score of a test block; with no minutes it is the baseline."""

    __tablename__ = "reading"
    __table_args__ = (CheckConstraint("score BETWEEN 0 AND 10", name="score_in_scale"), STRICT)

    id: str = key()
    procedure_id: str = Field(foreign_key="procedure_record.id", index=True)
    number: int
    score: int
    minutes_after: int | None = None
    measure: Measure = Field(sa_type=words(Measure, "measure_known"))
    hours_before: int | None = None


class ComplicationRow(CorrectableRow, table=True):
    """Something that went wrong in or after a procedure, graded on the scale it names."""

    __tablename__ = "complication"
    __table_args__ = (STRICT,)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    procedure_id: str = Field(foreign_key="procedure_record.id")
    event_seq: int
    on: date
    what: str = private()
    scale: Scale = Field(sa_type=words(Scale, "scale_known"))
    grade: int
    outcome: str = private(default="")


class ReviewRow(CorrectableRow, table=True):
    """One follow-up review after neurolysis, held for one of the protocol's days."""

    __tablename__ = "review"
    __table_args__ = (CheckConstraint("pain_score BETWEEN 0 AND 10", name="score_in_scale"), STRICT)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    procedure_id: str = Field(foreign_key="procedure_record.id")
    event_seq: int
    on: date
    point: int
    pain_score: int
    opioid_dose_mg: int
    following: NextAfterReview = Field(sa_type=words(NextAfterReview, "following_known"))


class PerformanceRow(CorrectableRow, table=True):
    """The patient's ECOG performance status on one day."""

    __tablename__ = "performance_status"
    __table_args__ = (CheckConstraint("ecog BETWEEN 0 AND 4", name="ecog_in_scale"), STRICT)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    event_seq: int
    on: date
    ecog: int


class TrendRow(CorrectableRow, table=True):
    """A later pain score and opioid dose (mg of oral morphine a day)."""

    __tablename__ = "trend"
    __table_args__ = (STRICT,)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    on: date
    pain_score: int
    opioid_dose_mg: int


class TaskRow(VersionedRow, table=True):
    """Something a person has to do; `about` and `for_day` tell which medicine or which procedure day it is for."""

    __tablename__ = "task"
    __table_args__ = (Index(None, "state", "role"), STRICT)

    id: str = key()
    case_id: str | None = Field(default=None, foreign_key="neurolysis_case.id", index=True)
    kind: str
    role: Role = Field(sa_type=words(Role, "role_known"))
    says: str
    due_on: date | None = None
    state: TaskState = Field(default=TaskState.OPEN, sa_type=words(TaskState, "state_known"))
    made_at: datetime
    ended_at: datetime | None = None
    ended_by: str | None = None
    about: str = Field(default="", sa_column_kwargs={"server_default": ""})
    for_day: date | None = None
    assignee: str | None = None
    assignee_name: str = Field(default="", sa_column_kwargs={"server_default": ""})
    snoozed_until: date | None = None
    snooze_reason: str | None = Field(default=None, sa_column_kwargs={"info": {"private": True}})

    def end(self, state: TaskState, *, now: datetime, by: str) -> None:
        """Do or drop it; `by` is the id of who did."""
        self.state, self.ended_at, self.ended_by = state, now, by


class NoticeRow(VersionedRow, table=True):
    """A letter in the outbox; people call it by its case's reference and its number, such as N10001-3."""

    __tablename__ = "notice"
    __table_args__ = (Index("uq_notice_number", "case_id", "number", unique=True), STRICT)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    kind: str
    audience: str
    number: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    state: NoticeState = Field(default=NoticeState.QUEUED, sa_type=words(NoticeState, "state_known"))
    queued_at: datetime
    ended_at: datetime | None = None


class NoteRow(CorrectableRow, table=True):
    """What a person wrote with one step, by the name of the form's field."""

    __tablename__ = "note"
    __table_args__ = (STRICT,)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id", index=True)
    event_seq: int
    about: str
    text: str = private()


class CaseLinkRow(VersionedRow, table=True):
    """A case that is the return of a patient whose earlier case had ended."""

    __tablename__ = "case_link"
    __table_args__ = (UniqueConstraint("case_id", "earlier_id"), STRICT)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id")
    earlier_id: str = Field(foreign_key="neurolysis_case.id", index=True)


class CaseTraceRow(Row, table=True):
    """What one line of a case's history wrote: the rows it made, and what the rows it changed held before."""

    __tablename__ = "case_trace"
    __table_args__ = (UniqueConstraint("case_id", "seq"), OPERATIONAL)

    id: str = key()
    case_id: str = Field(foreign_key="neurolysis_case.id")
    seq: int
    made: list[list[str]] = document()
    changed: dict[str, dict[str, dict[str, object]]] = document()
