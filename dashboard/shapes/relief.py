"""The readings of a test block drawn as relief over time, against the bands of the protocol."""

from __future__ import annotations

from typing import Final

from dashboard.shapes.markup import Cell
from dashboard.shapes.words import day, safe, upper
from flows.desk import ReliefCurve, ReliefPoint

MINUTES_IN_AN_HOUR: Final = 60
WIDE, HIGH = 680, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 150, 14, 34
TOP_OF_SCALE: Final = 100
READING_HEADS: Final = ("After the block", "Asked", "#Score", "#Relief")


def relief_chart(curve: ReliefCurve) -> str:
    """The chart as SVG; its words are its accessible name, and the table under it has every number."""
    parts = (
        f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{safe(chart_words(curve))}">',
        _window(curve),
        _axis(),
        _band(curve.positive_from, "positive", "fine-line"),
        _band(curve.equivocal_from, "equivocal", "soon-line"),
        *(_tick(at, _across(at, curve)) for at in _times(curve)),
        _line(curve),
        *(_dot(point, curve) for point in _shown(curve)),
        "</svg>",
    )
    return "".join(parts)


def chart_words(curve: ReliefCurve) -> str:
    """What the chart shows, in words."""
    seen = ", ".join(f"{point.relief}% after {after_words(point.minutes_after)}" for point in _shown(curve))
    return (
        f"Relief after the test block of {day(curve.on)}: {seen or 'no readings'}. Positive from "
        f"{curve.positive_from}%, equivocal from {curve.equivocal_from}%."
    )


def verdict_words(curve: ReliefCurve) -> str:
    """What the scores show, and what was recorded where that differs."""
    recorded = ""
    if curve.recorded is not None and curve.recorded is not curve.shows:
        recorded = f" Recorded as {curve.recorded.value}."
    return f"The scores show: {curve.shows.value}. {curve.says}{recorded}"


def reading_rows(curve: ReliefCurve) -> list[list[Cell | str]]:
    """One row for each score, the baseline first."""
    before = [] if curve.baseline is None else [["before", "", str(curve.baseline), ""]]
    after = [
        [
            after_words(point.minutes_after),
            upper(point.measure.value.replace("_", " ")),
            str(point.score),
            "" if point.relief is None else f"{point.relief}%",
        ]
        for point in curve.points
    ]
    return [*before, *after]  # type: ignore[list-item]  # a row of text is a row of cells


def after_words(minutes: int) -> str:
    """A time after the block as people read it."""
    if minutes % MINUTES_IN_AN_HOUR:
        return f"{minutes} min"
    return f"{minutes // MINUTES_IN_AN_HOUR} h"


def _shown(curve: ReliefCurve) -> list[ReliefPoint]:
    return [point for point in curve.points if point.judged and point.relief is not None]


def _times(curve: ReliefCurve) -> list[int]:
    """The times on the axis: those the protocol asks for, and any other at which a score was taken."""
    return sorted({*curve.asked_at, *(point.minutes_after for point in _shown(curve))})


def _across(minutes: int, curve: ReliefCurve) -> float:
    """Where a time stands: each has the same room, since a day would press the first hours together."""
    times = _times(curve)
    step = (WIDE - LEFT - RIGHT) / len(times)
    return LEFT + step * (times.index(minutes) + 0.5)


def _up(relief: int) -> float:
    held = min(max(relief, 0), TOP_OF_SCALE)
    return TOP + (HIGH - TOP - BOTTOM) * (1 - held / TOP_OF_SCALE)


def _window(curve: ReliefCurve) -> str:
    """Shade the times at which relief counts."""
    inside = [_across(at, curve) for at in _times(curve) if curve.opens <= at <= curve.closes]
    if not inside:
        return ""
    half = (WIDE - LEFT - RIGHT) / len(_times(curve)) / 2
    start, end = min(inside) - half, max(inside) + half
    words = f'<text class="axis" x="{start + 6:.0f}" y="{TOP + 12}">relief counts here</text>'
    return (
        f'<rect class="window" x="{start:.0f}" y="{TOP}" width="{end - start:.0f}" height="{HIGH - TOP - BOTTOM}"/>'
        f"{words}"
    )


def _axis() -> str:
    return "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{_up(at):.0f}" y2="{_up(at):.0f}"/>'
        f'<text class="axis" x="{LEFT - 8}" y="{_up(at) + 4:.0f}" text-anchor="end">{at}%</text>'
        for at in (0, 25, 50, 75, 100)
    )


def _band(relief: int, word: str, look: str) -> str:
    at = _up(relief)
    return (
        f'<line class="band {look}" x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{at:.0f}" y2="{at:.0f}"/>'
        f'<text class="label" x="{WIDE - RIGHT + 8}" y="{at + 4:.0f}">{word} from {relief}%</text>'
    )


def _tick(minutes: int, across: float) -> str:
    return (
        f'<text class="axis" x="{across:.0f}" y="{HIGH - BOTTOM + 20}" text-anchor="middle">'
        f"{after_words(minutes)}</text>"
    )


def _line(curve: ReliefCurve) -> str:
    points = " ".join(f"{_across(one.minutes_after, curve):.0f},{_up(one.relief or 0):.0f}" for one in _shown(curve))
    return f'<polyline class="curve" points="{points}"/>'


def _dot(point: ReliefPoint, curve: ReliefCurve) -> str:
    x, y = _across(point.minutes_after, curve), _up(point.relief or 0)
    above = y - 10 if y > TOP + 24 else y + 20
    return (
        f'<circle class="dot" cx="{x:.0f}" cy="{y:.0f}" r="5"/>'
        f'<text class="value" x="{x:.0f}" y="{above:.0f}" text-anchor="middle">{point.relief}%</text>'
    )
