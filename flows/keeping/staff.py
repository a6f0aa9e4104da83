"""Changes of radiologists: credentials, leave, and from when they no longer work here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from db import clinic
from db.keeping import lists, staff
from db.keeping.staff import Credentials
from db.localtime import wall_instant
from flows.exchange.wording import counted
from flows.keeping.change import (
    ONE_DAY,
    Change,
    Days,
    Ending,
    Moment,
    an_id,
    at_sites_known,
    must_be_coming,
    needed,
    of_words,
)
from flows.permissions import Action
from scheduler.errors import BadInputError
from scheduler.pathway.validity import day
from scheduler.vocabulary import Target, Technique

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlmodel import Session

    from scheduler.problem import Radiologist, SchedulingProblem

MIDNIGHT = time()


@dataclass(frozen=True, slots=True, kw_only=True)
class AddLeave(Change):
    """Keep a radiologist free: whole days, both included, or on one day from one time to another."""

    radiologist: str
    name: str
    first: date
    last: date
    start: time | None = None
    end: time | None = None
    reason: str = ""

    action: ClassVar[Action] = Action.KEEP_LEAVE
    entity: ClassVar[str] = "leave"

    @property
    @override
    def ref(self) -> str:
        return self.radiologist

    @property
    @override
    def why(self) -> str:
        return f"{self.name} is on leave {_from_to(self.first, self.last)}."

    @override
    def check(self, session: Session, at: Moment) -> None:
        staff.found(session, self.radiologist)
        must_be_coming(self.last, at, "to")
        self._span(at)

    @override
    def days(self) -> Days | None:
        return self.first, self.last

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        start, end = _instants(self, str(problem.zone))
        return _with_staff(
            problem, self.radiologist, lambda one: replace(one, unavailable=(*one.unavailable, (start, end)))
        )

    @override
    def also(self, session: Session, at: Moment) -> tuple[str, ...]:
        start, end = self._span(at)
        return _lose(session, self.radiologist, start, end, at)

    @override
    def save(self, session: Session, at: Moment) -> None:
        start, end = self._span(at)
        staff.add_leave(session, self.radiologist, start=start, end=end, reason=self.reason.strip(), now=at.now)

    def _span(self, at: Moment) -> tuple[datetime, datetime]:
        if (self.start is None) != (self.end is None):
            raise BadInputError.of("time", "give both times, or neither for whole days.")
        start, end = _instants(self, str(at.zone))
        if end <= start:
            raise BadInputError.of("to", "leave ends after it starts. Give a later last day or time.")
        return start, end


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLeave(Change):
    """Take leave back; the lists the radiologist was taken off stay without one until somebody rosters them."""

    leave: str
    radiologist: str

    action: ClassVar[Action] = Action.KEEP_LEAVE
    entity: ClassVar[str] = "leave"

    @property
    @override
    def ref(self) -> str:
        return self.radiologist

    @override
    def save(self, session: Session, at: Moment) -> None:
        clinic.cancel_leave(session, self.leave, expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRadiologist(Change):
    """Add a radiologist with their credentials."""

    id: str
    credentials: Credentials

    action: ClassVar[Action] = Action.KEEP_STAFF
    entity: ClassVar[str] = "radiologist"

    @property
    @override
    def ref(self) -> str:
        return self.id

    @override
    def check(self, session: Session, at: Moment) -> None:
        an_id(self.id)
        _check(session, self.credentials)

    @override
    def save(self, session: Session, at: Moment) -> None:
        staff.add(session, an_id(self.id), self.credentials)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRadiologist(Change):
    """Change what a radiologist is credentialed for, and how many lists they take."""

    radiologist: str
    since: date
    credentials: Credentials

    action: ClassVar[Action] = Action.KEEP_STAFF
    entity: ClassVar[str] = "radiologist"

    @property
    @override
    def ref(self) -> str:
        return self.radiologist

    @property
    @override
    def why(self) -> str:
        return f"The credentials of {self.credentials.name} have changed."

    @override
    def check(self, session: Session, at: Moment) -> None:
        _check(session, self.credentials)

    @override
    def days(self) -> Days | None:
        return self.since, None

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        what = self.credentials

        def changed(one: Radiologist) -> Radiologist:
            return replace(
                one,
                sites=what.sites,
                targets=tuple(Target(each) for each in what.targets),
                techniques=tuple(Technique(each) for each in what.techniques),
                max_sessions_per_day=what.max_sessions_per_day,
                max_sessions_per_week=what.max_sessions_per_week,
            )

        return _with_staff(problem, self.radiologist, changed)

    @override
    def save(self, session: Session, at: Moment) -> None:
        staff.change(session, self.radiologist, self.credentials, now=at.now, expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRadiologist(Ending):
    """Let a radiologist work until the day before this one; without a day, let them work here again."""

    radiologist: str

    action: ClassVar[Action] = Action.KEEP_STAFF
    entity: ClassVar[str] = "radiologist"

    @property
    @override
    def ref(self) -> str:
        return self.radiologist

    @property
    @override
    def why(self) -> str:
        return f"{self.name} no longer works here from {day(self.on)} on." if self.on else ""

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        if self.on is None:
            return problem
        gone = wall_instant(self.on, MIDNIGHT, str(problem.zone))
        back = wall_instant(problem.horizon.end + ONE_DAY, MIDNIGHT, str(problem.zone))
        return _with_staff(
            problem, self.radiologist, lambda one: replace(one, unavailable=(*one.unavailable, (gone, back)))
        )

    @override
    def also(self, session: Session, at: Moment) -> tuple[str, ...]:
        if self.on is None:
            return ()
        start = wall_instant(self.on, MIDNIGHT, str(at.zone))
        return _lose(session, self.radiologist, start, None, at)

    @override
    def save(self, session: Session, at: Moment) -> None:
        if self.on is None:
            staff.resume(session, self.radiologist, expected_version=self.version)
        else:
            staff.end(session, self.radiologist, self.on, now=at.now, expected_version=self.version)


def _check(session: Session, what: Credentials) -> None:
    needed(what.name, "name", "give the name people know the radiologist by.")
    for where, chosen in (("sites", what.sites), ("targets", what.targets), ("techniques", what.techniques)):
        if not chosen:
            raise BadInputError.of(
                where, f"choose at least one of the {where}; to take everything away, end the person."
            )
    at_sites_known(session, what.sites)
    of_words(what.targets, Target, "targets")
    of_words(what.techniques, Technique, "techniques")


def _with_staff(
    problem: SchedulingProblem, who: str, changed: Callable[[Radiologist], Radiologist]
) -> SchedulingProblem:
    return replace(problem, radiologists=tuple(changed(one) if one.id == who else one for one in problem.radiologists))


def _instants(leave: AddLeave, zone: str) -> tuple[datetime, datetime]:
    start = wall_instant(leave.first, leave.start or MIDNIGHT, zone)
    last = leave.last if leave.end else leave.last + ONE_DAY
    return start, wall_instant(last, leave.end or MIDNIGHT, zone)


def _from_to(first: date, last: date) -> str:
    return f"on {day(first)}" if first == last else f"from {day(first)} to {day(last)}"


def _lose(session: Session, radiologist: str, start: datetime, end: datetime | None, at: Moment) -> tuple[str, ...]:
    rows = [row for row in lists.lists_of(session, radiologist, start=start, end=end) if row.start > at.now]
    names = tuple(row.id for row in rows)
    return (f"{counted(len(names), 'list')} will have no radiologist: {', '.join(names)}.",) if names else ()
