"""What may happen to a plan that stands: a suite down, a radiologist away, an urgent case, a cancellation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scheduler.diary import show_date
from scheduler.problem import minutes_of

if TYPE_CHECKING:
    from datetime import datetime

    from scheduler.problem import Case, SchedulingProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outage:
    """A stretch of time [start, end) in which something planned with is not there."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError(f"From {self.start} to {self.end} needs offsets from UTC.")
        if self.end <= self.start:
            raise ValueError(f"It ends {self.end}, before it starts {self.start}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteDown(_Outage):
    """A suite is out of use."""

    suite: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiologistAway(_Outage):
    """A radiologist is ill or called away."""

    radiologist: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UrgentCase:
    """A case that needs a place now: a new one, or one the problem knows with what has become of it."""

    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """A booked case that will not be done, so that its place comes free."""

    case: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFree:
    """A list with room that came free some time ago, such as by a cancellation that is recorded already."""

    session: str


Event = SuiteDown | RadiologistAway | UrgentCase | Cancellation | PlaceFree


def cause(problem: SchedulingProblem, event: Event) -> str:
    """Say what happened as the first half of a sentence, as in `Suite CT1 is down until 13:00 on 1 Feb 2027`."""
    match event:
        case SuiteDown():
            return f"Suite {event.suite} is down {_span(problem, event)}"
        case RadiologistAway():
            person = problem.radiologist_by_id[event.radiologist]
            return f"{person.name} is away {_span(problem, event)}"
        case UrgentCase():
            return f"Case {event.case.id} (category {event.case.urgency.value}) needs a place"
        case Cancellation():
            return f"Case {event.case} is cancelled"
        case PlaceFree():
            return f"List {event.session} has room"


def _span(problem: SchedulingProblem, outage: _Outage) -> str:
    return f"from {moment(problem, outage.start)} to {moment(problem, outage.end)}"


def moment(problem: SchedulingProblem, instant: datetime) -> str:
    """Show an instant in local time, as in `09:00 on 1 Feb 2027`."""
    return f"{problem.clock(minutes_of(instant))} on {show_date(problem.local_date(instant))}"
