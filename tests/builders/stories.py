"""A small language for stories: a clinic, a day, who does what, and what is then true.

Everything happens through the desk, on the real schema. The clinic writes down each step it saw, so that a test can
tell which steps no story has. The shelf keeps clinics whose case stands where a story begins.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from db import clinic as clinics
from db import mapping, proposals
from db.engine import Database, open_database
from db.outbox import LETTER_TASK, SEND_STEP
from db.pictures import CasePage, TaskLine
from db.settings import MemorySettings
from db.tables import DueStepRow, SuiteRow, SuiteSessionRow
from db.words import StepState, TaskState
from flows.demo.by_hand import plan_by_hand
from flows.desk import Desk
from flows.hold_asked import HoldAsked
from scheduler.errors import FrozenDaysError, NeurolistError
from scheduler.pathway.booking import BookingEvent
from scheduler.vocabulary import Role
from tests.builders.memory import CLERK, MORNING, TODAY, a_case, a_clinic, a_list, a_referral, read, write
from tests.builders.service import MovingClock, a_service, an_actor, publish_as_two

MELBOURNE = ZoneInfo("Australia/Melbourne")
WEEKS_PLANNED = 3
SECONDS = 3.0
QUORUM = "interventional_radiology,palliative_care,pain_anaesthesia,treating_oncology"
SIGN_IN = {
    "identity_checked": "yes",
    "side": "bilateral",
    "consent_checked": "yes",
    "allergies_checked": "yes",
    "anticoagulants_checked": "yes",
    "inr": "1.1",
    "platelets": "210",
}
BLOCK = {"signed_out": "yes", "baseline_rest": "8", "baseline_movement": "8", "agent": "Lignocaine", "volume_ml": "10"}
LESION = {
    "signed_out": "yes",
    "side": "bilateral",
    "agent": "Alcohol",
    "volume_ml": "20",
    "concentration_percent": "99.5",
    "complications": "none",
}

FIRST = "N10001"  # the reference of the first case of a clinic

Act = Callable[["Clinic", "Case"], None]
Taken = tuple[str, str]
"""One step: where the case, its readiness or its booking stood, and the event that moved it."""


@dataclass(kw_only=True)
class Clinic:
    """One clinic in a story: its memory, its clock, its people and what has happened."""

    database: Database
    clock: MovingClock = field(default_factory=MovingClock)
    taken: set[Taken] = field(default_factory=set)
    number: int = 0

    def __post_init__(self) -> None:
        if not read(self.database, lambda session: session.exec(select(SuiteRow)).first()):
            a_clinic(self.database, days=0)
        self.service = a_service(self.database, source=self.clock)
        self.bookings = self._person(Role.BOOKINGS, "Bea of bookings")
        self.clinician = self._person(Role.CLINICIAN, "Dr Lee")
        self.lead = self._person(Role.IR_LEAD, "Dr Head")
        self.coordinator = self._person(Role.MDT_COORDINATOR, "Mo of the meeting")
        self.administrator = self._person(Role.ADMINISTRATOR, "Ada")

    def _person(self, role: Role, name: str) -> Person:
        return Person(clinic=self, desk=Desk(self.service, an_actor(role, name=name)))

    # The day

    @property
    def today(self) -> date:
        """The local date."""
        return self.service.clock.today()

    def day(self, ahead: int) -> str:
        """A date so many days from today, as people write it."""
        return (self.today + timedelta(days=ahead)).isoformat()

    def days_pass(self, days: int) -> None:
        """It is nine in the morning so many days later, and what fell due meanwhile has been done."""
        self.it_is(self.today + timedelta(days=days))

    def it_is(self, day: date) -> None:
        """It is nine in the morning of this day, and what fell due has been done."""
        self.clock.at = datetime.combine(day, time(9), tzinfo=MELBOURNE)
        self.work()

    def work(self) -> None:
        """The machine does what is due."""
        with self.watched(*(case.ref for case in self.administrator.desk.cases())):
            self.administrator.desk.run_due_now()

    # Cases

    def a_referral(self, *, without: str = "", **facts: Any) -> Case:
        """A referral comes in, and the machine looks through it."""
        case = self.an_unseen_referral(without=without, **facts)
        self.work()
        return case

    def an_unseen_referral(self, *, without: str = "", **facts: Any) -> Case:
        """A referral comes in, and nobody has looked at it yet."""
        self.number += 1
        usual = a_referral(self.number)
        dated = self.today - timedelta(days=3)
        items = tuple(replace(item, dated=dated) for item in usual.items if item.key != without)
        told = {"received_on": self.today, "written_on": dated, "items": items}
        ref = a_case(self.database, self.number, now=self.clock.at, **(told | facts))
        return Case(clinic=self, ref=ref)

    def page(self, ref: str) -> CasePage:
        """The page of a case."""
        return self.administrator.desk.case(ref)

    # Lists

    def plans_lists(self) -> None:
        """The lead plans the coming weeks by hand and publishes the plan."""
        first = self.today + timedelta(days=1)
        days = [first + timedelta(days=ahead) for ahead in range(WEEKS_PLANNED * 7)]
        write(self.database, lambda session: self.add_lists(session, days), now=self.clock.at)
        made = write(self.database, lambda session: self._plan(session, first, days[-1]), now=self.clock.at)
        with self.watched(*(case.ref for case in self.administrator.desk.cases())):
            self._publish(made, "The lists were planned by hand.")

    def plans_anew(self) -> None:
        """The lead asks the planner for a plan of the coming weeks and publishes it."""
        with self.watched(*(case.ref for case in self.administrator.desk.cases())):
            made = self.lead.desk.plan_now(weeks=WEEKS_PLANNED, time_limit=SECONDS)
            self._publish(made, "The lists were planned anew.")

    def _publish(self, made: str, reason: str) -> None:
        """The lead publishes; where visits on frozen days change, asks and another lead approves."""
        try:
            self.lead.desk.publish(made)
        except FrozenDaysError:
            publish_as_two(self.lead.desk, made, reason=reason)

    def closes_lists(self, day: date) -> None:
        """The lists of this day close."""
        write(self.database, lambda session: self._close(session, day), now=self.clock.at)

    @staticmethod
    def _close(session: Any, day: date) -> None:
        for row in session.exec(select(SuiteSessionRow).where(SuiteSessionRow.on == day)):
            clinics.close_list(session, row.id, reason="The suite is being repaired")

    def add_lists(self, session: Any, days: list[date]) -> None:
        """Add the lists of these days that the clinic does not have yet."""
        wanted = [a_list((day - TODAY).days, site) for day in days for site in ("S01", "S02") if day.weekday() < 5]
        clinics.add_lists(session, [new for new in wanted if session.get(SuiteSessionRow, new.id) is None])

    def _plan(self, session: Any, first: date, last: date) -> str:
        now = self.clock.at
        made = proposals.request(session, start=first, end=last, actor=CLERK, now=now)
        found = mapping.planning(session, start=first, end=last, now=now)
        proposals.begin(session, made, found, now=now)
        proposals.finish(session, made, plan_by_hand(found.problem), now=now, run={"made": "by hand"})
        return made

    @contextmanager
    def watched(self, *refs: str) -> Iterator[None]:
        """Write down the steps that these cases, their readiness and their bookings take meanwhile."""
        before = {ref: self.page(ref) for ref in refs}
        yield
        for ref, old in before.items():
            self._compare(old, self.page(ref))

    def _compare(self, old: CasePage, new: CasePage) -> None:
        for line in new.history[len(old.history) :]:
            start = line.from_state
            if start is not None and start is not line.to_state:
                self.taken.add((start.value, line.event))
        readiness = old.facts.episode.readiness.value if old.facts.episode else ""
        for line in new.history[len(old.history) :]:
            if line.from_state is line.to_state and readiness:
                self.taken.add((readiness, line.event))
        had = {booking.id: booking.status.value for booking in old.bookings}
        for booking in new.bookings:
            was = had.get(booking.id, "unbooked")
            if was != booking.status.value:
                self.taken.add((was, f"to {booking.status.value}"))


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody of the staff at the desk."""

    clinic: Clinic
    desk: Desk

    def records(self, case: Case, event: str, **form: Any) -> None:
        """Record what happened to a case, with the form filled in."""
        with self.clinic.watched(case.ref):
            self.desk.record(case.ref, event, form)

    def is_refused(self, case: Case, event: str, says: str, **form: Any) -> None:
        """Try to record this, and be told why not, with nothing changed."""
        before = case.page
        with pytest.raises(NeurolistError, match=says):
            self.desk.record(case.ref, event, form)
        assert case.page == before

    def moves_the_visit_on(self, case: Case, event: BookingEvent) -> None:
        """Say how far the visit has come."""
        with self.clinic.watched(case.ref):
            self.desk.advance_booking(case.ref, event)

    def holds(self, case: Case, *, ahead: int) -> None:
        """Keep a slot on the list so many days ahead."""
        day = self.clinic.today + timedelta(days=ahead)
        write(self.clinic.database, lambda session: self.clinic.add_lists(session, [day]), now=self.clinic.clock.at)
        with self.clinic.watched(case.ref):
            self.desk.hold(HoldAsked(ref=case.ref, list=f"S01-{(day - TODAY).days}"))

    def offers(self, case: Case) -> None:
        """Offer the patient the slot that is kept."""
        with self.clinic.watched(case.ref):
            self.desk.offer_slot(case.ref)

    def hears_no(self, case: Case) -> None:
        """The patient does not take the slot."""
        with self.clinic.watched(case.ref):
            self.desk.decline_offer(case.ref, reason="Too early in the day")

    def gives_back(self, case: Case) -> None:
        """Give a kept slot back."""
        with self.clinic.watched(case.ref):
            self.desk.release_slot(case.ref, reason="Found a better one")


@dataclass(slots=True, kw_only=True)
class Case:
    """One case in a story, and what may be asked about it."""

    clinic: Clinic
    ref: str

    @property
    def page(self) -> CasePage:
        """Everything its page shows."""
        return self.clinic.page(self.ref)

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.page.summary.state.value

    @property
    def readiness(self) -> str | None:
        """Whether the patient may be offered a date; None off the lists."""
        episode = self.page.facts.episode
        return episode.readiness.value if episode else None

    @property
    def booking(self) -> str:
        """How far the latest booking has come."""
        bookings = self.page.bookings
        return bookings[-1].status.value if bookings else "unbooked"

    @property
    def booked_day(self) -> date:
        """The local date of the latest booking."""
        return self.page.bookings[-1].start.astimezone(MELBOURNE).date()

    @property
    def open_tasks(self) -> list[TaskLine]:
        """What people have still to do, apart from letters to print and post."""
        return [task for task in self.page.tasks if task.state is TaskState.OPEN and task.kind != LETTER_TASK]

    @property
    def next(self) -> str:
        """Who acts next, and what they do."""
        [task] = [task for task in self.open_tasks if task.kind == "state"]
        return f"{task.role.label}: {task.says}"

    @property
    def letters(self) -> list[str]:
        """The letters queued or sent so far, by what they are and whom they are for."""
        return [f"{letter.kind} to {letter.audience}" for letter in self.page.notices if letter.state != "cancelled"]

    def asks(self, words: str) -> bool:
        """Whether an open task says this."""
        return any(words in task.says for task in self.open_tasks)

    def has_ended(self, state: str) -> bool:
        """Whether it stands in this last state with nothing left to do, to wait for or to give back."""
        page = self.page
        live = [booking for booking in page.bookings if booking.status.is_live]
        waiting = read(self.clinic.database, lambda session: _waiting_timers(session, self.ref))
        return self.state == state and not self.open_tasks and not live and not waiting and page.facts.episode is None


def _waiting_timers(session: Any, ref: str) -> list[str]:
    asked = select(DueStepRow.name).where(DueStepRow.case_ref == ref, DueStepRow.state == StepState.WAITING)
    return list(session.exec(asked.where(DueStepRow.name != SEND_STEP)))


@dataclass(kw_only=True)
class Shelf:
    """Clinics as they stood after each act of a usual way, to be copied for a story that begins there."""

    prepared: Path
    folder: Path
    kept: dict[tuple[Act, ...], tuple[Path, datetime, frozenset[Taken]]] = field(default_factory=dict)
    open: list[Clinic] = field(default_factory=list)
    told: dict[str, set[Taken]] = field(default_factory=dict)

    def a_clinic(self) -> Clinic:
        """A clinic on its first morning."""
        return self._copy(self.prepared, MovingClock())

    def a_case_in(self, state: str) -> tuple[Clinic, Case]:
        """A clinic with one case, which came to this state, or to this slot for a test, by its usual way."""
        home, at, taken = self._after((_comes, *{**USUAL_WAYS, **TO_A_SLOT}[state]))
        clinic = self._copy(home, MovingClock(at))
        clinic.taken |= taken
        clinic.number = 1
        case = Case(clinic=clinic, ref=FIRST)
        assert state in {case.state, f"slot_{case.booking}"}
        return clinic, case

    def put_away(self, story: str) -> None:
        """Keep which steps a story took, and let its clinics go."""
        steps = self.told.setdefault(story, set())
        for clinic in self.open:
            steps |= clinic.taken
            clinic.database.close()
        self.open.clear()

    def _copy(self, home: Path, clock: MovingClock) -> Clinic:
        into = self.folder / uuid4().hex
        shutil.copytree(home, into)
        clinic = Clinic(database=open_database(MemorySettings(home=into)), clock=clock)
        self.open.append(clinic)
        return clinic

    def _after(self, acts: tuple[Act, ...]) -> tuple[Path, datetime, frozenset[Taken]]:
        if not acts:
            return self.prepared, MORNING, frozenset()
        if acts not in self.kept:
            home, at, taken = self._after(acts[:-1])
            clinic = self._copy(home, MovingClock(at))
            clinic.taken |= taken
            clinic.number = len(acts) > 1
            acts[-1](clinic, Case(clinic=clinic, ref=FIRST))
            clinic.database.close()
            self.kept[acts] = clinic.database.settings.home, clinic.clock.at, frozenset(clinic.taken)
        return self.kept[acts]


# The usual way to each state


def _comes(clinic: Clinic, _: Case) -> None:
    clinic.an_unseen_referral()


def _looked_through(clinic: Clinic, _: Case) -> None:
    clinic.work()


def _accepted(clinic: Clinic, case: Case) -> None:
    clinic.clinician.records(case, "accept")


def _met(clinic: Clinic, case: Case) -> None:
    clinic.coordinator.records(case, "mdt_proceed_test", attended=QUORUM)


def _more_wanted(clinic: Clinic, case: Case) -> None:
    clinic.coordinator.records(case, "mdt_more_info", items="ECG", owner="The registrar", rediscuss_on=clinic.day(7))


def _listed(clinic: Clinic, case: Case) -> None:
    clinic.clinician.records(case, "list_for_test", seen_on=clinic.today, consent_on=clinic.today)


def _planned(clinic: Clinic, _: Case) -> None:
    clinic.plans_lists()


def _test_begins(clinic: Clinic, case: Case) -> None:
    clinic.it_is(case.booked_day)
    clinic.clinician.records(case, "start_test", **SIGN_IN, bloods_dated=clinic.today)


def _test_done(*scores: str) -> Act:
    def act(clinic: Clinic, case: Case) -> None:
        clinic.clinician.records(case, "complete_test", **BLOCK, readings=",".join(scores))

    return act


def _result(result: str) -> Act:
    return lambda clinic, case: clinic.clinician.records(case, f"result_{result}")


def _agreed(clinic: Clinic, case: Case) -> None:
    clinic.days_pass(1)
    clinic.clinician.records(case, "list_for_definitive", consent_on=clinic.today)


def _treatment_begins(clinic: Clinic, case: Case) -> None:
    clinic.it_is(case.booked_day)
    clinic.clinician.records(case, "start_definitive", **SIGN_IN, bloods_dated=clinic.today)


def _treated(clinic: Clinic, case: Case) -> None:
    clinic.clinician.records(case, "complete_definitive", **LESION)


def _pain_is_back(clinic: Clinic, case: Case) -> None:
    clinic.days_pass(60)
    clinic.clinician.records(case, "pain_returns", pain_score="7", opioid_dose_mg="120")


def _asked_again(clinic: Clinic, case: Case) -> None:
    clinic.bookings.records(case, "request_information", items="R1")


def _held(clinic: Clinic, case: Case) -> None:
    clinic.bookings.holds(case, ahead=7)


def _offered(clinic: Clinic, case: Case) -> None:
    clinic.bookings.offers(case)


def _confirmed(clinic: Clinic, case: Case) -> None:
    clinic.bookings.moves_the_visit_on(case, BookingEvent.CONFIRM)


def _arrived(clinic: Clinic, case: Case) -> None:
    clinic.it_is(case.booked_day)
    clinic.bookings.moves_the_visit_on(case, BookingEvent.ARRIVE)


_TO_CONSULTATION = (_looked_through, _accepted, _met)
_TO_TEST = (*_TO_CONSULTATION, _listed, _planned, _test_begins)
_relieved, _eased, _unchanged = (
    _test_done("15min=3", "1h=2", "4h=3"),
    _test_done("15min=5", "1h=5"),
    _test_done("15min=7", "1h=7", "4h=7", "24h=8"),
)
_TO_POSITIVE = (*_TO_TEST, _relieved, _result("positive"))
_TO_TREATMENT = (*_TO_POSITIVE, _agreed, _planned, _treatment_begins)
USUAL_WAYS: dict[str, tuple[Act, ...]] = {
    "referral_received": (),
    "referral_incomplete": (_looked_through, _asked_again),
    "triage": (_looked_through,),
    "awaiting_mdt": (_looked_through, _accepted),
    "mdt_more_info": (_looked_through, _accepted, _more_wanted),
    "consultation": _TO_CONSULTATION,
    "test_waiting": (*_TO_CONSULTATION, _listed),
    "test_booked": (*_TO_CONSULTATION, _listed, _planned),
    "test_in_progress": _TO_TEST,
    "test_awaiting_result": (*_TO_TEST, _relieved),
    "test_positive": _TO_POSITIVE,
    "test_equivocal": (*_TO_TEST, _eased, _result("equivocal")),
    "test_negative": (*_TO_TEST, _unchanged, _result("negative")),
    "definitive_waiting": (*_TO_POSITIVE, _agreed),
    "definitive_booked": (*_TO_POSITIVE, _agreed, _planned),
    "definitive_in_progress": _TO_TREATMENT,
    "follow_up": (*_TO_TREATMENT, _treated),
    "repeat_review": (*_TO_TREATMENT, _treated, _pain_is_back),
}
TO_A_SLOT: dict[str, tuple[Act, ...]] = {
    "slot_held": (*_TO_CONSULTATION, _listed, _held),
    "slot_offered": (*_TO_CONSULTATION, _listed, _held, _offered),
    "slot_confirmed": (*_TO_CONSULTATION, _listed, _planned, _confirmed),
    "slot_arrived": (*_TO_CONSULTATION, _listed, _planned, _arrived),
}
