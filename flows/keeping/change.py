"""What a change of the set-up is: who may make it, which days it touches, the problem with it, and its save."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from typing_extensions import override

from db.localtime import wall_instant
from scheduler.errors import BadInputError
from scheduler.pathway.validity import day

if TYPE_CHECKING:
    from sqlmodel import Session

    from flows.permissions import Action
    from scheduler.problem import SchedulingProblem

ONE_DAY = timedelta(days=1)
LONGEST_NAME = 80
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
