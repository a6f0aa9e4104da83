"""Whole plans published amid a storm, what each publisher was told, and acts by hand on the same cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlmodel import Session

from db import approvals, mapping, proposals
from db.approvals import Asking
from db.errors import TryAgainError
from db.localtime import local_date
from db.words import ApprovalKind
from flows.accepting import Acceptance, accept
from flows.desk import BookingEvent, Desk
from flows.hold_asked import HoldAsked
from scheduler.errors import DoubleBookingError, FrozenDaysError, NeurolistError, StaleVersionError
from scheduler.pathway.events import Event
from scheduler.vocabulary import Role
from tests.builders.memory import a_plan
from tests.builders.service import a_service, an_actor

if TYPE_CHECKING:
    from db.audit import Author
    from db.engine import Database
    from db.mapping import Planning
    from db.publishing import PublishReport
    from scheduler.problem import SchedulingProblem

Place = tuple[str, int, str]  # a list, minutes from its start, and who does it

FIRST_DAY, LAST_DAY = 2, 4  # of the lists that plans fill; the storm's own morning is before them
DOES = {"S01": "R01", "S02": "R02"}
MINUTES = (0, 70)  # two cases on each list, with room to begin later
LATER = (0, 5, 10)
SHARE_PLACED = 0.8  # the plan has no place for the others
CLAIMS_OF_A_VISIT = 3  # suite, patient and recovery bay; the radiologist is held by the list
LISTS = tuple(f"{site}-{day}" for day in range(FIRST_DAY, LAST_DAY + 1) for site in DOES)


class Publisher:
    """One clerk of the storm, who also publishes whole plans and changes the cases of them by hand."""

    def __init__(
        self, database: Database, cases: Sequence[str], author: Author, name_by_hand: str, chance: Random
    ) -> None:
        self._database, self._cases, self._author, self._chance = database, cases, author, chance
        self._service = a_service(database, owner=author.id)
        self.desk = Desk(self._service, an_actor(Role.IR_LEAD, Role.BOOKINGS, Role.ADMINISTRATOR, name=name_by_hand))
        self.told: list[dict[str, Any]] = []

    def publish(self, *, meanwhile: Callable[[], object] | None = None) -> str:
        """Make a plan of the moment, do something by hand up to twice, or what is said, publish; says how it ended."""
        now, why = self._service.clock.now(), f"plan {uuid4()}"
        made = self._database.write(lambda session: self._proposal(session, now), author=self._author, now=now, why=why)
        if made is None:
            return "nothing to plan"
        kept: dict[str, Any] = {"proposal": made[0], "meant": made[1], "why": why, "report": None}
        for act in [self.by_hand] * self._chance.randrange(3) if meanwhile is None else [meanwhile]:
            act()
        self.told.append(kept)
        try:
            report = self._accept(Acceptance(proposal=made[0], reason=why), why)
        except DoubleBookingError:
            return "refused"
        except (TryAgainError, StaleVersionError):
            return "met"
        except NeurolistError:
            return "plan refused"
        kept["report"] = asdict(report)
        return "publish after a rebase" if report.left_alone else "publish"

    def _accept(self, asked: Acceptance, why: str) -> PublishReport:
        """Publish; where frozen days change, a second person approves exactly that."""
        try:
            return accept(self._service, asked, author=self._author, write_id=why)
        except FrozenDaysError as found:
            agreed, now = found.refs, self._service.clock.now()
        approval = self._database.write(
            lambda session: approvals.ask(session, _asking(session, asked, agreed)), author=self._author, now=now
        )
        second = replace(self._author, id=f"{self._author.id}-second", name=f"{self._author.name} two")
        return accept(
            self._service, replace(asked, approval=approval, agreed=agreed), author=second, write_id=f"{why} agreed"
        )

    def by_hand(self) -> str:
        """Hold, release, confirm or call off the visit of one case of the plans."""
        ref, chance = self._chance.choice(self._cases), self._chance
        act = chance.choice(("hold", "hold", "release", "confirm", "call off"))
        try:
            if act == "hold":
                on = chance.choice(LISTS)
                self.desk.hold(HoldAsked(ref=ref, list=on, radiologist=DOES[on[:3]]))
            elif act == "release":
                self.desk.release_slot(ref, reason="Found a better one")
            elif act == "confirm":
                self.desk.advance_booking(ref, BookingEvent.CONFIRM)
            else:
                self.desk.record(ref, Event.CANCEL_HOSPITAL, {"reason": "other"})
        except DoubleBookingError:
            return "refused"
        except (TryAgainError, StaleVersionError):
            return "met"
        except NeurolistError:
            return "not now"
        return f"{act} by hand"

    def _proposal(self, session: Session, now: datetime) -> tuple[str, dict[str, list[Any]]] | None:
        """Keep a ready plan that shuffles whoever is not held by hand; gives its id and what it means to change."""
        today = local_date(session, now)
        end = today + timedelta(days=LAST_DAY)
        made = mapping.planning(session, start=today, end=end, now=now)
        if not made.problem.cases:
            return None
        name = proposals.request(session, start=today, end=end, actor=self._author, now=now)
        proposals.begin(session, name, made, now=now)
        places = self._places(made)
        proposals.finish(session, name, a_plan(made.problem, places), now=now, run={"seed": 0})
        return name, _meant(made.problem, places)

    def _places(self, made: Planning) -> dict[str, Place]:
        """Where everybody goes: who is held by hand stays, and keeps a list and its room alone."""
        problem, chance = made.problem, self._chance
        stays = {case.id: case.previous for case in problem.cases if case.pinned is not None and case.previous}
        kept = {before.session for before in stays.values()}
        begins = {name: row.session.start for name, row in problem.lists.items()}
        staff = {name: made.frame.lists[name].assigned_radiologist_id for name in kept}
        later = chance.choice(LATER)
        free = [(name, minutes + later, DOES[name[:3]]) for name in LISTS if name not in kept for minutes in MINUTES]
        moving = [case.id for case in problem.cases if case.id not in stays and chance.random() < SHARE_PLACED]
        chance.shuffle(free)
        there = {
            case: (one.session, int((one.start - begins[one.session]).total_seconds() // 60), str(staff[one.session]))
            for case, one in stays.items()
        }
        return {**there, **dict(zip(moving, free, strict=False))}


def _meant(problem: SchedulingProblem, places: Mapping[str, Place]) -> dict[str, list[Any]]:
    """Say, by case, where it was when the plan was made and where the plan puts it; None for no place."""
    meant: dict[str, list[Any]] = {}
    for case in problem.cases:
        before = case.previous and [case.previous.session, case.previous.start.isoformat(), case.previous.radiologist]
        spot = places.get(case.id)
        after = None
        if spot is not None:
            start = problem.lists[spot[0]].session.start + timedelta(minutes=spot[1])
            after = [spot[0], start.isoformat(), spot[2]]
        meant[mapping.ref_of(case.id)] = [before, after]
    return meant


def _asking(session: Session, asked: Acceptance, agreed: tuple[str, ...]) -> Asking:
    return Asking(
        kind=ApprovalKind.PUBLISH,
        says=f"Change {', '.join(agreed)}.",
        reason=asked.reason,
        version=proposals.proposal_row(session, asked.proposal).version,
        payload={},
        proposal=asked.proposal,
    )
