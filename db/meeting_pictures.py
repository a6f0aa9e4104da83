"""What screens and the command line show of MDT meetings: frozen pictures without names of patients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from scheduler.pathway.meetings.words import MeetingOutcome, MeetingState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Target, Technique


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingLine:
    """One meeting of the calendar; `minutes_used` is what the cases still on its agenda take."""

    on: date
    start: time
    place: str
    chair: str
    state: MeetingState
    reason: str
    capacity_minutes: int
    minutes_per_case: int
    minutes_used: int
    waiting: int
    decided: int
    carried: int
    agenda_closes_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """One person at a meeting."""

    discipline: str
    label: str
    person: str
    voting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaLine:
    """One case on an agenda: why it stands there, what it lacks, who must sit, and what came of it.

    `fits` is False for a case that would be carried if the agenda closed now. `absent` are the required disciplines
    that are not noted as attending. `case_version` and `version` are those a form about the case or its place carries.
    """

    place: int
    ref: str
    state: PathwayState
    urgency: int | None
    target: Target | None
    technique: Technique | None
    laterality: Laterality | None
    cancer: bool
    minutes: int
    due_on: date | None
    because: str
    lacks: tuple[str, ...]
    must_sit: tuple[str, ...]
    absent: tuple[str, ...]
    fits: bool
    late: bool
    added_why: str
    outcome: MeetingOutcome | None
    attended: tuple[str, ...]
    owner: str
    rediscuss_on: date | None
    reason: str
    alternative: str
    carried: bool
    carried_to: date | None
    carried_why: str
    version: int
    case_version: int

    @property
    def waits(self) -> bool:
        """Whether the meeting has still to say something about it."""
        return self.outcome is None and not self.carried and self.state is PathwayState.AWAITING_MDT


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A case that no meeting lists, though its last decision may no longer stand."""

    ref: str
    state: PathwayState
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaPage:
    """One meeting in full: its cases in clinical order, then those carried, who sits, and who must."""

    meeting: MeetingLine
    lines: tuple[AgendaLine, ...]
    present: tuple[Present, ...]
    must_sit: tuple[str, ...]
    absent: tuple[str, ...]
    again: tuple[Again, ...]
    minutes_document: str | None

    @property
    def undecided(self) -> tuple[str, ...]:
        """The cases that stand in the way of finishing."""
        return tuple(line.ref for line in self.lines if line.waits)
