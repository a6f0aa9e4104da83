"""The pain scores of one test block as relief over time, beside the bands of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scheduler.pathway.facts import CaseFacts, Measure, ProcedureDone, TestResult
from scheduler.pathway.protocols import Protocol
from scheduler.pathway.relief import baseline_of, judge, percent_relief
from scheduler.vocabulary import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefPoint:
    """One score so many minutes after the injection, with its relief in whole per cent where there is a baseline.

    `judged` says that it is of the measure the test is judged by.
    """

    minutes_after: int
    score: int
    measure: Measure
    relief: int | None
    judged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliefCurve:
    """One test block: its scores, the bands in per cent, the window in minutes, and what the scores show."""

    on: date
    baseline: int | None
    points: tuple[ReliefPoint, ...]
    positive_from: int
    equivocal_from: int
    opens: int
    closes: int
    asked_at: tuple[int, ...]
    shows: TestResult
    says: str
    recorded: TestResult | None


def tests_done(facts: CaseFacts) -> tuple[ProcedureDone, ...]:
    """List the test blocks that were done, oldest first."""
    return tuple(done for done in facts.procedures if done.stage is Stage.TEST_BLOCK and done.completed)


def relief_curve(test: ProcedureDone, protocol: Protocol) -> ReliefCurve:
    """Give the scores of a test block in the order they were asked, each with its relief."""
    baseline, judgement = baseline_of(test.readings, protocol), judge(test.readings, protocol)
    measure = baseline.measure if baseline else Measure.AT_REST
    before = baseline.score if baseline else 0
    points = (
        ReliefPoint(
            minutes_after=reading.minutes_after,
            score=reading.score,
            measure=reading.measure,
            relief=percent_relief(before, reading.score) if before and reading.measure is measure else None,
            judged=reading.measure is measure,
        )
        for reading in test.readings
        if reading.minutes_after is not None
    )
    return ReliefCurve(
        on=test.on,
        baseline=baseline.score if baseline else None,
        points=tuple(sorted(points, key=lambda point: (point.minutes_after, not point.judged))),
        positive_from=protocol.whole("test_positive_from"),
        equivocal_from=protocol.whole("test_equivocal_from"),
        opens=protocol.whole("test_window_opens"),
        closes=protocol.whole("test_window_closes"),
        asked_at=tuple(sorted(protocol.wholes("test_readings"))),
        shows=judgement.result,
        says=judgement.says,
        recorded=test.result,
    )
