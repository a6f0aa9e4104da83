from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.pathway.clocks import (
    Clock,
    add_working_days,
    category_on,
    clocks,
    is_working_day,
    waiting_days,
    working_days_between,
)
from scheduler.pathway.facts import (
    CaseFacts,
    CategoryFrom,
    NotReadyPeriod,
    ResponseLetter,
    SiteDays,
    TestResult,
    Visit,
)
from scheduler.pathway.states import PathwayState as S
from scheduler.vocabulary import Readiness, Stage, Urgency
from tests.builders.pathway import TODAY, a_case_facts, a_protocol, a_test, a_treatment, an_episode

CUP_DAY = date(2026, 11, 3)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2028, 12, 31))


def d(text: str) -> date:
    return date.fromisoformat(text)


def held(*changes: tuple[str, int]) -> tuple[CategoryFrom, ...]:
    return tuple(CategoryFrom(on=d(on), urgency=Urgency(urgency)) for on, urgency in changes)


def away(since: str, until: str | None = None) -> tuple[NotReadyPeriod, ...]:
    ended = d(until) if until else None
    return (NotReadyPeriod(readiness=Readiness.NOT_READY_CLINICAL, since=d(since), until=ended),)


# Worked from the definitions of METEOR 732468 and 732455.
VECTORS = {
    "V1": ("2026-03-02", "2026-04-01", held(("2026-03-02", 1)), (), 30, 1, False),
    "V2": ("2026-03-02", "2026-04-02", held(("2026-03-02", 1)), (), 31, 1, True),
    "V3": ("2026-03-02", "2026-04-11", held(("2026-03-02", 1)), away("2026-03-10", "2026-03-20"), 30, 1, False),
    "V4": ("2026-03-02", "2026-05-01", held(("2026-03-02", 1)), away("2026-03-12"), 10, 1, False),
    "V5": ("2026-02-01", "2026-04-01", held(("2026-02-01", 2), ("2026-03-15", 1)), (), 17, 1, False),
    "V6": ("2026-02-01", "2026-04-01", held(("2026-02-01", 1), ("2026-02-20", 2)), (), 59, 2, False),
    "V7": (
        "2026-02-01",
        "2026-04-01",
        held(("2026-02-01", 2), ("2026-03-15", 1)),
        away("2026-03-10", "2026-03-20"),
        12,
        1,
        False,
    ),
    "V8": (
        "2026-01-01",
        "2026-04-20",
        held(("2026-01-01", 3), ("2026-02-01", 2), ("2026-03-25", 1)),
        (),
        26,
        1,
        False,
    ),
    "V9": (
        "2026-03-01",
        "2026-04-30",
        held(("2026-03-01", 1), ("2026-03-11", 2), ("2026-04-10", 1)),
        (),
        30,
        1,
        False,
    ),
    "V10": ("2026-04-03", "2026-04-07", held(("2026-04-03", 1)), (), 4, 1, False),
    "V11": ("2026-04-03", "2026-04-03", held(("2026-04-03", 1)), (), 0, 1, False),
}


@pytest.mark.parametrize("vector", VECTORS)
def test_waiting_days_are_counted_as_the_national_standard_counts_them(vector: str) -> None:
    listed, at, categories, not_ready, days, final, overdue = VECTORS[vector]
    assert waiting_days(d(listed), d(at), categories, not_ready) == days
    assert category_on(categories, d(at)) == final
    episode = an_episode(listed_on=d(listed), categories=categories, not_ready=not_ready)
    clock = clock_of(a_case_facts(S.TEST_WAITING, episodes=(episode,)), "C3", d(at))
    assert (clock.days, clock.overdue) == (days, overdue)


def clock_of(facts: CaseFacts, key: str, today: date = TODAY, holidays: frozenset[date] = frozenset()) -> Clock:
    return next(clock for clock in clocks(facts, a_protocol(), today, holidays) if clock.id == key)


def has_clock(facts: CaseFacts, key: str) -> bool:
    return any(clock.id == key for clock in clocks(facts, a_protocol(), TODAY))


@given(listed=DAYS, days=st.integers(0, 400), urgency=st.sampled_from(Urgency))
def test_without_changes_every_day_counts(listed: date, days: int, urgency: Urgency) -> None:
    categories = (CategoryFrom(on=listed, urgency=urgency),)
    assert waiting_days(listed, listed + timedelta(days=days), categories) == days


PERIODS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 100)).map(
        lambda pair: NotReadyPeriod(
            readiness=Readiness.NOT_READY_PERSONAL,
            since=TODAY + timedelta(days=pair[0]),
            until=TODAY + timedelta(days=pair[0] + pair[1]),
        )
    ),
    max_size=4,
)
CHANGES = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(Urgency)), max_size=3, unique_by=lambda pair: pair[0]
).map(lambda pairs: tuple(CategoryFrom(on=TODAY + timedelta(days=at), urgency=urgency) for at, urgency in pairs))
FIRST = st.sampled_from(Urgency).map(lambda urgency: CategoryFrom(on=TODAY - timedelta(days=1), urgency=urgency))


@given(days=st.integers(0, 200), first=FIRST, changes=CHANGES, periods=PERIODS)
def test_counted_days_never_go_below_zero_or_above_the_days_that_passed(
    days: int, first: CategoryFrom, changes: tuple[CategoryFrom, ...], periods: list[NotReadyPeriod]
) -> None:
    counted = waiting_days(TODAY, TODAY + timedelta(days=days), (first, *changes), periods)
    assert 0 <= counted <= days


@given(days=st.integers(0, 200), first=FIRST, changes=CHANGES, periods=PERIODS)
def test_a_day_that_is_not_ready_twice_is_taken_off_once(
    days: int, first: CategoryFrom, changes: tuple[CategoryFrom, ...], periods: list[NotReadyPeriod]
) -> None:
    at, categories = TODAY + timedelta(days=days), (first, *changes)
    assert waiting_days(TODAY, at, categories, periods) == waiting_days(TODAY, at, categories, periods * 2)


@given(days=st.integers(0, 200), first=FIRST, changes=CHANGES, periods=PERIODS)
def test_one_more_day_adds_at_most_one_while_the_category_stays(
    days: int, first: CategoryFrom, changes: tuple[CategoryFrom, ...], periods: list[NotReadyPeriod]
) -> None:
    today, tomorrow = TODAY + timedelta(days=days), TODAY + timedelta(days=days + 1)
    categories = (first, *changes)
    if category_on(categories, today) == category_on(categories, tomorrow):
        more = waiting_days(TODAY, tomorrow, categories, periods) - waiting_days(TODAY, today, categories, periods)
        assert more in {0, 1}


def test_a_staged_wait_starts_on_the_staged_day_even_if_nobody_records_it() -> None:
    staged = NotReadyPeriod(readiness=Readiness.STAGED, since=TODAY, review_on=TODAY + timedelta(days=3))
    categories = (CategoryFrom(on=TODAY, urgency=Urgency.CATEGORY_1),)
    assert waiting_days(TODAY, TODAY + timedelta(days=10), categories, (staged,)) == 7
    recorded_late = replace(staged, until=TODAY + timedelta(days=8))
    assert waiting_days(TODAY, TODAY + timedelta(days=10), categories, (recorded_late,)) == 7
    clinical = replace(staged, readiness=Readiness.NOT_READY_CLINICAL)
    assert waiting_days(TODAY, TODAY + timedelta(days=10), categories, (clinical,)) == 0


def test_an_episode_without_a_category_is_a_fault() -> None:
    with pytest.raises(ValueError, match="at least one urgency category"):
        category_on((), TODAY)


def test_weekends_and_holidays_are_no_working_days() -> None:
    assert is_working_day(date(2026, 11, 2), {CUP_DAY})
    assert not is_working_day(CUP_DAY, {CUP_DAY})
    assert not is_working_day(date(2026, 11, 7), frozenset())


def test_working_days_are_counted_after_the_first_day_up_to_the_last() -> None:
    assert working_days_between(date(2026, 11, 6), date(2026, 11, 9)) == 1  # Friday to Monday
    assert working_days_between(date(2026, 11, 2), date(2026, 11, 4), {CUP_DAY}) == 1
    assert working_days_between(TODAY, TODAY) == 0
    assert working_days_between(TODAY, TODAY - timedelta(days=5)) == 0


@given(start=DAYS, count=st.integers(0, 60), holidays=st.frozensets(DAYS, max_size=20))
def test_adding_working_days_and_counting_them_agree(start: date, count: int, holidays: frozenset[date]) -> None:
    end = add_working_days(start, count, holidays)
    assert working_days_between(start, end, holidays) == count
    assert end == start or is_working_day(end, holidays)


def visits(*stays: tuple[S, str]) -> tuple[Visit, ...]:
    return tuple(Visit(state=state, entered_on=d(on)) for state, on in stays)


def test_the_response_clock_runs_in_working_days_and_stands_still_while_items_are_missing() -> None:
    history = visits(
        (S.REFERRAL_RECEIVED, "2026-11-02"),
        (S.REFERRAL_INCOMPLETE, "2026-11-05"),
        (S.TRIAGE, "2026-11-16"),
    )
    facts = a_case_facts(S.TRIAGE, received_on=d("2026-11-02"), history=history)
    clock = clock_of(facts, "C1", d("2026-11-18"), frozenset({CUP_DAY}))
    assert (clock.days, clock.paused_days, clock.limit, clock.overdue) == (4, 7, 8, False)
    assert clock.due_on == d("2026-11-24")


def test_the_response_is_overdue_on_the_ninth_working_day() -> None:
    facts = a_case_facts(S.TRIAGE, history=visits((S.REFERRAL_RECEIVED, "2026-11-09"), (S.TRIAGE, "2026-11-10")))
    assert not clock_of(facts, "C1", d("2026-11-19")).overdue
    late = clock_of(facts, "C1", d("2026-11-20"))
    assert late.overdue
    assert late.due_on == d("2026-11-19")
    assert "1 over" in late.says


@given(ahead=st.integers(0, 60), days_off=st.frozensets(st.integers(1, 60), max_size=12))
def test_the_day_a_response_is_due_is_the_same_whichever_day_it_is_looked_at(
    ahead: int, days_off: frozenset[int]
) -> None:
    facts = a_case_facts(S.TRIAGE, received_on=TODAY, history=(Visit(state=S.TRIAGE, entered_on=TODAY),))
    holidays = frozenset(TODAY + timedelta(days=off) for off in days_off)
    clock = clock_of(facts, "C1", TODAY + timedelta(days=ahead), holidays)
    assert clock.due_on == add_working_days(TODAY, 8, holidays)
    assert not clock.overdue or TODAY + timedelta(days=ahead) > clock.due_on


def test_the_response_clock_has_no_due_day_while_it_stands_still() -> None:
    history = visits((S.REFERRAL_RECEIVED, "2026-11-02"), (S.REFERRAL_INCOMPLETE, "2026-11-05"))
    assert clock_of(a_case_facts(S.REFERRAL_INCOMPLETE, history=history), "C1").due_on is None


def letter(audience: str, asked: str, sent: str | None, *, outcome: bool = True) -> ResponseLetter:
    return ResponseLetter(outcome=outcome, audience=audience, asked_on=d(asked), sent_on=d(sent) if sent else None)


def accepted_case(*letters: ResponseLetter) -> CaseFacts:
    """Received on a Monday, accepted on its Friday."""
    history = visits((S.REFERRAL_RECEIVED, "2026-11-02"), (S.TRIAGE, "2026-11-03"), (S.AWAITING_MDT, "2026-11-06"))
    return a_case_facts(S.AWAITING_MDT, history=history, responses=letters)


def test_the_response_clock_stops_when_everybody_was_sent_the_outcome() -> None:
    facts = accepted_case(letter("referrer", "2026-11-06", "2026-11-06"), letter("patient", "2026-11-06", "2026-11-10"))
    clock = clock_of(facts, "C1", d("2026-11-20"))
    assert (clock.stopped, clock.days, clock.overdue) == (d("2026-11-10"), 6, False)


def test_the_response_clock_runs_on_while_the_outcome_is_not_sent() -> None:
    facts = accepted_case(letter("referrer", "2026-11-06", None))
    clock = clock_of(facts, "C1", d("2026-11-13"))
    assert (clock.stopped, clock.days, clock.due_on, clock.overdue) == (None, 9, d("2026-11-12"), True)
    assert not clock_of(facts, "C1", d("2026-11-12")).overdue


def test_a_letter_sent_again_or_about_something_else_does_not_move_the_response() -> None:
    again = letter("referrer", "2026-11-06", "2026-11-19")
    later = letter("patient", "2026-11-18", None)
    clock = clock_of(accepted_case(letter("referrer", "2026-11-06", "2026-11-06"), again, later), "C1")
    assert clock.stopped == d("2026-11-06")


def test_an_outcome_without_any_letter_stops_the_response_clock() -> None:
    clock = clock_of(accepted_case(), "C1")
    assert (clock.stopped, clock.days) == (d("2026-11-06"), 4)


def test_the_response_clock_stands_still_only_once_the_referrer_was_told_what_is_missing() -> None:
    history = visits((S.REFERRAL_RECEIVED, "2026-11-02"), (S.REFERRAL_INCOMPLETE, "2026-11-05"))

    def waiting(told: str | None):
        sent = letter("referrer", "2026-11-05", told, outcome=False)
        facts = a_case_facts(S.REFERRAL_INCOMPLETE, history=history, responses=(sent,))
        return clock_of(facts, "C1", d("2026-11-13"))

    assert (waiting(None).days, waiting(None).paused_days, waiting(None).overdue) == (9, 0, True)
    assert (waiting("2026-11-09").days, waiting("2026-11-09").paused_days) == (5, 4)
    assert waiting("2026-11-09").due_on is None


def test_only_the_result_is_counted_in_the_working_days_of_the_site() -> None:
    local = SiteDays(off=frozenset({d("2026-11-11")}), worked=frozenset({CUP_DAY}))
    history = visits((S.TRIAGE, "2026-11-02"), (S.TEST_AWAITING_RESULT, "2026-11-10"))
    facts = a_case_facts(S.TEST_AWAITING_RESULT, history=history, site_days=local)
    days_off = frozenset({CUP_DAY})
    assert clock_of(facts, "C5r", d("2026-11-13"), days_off).days == 2
    assert clock_of(facts, "C1", d("2026-11-13"), days_off).days == 5
    elsewhere = replace(facts, site_days=SiteDays())
    assert clock_of(elsewhere, "C5r", d("2026-11-13"), days_off).days == 3


@pytest.mark.parametrize(("urgency", "limit"), [(1, 7), (2, 14), (3, 14)])
def test_the_meeting_clock_is_shorter_for_category_one(urgency: int, limit: int) -> None:
    history = visits((S.AWAITING_MDT, "2026-11-02"), (S.MDT_MORE_INFO, "2026-11-05"), (S.AWAITING_MDT, "2026-11-10"))
    facts = a_case_facts(S.AWAITING_MDT, urgency=Urgency(urgency), history=history)
    clock = clock_of(facts, "C2", d("2026-11-12"))
    assert (clock.days, clock.paused_days, clock.limit) == (5, 5, limit)
    assert clock.due_on == d("2026-11-12") + timedelta(days=limit - 5)


def test_a_case_recalled_to_the_meeting_starts_its_clock_anew() -> None:
    history = visits(
        (S.AWAITING_MDT, "2026-09-01"),
        (S.CONSULTATION, "2026-09-10"),
        (S.TEST_WAITING, "2026-09-15"),
        (S.AWAITING_MDT, "2026-11-20"),
    )
    clock = clock_of(a_case_facts(S.AWAITING_MDT, history=history), "C2")
    assert (clock.started, clock.days) == (d("2026-11-20"), 3)


@pytest.mark.parametrize(("urgency", "limit"), [(1, 30), (2, 90), (3, 365)])
def test_a_patient_is_overdue_the_day_after_the_limit_of_the_category(urgency: int, limit: int) -> None:
    for extra in (0, 1):
        listed_on = TODAY - timedelta(days=limit + extra)
        episode = an_episode(Stage.DEFINITIVE, listed_on=listed_on, urgency=Urgency(urgency))
        clock = clock_of(a_case_facts(S.DEFINITIVE_WAITING, episodes=(episode,)), "C4")
        assert clock.overdue is bool(extra)
        assert clock.due_on == listed_on + timedelta(days=limit)


def test_a_patient_who_is_not_ready_has_no_due_day() -> None:
    episode = an_episode(readiness=Readiness.NOT_READY_CLINICAL, not_ready=away("2026-11-20"))
    clock = clock_of(a_case_facts(S.TEST_WAITING, episodes=(episode,)), "C3")
    assert (clock.days, clock.paused_days, clock.due_on) == (4, 3, None)


def test_the_open_listing_is_the_one_that_is_shown() -> None:
    closed = an_episode(listed_on=TODAY - timedelta(days=60), closed_on=TODAY - timedelta(days=40))
    facts = a_case_facts(S.TEST_WAITING, episodes=(closed, an_episode()))
    assert clock_of(facts, "C3").days == 7
    assert clock_of(replace(facts, episodes=(closed,)), "C3").stopped == TODAY - timedelta(days=40)


def test_a_result_is_due_two_working_days_after_the_test() -> None:
    facts = a_case_facts(S.TEST_AWAITING_RESULT, history=visits((S.TEST_AWAITING_RESULT, "2026-11-20")))
    clock = clock_of(facts, "C5r")
    assert (clock.days, clock.due_on, clock.overdue) == (1, d("2026-11-24"), False)
    assert clock_of(facts, "C5r", d("2026-11-25")).overdue


@pytest.mark.parametrize(("ago", "ageing", "expired"), [(28, False, False), (29, True, False), (43, True, True)])
def test_a_result_ages_and_expires(ago: int, ageing: bool, expired: bool) -> None:
    facts = a_case_facts(S.DEFINITIVE_WAITING, procedures=(a_test(on=TODAY - timedelta(days=ago)),))
    clock = clock_of(facts, "C5v")
    assert ("ageing" in clock.says) is ageing
    assert clock.overdue is expired


def test_a_negative_result_does_not_age() -> None:
    assert not has_clock(a_case_facts(S.TEST_NEGATIVE, procedures=(a_test(result=TestResult.NEGATIVE),)), "C5v")


def test_a_result_stops_ageing_when_it_is_used() -> None:
    procedures = (a_test(on=TODAY - timedelta(days=120)), a_treatment())
    clock = clock_of(a_case_facts(S.FOLLOW_UP, procedures=procedures), "C5v")
    assert (clock.days, clock.stopped, clock.overdue) == (20, TODAY - timedelta(days=100), False)


@pytest.mark.parametrize(("ago", "next_review"), [(0, 1), (1, 1), (2, 7), (28, 28), (29, 84), (90, 84)])
def test_follow_up_shows_the_next_review(ago: int, next_review: int) -> None:
    treated = a_treatment(on=TODAY - timedelta(days=ago))
    facts = a_case_facts(S.FOLLOW_UP, procedures=(treated,))
    clock = clock_of(facts, "C6")
    assert clock.due_on == treated.on + timedelta(days=next_review)
    assert clock.overdue is (ago > 84)


def test_days_since_referral_are_always_shown_and_never_late() -> None:
    clock = clock_of(a_case_facts(S.TEST_WAITING), "C7")
    assert (clock.days, clock.limit, clock.overdue, clock.stopped) == (10, None, False, None)
    ended = a_case_facts(S.DISCHARGED, history=visits((S.DISCHARGED, "2026-11-20")))
    assert (clock_of(ended, "C7").days, clock_of(ended, "C7").stopped) == (7, d("2026-11-20"))


def test_a_new_referral_shows_only_the_clocks_that_have_started() -> None:
    assert [clock.id for clock in clocks(a_case_facts(), a_protocol(), TODAY)] == ["C1", "C7"]
