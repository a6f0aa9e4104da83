"""What a test block showed: the best relief while local anaesthetic works, and the band it falls in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scheduler.pathway.facts import Measure, Reading, TestResult
from scheduler.pathway.protocols import Protocol

WHOLE = 100  # per cent


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The band the readings support, the best relief in whole per cent (None if there is none), and why."""

    result: TestResult
    relief: int | None
    says: str


def percent_relief(baseline: int, after: int) -> int:
    """Relief in whole per cent of the baseline, rounded down so that no threshold is met by rounding.

    Raises ValueError for a baseline of 0, from which there is no relief to have. A worse pain is negative relief.
    """
    if baseline == 0:
        raise ValueError("Relief from a pain score of 0 means nothing.")
    return (baseline - after) * WHOLE // baseline


def judge(readings: Iterable[Reading], protocol: Protocol) -> Judgement:
    """Judge a test block by the measure (at rest or on movement) that hurt more beforehand.

    No baseline, too low a baseline or no reading in the window can never be positive or negative, only equivocal.
    """
    known = tuple(readings)
    baseline = _baseline(known)
    if baseline is None:
        return _uncertain("There is no pain score from before the block.")
    lowest = protocol.whole("test_baseline_minimum")
    if baseline.score < lowest:
        return _uncertain(f"Pain was {baseline.score} before the block; below {lowest} a test cannot be interpreted.")
    opens, closes = protocol.whole("test_window_opens"), protocol.whole("test_window_closes")
    after = [reading.score for reading in known if _counts(reading, baseline.measure, opens, closes)]
    if not after:
        return _uncertain(f"No pain score was taken {opens} to {closes} minutes after the block.")
    return _banded(percent_relief(baseline.score, min(after)), protocol)


def _baseline(readings: tuple[Reading, ...]) -> Reading | None:
    before = [reading for reading in readings if reading.is_baseline]
    return max(before, key=lambda reading: (reading.score, reading.measure is Measure.AT_REST), default=None)


def _counts(reading: Reading, measure: Measure, opens: int, closes: int) -> bool:
    return reading.measure is measure and reading.minutes_after is not None and opens <= reading.minutes_after <= closes


def _banded(relief: int, protocol: Protocol) -> Judgement:
    positive, equivocal = protocol.whole("test_positive_from"), protocol.whole("test_equivocal_from")
    if relief >= positive:
        return Judgement(
            result=TestResult.POSITIVE, relief=relief, says=f"Best relief is {relief}%, at least {positive}%."
        )
    if relief >= equivocal:
        says = f"Best relief is {relief}%, from {equivocal}% to below {positive}%."
        return Judgement(result=TestResult.EQUIVOCAL, relief=relief, says=says)
    return Judgement(result=TestResult.NEGATIVE, relief=relief, says=f"Best relief is {relief}%, below {equivocal}%.")


def _uncertain(says: str) -> Judgement:
    return Judgement(result=TestResult.EQUIVOCAL, relief=None, says=says)
