"""The desk: the only door for what people do, with roles checked, refusals audited and every write done once.

Screens and the command line open it with `open_desk()` and ask in somebody's name: `open_desk().acting(person)`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from db import (
    accounts,
    amendments,
    boards,
    bookings,
    cases,
    clinic,
    due_steps,
    emergencies,
    facts,
    freezing,
    holds,
    holidays,
    logs,
    mapping,
    outbox,
    proposals,
    reversals,
    tasks,
    timetable,
    writes,
)
from db import protocol as protocols
from db.accounts import Account
from db.amendments import Amendable
from db.approvals import ApprovalLine
from db.audit import Author, plain
from db.due_steps import DueStep
from db.emergencies import EmergencyReading
from db.feeds import FeedKind, FeedLine
from db.identity import PatientIdentity, who_is
from db.log_words import LogEvent
from db.mapping import ref_of
from db.meeting_pictures import AgendaLine, AgendaPage, MeetingLine, Present
from db.meetings import Attendee, NewMeeting
from db.network_pictures import MonthOfWaits, NetworkLoad, RadiologistLoad, SuiteWeek, Waits
from db.outbox import SEND_STEP, Letter
from db.pictures import (
    BookingLine,
    CasePage,
    CaseSummary,
    HistoryLine,
    HolidayLine,
    LeftOver,
    ListCard,
    ListedCase,
    NoteLine,
    NoticeLine,
    ProposalPage,
    ProposalSummary,
    ProposedPlace,
    ServiceStatus,
    SiteLine,
    StageColumn,
    TaskLine,
    TimerLine,
)
from db.publishing import NotBooked, PublishReport
from db.referrals import RECEIVE_STEP
from db.retention import DisposalLine, HoldLine, Kept
from db.reversals import Reversal
from db.settings import MemorySettings
from db.standing import Standing, standing
from db.study_pictures import ChangeLine, Comparison, ScenarioChoices, ScenarioLine, StudyLine, WorthLine, WorthReport
from db.timetable import DailyLine
from db.words import ApprovalKind, ProposalStatus, StudyStatus, TaskState
from flows import at_the_door
from flows.at_the_door import NOBODY
from flows.board_asked import BoardAct, Drop
from flows.correspondence import LetterPage, letter_page, repeat_letter, send_state_named
from flows.handlers import PUBLISHED_STEP
from flows.happened import event_named
from flows.hold_asked import HeldSlot, HoldAsked
from flows.keeping import words as keeping
from flows.pace import ACTS, READINGS, Limit, Pace
from flows.permissions import (
    APPROVING,
    EVERY_SITE,
    Action,
    Actor,
    Asked,
    allowed_roles,
    demand,
    demand_at_one,
    may,
    may_at_one,
)
from flows.plan_requests import PLAN_STEP, PlanRequest
from flows.printing import Printing, Sheet, standard_named
from flows.public_holidays import after_change
from flows.recurring import RECURRING
from flows.reports import ImportReport, KeptReferral
from flows.running import Check, Operating, Running, running, told_to_all
from flows.service import Service, open_service
from flows.setting_up import SetUpReport, set_up
from flows.spreadsheet import plain_cell
from flows.steps import StepReport, run_due_steps
from flows.tasking import Wanted, demand_task, person_for, shown
from scheduler.errors import NeurolistError, NotFoundError, NotPermittedError, SecondPersonNeededError
from scheduler.goals import GOALS
from scheduler.pathway.alerts import Alert
from scheduler.pathway.booking import TENTATIVE, BookingEvent, BookingState
from scheduler.pathway.clocks import Clock as PathwayClock
from scheduler.pathway.curve import ReliefCurve, ReliefPoint
from scheduler.pathway.events import Entry, Event, Happening, ReadinessEvent
from scheduler.pathway.fields import Choice, Field, FieldType
from scheduler.pathway.forms import MEETING_ROLES
from scheduler.pathway.happenings import everything_possible, work_out
from scheduler.pathway.machine import NextStep, Step
from scheduler.pathway.meetings.words import MeetingOutcome, MeetingState
from scheduler.pathway.returning import RETURN_FIELDS
from scheduler.pathway.states import PathwayState
from scheduler.pathway.waits import WaitSummary
from scheduler.problem import SchedulingProblem
from scheduler.scenario import AddList, CloseList, Demand, Leave, Price
from scheduler.vocabulary import Role

if TYPE_CHECKING:
    from sqlmodel import Session

    from flows.approvals import Approvals
    from flows.backfilling import FreedPlace, Standby
    from flows.boarding import Board
    from flows.deidentified import Exported
    from flows.explaining import PlaceLine, Where, Why
    from flows.feeding import Feeds
    from flows.first_places import FirstPlace
    from flows.keeping.keeping import Keeping
    from flows.keeping.people import People
    from flows.laying import Alone
    from flows.meetings import Meetings
    from flows.network import Network
    from flows.quick_asked import QuickAsked
    from flows.retention import Retention
    from flows.risks import RiskReport
    from flows.scenarios import Scenarios
    from flows.upkeep import Upkeep
    from scheduler.engine import Progress
    from scheduler.engine.quick import QuickAnswer
    from scheduler.explain.capacity import CapacityWorth

__all__ = [
    "APPROVING",
    "EVERY_SITE",
    "GOALS",
    "MEETING_ROLES",
    "RETURN_FIELDS",
    "TENTATIVE",
    "Account",
    "Action",
    "Actor",
    "AddList",
    "AgendaLine",
    "AgendaPage",
    "Alert",
    "Alone",
    "Amendable",
    "ApprovalKind",
    "ApprovalLine",
    "Attendee",
    "BoardAct",
    "BookingEvent",
    "BookingLine",
    "BookingState",
    "CasePage",
    "CaseSummary",
    "ChangeLine",
    "Check",
    "Choice",
    "CloseList",
    "Comparison",
    "DailyLine",
    "Demand",
    "Desk",
    "DisposalLine",
    "Drop",
    "EmergencyReading",
    "Entry",
    "Event",
    "FeedKind",
    "FeedLine",
    "Field",
    "FieldType",
    "FirstPlace",
    "FreedPlace",
    "HeldSlot",
    "HistoryLine",
    "HoldAsked",
    "HoldLine",
    "HolidayLine",
    "ImportReport",
    "Kept",
    "KeptReferral",
    "Leave",
    "LeftOver",
    "Letter",
    "LetterPage",
    "ListCard",
    "ListedCase",
    "LogEvent",
    "MeetingLine",
    "MeetingOutcome",
    "MeetingState",
    "MonthOfWaits",
    "NetworkLoad",
    "NewMeeting",
    "NextStep",
    "NotBooked",
    "NoteLine",
    "NoticeLine",
    "Pace",
    "PathwayClock",
    "PathwayState",
    "PatientIdentity",
    "PlaceLine",
    "Present",
    "Price",
    "ProposalPage",
    "ProposalStatus",
    "ProposalSummary",
    "ProposedPlace",
    "PublishReport",
    "RadiologistLoad",
    "ReadinessEvent",
    "ReliefCurve",
    "ReliefPoint",
    "Reversal",
    "Running",
    "ScenarioChoices",
    "ScenarioLine",
    "ServiceStatus",
    "SetUpReport",
    "Sheet",
    "SiteLine",
    "StageColumn",
    "Standby",
    "StepReport",
    "StudyLine",
    "StudyStatus",
    "SuiteWeek",
    "TaskLine",
    "TaskState",
    "TimerLine",
    "WaitSummary",
    "Waits",
    "Where",
    "WorthLine",
    "WorthReport",
    "keeping",
    "logs",
    "may",
    "open_desk",
    "plain_cell",
    "standard_named",
]

T = TypeVar("T")
Once = tuple[str, str | None]  # what a write is, and the id that tells a repeat from another
ASK = "A second person, an IR lead, must approve that: ask."
ONE_DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
USUAL_WEEKS = 4
USUAL_SECONDS = 20.0
QUICK_SECONDS = 2.0


class Desk:
    """Everything a person may ask for, in one person's name."""

    def __init__(self, service: Service, actor: Actor = NOBODY, *, pace: Pace | None = None) -> None:
        self.service = service
        self.actor = actor
        self.pace = pace
        self.zone = ZoneInfo(service.clock.timezone)

    def acting(self, actor: Actor) -> Desk:
        """Give the same desk in this person's name."""
        return Desk(self.service, actor, pace=self.pace)

    def session_rests(self) -> timedelta:
        """Say how long a sign-in may rest before it ends."""
        return self.service.database.settings.session_idle

    @property
    def mdt(self) -> Meetings:
        """Everything about MDT meetings, in the same person's name."""
        from flows.meetings import Meetings  # it asks this desk for its permissions

        return Meetings(self)

    @property
    def printing(self) -> Printing:
        """Everything that can be printed, in the same person's name."""
        return Printing(self)

    @property
    def feeds(self) -> Feeds:
        """Everything about calendar feeds, in the same person's name."""
        from flows.feeding import Feeds  # the calendar's library takes a while to load

        return Feeds(self)

    @property
    def network(self) -> Network:
        """Everything about the whole network, in the same person's name."""
        from flows.network import Network

        return Network(self)

    @property
    def keeping(self) -> Keeping:
        """Everything about the set-up, in the same person's name."""
        from flows.keeping.keeping import Keeping  # it asks this desk for its permissions

        return Keeping(self)

    @property
    def people(self) -> People:
        """Everything about accounts, in the same person's name."""
        from flows.keeping.people import People  # it asks this desk for its permissions

        return People(self)

    @property
    def board(self) -> Board:
        """Everything a person may do on the board, in the same person's name."""
        from flows.boarding import Board  # the rules take a second to load

        return Board(self)

    @property
    def upkeep(self) -> Upkeep:
        """Everything that keeps the memory safe, in the same person's name."""
        from flows.upkeep import Upkeep

        return Upkeep(self)

    @property
    def operating(self) -> Operating:
        """What an operator may see of the running service, in the same person's name."""
        return Operating(self)

    @property
    def approvals(self) -> Approvals:
        """Everything that a second person approves, in the same person's name."""
        from flows.approvals import Approvals  # it asks this desk for its permissions

        return Approvals(self)

    @property
    def retention(self) -> Retention:
        """Everything about how long records are kept and their destruction, in the same person's name."""
        from flows.retention import Retention  # it asks this desk for its permissions

        return Retention(self)

    @property
    def scenarios(self) -> Scenarios:
        """Everything about scenarios and the worth of capacity, in the same person's name."""
        from flows.scenarios import Scenarios

        return Scenarios(self)

    # At the door

    def check_ready(self) -> None:
        """Raise with the sentence when the database or one of its guards is gone."""
        self.service.database.check_guards()

    def running(self) -> Running:
        """Say how the service runs, in numbers and words that name nobody; the server's own routes ask this."""
        return running(self.service)

    def told_to_all(self) -> str:
        """Say what everybody at work should know of the service now, in words that name nobody; nothing if all is well.

        Raises MemoryFaultError when the database does not answer.
        """
        return told_to_all(self.service)

    def sign_in(self, username: str, password: str, address: str) -> str:
        """Open a session and give its token; raises NotPermittedError, the same whatever was wrong.

        The token of somebody with a second step lets nobody in: ask `awaits_code`, then `give_code`.
        """
        return at_the_door.sign_in(self.service, username, password, address)

    def sign_in_by_provider(self, claims: Mapping[str, object], address: str) -> str:
        """Open a session for whom the hospital's own sign-in vouches for; raises NotPermittedError with why not."""
        from flows.provided import sign_in_by_provider

        return sign_in_by_provider(self.service, claims, address)

    def awaits_code(self, token: str) -> bool:
        """Say whether the code of a second step is still to come for this token."""
        return at_the_door.awaits_code(self.service, token)

    def give_code(self, token: str, code: str, address: str) -> str:
        """Take the code of the second step and give the token that lets the person in."""
        return at_the_door.give_code(self.service, token, code, address)

    def person(self, token: str, *, idle: bool = False) -> Actor | None:
        """Give who this token belongs to; None once the session has ended.

        Asking while the person is `idle` keeps no session open.
        """
        return at_the_door.person(self.service, token, idle=idle)

    def own_author(self) -> Author:
        """Give who the person's own affairs are attributed to, such as their password; nobody has none."""
        if self.actor.id == NOBODY.id:
            raise NotPermittedError("Sign in first.")
        return at_the_door.author(self.actor)

    def sign_out(self, token: str) -> None:
        """End this session; nothing happens to one that has ended."""
        at_the_door.sign_out(self.service, token)

    # Looking

    def today(self) -> date:
        """Give the local date."""
        return self.service.clock.today()

    def now(self) -> datetime:
        """Give the instant."""
        return self.service.clock.now()

    def cases(self, state: str | None = None) -> tuple[CaseSummary, ...]:
        """List the cases that have not ended, or those in one state."""
        wanted = None if state is None else (state_named(state),)
        return self._look(lambda session: boards.case_summaries(session, now=self.service.clock.now(), states=wanted))

    def case(self, ref: str) -> CasePage:
        """Give everything one case's page shows."""
        return self._look(lambda session: boards.case_page(session, ref, now=self.service.clock.now()))

    def patient(self, ref: str) -> PatientIdentity:
        """Tell who a case's patient is; that this person looked goes into the audit trail."""
        from flows.intake.phones import national  # the tables of the world's telephone numbers take a while to load

        author = self._to_read("case", ref, ref)
        self._at_hands_pace(READINGS)
        found = self._write(author, lambda session: who_is(session, ref))
        return replace(found, phone=national(found.phone) if found.phone else None)

    def open_in_emergency(self, ref: str, reason: str, *, write_id: str | None = None) -> datetime:
        """Open who a patient of another site is, for a while; the IR lead is asked to look at it. Gives until when.

        A repeat of the same `write_id` gives the same answer.
        """
        from flows.reading import opening

        author = self._permitted(Action.OPEN_IN_EMERGENCY, "case", ref)
        return self._do_once(
            author,
            ("open_in_emergency", write_id),
            opening(self.service, self.actor, author, ref, reason),
            again=lambda kept: datetime.fromisoformat(str(kept)),
        )

    def emergency_readings(self, ref: str) -> tuple[EmergencyReading, ...]:
        """List who opened the patient of a case in an emergency and why; for those who may read who the patient is."""
        self._to_read("case", ref, ref)
        return self._look(lambda session: emergencies.of_case(session, ref))

    def next_steps(self, ref: str) -> tuple[NextStep, ...]:
        """List what may follow for a case, with each form, and whether the facts allow it today."""
        today = self.today()

        def ask(session: Session) -> tuple[NextStep, ...]:
            known = facts.case_facts(session, ref)
            return everything_possible(known, protocols.protocol(session, today), today, clinic.holidays(session))

        return self._look(ask)

    def stages(self, site: str | None = None) -> tuple[StageColumn, ...]:
        """Give every state of the pathway with the cases that stand there, of all sites or of one."""
        return self._look(lambda session: boards.stages(session, now=self.service.clock.now(), site=site))

    def to_place(self, site: str | None = None) -> tuple[CaseSummary, ...]:
        """List the waiting cases that have no place yet, or those one site may take."""
        return self._look(lambda session: boards.to_place(session, now=self.service.clock.now(), site=site))

    def sites(self) -> tuple[SiteLine, ...]:
        """List the sites by name."""
        return self._look(boards.sites)

    def lists(
        self, start: date | None = None, end: date | None = None, site: str | None = None
    ) -> tuple[ListCard, ...]:
        """List the lists of these dates, both included, with their cases; four weeks from today unless said."""
        first, last = self._four_weeks(start, end)
        return self._look(
            lambda session: boards.lists(session, start=first, end=last, now=self.service.clock.now(), site=site)
        )

    def where(self, ref: str, weeks: int = USUAL_WEEKS) -> Where:
        """Say for every list of the coming weeks whether a case can go there, and what that costs; nothing changes."""
        from flows.explaining import where_it_can_go  # the solver takes a second to load

        return where_it_can_go(self._standing(weeks, ref), ref)

    def why(self, ref: str, weeks: int = USUAL_WEEKS) -> Why:
        """Explain why a case is not booked in the coming weeks, and what would make room for it."""
        from flows.explaining import why_it_is_not_booked

        return why_it_is_not_booked(self._standing(weeks, ref), ref)

    def whys(self, weeks: int = USUAL_WEEKS) -> Iterator[Why]:
        """Explain for each waiting case why it is not booked in the coming weeks, one after another."""
        from flows.explaining import why_none_is_booked

        return why_none_is_booked(self._standing(weeks))

    def risks(
        self, start: date | None = None, end: date | None = None, site: str | None = None, *, seed: int = 0
    ) -> RiskReport:
        """Say how likely the lists of these dates that have not begun are to overrun, the likeliest first."""
        from flows.risks import published_risks  # simulation takes a while to load

        first, last = self._four_weeks(start, end)
        return self._look(
            lambda session: published_risks(
                session, start=first, end=last, now=self.service.clock.now(), site=site, seed=seed
            )
        )

    def proposals(self) -> tuple[ProposalSummary, ...]:
        """List the proposed plans, newest first."""
        return self._look(boards.proposal_summaries)

    def proposal(self, proposal_id: str) -> ProposalPage:
        """Show one proposed plan in full."""
        return self._look(lambda session: boards.proposal_page(session, proposal_id, now=self.service.clock.now()))

    def first_places(self, refs: Sequence[str], weeks: int = USUAL_WEEKS) -> Mapping[str, FirstPlace]:
        """Say which list each of these waiting cases would best go on; those not worked out yet are left out."""
        from flows.board_memory import MEMORY  # the rules take a second to load

        self._permitted(Action.LOOK, "service", "screens")
        first, last = self.today(), self.today() + weeks * WEEK - ONE_DAY
        return MEMORY.first_places(self.service.database, refs, start=first, end=last, now=self.service.clock.now())

    def freed_place(self, ref: str) -> FreedPlace:
        """Say who fits the place that a cancelled booking left, the one who gains most first."""
        from flows.backfilling import freed_place

        today, now = self.today(), self.service.clock.now()
        return self._look(lambda session: freed_place(session, ref, today=today, now=now))

    def frozen_until(self) -> date:
        """Give the last day on which what is booked stays as it is unless somebody says why."""
        return self._look(lambda session: freezing.frozen_until(session, self.today()))

    def proposal_line(self, proposal_id: str) -> ProposalSummary:
        """Say how one proposed plan stands, in a line: what a page asks while a run goes on."""
        return self._look(lambda session: boards.proposal_summary(session, proposal_id))

    def letters(self, ref: str | None = None, state: str | None = None) -> tuple[Letter, ...]:
        """List letters, oldest first: all, those of one case, or those in one state."""
        wanted = send_state_named(state) if state else None
        return self._look(lambda session: outbox.letters(session, case_ref=ref, state=wanted))

    def letter(self, letter_id: str) -> LetterPage:
        """Give one letter with its text; that this person read it goes into the audit trail."""
        author = self._to_read("letter", letter_id, None)
        self._at_hands_pace(READINGS)
        return self._write(author, lambda session: letter_page(session, letter_id))

    def tasks(
        self,
        *,
        mine: bool = False,
        role: Role | None = None,
        ref: str | None = None,
        overdue: bool = False,
        put_off: bool = False,
    ) -> tuple[TaskLine, ...]:
        """List the open tasks, the soonest due first; those put off to a later day only when asked for.

        `mine` keeps those given to the actor, and those given to nobody whose role the actor holds at their site.
        """
        wanted = Wanted(mine=mine, role=role, ref=ref, overdue=overdue, put_off=put_off)
        found = self._look(lambda session: boards.tasks(session, now=self.service.clock.now()))
        return shown(found, self.actor, wanted)

    def holidays(self, year: int | None = None) -> tuple[HolidayLine, ...]:
        """List the public holidays of a year, this one unless said."""
        wanted = year or self.today().year
        return self._look(lambda session: holidays.holiday_lines(session, *year_of(wanted)))

    def timers(self, ref: str) -> tuple[TimerLine, ...]:
        """List what falls due for a case by itself, the soonest first."""
        return self._look(lambda session: timetable.of_case(session, ref))

    def daily_jobs(self) -> tuple[DailyLine, ...]:
        """Say of each daily job when it comes next, and what the last time came to."""
        return self._look(lambda session: timetable.daily(session, [(job.name, job.says) for job in RECURRING]))

    def status(self) -> ServiceStatus:
        """Say how the service stands."""
        return self._look(lambda session: boards.service_status(session, now=self.service.clock.now()))

    def export_deidentified(self, folder: Path, purpose: str) -> Exported:
        """Write every case without names into a new folder; what it is for goes into the audit trail."""
        from flows.exporting import export_deidentified

        return export_deidentified(self, folder, purpose)

    # Acting

    def set_up(self, problem: SchedulingProblem, *, write_id: str | None = None) -> SetUpReport:
        """Add the sites, suites, radiologists, equipment and lists of a problem that the clinic does not have yet."""
        author = self._permitted(Action.SET_UP, "clinic", "file")
        zone = self.service.clock.timezone

        def add(session: Session) -> object:
            return asdict(set_up(session, problem, timezone=zone))

        return SetUpReport.from_kept(self._do_once(author, ("set_up", write_id), add, again=lambda kept: kept))

    def import_referrals(
        self, paths: Sequence[Path], on_progress: Callable[[int, int], None] = lambda _done, _total: None
    ) -> ImportReport:
        """Read referral files; each referral is kept in a transaction of its own, and looked through at once."""
        from flows.receiving import receive  # the readers of files take a while to load

        author = self._permitted(Action.IMPORT_REFERRALS, "referral", "files")
        report = receive(self.service, paths, author=author, on_progress=on_progress)
        run_due_steps(self.service, names=(RECEIVE_STEP, SEND_STEP))
        return report

    def record(
        self,
        ref: str,
        event: Happening | str,
        details: Mapping[str, object],
        *,
        write_id: str | None = None,
        expected_version: int | None = None,
    ) -> CaseSummary:
        """Record what happened to a case, to its readiness, or was found about it, and do at once what that makes due.

        Raises TransitionNotAllowedError with every sentence in the way, StaleVersionError when the case changed since
        `expected_version` was shown, SecondPersonNeededError when it would go ahead in spite of a stop, or on the word
        of an IR lead and another records it. A repeat of the same `write_id` changes nothing. The answer carries what
        the person should know, though nothing stopped it.
        """
        happened = event_named(event)
        author = self._on_case(happened, ref)
        now, today = self.service.clock.now(), self.today()
        told: list[str] = []

        def step(session: Session) -> None:
            # A form that was filled in for another version is stale, whatever else the pathway would say of it.
            facts.case_row(session, ref).expect(expected_version)
            known, rules, days_off = (
                facts.case_facts(session, ref),
                protocols.protocol(session, today),
                clinic.holidays(session),
            )
            move = work_out(known, happened, details, protocol=rules, today=today, holidays=days_off)
            self._demand_a_second_person(session, ref, move)
            cases.apply_step(
                session,
                ref,
                move,
                details,
                actor=author,
                now=now,
                write_id=write_id or str(uuid4()),
                expected_version=expected_version,
            )
            told[:] = move.cautions

        self._once(write_id, "apply_step", lambda: self._write(author, step))
        run_due_steps(self.service, case_ref=ref)
        return replace(self._in_a_line(ref), cautions=tuple(told))

    def hold(self, asked: HoldAsked, *, write_id: str | None = None, expected_version: int | None = None) -> HeldSlot:
        """Keep a slot for a waiting case for as long as the protocol says; nothing is booked by it.

        Raises NeurolistError with every rule it would break; what to know first comes back with the slot.
        """
        from flows.holding import hold_slot  # the rules take a second to load

        author = self._permitted(Action.HOLD_SLOT, "case", asked.ref, sites=self._sites_of_list(asked.list))
        now = self.service.clock.now()
        return self._write(
            author,
            lambda session: hold_slot(
                session, asked, actor=author, now=now, write_id=write_id, expected_version=expected_version
            ),
        )

    def offer_slot(self, ref: str, *, write_id: str | None = None, expected_version: int | None = None) -> datetime:
        """Note that the patient was offered the held slot; gives until when the answer is waited for."""
        author = self._on_case(Action.HOLD_SLOT, ref)
        now = self.service.clock.now()
        return self._do_once(
            author,
            ("offer_slot", write_id),
            lambda session: holds.offer(session, ref, actor=author, now=now, expected_version=expected_version),
            again=lambda kept: datetime.fromisoformat(str(kept)),
        )

    def decline_offer(
        self, ref: str, *, reason: str, write_id: str | None = None, expected_version: int | None = None
    ) -> int:
        """Note that the patient does not take the slot; gives how many offers were declined on this waiting list."""
        author = self._on_case(Action.HOLD_SLOT, ref)
        now = self.service.clock.now()
        return self._do_once(
            author,
            ("decline_offer", write_id),
            lambda session: holds.decline(
                session, ref, reason=reason, actor=author, now=now, expected_version=expected_version
            ),
            again=lambda kept: int(str(kept)),
        )

    def release_slot(
        self, ref: str, *, reason: str, write_id: str | None = None, expected_version: int | None = None
    ) -> None:
        """Give a held or offered slot back before its time runs out."""
        author = self._on_case(Action.HOLD_SLOT, ref)
        now = self.service.clock.now()
        self._do_once(
            author,
            ("release_slot", write_id),
            lambda session: holds.release(
                session, ref, reason=reason, actor=author, now=now, expected_version=expected_version
            ),
            again=_nothing,
        )

    def book_slot(
        self,
        ref: str,
        details: Mapping[str, object],
        *,
        write_id: str | None = None,
        expected_version: int | None = None,
    ) -> CaseSummary:
        """Turn the held slot into the patient's booking, as the event of the pathway that books does."""
        if self._was_done(write_id, "apply_step"):
            return self._in_a_line(ref)
        return self.record(ref, self.booking_event(ref), details, write_id=write_id, expected_version=expected_version)

    def booking_event(self, ref: str) -> Event:
        """Give the event that books the slot held for a case, whose form `next_steps` shows."""
        return self._look(lambda session: holds.book_event(session, ref))

    def held_until(self, ref: str) -> datetime | None:
        """Say until when a slot is held for a case; None when none is."""
        return self._look(lambda session: holds.kept(session, ref))

    def reversal(self, ref: str) -> Reversal:
        """Say what taking back the last step of a case would do, for a second look before `reverse`."""
        return self._look(lambda session: reversals.reversal_of(session, ref, now=self.service.clock.now()))

    def reverse(
        self,
        ref: str,
        reason: str,
        *,
        expected_version: int,
        not_ready: bool = False,
        write_id: str | None = None,
    ) -> CaseSummary:
        """Take back the last step of a case, which was a mistake, so that the case stands where it stood before.

        `expected_version` is the one that `reversal` showed. With `not_ready` the days since the mistake do not count
        as waited.
        """
        from flows.correcting import take_back

        author = self._on_case(Action.REVERSE, ref)
        self._once(
            write_id,
            reversals.ACTION,
            lambda: take_back(
                self.service,
                ref,
                reason,
                author=author,
                expected_version=expected_version,
                not_ready=not_ready,
                write_id=write_id,
            ),
        )
        run_due_steps(self.service, case_ref=ref)
        return self.case(ref).summary

    def amendable(self, ref: str) -> tuple[Amendable, ...]:
        """List the recorded values of a case that may be corrected, with what they say now."""
        return self._look(lambda session: amendments.amendable(session, ref))

    def amend(
        self, ref: str, key: str, value: object, reason: str, *, expected_version: int, write_id: str | None = None
    ) -> CaseSummary:
        """Correct one recorded value; the old one stays in the history, and a result that no longer fits is a task."""
        from flows.correcting import correct

        author = self._on_case(Action.AMEND, ref)
        self._once(
            write_id,
            amendments.ACTION,
            lambda: correct(
                self.service,
                ref,
                key,
                value,
                reason,
                author=author,
                expected_version=expected_version,
                write_id=write_id,
            ),
        )
        run_due_steps(self.service, case_ref=ref)
        return self.case(ref).summary

    def refer_again(self, ref: str, details: Mapping[str, object], *, write_id: str | None = None) -> CaseSummary:
        """Open a new case for the patient of one that has ended, linked to it; the answer is the new case."""
        from flows.correcting import come_back

        author = self._on_case(Action.REFER_AGAIN, ref)
        made = come_back(self.service, ref, details, author=author, write_id=write_id)
        run_due_steps(self.service, case_ref=made.case_ref)
        return replace(self.case(made.case_ref).summary, cautions=made.cautions)

    def advance_booking(
        self, ref: str, event: BookingEvent, *, write_id: str | None = None, expected_version: int | None = None
    ) -> CaseSummary:
        """Move a case's booking on without moving the case, such as when the patient confirms or arrives."""
        author = self._on_case(Action.ADVANCE_BOOKING, ref)
        now = self.service.clock.now()
        self._do_once(
            author,
            (f"booking_{event.value}", write_id),
            lambda session: bookings.advance(
                session, ref, event, actor=author, now=now, expected_version=expected_version
            ),
            again=_nothing,
        )
        return self._in_a_line(ref)

    def finish_task(self, task_id: str, *, expected_version: int | None = None, write_id: str | None = None) -> None:
        """Tick off a task by hand; one that its step ticks off is refused, with the step's name."""
        author = self._may_do(Action.FINISH_TASK, task_id)
        now = self.service.clock.now()
        self._write(
            author,
            lambda session: tasks.finish(
                session, task_id, actor=author, now=now, expected_version=expected_version, write_id=write_id
            ),
        )

    def assign_task(
        self,
        task_id: str,
        username: str | None = None,
        *,
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> None:
        """Give a task to one of the staff by the name they sign in with, or take it oneself when no name is given."""
        author = self._may_do(Action.SHARE_TASK, task_id)

        def work(session: Session) -> None:
            person: Account | Actor = self.actor
            if username is not None:
                person = person_for(session, username, tasks.asked_of(session, task_id))
            tasks.assign(
                session,
                task_id,
                person=person.id,
                name=person.name,
                expected_version=expected_version,
                write_id=write_id,
            )

        self._write(author, work)

    def hand_back_task(self, task_id: str, *, expected_version: int | None = None, write_id: str | None = None) -> None:
        """Give a task back to everybody of its role."""
        author = self._may_do(Action.SHARE_TASK, task_id)
        self._write(
            author,
            lambda session: tasks.assign(
                session, task_id, person=None, expected_version=expected_version, write_id=write_id
            ),
        )

    def snooze_task(
        self,
        task_id: str,
        until: date,
        reason: str,
        *,
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> None:
        """Put a task off to a later day within the protocol's limit, with the reason; its due day stays."""
        author, today = self._may_do(Action.SNOOZE_TASK, task_id), self.today()
        self._write(
            author,
            lambda session: tasks.snooze(
                session,
                task_id,
                until=until,
                reason=reason,
                today=today,
                expected_version=expected_version,
                write_id=write_id,
            ),
        )

    def add_holiday(
        self, on: date, name: str, *, site: str | None = None, works: bool = False, write_id: str | None = None
    ) -> None:
        """Add a public holiday, at every site or one; `works` says that this site works on a holiday of the others."""
        self._change_holidays(
            on.isoformat(),
            ("add_holiday", write_id),
            lambda session: holidays.add(session, on, name, site=site, observed=not works),
        )

    def confirm_holiday(
        self, on: date, *, site: str | None = None, write_id: str | None = None, expected_version: int | None = None
    ) -> None:
        """Say that a person has checked the date of a public holiday."""
        self._change_holidays(
            on.isoformat(),
            ("confirm_holiday", write_id),
            lambda session: holidays.confirm(session, on, site=site, expected_version=expected_version),
        )

    def confirm_holidays(self, year: int, *, write_id: str | None = None) -> int:
        """Confirm every public holiday of a year that was only predicted; says how many."""
        kept = self._change_holidays(
            str(year), ("confirm_holidays", write_id), lambda session: holidays.confirm_year(session, year)
        )
        return int(str(kept))

    def remove_holiday(
        self, on: date, *, site: str | None = None, write_id: str | None = None, expected_version: int | None = None
    ) -> None:
        """Take a date out of the table of public holidays."""
        self._change_holidays(
            on.isoformat(),
            ("remove_holiday", write_id),
            lambda session: holidays.remove(session, on, site=site, expected_version=expected_version),
        )

    def chase_documents(
        self, ref: str, *, expected_version: int | None = None, write_id: str | None = None
    ) -> tuple[str, ...]:
        """Remind the referrer by letter of what a case still waits for; gives what that is."""
        from flows.chasing import chase

        author = self._on_case(Action.CHASE_DOCUMENTS, ref)
        today, now = self.today(), self.service.clock.now()
        missing = self._write(
            author,
            lambda session: chase(
                session, ref, today=today, now=now, expected_version=expected_version, write_id=write_id
            ),
        )
        run_due_steps(self.service, case_ref=ref, names=(SEND_STEP,))
        return missing

    def repeat_letter(
        self, letter_id: str, reason: str, *, write_id: str | None = None, expected_version: int | None = None
    ) -> str:
        """Send a letter again, as a new one that takes the place of the first; gives the new letter's id.

        Raises NeurolistError for a letter that is still to go, on its way or no longer needed.
        """
        author = self._on_letter(Action.REPEAT_LETTER, letter_id)
        made = self._write(
            author,
            lambda session: repeat_letter(
                session, letter_id, reason, write_id=write_id, expected_version=expected_version
            ),
        )
        ref = self._look(lambda session: outbox.letter(session, made)).case_ref
        run_due_steps(self.service, case_ref=ref, names=(SEND_STEP,))
        return made

    def send_letters(self) -> tuple[StepReport, ...]:
        """Send every letter that waits, without a dispatcher."""
        self._permitted(Action.RUN_STEPS, "letter", "all")
        return run_due_steps(self.service, names=(SEND_STEP,), patiently=True)

    def request_plan(
        self,
        start: date | None = None,
        weeks: int = USUAL_WEEKS,
        time_limit: float = USUAL_SECONDS,
        seed: int = 0,
        *,
        freeze_until: date | None = None,
        risk: int | None = None,
        sites: Sequence[str] = (),
        keep_from: str | None = None,
        keep: Sequence[str] = (),
        write_id: str | None = None,
    ) -> str:
        """Ask for a plan of some weeks from a date (tomorrow unless said); the planner works it out. Gives its id.

        With `risk` no list may overrun on more than so many per cent of days; with `sites` only their lists are
        planned; the cases in `keep` stay where the proposal `keep_from` put them.
        """
        author = self._permitted(Action.REQUEST_PLAN, "proposal", "new")
        asked = replace(
            self._plan_request(start, weeks, time_limit, seed, freeze_until=freeze_until, risk=risk),
            sites=tuple(sites),
            keep_from=keep_from,
            keep=tuple(keep),
        )

        def ask(session: Session) -> str:
            made = self._propose(session, asked, author, write_id)
            wanted = replace(asked, proposal=made)
            due_steps.enqueue(
                session,
                key=f"{made}:{PLAN_STEP}",
                name=PLAN_STEP,
                due_at=self.service.clock.now(),
                payload=wanted.as_payload(),
            )
            return made

        return self._write(author, ask)

    def plan_now(
        self,
        start: date | None = None,
        weeks: int = USUAL_WEEKS,
        time_limit: float = USUAL_SECONDS,
        seed: int = 0,
        *,
        freeze_until: date | None = None,
        risk: int | None = None,
        on_progress: Callable[[Progress], None] | None = None,
        write_id: str | None = None,
    ) -> str:
        """Work out a plan here and now, without the planner; gives the proposal's id. `risk` is in per cent."""
        from flows.plan_runs import compute, give_up  # the solver takes a second to load

        author = self._permitted(Action.REQUEST_PLAN, "proposal", "new")
        asked = self._plan_request(start, weeks, time_limit, seed, freeze_until=freeze_until, risk=risk)
        repeated = self._was_done(write_id, proposals.REQUEST)
        made = self._write(author, lambda session: self._propose(session, asked, author, write_id))
        if repeated:
            return made
        try:
            compute(self.service, replace(asked, proposal=made), author=author, on_progress=on_progress)
        except BaseException as stop:
            why = (
                str(stop) if isinstance(stop, NeurolistError) else "The planning run was stopped before it had a plan."
            )
            give_up(self.service, made, why, author=author)
            raise
        return made

    def worth(
        self,
        start: date | None = None,
        weeks: int = USUAL_WEEKS,
        time_limit: float = USUAL_SECONDS,
        *,
        on_progress: Callable[[str], None] = lambda _: None,
    ) -> CapacityWorth:
        """Price one more list and one more skill over some weeks from a date (tomorrow unless said); keeps nothing."""
        from scheduler.explain.capacity import capacity_worth  # the solver takes a second to load

        asked = self._plan_request(start, weeks, time_limit, 0, freeze_until=None, risk=None)
        problem = self._look(
            lambda session: mapping.planning_problem(
                session, start=asked.start, end=asked.end, now=self.service.clock.now()
            )
        )
        return capacity_worth(problem, time_limit=time_limit, on_progress=on_progress)

    def answer_event(
        self,
        asked: QuickAsked,
        *,
        weeks: int = USUAL_WEEKS,
        time_limit: float = QUICK_SECONDS,
        write_id: str | None = None,
    ) -> tuple[str, QuickAnswer]:
        """Answer one event for what is booked from today on; gives the proposal's id, and who moves and why.

        A repeat works the answer out again, and proposes nothing new.
        """
        from flows.quick_runs import answer_now  # the solver takes a second to load

        author = self._permitted(Action.REQUEST_PLAN, "proposal", "new")
        first = self.today()
        last = first + weeks * WEEK - ONE_DAY
        return answer_now(
            self.service, asked, author=author, start=first, end=last, time_limit=time_limit, write_id=write_id
        )

    def withdraw(
        self, proposal_id: str, *, reason: str = "", write_id: str | None = None, expected_version: int | None = None
    ) -> None:
        """Set a proposed plan aside, or end its run; nothing is booked by it."""
        author = self._permitted(Action.WITHDRAW_PROPOSAL, "proposal", proposal_id)
        now = self.service.clock.now()
        self._do_once(
            author,
            ("withdraw", write_id),
            lambda session: proposals.withdraw(
                session, proposal_id, now=now, expected_version=expected_version, why=reason or None
            ),
            again=_nothing,
        )

    def publish(
        self,
        proposal_id: str,
        *,
        cases: Sequence[str] | None = None,
        reason: str = "",
        expected_version: int | None = None,
        write_id: str | None = None,
    ) -> PublishReport:
        """Book what a proposal places, or the changes of some cases alone; the role must be held at every site touched.

        A change of a visit on the frozen days takes a second person: `approvals.ask_to_publish`. What others changed
        since the plan was made stays as they left it, and is named. Raises NeurolistError with why where that cannot
        be done.
        """
        from flows.accepting import Acceptance, accept

        chosen = None if cases is None else tuple(cases)
        self._permitted(Action.PUBLISH, "proposal", proposal_id)
        author = self._permitted(Action.PUBLISH, "proposal", proposal_id, sites=self._sites_of(proposal_id, chosen))
        asked = Acceptance(proposal=proposal_id, cases=chosen, reason=reason, expected_version=expected_version)
        report = accept(self.service, asked, author=author, write_id=write_id)
        logs.tell(
            LogEvent.PUBLISH_DONE,
            proposal=proposal_id,
            account=logs.if_listed("account", author.id),
            booked=len(report.booked),
            moved=len(report.moved),
        )
        run_due_steps(self.service, names=(PUBLISHED_STEP,))
        return report

    def alone(self, proposal_id: str, cases: Sequence[str]) -> Alone:
        """Say whether the changes of these cases can be published alone, and if not, which must come along and why."""
        from flows.laying import alone

        now = self.service.clock.now()
        return self._look(lambda session: alone(session, proposal_id, cases, now=now))

    def run_due_now(self) -> tuple[StepReport, ...]:
        """Work everything that is due, except plans, without a dispatcher."""
        self._permitted(Action.RUN_STEPS, "due_step", "all")
        return run_due_steps(self.service, patiently=True)

    def parked_steps(self) -> tuple[DueStep, ...]:
        """List the steps that were given up on, with why."""
        return self._look(lambda session: tuple(due_steps.parked(session)))

    def retry_step(self, step_id: str, *, write_id: str | None = None) -> None:
        """Put a parked step back to work."""
        author = self._permitted(Action.RUN_STEPS, "due_step", step_id)
        now = self.service.clock.now()
        self._do_once(
            author,
            ("retry_step", write_id),
            lambda session: due_steps.retry_parked(session, step_id, now=now),
            again=_nothing,
        )

    # Accounts

    def accounts(self) -> tuple[Account, ...]:
        """List the accounts of staff."""
        self._permitted(Action.MANAGE_ACCOUNTS, "account", "all")
        with self.service.database.reading() as session:
            return accounts.accounts(session)

    def add_account(
        self,
        username: str,
        name: str,
        password: str,
        roles: Mapping[str, Set[Role]],
        *,
        write_id: str | None = None,
    ) -> str:
        """Make an account for one of the staff; gives its id."""
        author = self._permitted(Action.MANAGE_ACCOUNTS, "account", "new", sites=tuple(roles) or (None,))
        return self._do_once(
            author,
            ("add_account", write_id),
            lambda session: accounts.add_account(session, username=username, name=name, password=password, roles=roles),
            again=str,
        )

    # Inside

    def _in_a_line(self, ref: str) -> CaseSummary:
        return self._look(lambda session: boards.case_summary(session, ref, now=self.service.clock.now()))

    def _on_case(self, asked: Asked, ref: str) -> Author:
        """Give who an act on a case is attributed to; the role must be held at one of the case's sites."""
        return self._at_its_sites(asked, "case", ref, lambda _: ref)

    def _on_letter(self, asked: Asked, letter_id: str) -> Author:
        """Give who an act on a letter is attributed to; the role must be held at one of its case's sites."""
        return self._at_its_sites(asked, "letter", letter_id, lambda session: _case_of_letter(session, letter_id))

    def _at_its_sites(self, asked: Asked, entity: str, name: str, case_of: Callable[[Session], str]) -> Author:
        author = self._permitted(asked, entity, name)
        with self.service.database.reading() as session:
            sites = tasks.sites_of_case(session, case_of(session))
        return self._checked(author, asked, entity, name, lambda: demand_at_one(self.actor, asked, sites))

    def _not_alone(self, session: Session, ref: str, move: Step) -> tuple[str, ...]:
        """List what this person may not decide alone: going ahead in spite of a stop, and what is the IR lead's."""
        leads = may_at_one(self.actor, Action.APPROVE_GOING_AHEAD, tasks.sites_of_case(session, ref))
        return move.overrides if leads else (*move.overrides, *move.by_lead)

    def _demand_a_second_person(self, session: Session, ref: str, move: Step, *, way: str = ASK) -> None:
        says = self._not_alone(session, ref, move)
        if says:
            raise SecondPersonNeededError(f"{' '.join(says)} {way}")

    def _to_read(self, entity: str, name: str, ref: str | None) -> Author:
        """Give who a reading of a patient's detail is attributed to; its case is `ref`, or else the letter's."""
        from flows.reading import demand_reading

        author = self._permitted(Action.SEE_PATIENT, entity, name)
        with self.service.database.reading() as session:
            case = ref or _case_of_letter(session, name)
        asked = (author, Action.SEE_PATIENT, entity, name)
        return self._checked(*asked, lambda: demand_reading(self.service, self.actor, case))

    def _may_do(self, action: Action, task_id: str) -> Author:
        """Give who a change of a task is attributed to; its role must be held at a site of its case."""
        author = self._permitted(action, "task", task_id)
        with self.service.database.reading() as session:
            asked = tasks.asked_of(session, task_id)
        return self._checked(author, action, "task", asked.id, lambda: demand_task(self.actor, action, asked))

    def _change_holidays(self, ref: str, once: Once, change: Callable[[Session], int | None]) -> object:
        """Change the table of public holidays, and let every due day, timer and reminder follow at once."""
        author = self._permitted(Action.KEEP_HOLIDAYS, "holiday", ref)
        now, today = self.service.clock.now(), self.today()

        def work(session: Session) -> object:
            changed = change(session)
            after_change(session, today=today, now=now)
            return changed

        return self._do_once(author, once, work, again=lambda kept: kept)

    def _look(self, ask: Callable[[Session], T]) -> T:
        self._permitted(Action.LOOK, "service", "screens")
        with self.service.database.reading() as session:
            return ask(session)

    def _standing(self, weeks: int, ref: str | None = None) -> Standing:
        """Read what is booked in the coming weeks, or until the case's own booking where that is later."""
        last = self.today() + weeks * WEEK - ONE_DAY
        booked = None if ref is None else self.case(ref_of(ref)).summary.booked_for
        end = last if booked is None else max(last, booked.astimezone(self.zone).date())
        return self._look(lambda session: standing(session, start=self.today(), end=end, now=self.service.clock.now()))

    def _write(self, author: Author, work: Callable[[Session], T]) -> T:
        return self.service.database.write(work, author=author, now=self.service.clock.now())

    def _do_once(self, author: Author, once: Once, work: Callable[[Session], T], *, again: Callable[[object], T]) -> T:
        """Do a write, or give a repeat the first answer, which `again` reads as it was kept."""
        action, write_id = once

        def step(session: Session) -> T:
            done = writes.earlier(session, write_id, action)
            if done is not None:
                return again(done["answer"])
            answer = work(session)
            writes.finish(session, write_id, {"answer": plain(answer)})
            return answer

        return self._write(author, step)

    def _permitted(self, asked: Asked, entity: str, ref: str, *, sites: Iterable[str | None] = (None,)) -> Author:
        """Give who the write is attributed to; a refusal is told to the audit trail before it is raised."""
        if asked is not Action.LOOK:
            self._at_hands_pace(ACTS)
        nobody = Author(id=self.actor.id, name=self.actor.name, role="none")
        self._checked(nobody, asked, entity, ref, lambda: demand(self.actor, asked, sites=sites))
        return author_of(self.actor, asked)

    def _at_hands_pace(self, limit: Limit) -> None:
        if self.pace is not None:
            self.pace.demand(self.actor.id, limit)

    def _checked(self, author: Author, asked: Asked, entity: str, ref: str, check: Callable[[], None]) -> Author:
        try:
            check()
        except NotPermittedError as refusal:
            self.service.database.refused(
                author, self.service.clock.now(), action=asked.value, entity=entity, ref=ref, why=refusal
            )
            raise
        return author

    def _once(self, write_id: str | None, action: str, write: Callable[[], None]) -> None:
        """Do a write unless it was done before: by then the case has moved on, and deciding again would refuse it."""
        if self._was_done(write_id, action):
            return
        try:
            write()
        except NeurolistError:
            if not self._was_done(write_id, action):  # a twin may have done it in between
                raise

    def _was_done(self, write_id: str | None, action: str) -> bool:
        if write_id is None:
            return False
        with self.service.database.reading() as session:
            return writes.answered(session, write_id, action)

    def _sites_of(self, proposal_id: str, cases: Collection[str] | None = None) -> tuple[str, ...]:
        """List the sites whose lists a proposal changes, or those of some of its cases alone."""
        with self.service.database.reading() as session:
            kept = proposals.proposal_row(session, proposal_id)
            problem = proposals.problem_of(kept)
            plan = proposals.plan_of(kept)
        about = [case for case in problem.cases if cases is None or ref_of(case.id) in cases]
        named = {case.id for case in about}
        used = {booking.session for booking in plan.bookings if booking.case in named}
        left = {case.previous.session for case in about if case.previous is not None}
        return tuple(sorted({problem.lists[name].site.id for name in used | left if name in problem.lists}))

    def _sites_of_list(self, list_id: str) -> tuple[str | None, ...]:
        """Give the site of a list; for one that does not exist, the role is asked for anywhere."""
        with self.service.database.reading() as session:
            return clinic.sites_of_lists(session, [list_id]) or (None,)

    def _four_weeks(self, start: date | None, end: date | None) -> tuple[date, date]:
        """Give the dates to look at: from today unless said, and four weeks of them unless said."""
        first = start or self.today()
        return first, end or first + USUAL_WEEKS * WEEK - ONE_DAY

    def _plan_request(
        self,
        start: date | None,
        weeks: int,
        time_limit: float,
        seed: int,
        *,
        freeze_until: date | None,
        risk: int | None,
    ) -> PlanRequest:
        first = start or self.today() + ONE_DAY
        last = first + weeks * WEEK - ONE_DAY
        return PlanRequest(
            proposal="",
            start=first,
            end=last,
            time_limit=time_limit,
            seed=seed,
            freeze_until=freeze_until,
            risk=risk,
        )

    def _propose(self, session: Session, asked: PlanRequest, author: Author, write_id: str | None) -> str:
        return proposals.request(
            session,
            start=asked.start,
            end=asked.end,
            actor=author,
            now=self.service.clock.now(),
            options=asked.as_options(),
            write_id=write_id,
        )


def open_desk(settings: MemorySettings | None = None, *, pace: Pace | None = None) -> Desk:
    """Open the desk of the service that the environment names; nobody acts at it until `acting` names a person.

    With a pace, nobody acts faster than a hand can.
    """
    return Desk(open_service(settings=settings), pace=pace)


def state_named(state: str) -> PathwayState:
    """Give the state with this name; raises NotFoundError with the names there are."""
    try:
        return PathwayState(state)
    except ValueError:
        names = ", ".join(each.value for each in PathwayState)
        raise NotFoundError(f"No state is called '{state}'. The states are: {names}.") from None


def year_of(year: int) -> tuple[date, date]:
    """Give the first and last day of a year."""
    return date(year, 1, 1), date(year, 12, 31)


def _nothing(_: object) -> None:
    """Give the answer of a write that has none."""


def _case_of_letter(session: Session, name: str) -> str:
    return outbox.letter(session, outbox.id_of(session, name)).case_ref


def author_of(actor: Actor, asked: Asked) -> Author:
    """Give who an act is attributed to, in the role that allows it."""
    held = actor.roles_at(None) & allowed_roles(asked)
    role = min(held, key=list(Role).index, default=None)
    return Author(id=actor.id, name=actor.name, role=role.value if role else "none")
