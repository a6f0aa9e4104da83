"""Changes of the public holidays: what is booked on a day that becomes one, and the lists that are closed for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from db import clinic, holidays
from db.keeping import templates
from flows.exchange.wording import counted
from flows.keeping.change import Change, Days, Moment, needed
from flows.keeping.lists import with_closed
from flows.permissions import Action
from flows.public_holidays import after_change
from scheduler.pathway.validity import day

if TYPE_CHECKING:
    from sqlmodel import Session

    from scheduler.problem import SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class AddHoliday(Change):
    """Add a public holiday, at every site or one, and close the lists of that day."""

    on: date
    name: str
    site: str | None = None
    works: bool = False  # the site works on a holiday of the others

    action: ClassVar[Action] = Action.KEEP_HOLIDAYS
    entity: ClassVar[str] = "holiday"

    @property
    @override
    def ref(self) -> str:
        return self.on.isoformat()

    @property
    @override
    def why(self) -> str:
        return f"{day(self.on)} is a public holiday now: {self.name.strip()}."

    @override
    def check(self, session: Session, at: Moment) -> None:
        needed(self.name, "name", "give the name of the holiday.")

    @override
    def days(self) -> Days | None:
        return None if self.works else (self.on, self.on)

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        return with_closed(problem, templates.lists_on(session, self.on, self.site))

    @override
    def also(self, session: Session, at: Moment) -> tuple[str, ...]:
        names = self._closing(session, at)
        return (f"{counted(len(names), 'list')} of that day will be closed: {', '.join(names)}.",) if names else ()

    @override
    def save(self, session: Session, at: Moment) -> None:
        for name in self._closing(session, at):
            clinic.close_list(session, name, reason=self.name.strip())
        holidays.add(session, self.on, self.name.strip(), site=self.site, observed=not self.works)
        after_change(session, today=at.today, now=at.now)

    def _closing(self, session: Session, at: Moment) -> tuple[str, ...]:
        if self.works or self.on < at.today:
            return ()
        return templates.lists_on(session, self.on, self.site)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmHoliday(Change):
    """Say that a person has checked the date of a public holiday."""

    on: date
    site: str | None = None

    action: ClassVar[Action] = Action.KEEP_HOLIDAYS
    entity: ClassVar[str] = "holiday"

    @property
    @override
    def ref(self) -> str:
        return self.on.isoformat()

    @override
    def save(self, session: Session, at: Moment) -> None:
        holidays.confirm(session, self.on, site=self.site, expected_version=self.version)
        after_change(session, today=at.today, now=at.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveHoliday(Change):
    """Take a date out of the table of public holidays; lists that were closed for it stay closed until opened."""

    on: date
    site: str | None = None

    action: ClassVar[Action] = Action.KEEP_HOLIDAYS
    entity: ClassVar[str] = "holiday"

    @property
    @override
    def ref(self) -> str:
        return self.on.isoformat()

    @override
    def save(self, session: Session, at: Moment) -> None:
        holidays.remove(session, self.on, site=self.site, expected_version=self.version)
        after_change(session, today=at.today, now=at.now)
