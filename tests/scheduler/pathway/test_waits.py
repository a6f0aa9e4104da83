"""Waits of those treated are summed up by category, worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from scheduler.pathway.facts import CategoryFrom, Episode, NotReadyPeriod
from scheduler.pathway.waits import Waited, percentile, summary, waited
from scheduler.vocabulary import Readiness, Stage, Urgency

LISTED = date(2026, 9, 1)


def a_wait(days, urgency=Urgency.CATEGORY_1):
    return Waited(stage=Stage.TEST_BLOCK, urgency=urgency, on=LISTED + timedelta(days=days), days=days)


def an_episode(*, not_ready=(), categories=((LISTED, Urgency.CATEGORY_2),)):
    return Episode(
        stage=Stage.TEST_BLOCK,
        listed_on=LISTED,
        readiness=Readiness.READY,
        categories=tuple(CategoryFrom(on=on, urgency=urgency) for on, urgency in categories),
        not_ready=not_ready,
    )


def test_of_ten_waits_the_fifth_is_the_median_and_the_ninth_the_90th_percentile():
    found = summary([a_wait(days) for days in (9, 1, 8, 2, 7, 3, 6, 4, 5, 40)], Urgency.CATEGORY_1, 30)
    assert (found.treated, found.median, found.ninetieth, found.in_time) == (10, 5, 9, 9)
    assert found.share_in_time == pytest.approx(0.9)


def test_one_wait_is_its_own_median_and_90th_percentile_and_in_time_on_the_last_day():
    assert percentile([30], 50) == percentile([30], 90) == 30
    assert summary([a_wait(30)], Urgency.CATEGORY_1, 30).in_time == 1
    assert summary([a_wait(31)], Urgency.CATEGORY_1, 30).in_time == 0


def test_a_category_with_nobody_treated_has_no_figures():
    found = summary([a_wait(3, Urgency.CATEGORY_2)], Urgency.CATEGORY_1, 30)
    assert (found.treated, found.median, found.ninetieth, found.share_in_time) == (0, None, None, None)


def test_days_not_ready_do_not_count():
    away = NotReadyPeriod(
        readiness=Readiness.NOT_READY_CLINICAL, since=LISTED + timedelta(days=2), until=LISTED + timedelta(days=7)
    )
    assert waited(an_episode(not_ready=(away,)), LISTED + timedelta(days=10)).days == 5
    assert waited(an_episode(), LISTED + timedelta(days=10)).days == 10


def test_a_wait_counts_for_the_category_held_when_it_ended_from_the_day_that_was_set():
    changes = ((LISTED, Urgency.CATEGORY_3), (LISTED + timedelta(days=20), Urgency.CATEGORY_1))
    found = waited(an_episode(categories=changes), LISTED + timedelta(days=25))
    assert (found.urgency, found.days) == (Urgency.CATEGORY_1, 5)
