"""The doors of the service, opened at instants of the past in the names of the demonstration's staff."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from db import agendas, boards, cases, clinic, due_steps, facts, mapping, meetings, proposals, tasks
from db import protocol as protocols
from db.due_steps import DueStep
from db.engine import Database
from db.incoming import IncomingReferral
from db.outbox import SEND_STEP
from db.referrals import store
from flows.clock import fixed_clock
from flows.demo.by_hand import plan_by_hand
from flows.demo.days import ONE_DAY
from flows.demo.journey import Slot
from flows.demo.letters import keep_letter
from flows.demo.staff import BOOKINGS, CLINICIAN, COORDINATOR, LEAD, TEAM, StaffMember, who_records
from flows.desk import Desk
from flows.handlers import HANDLER_OF
from flows.handling import Moment
from flows.permissions import demand
from flows.receiving import valid_until
from flows.service import MACHINE, Service
from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.events import Event
from scheduler.pathway.machine import decide
from scheduler.pathway.preparation import PREPARATION
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.states import PathwayState

if TYPE_CHECKING:
    from sqlmodel import Session

OWNER = "demonstration"
LEASE = timedelta(minutes=5)
MOST_STEPS = 1000
WEEK = timedelta(weeks=1)
NOT_REACHED = "There was no time left for it."
BY_HAND: Mapping[str, object] = {"made": "by hand"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastDoors:
    """Each door as people use it, with a clock that stands at the instant asked for.

    A step is decided by the pathway and applied in one transaction, as the desk does it; due steps are worked by the
    dispatcher's own handlers, a morning's together.
    """

    database: Database
    seed: int
    protocol: Protocol
    holidays: frozenset[date]

    @property
    def timezone(self) -> str:
        """The clinic's time zone."""
        return self.database.timezone

    def receive(self, referrals: Sequence[IncomingReferral], now: datetime) -> Sequence[str]:
        """Keep referrals as an import does, and give the reference of each one's case."""
        who = BOOKINGS.author

        def keep(session: Session) -> Sequence[str]:
            return [
                store(session, sent, actor=who, now=now, valid_until=valid_until(sent, self.protocol)).case_ref
                for sent in referrals
            ]

        return self.database.write(keep, author=who, now=now, why="import")

    def states(self, refs: Iterable[str]) -> Mapping[str, PathwayState]:
        """Say where these cases stand."""
        with self.database.reading() as session:
            return {ref: facts.case_row(session, ref).state for ref in refs}

    def record(self, ref: str, event: Event, details: Mapping[str, object], now: datetime) -> PathwayState:
        """Record one step in the name of somebody who may, and give the state it led to."""
        who = who_records(event)
        demand(who.actor, event)
        today = self._local(now)

        def work(session: Session) -> PathwayState:
            known = facts.case_facts(session, ref)
            step = decide(known, event, details, protocol=self.protocol, today=today, holidays=self.holidays)
            return cases.apply_step(session, ref, step, details, actor=who.author, now=now).state

        return self.database.write(work, author=who.author, now=now)

    def work_due_steps(self, now: datetime) -> None:
        """Do what has fallen due by now, in one transaction."""
        at = Moment(now=now, today=self._local(now))

        def work(session: Session) -> None:
            for step in due_steps.claim_due(session, owner=OWNER, now=now, lease=LEASE, limit=MOST_STEPS):
                _work_step(session, step, at, self._service(now))

        self.database.write(work, author=MACHINE, now=now, why="due steps of the morning")

    def hold_meeting(self, on: date, now: datetime) -> None:
        """Note who sat in the MDT meeting of this day, carry what it did not reach, and finish it."""
        who = COORDINATOR.author

        def work(session: Session) -> None:
            row = meetings.the_meeting(session, on)
            meetings.attend(session, row, TEAM)
            for ref in agendas.undecided(session, row):
                agendas.carry(session, row, ref, why=NOT_REACHED, to=None, actor=who)
            agendas.finish(session, row)

        self.database.write(work, author=who, now=now)

    def tick_off(self, treated: Collection[str], now: datetime) -> None:
        """Tick off the reviews of these cases, and everybody's preparation, that were due before today."""
        who, today = CLINICIAN.author, self._local(now)
        with self.database.reading() as session:
            kept = boards.kept_tasks(session)
        done = [
            task.id
            for task in kept
            if task.due_on
            and task.due_on < today
            and task.by_hand
            and (task.ref in treated or task.kind in PREPARATION)
        ]

        def work(session: Session) -> None:
            for task in done:
                tasks.finish(session, task, actor=who, now=now)

        self.database.write(work, author=who, now=now)

    def plan(self, now: datetime, *, start: date, weeks: int) -> Mapping[str, Slot]:
        """Plan by hand and publish, and give the place of every case that is booked after today."""
        end = start + weeks * WEEK - ONE_DAY
        who = LEAD.author

        def make(session: Session) -> str:
            asked = proposals.request(session, start=start, end=end, actor=who, now=now, options=BY_HAND)
            made = mapping.planning(session, start=start, end=end, now=now, protocol=self.protocol)
            proposals.begin(session, asked, made, now=now)
            proposals.finish(session, asked, plan_by_hand(made.problem), now=now, run=BY_HAND)
            return asked

        proposal = self.database.write(make, author=who, now=now)
        desk = self._desk(LEAD, now)
        desk.publish(proposal)
        return self._slots(desk, start, end)

    def _slots(self, desk: Desk, first: date, last: date) -> Mapping[str, Slot]:
        return {
            booked.ref: Slot(start=booked.start, end=booked.end, on=card.date)
            for card in desk.lists(first, last)
            for booked in card.cases
        }

    def _desk(self, who: StaffMember, now: datetime) -> Desk:
        return Desk(self._service(now), who.actor)

    def _service(self, now: datetime) -> Service:
        clock = fixed_clock(now, timezone=self.timezone)
        return Service(database=self.database, clock=clock, owner=OWNER)

    def _local(self, now: datetime) -> date:
        return now.astimezone(ZoneInfo(self.timezone)).date()


def past_doors(database: Database, *, seed: int, today: date) -> PastDoors:
    """Open the doors; the protocol and the holidays are read once, since nobody changes them in the story."""
    with database.reading() as session:
        return PastDoors(
            database=database,
            seed=seed,
            protocol=protocols.protocol(session, today),
            holidays=clinic.holidays(session),
        )


def _work_step(session: Session, step: DueStep, at: Moment, service: Service) -> None:
    if step.name == SEND_STEP:
        keep_letter(session, step, service)
        return
    try:
        HANDLER_OF[step.name](session, step, at)
    except TransitionNotAllowedError as refusal:
        due_steps.refuse(session, step, now=at.now, why=str(refusal))
    else:
        due_steps.finish(session, step, now=at.now)
