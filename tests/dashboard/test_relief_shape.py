"""The readings of a test block are drawn against the bands of the protocol, and said in words."""

from __future__ import annotations

import re

from dashboard.shapes.relief import after_words, chart_words, reading_rows, relief_chart, verdict_words
from scheduler.pathway.curve import relief_curve
from scheduler.pathway.facts import Measure, Reading, TestResult
from tests.builders.pathway import a_protocol, a_test

READINGS = (
    Reading(score=8),
    Reading(score=6, measure=Measure.ON_MOVEMENT),
    Reading(score=2, minutes_after=60),
    Reading(score=4, minutes_after=15),
    Reading(score=1, minutes_after=15, measure=Measure.ON_MOVEMENT),
    Reading(score=9, minutes_after=90),
)


def a_curve(**changed):
    return relief_curve(a_test(**{"readings": READINGS, "result": TestResult.POSITIVE, **changed}), a_protocol())


def test_the_curve_holds_the_relief_of_the_judged_measure_in_the_order_of_time():
    points = [(point.minutes_after, point.relief, point.judged) for point in a_curve().points]
    assert points == [(15, 50, True), (15, None, False), (60, 75, True), (90, -13, True)]


def test_the_chart_says_in_words_what_it_shows():
    curve = a_curve()
    bands = f"Positive from {curve.positive_from}%, equivocal from {curve.equivocal_from}%."
    assert chart_words(curve).endswith(f"50% after 15 min, 75% after 1 h, -13% after 90 min. {bands}")
    assert f'aria-label="{chart_words(curve)}"' in relief_chart(curve)


def test_a_better_relief_stands_higher_and_a_worse_pain_stays_on_the_chart():
    heights = [int(y) for y in re.findall(r'<circle [^>]*cy="(\d+)"', relief_chart(a_curve()))]
    assert heights[1] < heights[0] < heights[2] <= 240


def test_every_number_stands_in_the_table_with_the_baseline_first():
    rows = [[cell if isinstance(cell, str) else cell.text for cell in row] for row in reading_rows(a_curve())]
    assert rows[0] == ["before", "", "8", ""]
    assert rows[1] == ["15 min", "At rest", "4", "50%"]
    assert rows[2] == ["15 min", "On movement", "1", ""]


def test_a_result_that_the_scores_do_not_bear_out_is_pointed_out():
    whole = (*READINGS, Reading(score=3, minutes_after=240))
    assert "Recorded as negative." in verdict_words(a_curve(readings=whole, result=TestResult.NEGATIVE))
    assert "Recorded as" not in verdict_words(a_curve(readings=whole))


def test_a_test_without_scores_is_drawn_without_a_curve():
    curve = a_curve(readings=())
    assert "no readings" in chart_words(curve)
    assert "<circle" not in relief_chart(curve)


def test_hours_are_said_as_hours_and_other_times_in_minutes():
    assert [after_words(minutes) for minutes in (15, 60, 90, 1440)] == ["15 min", "1 h", "90 min", "24 h"]
