"""A desk without a memory, for the pages' tests: it shows what it is given and keeps what it was asked."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db.amendments import Amendable
from db.approvals import ApprovalLine
from db.meeting_pictures import AgendaPage, MeetingLine
from db.outbox import Letter
from db.pictures import CasePage, CaseSummary, ListCard, ProposalPage, RadiologistLine, SiteLine, StageColumn, TaskLine
from db.publishing import PublishReport
from db.reversals import Reversal
from db.words import ApprovalState, ProposalStatus
from flows.board_asked import ActKind, BoardAct, Drop
from flows.explaining import Where
from flows.permissions import Action, allowed_roles
from flows.running import Running
from scheduler.errors import NotFoundError, NotPermittedError, TransitionNotAllowedError
from scheduler.pathway.fields import Field
from scheduler.pathway.machine import NextStep
from scheduler.vocabulary import Role
from tests.builders.screens import NINE, TODAY

PASSWORD = "a long pass phrase"
BREAKS = "break"  # a reason that makes the stand-in fail as no desk should


@dataclass(frozen=True, slots=True)
class SomePerson:
    """Who is signed in."""

    name: str = "Bella Marsh"
    roles: dict[str, frozenset[Role]] = field(default_factory=lambda: {"*": frozenset({Role.BOOKINGS})})
    must_change: bool = False
    must_enrol: bool = False
    id: str = "bella"

    def roles_at(self, _site: str | None) -> frozenset[Role]:
        return frozenset[Role]().union(*self.roles.values())


@dataclass(slots=True, kw_only=True)
class ScreenMeetings:
    """What the pages may ask about meetings, answered from what the test put here."""

    lines: tuple[MeetingLine, ...] = ()
    pages: dict[date, AgendaPage] = field(default_factory=dict)
    forms: dict[str, tuple[Field, ...]] = field(default_factory=dict)
    refuses: Exception | None = None
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def listed(self) -> dict[str, date]:
        return {line.ref: page.meeting.on for page in self.pages.values() for line in page.lines if line.waits}

    def calendar(self, _first: date, _last: date) -> tuple[MeetingLine, ...]:
        return self.lines

    def agenda(self, on: date) -> AgendaPage:
        if on not in self.pages:
            raise NotFoundError("No MDT meeting is in the calendar for this day.")
        return self.pages[on]

    def form(self, _ref: str, outcome: str) -> tuple[Field, ...]:
        return self.forms[str(outcome)]

    def outcome(self, on: date, ref: str, outcome: str, details: object, **how: object) -> AgendaPage:
        self.asked.append(("outcome", (on, ref, str(outcome), details, how["expected_version"])))
        if self.refuses is not None:
            raise self.refuses
        return self.pages[on]

    def __getattr__(self, name: str) -> Any:
        def act(*given: object, **how: object) -> None:
            self.asked.append((name, (*given, how)))
            if self.refuses is not None:
                raise self.refuses

        return act


@dataclass(frozen=True, slots=True)
class ScreenBoard:
    """The board of the stand-in: nothing on it changes, and every case may go to every list."""

    desk: ScreenDesk

    def version(self) -> int:
        return 1

    def last_act(self) -> tuple[str, BoardAct] | None:
        return None

    def radiologists(self) -> tuple[RadiologistLine, ...]:
        return (RadiologistLine(id="R1", name="Dr Someone"),)

    def lists(self, first: date, last: date, site: str | None = None) -> tuple[ListCard, ...]:
        return self.desk.lists(first, last, site=site)

    def to_place(self, site: str | None = None) -> tuple[CaseSummary, ...]:
        return self.desk.to_place(site=site)

    def risks(self, _first: date, _last: date) -> dict[str, float]:
        return {}

    def where(self, ref: str, _last: date) -> Where:
        return Where(case=ref, minutes=30, booked=None, places=(), ruled_out={"the list is closed": 3})

    def place(self, drop: Drop, *, write_id: str | None = None) -> BoardAct:
        self.desk.asked.append(("place", (drop, write_id)))
        self.desk._perhaps_refuse()
        return BoardAct(kind=ActKind.PLACE, by="bella", says=f"{drop.ref} is held.", cautions=("Kept until Friday.",))


@dataclass(slots=True, kw_only=True)
class ScreenApprovals:
    """What the pages may ask of second persons, answered from what the test put here."""

    lines: tuple[ApprovalLine, ...] = ()
    refuses: Exception | None = None
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def open(self, *, ref: str | None = None, proposal: str | None = None) -> tuple[ApprovalLine, ...]:
        return tuple(line for line in self.lines if ref in {None, line.ref} and proposal in {None, line.proposal})

    def approve(self, approval_id: str, **how: object) -> str:
        self._keep("approve", approval_id, how)
        return "Approved and published: 1 moved."

    def decline(self, approval_id: str, **how: object) -> ApprovalState:
        self._keep("decline", approval_id, how)
        return ApprovalState.DECLINED

    def ask_to_publish(self, proposal_id: str, **how: object) -> str:
        self._keep("ask_to_publish", proposal_id, how)
        return "A1"

    def ask_to_go_ahead(self, ref: str, event: str, details: object, **how: object) -> str:
        self._keep("ask_to_go_ahead", (ref, event, details), how)
        return "A2"

    def _keep(self, name: str, given: object, how: dict[str, object]) -> None:
        self.asked.append((name, (given, how)))
        if self.refuses is not None:
            raise self.refuses


@dataclass(frozen=True, slots=True)
class ScreenKeeping:
    """Which acts the pages may offer."""

    roles: frozenset[Role]

    def may(self, action: Action) -> bool:
        return bool(self.roles & allowed_roles(action))


@dataclass(slots=True, kw_only=True)
class ScreenDesk:
    """What the pages may ask, answered from what the test put here."""

    cards: tuple[ListCard, ...] = ()
    waiting: tuple[CaseSummary, ...] = ()
    columns: tuple[StageColumn, ...] = ()
    pages: dict[str, CasePage] = field(default_factory=dict)
    steps: tuple[NextStep, ...] = ()
    plans: dict[str, ProposalPage] = field(default_factory=dict)
    refuses: Exception | None = None
    asked: list[tuple[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    mdt: ScreenMeetings = field(default_factory=ScreenMeetings)
    approvals: ScreenApprovals = field(default_factory=ScreenApprovals)
    actor: SomePerson = field(default_factory=SomePerson)
    todo: tuple[TaskLine, ...] = ()
    values: tuple[Amendable, ...] = ()
    back: Reversal | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Australia/Melbourne"))

    def running(self) -> Running:
        return Running(
            checks=(), numbers=None, backup_at=None, drill_at=None, anchor_at=None, now=datetime.now(tz=self.zone)
        )

    def check_ready(self) -> None:
        return None

    def sign_in(self, username: str, password: str, address: str) -> str:
        if (username, password) != ("bella", PASSWORD):
            raise NotPermittedError("Wrong user name or password.")
        self.tokens.add(token := secrets.token_urlsafe(16))
        return token

    @property
    def keeping(self) -> ScreenKeeping:
        return ScreenKeeping(roles=self.actor.roles_at(None))

    @property
    def board(self) -> ScreenBoard:
        return ScreenBoard(desk=self)

    def person(self, token: str, *, idle: bool = False) -> SomePerson | None:
        return SomePerson() if token in self.tokens else None

    def session_rests(self) -> timedelta:
        return timedelta(minutes=30)

    def awaits_code(self, _token: str) -> bool:
        return False

    def sign_out(self, token: str) -> None:
        self.tokens.discard(token)

    def acting(self, _person: object) -> ScreenDesk:
        return self

    def today(self) -> date:
        return TODAY

    def sites(self) -> tuple[SiteLine, ...]:
        return (SiteLine(id="NTH", name="Northern Hospital"), SiteLine(id="BAY", name="Bayside Hospital"))

    def lists(self, start: date, end: date, site: str | None = None) -> tuple[ListCard, ...]:
        self.asked.append(("lists", (start, end, site)))
        return self.cards

    def to_place(self, site: str | None = None) -> tuple[CaseSummary, ...]:
        return self.waiting

    def stages(self, site: str | None = None) -> tuple[StageColumn, ...]:
        self.asked.append(("stages", site))
        return self.columns

    def cases(self, _state: str | None = None) -> tuple[CaseSummary, ...]:
        return tuple(page.summary for page in self.pages.values())

    def case(self, ref: str) -> CasePage:
        return self.pages[ref]

    def next_steps(self, _ref: str) -> tuple[NextStep, ...]:
        return self.steps

    def tasks(self, **wanted: object) -> tuple[TaskLine, ...]:
        self.asked.append(("tasks", wanted))
        return self.todo

    def letters(self, _ref: str) -> tuple[Letter, ...]:
        return ()

    def held_until(self, _ref: str) -> None:
        return None

    def reversal(self, ref: str) -> Reversal:
        if self.back is None:
            raise TransitionNotAllowedError(f"The last thing recorded of case {ref} cannot be taken back.")
        return self.back

    def amendable(self, _ref: str) -> tuple[Amendable, ...]:
        return self.values

    def __getattr__(self, name: str) -> Any:
        """Whatever else is asked is kept, and refused if the test says so."""

        def act(*given: object, **how: object) -> CaseSummary | None:
            self.asked.append((name, (*given, how)))
            self._perhaps_refuse()
            return self.pages[given[0]].summary if given and given[0] in self.pages else None

        return act

    def record(self, ref: str, event: str, details: object, **how: object) -> CaseSummary:
        self.asked.append(("record", (ref, event, details, how["expected_version"])))
        if details == {"reason": BREAKS}:
            raise RuntimeError("The stand-in was asked to break.")
        self._perhaps_refuse()
        return self.pages[ref].summary

    def proposals(self) -> tuple[Any, ...]:
        return tuple(page.summary for page in self.plans.values())

    def proposal(self, id: str) -> ProposalPage:  # noqa: A002 (the desk's own word)
        return self.plans[id]

    def proposal_line(self, id: str) -> Any:  # noqa: A002 (the desk's own word)
        return self.plans[id].summary

    def now(self) -> datetime:
        return NINE

    def frozen_until(self) -> date:
        return TODAY + timedelta(days=3)

    def request_plan(self, *, start: date, weeks: int, **_how: Any) -> str:
        self.asked.append(("request_plan", (start, weeks)))
        self._perhaps_refuse()
        return next(iter(self.plans))

    def publish(self, id: str, *, expected_version: int, **how: Any) -> PublishReport:  # noqa: A002 (the desk's own word)
        self.asked.append(("publish", (id, expected_version)))
        self._perhaps_refuse()
        done = replace(self.plans[id].summary, status=ProposalStatus.PUBLISHED, version=expected_version + 1)
        placed = self.plans[id].placed
        self.plans[id] = replace(self.plans[id], summary=done)
        refs = tuple(place.ref for place in placed)
        return PublishReport(proposal_id=id, booked=refs, moved=(), kept=(), cancelled=(), not_booked=(), lists=())

    def _perhaps_refuse(self) -> None:
        if self.refuses is not None:
            raise self.refuses
