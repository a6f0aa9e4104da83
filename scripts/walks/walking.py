"""One machine: a clinic of its own that lives through so many steps by chance, with every check after each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any
from unittest.mock import patch
from uuid import UUID

from db.referrals import store
from db.tables import base
from flows import steps
from flows.hold_asked import HoldAsked
from flows.service import Service
from flows.words import StepOutcome
from scheduler.errors import (
    BadInputError,
    DoubleBookingError,
    FrozenDaysError,
    NeurolistError,
    NotFoundError,
    NotPermittedError,
    SecondPersonNeededError,
    StaleVersionError,
    TransitionNotAllowedError,
)
from scheduler.pathway.booking import BookingEvent
from scheduler.vocabulary import Role
from scripts.walks import moving, office, putting_right, standing  # noqa: F401  the last but one enters its checks
from scripts.walks.acts import Act, Outcome
from scripts.walks.choosing import Chooser
from scripts.walks.clinic import BEGINNINGS, MELBOURNE, Clinic, Place
from scripts.walks.moving import Move
from scripts.walks.quickly import quickly
from scripts.walks.rows import Reader, Rows
from scripts.walks.standing import Standing
from tests.builders.memory import CLERK

# What a person may be told; anything else that is raised is a fault of the code.
REFUSALS = (
    TransitionNotAllowedError,
    NotPermittedError,
    SecondPersonNeededError,
    NotFoundError,
    StaleVersionError,
    BadInputError,
    DoubleBookingError,
)
# The rules of a plan and the calendar of meetings say no in sentences of their own.
SAY_NO_IN_THEIR_OWN_WORDS = frozenset({"hold", "meet", "letter"})
# What code that no longer fits together raises: not a fault that was found, but one that is put in wrongly.
DOES_NOT_FIT = (AttributeError, NameError, TypeError)
LATE = timedelta(seconds=1)
MAY_BE_REFUSED = frozenset({"receive_referral", "close_mdt_agenda", "mdt_not_finished"})  # when a person was quicker


class BrokenError(Exception):
    """Something that must always be true was not."""

    def __init__(self, check: str, says: str) -> None:
        super().__init__(f"{check}: {says}")
        self.check = check


@dataclass(slots=True, kw_only=True)
class Walk:
    """One machine's walk: what it did, and what broke, if anything did."""

    seed: int
    engine: str
    acts: list[Act] = field(default_factory=list)
    outcomes: list[str] = field(default_factory=list)
    taken: Counter[tuple[str, str]] = field(default_factory=Counter)
    check: str = ""
    says: str = ""
    fits: bool = True  # whether what broke is no slip of the code itself, such as a call with the wrong arguments
    rows: Rows | None = None

    @property
    def broke(self) -> bool:
        """Whether a check failed."""
        return bool(self.check)


def walk(place: Place, seed: int, steps_: int) -> Walk:
    """Let one machine with this seed walk so many steps, or until a check fails."""
    found = Walk(seed=seed, engine=place.engine)
    with place.memory() as memory, _ids_by_chance(seed), quickly(memory):
        clinic, reader = Clinic(memory, begins_at(seed)), Reader(memory.settings)
        machine = Machine(clinic, reader, Random(seed))  # noqa: S311  chance to repeat, no secret
        try:
            for _ in range(steps_):
                machine.step(found)
            machine.end()
        except BrokenError as broken:
            found.check, found.says = broken.check, str(broken)
            found.fits = not isinstance(broken.__cause__, DOES_NOT_FIT)
        finally:
            found.rows = machine.rows
            machine.close()
    return found


def _ids_by_chance(seed: int) -> Any:
    """Ids that the seed decides: what falls due at one instant is worked in their order, so a walk repeats itself."""
    chance = Random(seed)  # noqa: S311  chance to repeat, no secret
    return patch.object(base, "uuid4", lambda: UUID(int=chance.getrandbits(128), version=4))


def begins_at(seed: int) -> datetime:
    """The morning on which the walk of this seed begins."""
    day = BEGINNINGS[seed % len(BEGINNINGS)]
    return datetime.combine(day, time(9), tzinfo=MELBOURNE)


class Machine:
    """A clinic, the chance that decides what happens in it, and the rows as they stood last."""

    def __init__(self, clinic: Clinic, reader: Reader, chance: Random) -> None:
        self.clinic = clinic
        self.reader = reader
        self.chooser = Chooser(clinic=clinic, chance=chance)
        self.rows = reader.now()
        self.told = ""  # what the last refusal said
        self.undoes: dict[str, Rows] = {}  # the rows before the last step of a case, while nothing else has happened

    def step(self, found: Walk) -> None:
        """Do one thing and check everything."""
        act = self.chooser.choose(self.rows)
        found.acts.append(act)
        outcome = self._do(act)
        found.outcomes.append(f"{outcome.value} {self.told if outcome is Outcome.REFUSED else ''}")
        before, self.rows = self.rows, self.reader.now()
        self._remember(act, outcome, before, found)
        self._check(Move(self.clinic, act, outcome, before, self.rows, self.undoes.get(act.ref)))
        self._can_be_undone(act, outcome, before)

    def end(self) -> None:
        """Check the whole trail, as an auditor would."""
        fault = self.clinic.database.verify_trail().fault
        if fault:
            raise BrokenError("the_trail_verifies", fault)
        with self.clinic.database.reading() as session:
            pages = [str(case["ref"]) for case in self.rows.of("neurolysis_case")]
            for ref in pages:
                _page(session, ref, self.clinic.now)

    def close(self) -> None:
        """Let the memory go."""
        self.reader.close()

    def _do(self, act: Act) -> Outcome:
        try:
            return DOING[act.kind](self, act) or Outcome.DONE
        except REFUSALS as refusal:
            self.told = str(refusal)
            return Outcome.REFUSED
        except BrokenError:
            raise
        except NeurolistError as fault:
            if act.kind in SAY_NO_IN_THEIR_OWN_WORDS:
                self.told = str(fault)
                return Outcome.REFUSED
            raise BrokenError("no_fault", f"{act.kind} of {act.event}: {fault}") from fault
        except Exception as fault:
            raise BrokenError("no_fault", f"{act.kind} of {act.event}: {type(fault).__name__}: {fault}") from fault

    def _remember(self, act: Act, outcome: Outcome, before: Rows, found: Walk) -> None:
        if act.kind == "record" and outcome is Outcome.DONE:
            self.chooser.last_write, self.chooser.last_write_at = act, self.clinic.now
        known = before.tables["case_event"]
        for key, line in self.rows.tables["case_event"].items():
            if key not in known:
                found.taken[str(line["from_state"]), line["event"]] += 1

    def _can_be_undone(self, act: Act, outcome: Outcome, before: Rows) -> None:
        """Remember how everything stood before a step that is the last thing that happened."""
        if outcome is Outcome.DONE:
            self.undoes.clear()
            if act.kind == "record":
                self.undoes[act.ref] = before

    def _check(self, move: Move) -> None:
        for name, check in moving.CHECKS.items():
            for says in check(move):
                raise BrokenError(name, says)
        for case in self.rows.of("neurolysis_case"):
            for name, always in standing.CHECKS.items():
                for says in always(Standing(self.clinic, self.rows, case)):
                    raise BrokenError(name, f"{case['ref']}: {says}")

    # Each kind of act

    def _record(self, act: Act) -> None:
        write_id, version = act.given
        desk = self.clinic.desks[act.role]
        desk.record(act.ref, act.event, act.form, write_id=write_id, expected_version=version)

    def _again(self, act: Act) -> Outcome:
        self._record(act)
        return Outcome.REPEATED

    def _astray(self, act: Act) -> None:
        self.clinic.desks[act.role].record(act.ref, act.event, act.form)

    def _receive(self, act: Act) -> None:
        number, changes = act.given
        referral = self.clinic.receive(number, **{key: value for key, value in changes.items() if key != "without"})
        if missing := changes.get("without"):
            items = tuple(item for item in referral.items if item.key != missing)
            referral = self.clinic.receive(number, items=items)
        self.clinic.write(lambda session: store(session, referral, actor=CLERK, now=self.clinic.now))

    def _pass(self, act: Act) -> None:
        self.clinic.clock.at, works = act.given
        if works:
            self._expect(self.clinic.desks[Role.ADMINISTRATOR].run_due_now())

    def _plan(self, act: Act) -> None:
        """Publish a plan; where it changes frozen days, ask, and have somebody of another role approve."""
        made, desks = self.clinic.plan(), self.clinic.desks
        try:
            desks[act.role].publish(made)
        except FrozenDaysError:
            asked = desks[act.role].approvals.ask_to_publish(made, reason="The walk plans anew.")
            second = Role.ADMINISTRATOR if act.role is Role.IR_LEAD else Role.IR_LEAD
            desks[second].approvals.approve(asked)

    def _hold(self, act: Act) -> None:
        desk = self.clinic.desks[act.role]
        match act.event:
            case "hold":
                desk.hold(HoldAsked(ref=act.ref, list=self.clinic.lists_ahead(act.given)))
            case "offer":
                desk.offer_slot(act.ref)
            case "decline":
                desk.decline_offer(act.ref, reason="Too early in the day")
            case _:
                desk.release_slot(act.ref, reason="Found a better one")

    def _visit(self, act: Act) -> None:
        self.clinic.desks[act.role].advance_booking(act.ref, BookingEvent(act.event))

    def _tick(self, act: Act) -> None:
        self.clinic.desks[act.role].finish_task(act.given)

    def _office(self, act: Act) -> None:
        office.do(self.clinic, act)

    def _two_workers(self, act: Act) -> None:
        """Whoever is late finds its lease gone, and everything done once by the other."""
        self.clinic.clock.at = act.given
        slow = Service(database=self.clinic.database, clock=self.clinic.service.clock, owner="slow")
        waiting = steps.waiting_steps(slow, flows=steps.STAGES, limit=5)
        taken = steps._claim(slow, [step.id for step in waiting], lease=steps.LEASE)
        self.clinic.clock.at += steps.LEASE + LATE
        self._expect(self.clinic.desks[Role.ADMINISTRATOR].run_due_now())
        for step in taken:
            late = steps._work(slow, step)
            if late.outcome is not StepOutcome.TAKEN_OVER:
                raise BrokenError("late_workers_write_nothing", str(late))

    def _expect(self, reports: tuple[steps.StepReport, ...]) -> None:
        for report in reports:
            fine = report.outcome is StepOutcome.DONE or (
                report.outcome is StepOutcome.REFUSED and report.name in MAY_BE_REFUSED
            )
            if not fine:
                raise BrokenError("due_steps_are_done", f"{report} {report.says}")


DOING: dict[str, Callable[[Machine, Act], Any]] = {
    "record": Machine._record,
    "stale": Machine._record,
    "stranger": Machine._record,
    "again": Machine._again,
    "astray": Machine._astray,
    "receive": Machine._receive,
    "pass": Machine._pass,
    "plan": Machine._plan,
    "hold": Machine._hold,
    "visit": Machine._visit,
    "tick": Machine._tick,
    "two_workers": Machine._two_workers,
    **dict.fromkeys(office.DOING, Machine._office),
}


def _page(session: Any, ref: str, now: datetime) -> None:
    from db import boards

    boards.case_page(session, ref, now=now)
