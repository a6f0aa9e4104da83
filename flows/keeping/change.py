"""What a change of the set-up is: who may make it, which days it touches, the problem with it, and its save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from typing_extensions import override

from db.keeping.places import site_ids
from db.localtime import wall_instant
from scheduler.errors import BadInputError
from scheduler.pathway.validity import day

if TYPE_CHECKING:
    from sqlmodel import Session

    from flows.permissions import Action
    from scheduler.problem import SchedulingProblem

ONE_DAY = timedelta(days=1)
LONGEST_NAME = 80
LONGEST_TEXT = 4_000
LARGEST = 1_000_000_000
FIRST_YEAR, LAST_YEAR = 1900, 2200
Days = tuple[date, date | None]  # both included; without a last day, from then on


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When a change is made: the instant, its local date, and the service's zone."""

    now: datetime
    today: date
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of the set-up; `version` is that of the row as it was shown."""

    version: int | None = None

    action: ClassVar[Action]
    entity: ClassVar[str]

    @property
    def ref(self) -> str:
        """What it changes, as the audit trail names it."""
        raise NotImplementedError

    @property
    def why(self) -> str:
        """Why a booking cannot stay, as a sentence of the task to rebook it; empty when nothing can break."""
        return ""

    def sites(self, session: Session) -> tuple[str | None, ...]:  # noqa: ARG002
        """Give the sites at which the role is asked for; none in particular unless said."""
        return (None,)

    def check(self, session: Session, at: Moment) -> None:  # noqa: ARG002
        """Refuse what makes no sense, in sentences."""
        return

    def days(self) -> Days | None:
        """Give the days on which something may break; None when nothing can."""
        return None

    def applied(self, session: Session, problem: SchedulingProblem) -> SchedulingProblem:  # noqa: ARG002
        """Give the planning problem with this change in it."""
        return problem

    def also(self, session: Session, at: Moment) -> tuple[str, ...]:  # noqa: ARG002
        """Say what else would follow, before it is saved."""
        return ()

    def save(self, session: Session, at: Moment) -> None:
        """Write it down."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending(Change):
    """Use something until the day before this one; without a day, use it again."""

    name: str
    on: date | None

    @override
    def check(self, session: Session, at: Moment) -> None:
        if self.on is not None:
            must_be_coming(self.on, at, "on")

    @override
    def days(self) -> Days | None:
        return None if self.on is None else (self.on, None)


def of_words(chosen: Iterable[str], kind: type[StrEnum], where: str) -> None:
    """Refuse whatever is no word of a closed set."""
    known = {word.value for word in kind}
    wrong = sorted(set(chosen) - known)
    if wrong:
        says = f"{', '.join(wrong)} cannot be chosen here; the choices are: {', '.join(sorted(known))}."
        raise BadInputError.of(where, says)


def at_sites_known(session: Session, sites: Iterable[str]) -> None:
    """Refuse a site that is not there."""
    known = site_ids(session)
    wrong = sorted(set(sites) - set(known))
    if wrong:
        raise BadInputError.of("sites", f"No site has the id {', '.join(wrong)}. The sites are: {', '.join(known)}.")


def within_reach(value: object, where: str = "") -> None:
    """Refuse a date, a number or a text of a form, however deep, that no clinic can mean and no database can keep."""
    if is_dataclass(value):
        for one in fields(value):
            within_reach(getattr(value, one.name), one.name)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            within_reach(name, where)
            within_reach(inner, str(name))
    elif isinstance(value, tuple | list | frozenset):
        for inner in value:
            within_reach(inner, where)
    elif (says := _out_of_reach(value)) is not None:
        raise BadInputError.of(where or "form", says)


def _out_of_reach(value: object) -> str | None:
    if isinstance(value, date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
        return f"give a date between the years {FIRST_YEAR} and {LAST_YEAR}."
    if isinstance(value, int | float) and not abs(value) <= LARGEST:
        return f"give a number of at most {LARGEST:,}."
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"write at most {LONGEST_TEXT:,} characters; these are {len(value):,}."
    if isinstance(value, str) and any(not sign.isprintable() and sign not in "\n\t" for sign in value):
        return "there are characters in it that cannot be printed. Type it anew."
    return None


def needed(text: str, where: str, says: str) -> str:
    """Give a text without the space around it; refused when nothing is left, or too much."""
    found = text.strip()
    if not found or len(found) > LONGEST_NAME:
        raise BadInputError.of(where, says)
    return found


def an_id(text: str) -> str:
    """Give an id as people may choose it: letters, digits and hyphens."""
    found = text.strip()
    if not found or len(found) > 20 or not found.replace("-", "").isalnum() or not found.isascii():
        raise BadInputError.of("id", "an id has up to 20 letters, digits and hyphens, such as NTH-CT2. Choose one.")
    return found


def whole_days(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Turn days, both included, into instants: from the first midnight to that after the last."""
    if last < first:
        raise BadInputError.of("to", f"{day(last)} is before {day(first)}. Give a later last day.")
    return wall_instant(first, time(), str(zone)), wall_instant(last + ONE_DAY, time(), str(zone))


def must_be_coming(on: date, at: Moment, where: str) -> None:
    """Refuse a day that has passed."""
    if on < at.today:
        raise BadInputError.of(where, f"{day(on)} has passed. Give today or a later day.")
