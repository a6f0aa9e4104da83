"""Changes of equipment units, and rooms or units out of service."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from db.keeping import machines, places
from flows.keeping.change import Change, Days, Ending, Moment, an_id, at_sites_known, must_be_coming, needed, whole_days
from flows.keeping.lists import with_closed
from flows.permissions import Action
from scheduler.errors import BadInputError
from scheduler.pathway.validity import day
from scheduler.problem import EquipmentUnit

if TYPE_CHECKING:
    from sqlmodel import Session

    from scheduler.problem import SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class AddUnit(Change):
    """Add a generator or console."""

    id: str
    kind: str
    name: str
    at_sites: tuple[str, ...]

    action: ClassVar[Action] = Action.KEEP_EQUIPMENT
    entity: ClassVar[str] = "equipment_unit"

    @property
    @override
    def ref(self) -> str:
        return self.id

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return self.at_sites or (None,)

    @override
    def check(self, session: Session, at: Moment) -> None:
        an_id(self.id)
        needed(self.kind, "kind", "say what kind of unit it is, in the word the protocol uses, such as rf_generator.")
        _check_sites(session, self.at_sites)

    @override
    def save(self, session: Session, at: Moment) -> None:
        unit = EquipmentUnit(id=an_id(self.id), kind=self.kind.strip(), sites=self.at_sites)
        machines.add(session, unit, name=self.name.strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUnit(Change):
    """Change the name of a unit, or the sites it may be at: one when it is fixed, more when it moves."""

    unit: str
    since: date
    name: str
    at_sites: tuple[str, ...]

    action: ClassVar[Action] = Action.KEEP_EQUIPMENT
    entity: ClassVar[str] = "equipment_unit"

    @property
    @override
    def ref(self) -> str:
        return self.unit

    @property
    @override
    def why(self) -> str:
        return f"The unit {self.name} is at other sites now."

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return self.at_sites or (None,)

    @override
    def check(self, session: Session, at: Moment) -> None:
        needed(self.name, "name", "give the name people know the unit by.")
        _check_sites(session, self.at_sites)

    @override
    def days(self) -> Days | None:
        return self.since, None

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        kept = (replace(one, sites=self.at_sites) if one.id == self.unit else one for one in problem.equipment)
        return replace(problem, equipment=tuple(kept))

    @override
    def save(self, session: Session, at: Moment) -> None:
        machines.change(session, self.unit, name=self.name.strip(), sites=self.at_sites, expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndUnit(Ending):
    """Use a unit until the day before this one; without a day, use it again."""

    unit: str

    action: ClassVar[Action] = Action.KEEP_EQUIPMENT
    entity: ClassVar[str] = "equipment_unit"

    @property
    @override
    def ref(self) -> str:
        return self.unit

    @property
    @override
    def why(self) -> str:
        return f"The unit {self.name} is not used from {day(self.on)} on." if self.on else ""

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        return without_unit(problem, self.unit)

    @override
    def save(self, session: Session, at: Moment) -> None:
        machines.end(session, self.unit, self.on, expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddService(Change):
    """Take a room or a unit out of service for whole days, both included."""

    name: str
    first: date
    last: date
    reason: str
    suite: str | None = None
    unit: str | None = None

    action: ClassVar[Action] = Action.KEEP_EQUIPMENT
    entity: ClassVar[str] = "maintenance"

    @property
    @override
    def ref(self) -> str:
        return str(self.suite or self.unit)

    @property
    @override
    def why(self) -> str:
        return f"{self.name} is out of service until {day(self.last)}: {self.reason.strip()}."

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        if self.suite is not None:
            return (places.suite_row(session, self.suite).site_id,)
        return tuple(machines.found(session, str(self.unit)).sites)

    @override
    def check(self, session: Session, at: Moment) -> None:
        must_be_coming(self.last, at, "to")
        whole_days(self.first, self.last, at.zone)
        needed(self.reason, "reason", "say in a few words why it is out of service.")

    @override
    def days(self) -> Days | None:
        return self.first, self.last

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        if self.unit is not None:
            return without_unit(problem, self.unit)
        start, end = whole_days(self.first, self.last, problem.zone)
        return with_closed(
            problem,
            {one.id for one in problem.sessions if one.suite == self.suite and one.start < end and one.end > start},
        )

    @override
    def save(self, session: Session, at: Moment) -> None:
        start, end = whole_days(self.first, self.last, at.zone)
        machines.add_service(
            session, start=start, end=end, suite=self.suite, unit=self.unit, reason=self.reason.strip()
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EndService(Change):
    """Put a room or a unit back into service."""

    service: str
    suite: str | None = None
    unit: str | None = None

    action: ClassVar[Action] = Action.KEEP_EQUIPMENT
    entity: ClassVar[str] = "maintenance"

    @property
    @override
    def ref(self) -> str:
        return str(self.suite or self.unit)

    @override
    def save(self, session: Session, at: Moment) -> None:
        machines.end_service(session, self.service, expected_version=self.version)


def without_unit(problem: SchedulingProblem, unit: str) -> SchedulingProblem:
    """Give the problem without a unit."""
    return replace(problem, equipment=tuple(one for one in problem.equipment if one.id != unit))


def _check_sites(session: Session, sites: tuple[str, ...]) -> None:
    if not sites:
        raise BadInputError.of("sites", "choose the site the unit is at, or all it moves between.")
    at_sites_known(session, sites)
