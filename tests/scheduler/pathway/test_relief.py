from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.pathway.facts import Measure, Reading, TestResult
from scheduler.pathway.relief import after_words, judge, missing_readings, percent_relief
from tests.builders.pathway import a_protocol, scores


@pytest.mark.parametrize(("baseline", "after", "relief"), [(8, 4, 50), (7, 4, 42), (10, 5, 50), (4, 6, -50), (8, 8, 0)])
def test_relief_is_a_whole_per_cent_of_the_baseline(baseline: int, after: int, relief: int) -> None:
    assert percent_relief(baseline, after) == relief


def test_relief_from_no_pain_means_nothing() -> None:
    with pytest.raises(ValueError, match="means nothing"):
        percent_relief(0, 0)


def test_the_best_score_in_the_window_counts() -> None:
    judged = judge(scores(8, m15=7, m60=2, m240=6), a_protocol())
    assert (judged.result, judged.relief) == (TestResult.POSITIVE, 75)


def test_the_measure_that_hurt_more_before_is_the_one_that_is_judged() -> None:
    moving = Measure.ON_MOVEMENT
    readings = (
        Reading(score=4),
        Reading(score=1, minutes_after=15),
        Reading(score=9, measure=moving),
        *(Reading(score=8, minutes_after=at, measure=moving) for at in (15, 60, 240)),
    )
    assert judge(readings, a_protocol()).result is TestResult.NEGATIVE


def test_scores_of_the_other_measure_do_not_stand_in() -> None:
    readings = (Reading(score=8, measure=Measure.ON_MOVEMENT), Reading(score=1, minutes_after=15))
    assert judge(readings, a_protocol()).result is TestResult.EQUIVOCAL


@given(st.lists(st.builds(Reading, score=st.integers(0, 10), minutes_after=st.integers(1, 2000)), max_size=6))
def test_without_a_baseline_nothing_is_ever_positive_or_negative(readings: list[Reading]) -> None:
    judged = judge(readings, a_protocol())
    assert (judged.result, judged.relief) == (TestResult.EQUIVOCAL, None)


@given(baseline=st.integers(0, 10), after=st.integers(0, 10))
def test_positive_and_negative_both_need_an_interpretable_baseline(baseline: int, after: int) -> None:
    judged = judge(scores(baseline, m30=after, m60=10, m240=10), a_protocol())
    if baseline < 4:
        assert judged.result is TestResult.EQUIVOCAL
    elif judged.result is TestResult.POSITIVE:
        assert after * 2 <= baseline


@pytest.mark.parametrize("score", [-1, 11])
def test_a_pain_score_is_from_nought_to_ten(score: int) -> None:
    with pytest.raises(ValueError, match="outside 0 to 10"):
        Reading(score=score)


def test_a_reading_after_the_block_is_after_it() -> None:
    with pytest.raises(ValueError, match="not after it"):
        Reading(score=1, minutes_after=0)


@pytest.mark.parametrize(
    ("readings", "missing"),
    [
        (scores(8), (15, 60, 240, 1440)),
        (scores(8, m20=7), (60, 240, 1440)),
        (scores(8, m59=7, m60=6), (240, 1440)),
        (scores(8, m15=7, m60=6, m240=5, m1440=8), ()),
        (scores(8, m14=7), (15, 60, 240, 1440)),
        (scores(8, m2000=8), (15, 60, 240)),
    ],
)
def test_what_was_not_asked_at_the_protocols_times_is_missing(readings: tuple[Reading, ...], missing: tuple) -> None:
    assert missing_readings(readings, a_protocol()) == missing


def test_times_are_written_as_people_read_them() -> None:
    assert after_words((15, 60, 240, 1440)) == "15 min, 1 h, 4 h, 24 h"


def test_a_missing_score_never_makes_a_test_negative_and_says_which_is_missing() -> None:
    judged = judge(scores(10, m15=8, m240=8), a_protocol())
    assert judged.result is TestResult.EQUIVOCAL
    assert "(1 h)" in judged.says


def test_a_missing_score_never_makes_a_test_positive_and_says_which_is_missing() -> None:
    judged = judge(scores(10, m15=4), a_protocol())
    assert (judged.result, judged.relief) == (TestResult.EQUIVOCAL, 60)
    assert "(1 h, 4 h), so it is not positive yet" in judged.says
    assert judge(scores(10, m15=4, m60=9, m240=9), a_protocol()).result is TestResult.POSITIVE


def test_a_baseline_of_one_measure_alone_is_not_enough() -> None:
    rested = (Reading(score=8), *scores(None, m15=2, m60=2, m240=2))
    judged = judge(rested, a_protocol())
    assert (judged.result, judged.says) == (
        TestResult.EQUIVOCAL,
        "There is no pain score on movement from before the block.",
    )


def test_relief_that_came_only_after_the_anaesthetic_wore_off_fits_no_block() -> None:
    full = {"m15": 9, "m60": 9, "m240": 9}
    assert judge(scores(10, **full, m1440=9), a_protocol()).result is TestResult.NEGATIVE
    judged = judge(scores(10, **full, m1440=2), a_protocol())
    assert judged.result is TestResult.EQUIVOCAL
    assert "had worn off" in judged.says


@pytest.mark.parametrize(("hours", "result"), [(24, TestResult.POSITIVE), (25, TestResult.EQUIVOCAL)])
def test_a_baseline_counts_only_within_the_protocols_time(hours: int, result: TestResult) -> None:
    before = (Reading(score=8, hours_before=hours, measure=measure) for measure in Measure)
    readings = (*before, *scores(None, m30=2, m60=2, m240=2))
    judged = judge(readings, a_protocol())
    assert judged.result is result
    assert ("hours old" in judged.says) is (result is TestResult.EQUIVOCAL)


@given(
    baseline=st.integers(0, 10),
    taken=st.lists(st.builds(Reading, score=st.integers(0, 10), minutes_after=st.integers(1, 2000)), max_size=6),
    left_out=st.integers(0, 5),
)
def test_leaving_a_score_out_never_turns_a_test_positive(baseline: int, taken: list[Reading], left_out: int) -> None:
    all_ = [Reading(score=baseline), *taken]
    fewer = [Reading(score=baseline), *taken[:left_out], *taken[left_out + 1 :]]
    if judge(fewer, a_protocol()).result is TestResult.POSITIVE:
        assert judge(all_, a_protocol()).result is TestResult.POSITIVE
