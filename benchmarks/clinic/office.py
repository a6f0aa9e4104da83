"""One member of staff as a process: does a day's work at the desk, and says when the day is done."""

from __future__ import annotations

import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5
from zoneinfo import ZoneInfo

from benchmarks.clinic.journal import Entry, Journal
from benchmarks.clinic.people import BOOKED, Intent, acts_on, intents, looks_again
from db.outbox import LETTER_TASK
from flows.demo.chance import stream
from flows.demo.staff import ADMINISTRATOR, BOOKINGS, CLINICIAN, LEAD, StaffMember, who_records
from flows.desk import Actor, BookingEvent, BookingState, CaseSummary, Desk, Event, TaskLine
from scheduler.errors import NeurolistError, StaleVersionError, TransitionNotAllowedError
from scheduler.pathway.outcomes import PREPARATION
from scheduler.vocabulary import Role

POLL_SECONDS = 0.1
ASKED_TWICE = 0.04  # share of acts sent again although they were answered, as a double click would
TICKED = frozenset(kind.value for kind in PREPARATION) | {LETTER_TASK}
TICKED_EACH_DAY = 30


@dataclass(slots=True, kw_only=True)
class Office:
    """One process of the staff: its desk, its share of the cases, and what it wrote down."""

    name: str
    desk: Desk
    seed: int
    share: tuple[int, int]  # which part of the cases, of how many
    folder: Path
    journal: Journal = field(init=False)
    met: bool = False  # somebody else moved a case meanwhile, so the office looks again

    def __post_init__(self) -> None:
        self.journal = Journal(self.folder / f"{self.name}.jsonl")

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's zone."""
        return self.desk.zone

    def work(self) -> None:
        """Work every day that comes, until killed; what a killed predecessor began is asked for again first."""
        for entry in self.journal.unanswered():
            self.again(entry)
        while True:
            today = self.desk.today()
            if self.finished(today):
                time.sleep(POLL_SECONDS)
                continue
            nothing_left = self.day(today)
            if nothing_left is not None and self.desk.today() == today:
                self.say_done(today, nothing_left)

    def again(self, entry: Entry) -> None:
        """Ask again for one act whose answer was lost, under the same name."""
        self.attempt(entry)

    def day(self, today: date) -> str | None:
        """Do what there is to do today; gives the day of the next act, or nothing when not done yet."""
        raise NotImplementedError

    def attempt(self, entry: Entry) -> CaseSummary | None:
        """Record one act in the name of whoever may, and write down what came of it."""
        event = Event(entry["event"]) if entry["event"] in set(Event) else None
        who = who_records(event) if event else CLINICIAN
        desk = self.desk.acting(who.actor)
        try:
            found = desk.record(
                entry["ref"],
                entry["event"],
                entry["details"],
                write_id=entry["write"],
                expected_version=entry["version"],
            )
        except StaleVersionError as fault:
            self.met = True
            self.journal.write("stale", write=entry["write"], ref=entry["ref"], says=str(fault))
        except TransitionNotAllowedError as fault:
            self.journal.write("refused", write=entry["write"], ref=entry["ref"], event=entry["event"], says=str(fault))
        else:
            self.journal.write("ack", write=entry["write"], ref=entry["ref"], event=entry["event"])
            return found
        return None

    # When the day is done

    def finished(self, today: date) -> bool:
        """Say whether this office has said that today is done."""
        return self.mark.exists() and self.mark.read_text().split()[0] == today.isoformat()

    def say_done(self, today: date, following: str) -> None:
        """Leave the mark that the harness waits for: today, and the day of the next act."""
        draft = self.mark.with_suffix(".draft")
        draft.write_text(f"{today.isoformat()} {following}")
        draft.replace(self.mark)

    @property
    def mark(self) -> Path:
        """The file that says which day is done."""
        return self.folder / f"{self.name}.done"


@dataclass(slots=True, kw_only=True)
class CaseOffice(Office):
    """Moves its share of the cases: what a person decides, one act after another, until nothing is left for today.

    It works as people do, from the list of tasks and today's lists; a case is looked at again when it has a new task.
    """

    known: dict[str, CaseSummary] = field(default_factory=dict)
    tasks: set[str] = field(default_factory=set)

    def day(self, today: date) -> str | None:
        """Act on the cases whose day has come."""
        self.met = False
        seen = self._look_around(today)
        due = [case for case in self.known.values() if acts_on(case, self.seed, self.zone) <= today]
        acted = sum(self._move(case, today) for case in due)
        if acted or self.met:
            return None  # what was done may ask for more today
        self._tick_off(today, seen)
        coming = [looks_again(case, today, self.seed, self.zone) for case in self.known.values()]
        return min(coming, default=date.max).isoformat()

    def _look_around(self, today: date) -> tuple[TaskLine, ...]:
        """Look at the cases that have a new task or are on today's lists; at the very start, at all of them.

        Gives every open task.
        """
        seen = self._look().tasks()
        open_tasks = [task for task in seen if task.ref is not None and self._is_mine(task.ref)]
        news = {str(task.ref) for task in open_tasks if task.id not in self.tasks}
        self.tasks = {task.id for task in open_tasks}
        if self.known:
            booked = {one.ref for card in self._look().lists(today, today) for one in card.cases}
            for ref in sorted(news | {ref for ref in booked if self._is_mine(ref)}):
                self._keep(self._look().case(ref).summary)
        else:
            for case in self._look().cases():
                if self._is_mine(case.ref):
                    self._keep(case)
        for ref in sorted(news & self.known.keys()):
            self._keep(self._see_the_patient(self.known[ref], today))
        return seen

    def _keep(self, case: CaseSummary) -> None:
        """Remember a case as it was last seen, until it ends."""
        if case.state.ends:
            self.known.pop(case.ref, None)
        else:
            self.known[case.ref] = case

    def _is_mine(self, ref: str) -> bool:
        part, parts = self.share
        return zlib.crc32(ref.encode()) % parts == part

    def _look(self) -> Desk:
        return self.desk.acting(CLINICIAN.actor)

    def _move(self, case: CaseSummary, today: date) -> int:
        """Act on one case until nothing more is to be done about it today; gives how many acts were taken."""
        acts, met, self.met = 0, self.met, False
        case = self._see_the_patient(case, today)
        while found := self._act(case, intents(case, today, self.seed, self.zone)):
            case, acts = found, acts + 1
            self._keep(case)
        if self.met:  # somebody else was here, so the case is looked at again
            self._keep(self._look().case(case.ref).summary)
        self.met = self.met or met
        return acts

    def _act(self, case: CaseSummary, wanted: tuple[Intent, ...]) -> CaseSummary | None:
        for intent in wanted:
            write = str(uuid5(NAMESPACE_OID, f"{self.seed}/{case.ref}/{case.version}/{intent.event}"))
            entry = {"write": write, "ref": case.ref, "event": str(intent.event), "version": case.version}
            self.journal.write("begin", **entry, details=dict(intent.details))
            if found := self.attempt({**entry, "details": intent.details}):
                if stream(self.seed, write).random() < ASKED_TWICE:  # it has to change nothing
                    self.attempt({**entry, "details": intent.details})
                return found
        return None

    def _see_the_patient(self, case: CaseSummary, today: date) -> CaseSummary:
        """Confirm and receive booked patients, as far as their booking lets them."""
        if case.state not in BOOKED or case.booked_for is None:
            return case
        on, chance = case.booked_for.astimezone(self.zone).date(), stream(self.seed, case.ref, case.booked_for)
        step = BookingEvent.ARRIVE if on == today and chance.random() < 0.5 else None
        if step is None and on > today and chance.random() < 0.3:
            step = BookingEvent.CONFIRM
        return case if step is None else self._advance(case, step)

    def _advance(self, case: CaseSummary, step: BookingEvent) -> CaseSummary:
        line = self._look().case(case.ref).bookings[-1]
        follows = {BookingEvent.ARRIVE: BookingState.ARRIVED, BookingEvent.CONFIRM: BookingState.CONFIRMED}[step]
        if line.status not in {BookingState.BOOKED, BookingState.CONFIRMED} or line.status is follows:
            return case
        write = f"{line.id}/{line.version}/{step}"
        self.journal.write("advance", write=write, ref=case.ref, event=step)
        try:
            moved = self.desk.acting(BOOKINGS.actor).advance_booking(case.ref, step, expected_version=line.version)
        except NeurolistError as fault:
            self.met = True
            self.journal.write("refused", write=write, ref=case.ref, event=step, says=str(fault))
            return case
        self.journal.write("advanced", write=write, ref=case.ref, event=step)
        return moved

    def _tick_off(self, today: date, seen: Sequence[TaskLine]) -> None:
        """Tick off some of the preparation and reviews that are due."""
        part, parts = self.share
        due = [task for task in seen if self._ticks(task, today)]
        mine = [task for task in due if zlib.crc32(task.id.encode()) % parts == part]
        for task in mine[:TICKED_EACH_DAY]:
            self.journal.write("tick", write=task.id, ref=task.ref)
            try:
                self.desk.acting(_somebody(task.role)).finish_task(task.id, expected_version=task.version)
            except StaleVersionError as fault:
                self.journal.write("stale", write=task.id, ref=task.ref, says=str(fault))
            else:
                self.journal.write("ticked", write=task.id, ref=task.ref)

    def _ticks(self, task: TaskLine, today: date) -> bool:
        return task.kind in TICKED and task.due_on is not None and task.due_on <= today


def _somebody(role: Role) -> Actor:
    known: dict[Role, StaffMember] = {one.role: one for one in (BOOKINGS, CLINICIAN, LEAD, ADMINISTRATOR)}
    return known.get(role, ADMINISTRATOR).actor
