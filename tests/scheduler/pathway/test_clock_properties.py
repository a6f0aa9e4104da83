"""What holds of every clock on any history: days add up, never run backwards, and know no calendar week."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.pathway.clocks import category_on, clocks, waiting_days, working_days_between
from scheduler.pathway.facts import CaseFacts, CategoryFrom, NotReadyPeriod, Visit
from scheduler.pathway.states import PathwayState as S
from scheduler.vocabulary import Readiness, Urgency
from tests.builders.pathway import a_case_facts, a_protocol, an_episode

START = date(2026, 3, 2)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)


def day(ahead: int) -> date:
    return START + ahead * DAY


@st.composite
def waits(draw: st.DrawFn) -> tuple[tuple[CategoryFrom, ...], tuple[NotReadyPeriod, ...]]:
    """Categories from the day of listing on, and stretches of days not ready that do not overlap."""
    first = CategoryFrom(on=START, urgency=draw(st.sampled_from(Urgency)))
    later = draw(st.dictionaries(st.integers(1, 150), st.sampled_from(Urgency), max_size=3))
    edges = sorted(draw(st.sets(st.integers(0, 150), max_size=6)))
    periods = [
        NotReadyPeriod(readiness=Readiness.NOT_READY_CLINICAL, since=day(since), until=day(until))
        for since, until in zip(edges[::2], edges[1::2], strict=False)
    ]
    changes = [CategoryFrom(on=day(ahead), urgency=urgency) for ahead, urgency in sorted(later.items())]
    return (first, *changes), tuple(periods)


@given(wait=waits(), ahead=st.integers(0, 200))
def test_waiting_days_fall_only_when_the_category_becomes_more_urgent(wait, ahead: int) -> None:
    categories, periods = wait
    today, tomorrow = (waiting_days(START, day(at), categories, periods) for at in (ahead, ahead + 1))
    upgraded = category_on(categories, day(ahead + 1)) < category_on(categories, day(ahead))
    assert tomorrow >= today or upgraded


@given(wait=waits(), ahead=st.integers(0, 200))
def test_days_counted_and_days_not_counted_are_the_days_that_passed(wait, ahead: int) -> None:
    categories, periods = wait
    episode = an_episode(listed_on=START, categories=categories, not_ready=periods)
    clock = clock_of(a_case_facts(S.TEST_WAITING, episodes=(episode,)), "C3", day(ahead))
    assert clock.days + clock.paused_days == ahead


@given(wait=waits(), ahead=st.integers(0, 200))
def test_with_one_category_only_the_days_not_ready_are_left_out(wait, ahead: int) -> None:
    categories, periods = wait
    away = sum((min(one.until, day(ahead)) - one.since).days for one in periods if one.until and one.since < day(ahead))
    assert waiting_days(START, day(ahead), categories[:1], periods) == ahead - away


@given(wait=waits(), ahead=st.integers(0, 200))
def test_a_running_wait_is_overdue_from_the_day_after_its_last_day_and_not_before(wait, ahead: int) -> None:
    categories, periods = wait
    episode = an_episode(listed_on=START, categories=categories, not_ready=periods)
    clock = clock_of(a_case_facts(S.TEST_WAITING, episodes=(episode,)), "C3", day(ahead))
    assert clock.due_on is None or clock.overdue is (day(ahead) > clock.due_on)


STAYS = st.lists(st.integers(0, 12), min_size=1, max_size=7)


def stays(lengths: list[int], running: S, paused: S) -> tuple[tuple[Visit, ...], int]:
    """A history that runs and stands still in turn, and the day it has come to."""
    at, history = 0, []
    for turn, length in enumerate(lengths):
        history.append(Visit(state=paused if turn % 2 else running, entered_on=day(at)))
        at += length
    return tuple(history), at


def clock_of(facts: CaseFacts, key: str, today: date, holidays: frozenset[date] = frozenset()):
    return next(clock for clock in clocks(facts, a_protocol(), today, holidays) if clock.id == key)


@given(lengths=STAYS, days_off=st.frozensets(st.integers(0, 60), max_size=10))
def test_the_response_clock_counts_each_stretch_and_leaves_each_pause_out(lengths, days_off) -> None:
    history, end = stays(lengths, S.TRIAGE, S.REFERRAL_INCOMPLETE)
    holidays = frozenset(map(day, days_off))
    facts = a_case_facts(history[-1].state, received_on=START, history=history)
    clock = clock_of(facts, "C1", day(end), holidays)
    assert clock.days + clock.paused_days == working_days_between(START, day(end), holidays)
    edges = [visit.entered_on for visit in history] + [day(end)]
    running = [working_days_between(*pair, holidays) for pair in zip(edges[::2], edges[1::2], strict=False)]
    assert clock.days == sum(running)
    assert (clock.due_on is None) is (history[-1].state is S.REFERRAL_INCOMPLETE)


@given(lengths=STAYS)
def test_the_meeting_clock_counts_each_stretch_and_leaves_each_pause_out(lengths) -> None:
    history, end = stays(lengths, S.AWAITING_MDT, S.MDT_MORE_INFO)
    clock = clock_of(a_case_facts(history[-1].state, received_on=START, history=history), "C2", day(end))
    assert (clock.days, clock.paused_days) == (sum(lengths[::2]), sum(lengths[1::2]))


@given(lengths=STAYS, weeks=st.integers(-200, 200))
def test_all_dates_moved_by_whole_weeks_give_the_same_days(lengths, weeks: int) -> None:
    history, end = stays(lengths, S.TRIAGE, S.REFERRAL_INCOMPLETE)
    facts = a_case_facts(history[-1].state, received_on=START, history=history)
    moved = replace(
        facts,
        received_on=START + weeks * WEEK,
        history=tuple(replace(visit, entered_on=visit.entered_on + weeks * WEEK) for visit in history),
    )
    here, there = clock_of(facts, "C1", day(end)), clock_of(moved, "C1", day(end) + weeks * WEEK)
    assert (here.days, here.paused_days, here.overdue) == (there.days, there.paused_days, there.overdue)
    assert (here.due_on is None) is (there.due_on is None)
    if here.due_on is not None:
        assert there.due_on == here.due_on + weeks * WEEK


@given(ahead=st.integers(0, 700))
def test_days_since_the_referral_are_all_the_days_there_were(ahead: int) -> None:
    facts = a_case_facts(S.TRIAGE, received_on=START, history=(Visit(state=S.TRIAGE, entered_on=START),))
    assert clock_of(facts, "C7", day(ahead)).days == ahead
