"""A plan: which case is done on which list and when, who does each list, and what it costs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class PlanStatus(StrEnum):
    """Whether nothing cheaper exists, or that is not known."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A case's place: its list and when it starts."""

    case: str
    session: str
    start: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None:
            raise ValueError(f"The start {self.start} of case {self.case} has no offset from UTC.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUse:
    """A list in use and who does it."""

    session: str
    radiologist: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlacement:
    """Where a mobile unit is on a date."""

    unit: str
    date: date
    site: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscheduled:
    """A case without a place, with the reasons in sentences."""

    case: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What was decided. `bound` is a proven lower limit on any plan's cost; `terms` are the goals before pricing."""

    status: PlanStatus = PlanStatus.FEASIBLE
    cost: int = 0
    bound: int = 0
    terms: dict[str, int] = field(default_factory=dict)
    sessions: tuple[SessionUse, ...] = ()
    bookings: tuple[Booking, ...] = ()
    equipment: tuple[UnitPlacement, ...] = ()
    unscheduled: tuple[Unscheduled, ...] = ()
    seconds: float = 0.0
