"""Changes of lists: closed, opened, reshaped, added one by one or from the weekly templates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from db import clinic
from db.clinic import NewList
from db.keeping import lists, templates
from db.keeping.lists import ListShape
from db.keeping.templates import Pattern
from flows.exchange.wording import counted
from flows.keeping.change import Change, Days, Moment, must_be_coming, needed
from flows.permissions import Action
from scheduler.errors import BadInputError
from scheduler.pathway.validity import day

if TYPE_CHECKING:
    from sqlmodel import Session

    from scheduler.problem import SchedulingProblem, SuiteSession

LONGEST_RANGE = timedelta(weeks=53)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ListChange(Change):
    """A change of one list that is there."""

    list: str
    on: date

    action: ClassVar[Action] = Action.KEEP_LISTS
    entity: ClassVar[str] = "suite_session"

    @property
    @override
    def ref(self) -> str:
        return self.list

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return clinic.sites_of_lists(session, [self.list]) or (None,)

    @override
    def days(self) -> Days | None:
        return self.on, self.on

    @override
    def check(self, session: Session, at: Moment) -> None:
        row = clinic.list_row(session, self.list)
        if row.end <= at.now:
            raise BadInputError.of("list", f"the list of {day(row.on)} is over. Only lists to come are changed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseList(_ListChange):
    """Close a list: nothing more is planned on it."""

    reason: str

    @property
    @override
    def why(self) -> str:
        return f"The list is closed: {self.reason.strip()}."

    @override
    def check(self, session: Session, at: Moment) -> None:
        _ListChange.check(self, session, at)
        needed(self.reason, "reason", "say in a few words why the list is closed; people read it on the board.")

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        return with_closed(problem, {self.list})

    @override
    def save(self, session: Session, at: Moment) -> None:
        clinic.close_list(session, self.list, reason=self.reason.strip(), expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenList(_ListChange):
    """Open a closed list again."""

    @override
    def days(self) -> Days | None:
        return None

    @override
    def save(self, session: Session, at: Moment) -> None:
        clinic.open_list(session, self.list, expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReshapeList(_ListChange):
    """Give a list other hours, limits, payers or another radiologist."""

    shape: ListShape

    @property
    @override
    def why(self) -> str:
        hours = f"{self.shape.start:%H:%M} to {self.shape.end:%H:%M}"
        return f"The list has changed and is now from {hours}."

    @override
    def check(self, session: Session, at: Moment) -> None:
        _ListChange.check(self, session, at)
        lists.span_of(session, self.on, self.shape.start, self.shape.end)
        if not self.shape.funding:
            raise BadInputError.of("funding", "choose at least one payer, or nobody could be booked.")

    @override
    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:
        start, end = lists.span_of(session, self.on, self.shape.start, self.shape.end)

        def reshaped(one: SuiteSession) -> SuiteSession:
            return replace(
                one,
                start=start,
                end=end,
                overtime_minutes=self.shape.overtime_minutes,
                max_cases=self.shape.max_cases,
                funding=self.shape.funding,
                anaesthetist=self.shape.anaesthetist,
                radiologist=self.shape.radiologist,
            )

        kept = (reshaped(one) if one.id == self.list else one for one in problem.sessions)
        return replace(problem, sessions=tuple(kept))

    @override
    def save(self, session: Session, at: Moment) -> None:
        lists.reshape(session, self.list, self.shape, expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddList(Change):
    """Add one list."""

    suite: str
    on: date
    shape: ListShape

    action: ClassVar[Action] = Action.KEEP_LISTS
    entity: ClassVar[str] = "suite"

    @property
    @override
    def ref(self) -> str:
        return self.suite

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return site_of_suite(session, self.suite)

    @override
    def check(self, session: Session, at: Moment) -> None:
        must_be_coming(self.on, at, "on")
        lists.span_of(session, self.on, self.shape.start, self.shape.end)
        if not self.shape.funding:
            raise BadInputError.of("funding", "choose at least one payer, or nobody could be booked.")

    @override
    def save(self, session: Session, at: Moment) -> None:
        lists.add_list(
            session,
            NewList(
                id=templates.list_id(self.suite, self.on, self.shape.start),
                suite=self.suite,
                on=self.on,
                start=self.shape.start,
                end=self.shape.end,
                funding=self.shape.funding,
                overtime_minutes=self.shape.overtime_minutes,
                anaesthetist=self.shape.anaesthetist,
                radiologist=self.shape.radiologist,
                max_cases=self.shape.max_cases,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AddTemplate(Change):
    """Keep a list that comes every so many weeks."""

    pattern: Pattern

    action: ClassVar[Action] = Action.KEEP_LISTS
    entity: ClassVar[str] = "list_template"

    @property
    @override
    def ref(self) -> str:
        return self.pattern.suite

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return site_of_suite(session, self.pattern.suite)

    @override
    def save(self, session: Session, at: Moment) -> None:
        templates.add(session, self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTemplate(Change):
    """Make no list from a template from a day on; the lists that were made stay."""

    template: str
    suite: str
    on: date

    action: ClassVar[Action] = Action.KEEP_LISTS
    entity: ClassVar[str] = "list_template"

    @property
    @override
    def ref(self) -> str:
        return self.template

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        return site_of_suite(session, self.suite)

    @override
    def save(self, session: Session, at: Moment) -> None:
        templates.end(session, self.template, self.on, expected_version=self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeLists(Change):
    """Make the lists of a range of dates, both included, from the templates of every site or of one."""

    first: date
    last: date
    site: str | None = None

    action: ClassVar[Action] = Action.KEEP_LISTS
    entity: ClassVar[str] = "suite_session"

    @property
    @override
    def ref(self) -> str:
        return f"{self.first} to {self.last}"

    @override
    def sites(self, session: Session) -> tuple[str | None, ...]:
        if self.site is not None:
            return (self.site,)
        return tuple(sorted({line.site for line in templates.template_lines(session)})) or (None,)

    @override
    def check(self, session: Session, at: Moment) -> None:
        check_range(self.first, self.last, at)
        if not templates.template_lines(session):
            raise BadInputError.of("templates", "there is no template yet. Add the weekly lists first.")

    @override
    def also(self, session: Session, at: Moment) -> tuple[str, ...]:
        made = tuple(
            one.template for one in templates.coming(session, self.first, self.last, site=self.site) if not one.skipped
        )
        return (f"{counted(len(made), 'list')} will be made.",)

    @override
    def save(self, session: Session, at: Moment) -> None:
        templates.make(session, self.first, self.last, site=self.site)


def check_range(first: date, last: date, at: Moment) -> None:
    """Refuse a range of dates that begins in the past, runs backwards, or is longer than a year."""
    must_be_coming(first, at, "from")
    if not first <= last <= first + LONGEST_RANGE:
        says = f"lists are made for up to a year at a time; {day(last)} does not fit {day(first)}. Choose another."
        raise BadInputError.of("to", says)


def with_closed(problem: SchedulingProblem, names: Iterable[str]) -> SchedulingProblem:
    """Give the problem with these lists closed."""
    closed = frozenset(names)
    kept = (replace(one, closed=True) if one.id in closed else one for one in problem.sessions)
    return replace(problem, sessions=tuple(kept))


def site_of_suite(session: Session, suite: str) -> tuple[str | None, ...]:
    """Give the site of a room; raises NotFoundError for one that is not there."""
    from db.keeping.places import suite_row

    return (suite_row(session, suite).site_id,)
