"""The risk that a list overruns: durations vary, so a list is run many times by seeded chance.

A duration follows the beta-PERT distribution through its shortest, usual (most likely) and longest minutes: a beta
distribution over [shortest, longest] with mean (shortest + 4 usual + longest) / 6. Source: Malcolm, Roseboom, Clark
and Fazar (1959), "Application of a Technique for Research and Development Program Evaluation", Operations Research
7(5), 646-669. Cases on a list vary independently of each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from scheduler.diary import Diary
from scheduler.problem import MINUTES_PER_STEP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from scheduler.plan import Plan
    from scheduler.problem import Case, SchedulingProblem

WEIGHT_OF_USUAL = 4  # how much the usual minutes count in the mean against the two ends; beta-PERT's own value
RUNS = 10_000
POINTS = 2_001  # where the distribution is added up; its error is far below a minute


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrun:
    """How often a list ends late (0 to 1), and by how many minutes on average over all days, late or not."""

    probability: float
    expected_minutes: float


def overrun(
    spreads: Sequence[Spread],
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
    if runs < 1:
        raise ValueError(f"{runs} simulated days tell nothing; ask for at least 1.")
    starts = booked_starts if booked_starts is not None else [0] * len(spreads)
    if len(starts) != len(spreads):
        raise ValueError(f"There are {len(spreads)} cases but {len(starts)} booked starts.")
    chance = np.random.default_rng(seed)
    ends = np.zeros(runs)
    for number, (spread, start) in enumerate(zip(spreads, starts, strict=True)):
        ready = ends + (turnaround_minutes if number else 0)
        ends = np.maximum(ready, start) + _durations(spread, chance, runs)
    late = np.maximum(ends - session_minutes, 0)
    return Overrun(probability=float(np.mean(late > 0)), expected_minutes=float(np.mean(late)))


def _durations(spread: Spread, chance: np.random.Generator, runs: int) -> NDArray[np.float64]:
    if spread.max == spread.min:
        return np.full(runs, float(spread.min))
    return spread.min + (spread.max - spread.min) * chance.beta(*spread.shape, runs)


def overruns(
    problem: SchedulingProblem, plan: Plan, spreads: Mapping[str, Spread], *, seed: int = 0, runs: int = RUNS
) -> dict[str, Overrun]:
    """Simulate every list in use, by session id; a case without a spread takes its planned minutes exactly."""
    found = {}
    for session, entries in Diary(problem=problem, plan=plan).by_list.items():
        facts = entries[0].list
        found[session] = overrun(
            [spreads.get(entry.case.id) or _exactly(entry.case) for entry in entries],
            facts.end - facts.start,
            facts.suite.turnaround_minutes,
            seed=seed,
            runs=runs,
            booked_starts=[entry.start - facts.start for entry in entries],
        )
    return found


def _exactly(case: Case) -> Spread:
    minutes = case.duration_minutes
    return Spread(min=minutes, planned=minutes, max=minutes)


def planned_minutes_for_risk(spread: Spread, risk: float, *, cases_on_list: int = 1) -> int:
    """Give the minutes to plan for a case so that a list of so many like it overruns with at most this risk.

    Long cases are partly made up for by short ones, so the more cases share a list the less each needs to spare.
    `risk` is between 0 and 1, both excluded; the minutes are rounded up to five.
    """
    if not 0 < risk < 1:
        raise ValueError(f"A risk of {risk} is not between 0 and 1. Give 0.2 for 20 %.")
    if cases_on_list < 1:
        raise ValueError(f"A list of {cases_on_list} cases cannot be planned for.")
    minutes = _quantile(spread, 1 - risk, cases_on_list) / cases_on_list
    # A billionth of a minute too much is the computer's rounding, not the case's.
    return math.ceil(minutes / MINUTES_PER_STEP - 1e-9) * MINUTES_PER_STEP


@cache
def _quantile(spread: Spread, share: float, cases: int) -> float:
    """Give the minutes that so many cases together stay within in this share of days."""
    if spread.max == spread.min:
        return spread.min * cases
    one = _parts(spread)
    many = one
    for _ in range(cases - 1):
        many = np.convolve(many, one)
    width = (spread.max - spread.min) / (len(one) - 1)
    reached = int(np.searchsorted(np.cumsum(many), share))
    return spread.min * cases + min(reached, len(many) - 1) * width


def _parts(spread: Spread) -> NDArray[np.float64]:
    """Give the beta distribution's weight at evenly spaced points from its shortest to its longest."""
    first, second = spread.shape
    at = np.linspace(0, 1, POINTS)
    weight = at ** (first - 1) * (1 - at) ** (second - 1)
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def plan_to_risk(
    problem: SchedulingProblem, spreads: Mapping[str, Spread], risk: float, *, cases_on_list: int = 1
) -> SchedulingProblem:
    """Replace planned minutes by minutes for this risk, for the cases whose spread is known."""
    return replace(
        problem,
        cases=tuple(
            replace(
                case,
                duration_minutes=planned_minutes_for_risk(spreads[case.id], risk, cases_on_list=cases_on_list),
            )
            if case.id in spreads
            else case
            for case in problem.cases
        ),
    )
