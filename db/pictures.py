"""What screens and the command line show of the memory: frozen pictures without names or record numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from db.words import ProposalStatus, TaskState
from scheduler.pathway.alerts import Alert
from scheduler.pathway.booking import BookingState
from scheduler.pathway.clocks import Clock
from scheduler.pathway.curve import ReliefCurve
from scheduler.pathway.facts import CaseFacts
from scheduler.pathway.follow_up import ReviewPoint, TreatmentOutcome
from scheduler.pathway.states import PathwayState
from scheduler.pathway.validity import Standing
from scheduler.vocabulary import Funding, Laterality, Readiness, Role, Stage, Target, Technique


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """One case in a line.

    `days` and `limit` are those of the clock that runs where the case stands (plain days there when none does);
    `due_on` is that clock's last day in time. `stage`, `readiness`, `minutes` and `site` are of the wait or booking.
    """

    ref: str
    state: PathwayState
    since: date
    received_on: date
    days: int
    limit: int | None
    overdue: bool
    due_on: date | None
    urgency: int | None
    target: Target | None
    technique: Technique | None
    laterality: Laterality | None
    funding: Funding
    cancer: bool
    stage: Stage | None
    readiness: Readiness | None
    minutes: int | None
    booked_for: datetime | None
    site: str | None
    missing: tuple[str, ...]
    open_tasks: int
    version: int
    cautions: tuple[str, ...] = ()  # what the person who has just acted should know
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StageColumn:
    """One state of the pathway with the cases that stand there, longest first."""

    state: PathwayState
    median_days: float | None
    limit: int | None
    over: int
    cases: tuple[CaseSummary, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One line of a case's history."""

    seq: int
    at: datetime
    event: str
    label: str
    from_state: PathwayState | None
    to_state: PathwayState
    by: str
    role: str
    why: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingLine:
    """One booking of a case, past or coming."""

    id: str
    stage: Stage
    session: str
    site: str
    site_name: str
    suite_name: str
    start: datetime
    end: datetime
    recovery_end: datetime
    radiologist: str
    status: BookingState
    end_reason: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """Something a person has to do, why, by when and how.

    `due_on` follows the case's clocks as they are now. `done_by` are the events that do it; without any it is ticked
    off by hand. `sites` are those whose people it asks; empty means everywhere. `about` is the letter it is about, the
    medicine, or what else tells tasks of one kind apart.
    """

    id: str
    ref: str | None
    kind: str
    role: Role
    says: str
    due_on: date | None
    state: TaskState
    version: int
    why: str = ""
    overdue: bool = False
    done_by: tuple[str, ...] = ()
    by_hand: bool = True
    sites: tuple[str, ...] = ()
    assignee: str | None = None
    assignee_name: str = ""
    snoozed_until: date | None = None
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerLine:
    """Something that falls due for a case by itself, and the task it will raise."""

    name: str
    due_at: datetime
    due_on: date
    role: Role | None
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """A letter of a case and how it stands."""

    id: str
    kind: str
    audience: str
    state: str
    queued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLine:
    """What a person wrote with one step."""

    event_seq: int
    about: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Everything one case's page shows; `facts` is what the pathway reckons with.

    `prerequisites` are those of the procedure that is waited for, as they stand on `prerequisites_on`: the booked day,
    or today while nothing is booked.
    """

    summary: CaseSummary
    facts: CaseFacts
    history: tuple[HistoryLine, ...]
    clocks: tuple[Clock, ...]
    bookings: tuple[BookingLine, ...]
    tasks: tuple[TaskLine, ...]
    notices: tuple[NoticeLine, ...]
    notes: tuple[NoteLine, ...]
    agenda_on: date | None = None
    reviews: tuple[ReviewPoint, ...] = ()
    outcome: TreatmentOutcome | None = None
    timers: tuple[TimerLine, ...] = ()
    prerequisites: tuple[Standing, ...] = ()
    prerequisites_on: date | None = None
    curves: tuple[ReliefCurve, ...] = ()  # of every test block that was done, oldest first

    @property
    def ref(self) -> str:
        """The case's reference."""
        return self.summary.ref

    @property
    def version(self) -> int:
        """The version a form of this page must carry."""
        return self.summary.version


@dataclass(frozen=True, slots=True, kw_only=True)
class TellableCase:
    """What a letter may tell of a case, which is far less than its page shows."""

    facts: CaseFacts
    history: tuple[HistoryLine, ...]
    bookings: tuple[BookingLine, ...]
    agenda_on: date | None

    @property
    def ref(self) -> str:
        """The case's reference."""
        return self.facts.ref


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCase:
    """One booked case on a list; `missing` counts the documents that have not come."""

    ref: str
    booking: str
    urgency: int | None
    target: Target
    technique: Technique
    laterality: Laterality | None
    stage: Stage
    minutes: int
    missing: int
    status: BookingState
    start: datetime
    end: datetime
    recovery_end: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiologistLine:
    """A radiologist by name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCard:
    """One list with its cases in order; `minutes_used` counts cases and the turnarounds between them."""

    id: str
    site: str
    site_name: str
    suite: str
    suite_name: str
    date: date
    part: str
    start: datetime
    end: datetime
    overtime_minutes: int
    funding: tuple[str, ...]
    anaesthetist: bool
    radiologist_id: str | None
    radiologist: str | None
    minutes_used: int
    minutes_available: int
    max_cases: int | None
    cases: tuple[ListedCase, ...]
    published: bool
    closed: bool
    closed_reason: str
    version: int
    locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalSummary:
    """One planning run in a line.

    `progress` holds the seconds, cost, bound, booked and total last told; `part_of` is the plan this was taken from.
    """

    id: str
    status: ProposalStatus
    asked_at: datetime
    asked_by: str
    start: date
    end: date
    placed: int
    moved: int
    left_over: int
    cost: int | None
    bound: int | None
    progress: Mapping[str, object]
    failure: str
    published_at: datetime | None
    published_by: str | None
    version: int
    started_at: datetime | None = None
    time_limit: float | None = None
    part_of: str | None = None
    nightly: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedPlace:
    """Where a proposal puts one case, and where it stood before if it did.

    Of a plan that is not published yet, "before" is where the case stands now. `frozen` says that the change needs a
    reason; `meanwhile` says who has changed the case since the plan was made, so that its place will not be taken.
    """

    ref: str
    stage: Stage
    target: Target
    technique: Technique
    urgency: int
    session: str
    site_name: str
    suite_name: str
    radiologist: str | None
    start: datetime
    minutes: int
    due: date
    before_session: str | None
    before_start: datetime | None
    before_where: str = ""
    before_radiologist: str | None = None
    frozen: bool = False
    meanwhile: str = ""

    @property
    def moved(self) -> bool:
        """Whether the case had another place before."""
        return self.before_start is not None and (self.before_session, self.before_start) != (self.session, self.start)

    @property
    def handed_over(self) -> bool:
        """Whether the case keeps its place and another radiologist does it."""
        stays = self.before_start is not None and not self.moved
        return stays and self.before_radiologist is not None and self.before_radiologist != self.radiologist

    @property
    def changes(self) -> bool:
        """Whether publishing would change anything for the case."""
        return self.before_start is None or self.moved or self.handed_over


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """A case a proposal could not place, with the reasons in sentences; `due` is None where nobody could plan it.

    One with a place before would lose it.
    """

    ref: str
    stage: Stage
    target: Target | None
    urgency: int | None
    due: date | None
    before_session: str | None
    before_start: datetime | None
    reasons: tuple[str, ...]
    before_where: str = ""
    frozen: bool = False
    meanwhile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalPage:
    """One proposal in full: what is placed, what moves, what is left over and why, and what it costs.

    `terms_before` are the goals with everybody staying where they were when the plan was made.
    """

    summary: ProposalSummary
    placed: tuple[ProposedPlace, ...]
    left_over: tuple[LeftOver, ...]
    terms: Mapping[str, int]
    prices: Mapping[str, int]
    run: Mapping[str, object]
    terms_before: Mapping[str, int] = field(default_factory=dict)
    frozen_until: date | None = None

    @property
    def moved(self) -> tuple[ProposedPlace, ...]:
        """The cases that had another place before."""
        return tuple(place for place in self.placed if place.moved)

    @property
    def losing(self) -> tuple[LeftOver, ...]:
        """The cases that would lose the place they have."""
        return tuple(case for case in self.left_over if case.before_start is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """How the service stands at one moment."""

    engine: str
    cases: Mapping[PathwayState, int]
    open_cases: int
    waiting: int
    booked: int
    overdue: int
    longest_overdue: str | None
    open_tasks: int
    tasks_overdue: int
    silent: tuple[str, ...]
    steps_waiting: int
    steps_overdue: int
    steps_parked: int
    proposals_working: int
    proposals_ready: int
    lists_coming: int
    letters_queued: int
    refusals: int
    trail_rows: int
    trail_seal: str
    unapproved_values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayLine:
    """One public holiday, at every site or at one; not `observed` means that this site works on it."""

    on: date
    name: str
    site: str | None
    observed: bool
    confirmed: bool
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLine:
    """One site by name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteLine:
    """One suite, and the site it stands at."""

    id: str
    name: str
    site: str
    site_name: str
