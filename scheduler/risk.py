"""The risk that a list overruns: durations vary, so a list is run many times by seeded chance.

A spread follows the beta-PERT distribution through its shortest, usual (most likely) and longest minutes: a beta
distribution over [shortest, longest] with mean (shortest + 4 usual + longest) / 6. Source: Malcolm, Roseboom, Clark
and Fazar (1959), "Application of a Technique for Research and Development Program Evaluation", Operations Research
7(5), 646-669. Recorded minutes are drawn as they were recorded, each as likely as any other. Cases on a list vary
independently of each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from scheduler.diary import Diary
from scheduler.problem import MINUTES_PER_STEP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from scheduler.plan import Plan
    from scheduler.problem import Case, SchedulingProblem

    Minutes = NDArray[np.float64]

WEIGHT_OF_USUAL = 4  # how much the usual minutes count in the mean against the two ends; beta-PERT's own value
RUNS = 10_000


class Duration(Protocol):
    """How long a procedure takes in the room, as far as it is known beforehand."""

    def draw(self, chance: np.random.Generator, days: int) -> Minutes:
        """Give the minutes it takes on so many days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long a procedure takes in the room, in minutes: the shortest, the planned (most likely) and the longest."""

    min: float
    planned: float
    max: float

    def __post_init__(self) -> None:
        if not 0 < self.min <= self.planned <= self.max:
            says = f"A duration of {self.min} to {self.max} minutes, planned as {self.planned}, is out of order."
            raise ValueError(f"{says} Give the shortest, the planned and the longest, in that order.")

    @property
    def mean(self) -> float:
        """The average minutes."""
        return (self.min + WEIGHT_OF_USUAL * self.planned + self.max) / (WEIGHT_OF_USUAL + 2)

    @property
    def shape(self) -> tuple[float, float]:
        """The two shape parameters of the beta distribution; meaningless when the duration does not vary."""
        width = self.max - self.min
        return (
            1 + WEIGHT_OF_USUAL * (self.planned - self.min) / width,
            1 + WEIGHT_OF_USUAL * (self.max - self.planned) / width,
        )

    def draw(self, chance: np.random.Generator, days: int) -> Minutes:
        """Give the minutes it takes on so many days."""
        if self.max == self.min:
            return np.full(days, float(self.min))
        return self.min + (self.max - self.min) * chance.beta(*self.shape, days)

    def times(self, number: int) -> Spread:
        """Give the spread of so many in a row, all quick or all slow, such as two sides of one patient."""
        return Spread(min=number * self.min, planned=number * self.planned, max=number * self.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """How long procedures of one kind took here, in minutes, one number for each."""

    minutes: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.minutes or min(self.minutes) <= 0:
            raise ValueError("Recorded minutes must be there, each more than nothing.")

    def draw(self, chance: np.random.Generator, days: int) -> Minutes:
        """Give the minutes of a procedure picked at random for each of so many days."""
        return chance.choice(np.array(self.minutes, dtype=np.float64), days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrun:
    """How often a list ends late (0 to 1), and by how many minutes on average over all days, late or not."""

    probability: float
    expected_minutes: float


def overrun(
    durations: Sequence[Duration],
    session_minutes: float,
    turnaround_minutes: float = 0,
    *,
    seed: int = 0,
    runs: int = RUNS,
    booked_starts: Sequence[float] | None = None,
) -> Overrun:
    """Simulate a list whose cases follow each other in this order, with the room turned over between them.

    With `booked_starts` (minutes from the list's start) no case starts before its booked time, since the patient is
    not there. The same seed gives the same answer. Raises ValueError for no runs or starts that do not match.
    """
    ends = _ends(durations, turnaround_minutes, seed=seed, runs=runs, booked_starts=booked_starts)
    late = np.maximum(ends - session_minutes, 0)
    return Overrun(probability=float(np.mean(late > 0)), expected_minutes=float(np.mean(late)))


def _ends(
    durations: Sequence[Duration],
    turnaround: float,
    *,
    seed: int,
    runs: int,
    booked_starts: Sequence[float] | None,
) -> Minutes:
    """Give when the list ends on each simulated day, in minutes from its start."""
    if runs < 1:
        raise ValueError(f"{runs} simulated days tell nothing; ask for at least 1.")
    starts = booked_starts if booked_starts is not None else [0] * len(durations)
    if len(starts) != len(durations):
        raise ValueError(f"There are {len(durations)} cases but {len(starts)} booked starts.")
    chance = np.random.default_rng(seed)
    ends = np.zeros(runs)
    for number, (duration, start) in enumerate(zip(durations, starts, strict=True)):
        ready = ends + (turnaround if number else 0)
        ends = np.maximum(ready, start) + duration.draw(chance, runs)
    return ends


def spare_minutes(
    durations: Sequence[Duration],
    booked_starts: Sequence[float],
    booked_end: float,
    turnaround_minutes: float = 0,
    *,
    risk: float,
    seed: int = 0,
    runs: int = RUNS,
) -> int:
    """Give how long before its list's end the last case must be booked to end, for at most this risk of an overrun.

    Long cases are partly made up for by short ones, so a list needs less than its cases one by one. `risk` is between
    0 and 1, both excluded; the minutes are rounded up to five, and negative where cases are booked for longer than they
    take.
    """
    if not 0 < risk < 1:
        raise ValueError(f"A risk of {risk} is not between 0 and 1. Give 0.2 for 20 %.")
    ends = np.sort(_ends(durations, turnaround_minutes, seed=seed, runs=runs, booked_starts=booked_starts))
    needed = float(ends[runs - 1 - math.floor(risk * runs)]) - booked_end
    # A billionth of a minute too much is the computer's rounding, not the list's.
    return math.ceil(needed / MINUTES_PER_STEP - 1e-9) * MINUTES_PER_STEP


def overruns(
    problem: SchedulingProblem, plan: Plan, durations: Mapping[str, Duration], *, seed: int = 0, runs: int = RUNS
) -> dict[str, Overrun]:
    """Simulate every list in use, by session id; `durations` are by case id.

    A case without a duration there takes its planned minutes exactly.
    """
    found = {}
    for session, entries in Diary(problem=problem, plan=plan).by_list.items():
        facts = entries[0].list
        found[session] = overrun(
            [duration_of(entry.case, durations) for entry in entries],
            facts.end - facts.start,
            facts.suite.turnaround_minutes,
            seed=seed,
            runs=runs,
            booked_starts=[entry.start - facts.start for entry in entries],
        )
    return found


def duration_of(case: Case, durations: Mapping[str, Duration]) -> Duration:
    """Give how long a case takes; exactly its planned minutes where nothing else is known."""
    minutes = case.duration_minutes
    return durations.get(case.id) or Spread(min=minutes, planned=minutes, max=minutes)
