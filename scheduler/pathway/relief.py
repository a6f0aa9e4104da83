"""What a test block showed: the best relief while local anaesthetic works, and the band it falls in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from scheduler.pathway.facts import Measure, Reading, TestResult
from scheduler.pathway.fields import MINUTES_IN_AN_HOUR
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

    Without a timely baseline of both measures, from too low a baseline, or without a reading in the window a test is
    never positive or negative, only equivocal. A reading that is missing never counts as relief, and never as the lack
    of it: a test is positive or negative only when every reading the protocol asks for in the window was taken.
    """
    known = tuple(readings)
    baseline, lacking = baseline_of(known, protocol), _baselines_lacking(known, protocol)
    if baseline is None or lacking:
        return _uncertain(_no_baseline(known, lacking, protocol))
    lowest = protocol.whole("test_baseline_minimum")
    if baseline.score < lowest:
        return _uncertain(f"Pain was {baseline.score} before the block; below {lowest} a test cannot be interpreted.")
    opens, closes = protocol.whole("test_window_opens"), protocol.whole("test_window_closes")
    same = [reading for reading in known if reading.measure is baseline.measure and not reading.is_baseline]
    within = [reading.score for reading in same if opens <= (reading.minutes_after or 0) <= closes]
    if not within:
        return _uncertain(f"No pain score was taken {opens} to {closes} minutes after the block.")
    outside = [reading.score for reading in same if (reading.minutes_after or 0) > closes]
    missing = [at for at in missing_readings(known, protocol) if opens <= at <= closes]
    late = percent_relief(baseline.score, min(outside)) if outside else None
    return _banded(percent_relief(baseline.score, min(within)), late, missing, protocol)


def baseline_of(readings: Iterable[Reading], protocol: Protocol) -> Reading | None:
    """The baseline that counts: of those asked within the protocol's time before the block, the one that hurt more."""
    before = _timely(readings, protocol)
    return max(before, key=lambda reading: (reading.score, reading.measure is Measure.AT_REST), default=None)


def _timely(readings: Iterable[Reading], protocol: Protocol) -> list[Reading]:
    limit = protocol.whole("test_baseline_within")
    return [reading for reading in readings if reading.is_baseline and reading.hours_before <= limit]


def _baselines_lacking(readings: Iterable[Reading], protocol: Protocol) -> list[Measure]:
    """The measures of which no score was asked within the protocol's time before the block."""
    asked = {reading.measure for reading in _timely(readings, protocol)}
    return [measure for measure in Measure if measure not in asked]


def missing_readings(readings: Iterable[Reading], protocol: Protocol) -> tuple[int, ...]:
    """The protocol's times, in minutes after the block, at which no score of the judged measure was taken.

    A score stands for the last of the protocol's times at or before it, so one at 20 minutes is that of 15 minutes.
    """
    known = tuple(readings)
    baseline = baseline_of(known, protocol)
    measure = baseline.measure if baseline else Measure.AT_REST
    taken = [reading.minutes_after for reading in known if reading.measure is measure and reading.minutes_after]
    times = sorted(protocol.wholes("test_readings"))
    spans = [*pairwise(times), *((last, None) for last in times[-1:])]
    return tuple(start for start, end in spans if not any(start <= at and (end is None or at < end) for at in taken))


def after_words(minutes: Iterable[int]) -> str:
    """Times after the block as people read them, such as "15 min, 4 h"."""
    hour = MINUTES_IN_AN_HOUR
    return ", ".join(f"{at // hour} h" if at % hour == 0 else f"{at} min" for at in minutes)


def _no_baseline(readings: tuple[Reading, ...], lacking: list[Measure], protocol: Protocol) -> str:
    early = [reading.hours_before for reading in readings if reading.is_baseline and reading.measure in lacking]
    if not early:
        which = "" if len(lacking) == len(Measure) else f" {lacking[0].label}"
        return f"There is no pain score{which} from before the block."
    limit = protocol.whole("test_baseline_within")
    return f"The pain score from before the block is {min(early)} hours old; the most is {limit}."


def _banded(relief: int, late: int | None, missing: list[int], protocol: Protocol) -> Judgement:
    positive, equivocal = protocol.whole("test_positive_from"), protocol.whole("test_equivocal_from")
    if relief >= positive:
        return _unless_missing(TestResult.POSITIVE, relief, f"Best relief is {relief}%, at least {positive}%.", missing)
    if relief >= equivocal:
        lacking = f" Not recorded: {after_words(missing)}." if missing else ""
        says = f"Best relief is {relief}%, from {equivocal}% to below {positive}%.{lacking}"
        return Judgement(result=TestResult.EQUIVOCAL, relief=relief, says=says)
    says = f"Best relief is {relief}%, below {equivocal}%."
    if late is not None and late >= positive:
        says = f"{says} Relief of {late}% came only after local anaesthetic had worn off, which does not fit a block."
        return Judgement(result=TestResult.EQUIVOCAL, relief=relief, says=says)
    return _unless_missing(TestResult.NEGATIVE, relief, says, missing)


def _unless_missing(result: TestResult, relief: int, says: str, missing: list[int]) -> Judgement:
    if not missing:
        return Judgement(result=result, relief=relief, says=says)
    why = f"Pain scores are missing in the window ({after_words(missing)}), so it is not {result.value} yet."
    return Judgement(result=TestResult.EQUIVOCAL, relief=relief, says=f"{says} {why}")


def _uncertain(says: str) -> Judgement:
    return Judgement(result=TestResult.EQUIVOCAL, relief=None, says=says)
