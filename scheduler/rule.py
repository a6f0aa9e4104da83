"""What a rule is: a sentence, its reason, how the solver is held to it, and how a plan is found to break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import date

    from ortools.sat.python import cp_model

    from scheduler.diary import Diary
    from scheduler.problem import Case, ListFacts, Radiologist, SchedulingProblem

    PlaceTest = Callable[[SchedulingProblem, Case, ListFacts], bool]
    StaffTest = Callable[[SchedulingProblem, ListFacts, Radiologist], bool]
    TeamTest = Callable[[Case, Radiologist], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One way a plan breaks a rule, in a sentence, with the cases and the list it concerns."""

    rule: str
    says: str
    cases: tuple[str, ...] = ()
    session: str | None = None

    def __str__(self) -> str:
        return f"{self.rule}: {self.says}"


class PlanningModel(Protocol):
    """What a rule or goal may ask of the solver's model. Variables for places that are barred do not exist."""

    problem: SchedulingProblem
    cp: cp_model.CpModel
    timed: bool  # False in the relaxation that leaves the time of day out

    def bar_places(self, test: PlaceTest) -> None:
        """Keep every case off every list where the test is true."""

    def bar_staff(self, test: StaffTest) -> None:
        """Keep every radiologist off every list where the test is true."""

    def bar_teams(self, test: TeamTest) -> None:
        """Keep every case from every radiologist where the test is true."""

    def options(self, case: str) -> tuple[ListFacts, ...]:
        """List the lists a case may still be on."""

    def candidates(self, session: str) -> tuple[Case, ...]:
        """List the cases that may still be on a list."""

    def staff_options(self, session: str) -> tuple[str, ...]:
        """List the radiologists who may still do a list."""

    def presence(self, case: str, session: str) -> cp_model.IntVar:
        """Give the literal: this case is on this list."""

    def booked(self, case: str) -> cp_model.LinearExprT:
        """Count the case's bookings."""

    def used(self, session: str) -> cp_model.IntVar:
        """Give the literal: this list holds a case."""

    def staffed(self, session: str, radiologist: str) -> cp_model.IntVar:
        """Give the literal: this radiologist does this list."""

    def together(self, case: str, session: str, radiologist: str) -> cp_model.IntVar:
        """Give the literal: this case is on this list and this radiologist does it."""

    def step(self, case: str) -> cp_model.IntVar:
        """Give the 5-minute steps from the list's start to the case's start; 0 when it is not booked."""

    def start(self, case: str, facts: ListFacts) -> cp_model.LinearExprT:
        """Give the minute a case starts if it is on this list, counted as in `ListFacts`."""

    def interval(self, case: Case, facts: ListFacts, after: int, minutes: int) -> cp_model.IntervalVar:
        """Give the interval that starts `after` minutes into a case, there only if the case is on this list."""

    def placed(self, unit: str, day: date, site: str) -> cp_model.IntVar:
        """Give the literal: this mobile unit is at this site on this date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule a plan may never break.

    The three `bars_…` tests, where a rule has them, say that it alone keeps a case off a list, whatever else is
    planned; `wants` then completes "a list that …" for a case that has no list left.
    """

    name: str
    says: str
    because: str
    enforce: Callable[[PlanningModel], None]
    breaches: Callable[[Diary], Iterator[Breach]]
    bars_place: PlaceTest | None = None
    bars_staff: StaffTest | None = None
    bars_team: TeamTest | None = None
    wants: Callable[[Case], str] | None = None
