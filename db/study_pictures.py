"""What people see of scenarios and studies: the changes in words, how each study stands, and what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from db.words import StudyStatus
from scheduler.figures import PlanFigures
from scheduler.scenario import Change
from scheduler.vocabulary import Stage, Target, Technique


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One change of a scenario with its place, from 1 on, and what it says."""

    place: int
    change: Change
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioLine:
    """One scenario with its changes."""

    id: str
    name: str
    changes: tuple[ChangeLine, ...]
    made_by: str
    made_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyLine:
    """One scenario as it was worked out in a comparison; without changes, the clinic as it stands.

    `figures` is None until it is ready. `invented` counts the cases of new demand, `invented_booked` those of them
    that got a place. `outside` are changes outside the weeks compared. `prices` are those it was worked out with.
    """

    id: str
    name: str
    status: StudyStatus
    failure: str
    changes: tuple[str, ...]
    outside: tuple[str, ...]
    figures: PlanFigures | None
    invented: int
    invented_booked: int
    prices: Mapping[str, int]
    proposal: str | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Scenarios worked out side by side, of the same clinic at the same moment; `prices` are today's."""

    id: str
    start: date
    end: date
    asked_at: datetime
    asked_by: str
    time_limit: float
    prices: Mapping[str, int]
    studies: tuple[StudyLine, ...]

    def cost_of(self, study: StudyLine) -> int | None:
        """Price a study's plan at today's prices, whatever it was worked out with; None until it is ready."""
        if study.figures is None:
            return None
        return sum(amount * self.prices.get(goal, 0) for goal, amount in study.figures.amounts.items())

    @property
    def working(self) -> bool:
        """Whether any of them is still being worked out."""
        return any(study.status in {StudyStatus.QUEUED, StudyStatus.RUNNING} for study in self.studies)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthLine:
    """What one more list or skill is worth; `saves`, `cases` and `days` are None where only a ceiling is known."""

    what: str
    when: date | None
    says: str
    at_most: int
    saves: int | None
    cases: float | None
    days: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthReport:
    """What capacity was worth when it was last worked out, and how the latest asking stands.

    `asked_at` and `status` are of the latest asking; the lines and dates are of the latest answer.
    """

    status: StudyStatus
    asked_at: datetime
    asked_by: str
    failure: str
    answered_at: datetime | None
    start: date | None
    end: date | None
    bound: int
    settled: bool
    lists: tuple[WorthLine, ...]
    skills: tuple[WorthLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioChoices:
    """What a change may name, each id with the words people know: suites, radiologists, lists to come, procedures."""

    suites: Mapping[str, str]
    radiologists: Mapping[str, str]
    lists: Mapping[str, str]
    procedures: tuple[tuple[Stage, Target, Technique], ...]
