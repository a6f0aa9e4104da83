"""The agenda's order and what its time holds, for every mix of cases."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scheduler.pathway.meetings.agenda import AgendaCase, fitted, in_clinical_order, why_here, why_over
from scheduler.vocabulary import Urgency

ON = date(2026, 12, 2)
DAY = timedelta(days=1)

days = st.integers(-30, 30).map(lambda ahead: ON + ahead * DAY)


@st.composite
def agendas(draw):
    count = draw(st.integers(0, 12))
    return [
        AgendaCase(
            ref=f"N{at}",
            urgency=draw(st.none() | st.sampled_from(Urgency)),
            due_on=draw(st.none() | days),
            received_on=draw(days),
            minutes=draw(st.sampled_from((10, 15, 20, 30))),
        )
        for at in range(count)
    ]


def a_place(ref="A", urgency=Urgency.CATEGORY_2, due_on=ON, received_on=ON - 9 * DAY, minutes=10):
    return AgendaCase(ref=ref, urgency=urgency, due_on=due_on, received_on=received_on, minutes=minutes)


@given(agendas(), st.randoms())
def test_the_order_does_not_depend_on_the_order_in_which_cases_came(cases, chance):
    shuffled = list(cases)
    chance.shuffle(shuffled)
    assert in_clinical_order(shuffled) == in_clinical_order(cases)


@given(agendas())
def test_nobody_stands_before_a_more_urgent_an_earlier_due_or_a_longer_waiting_case(cases):
    ordered = in_clinical_order(cases)
    for before, after in itertools.pairwise(ordered):
        first, second = before.urgency or Urgency.CATEGORY_1, after.urgency or Urgency.CATEGORY_1
        assert first <= second
        if first == second:
            assert (before.due_on or date.max) <= (after.due_on or date.max)
            if before.due_on == after.due_on:
                assert before.received_on <= after.received_on


@given(agendas(), st.integers(0, 120))
def test_the_time_is_never_overrun_and_nobody_is_lost(cases, capacity):
    fit = fitted(cases, capacity)
    assert fit.minutes <= capacity
    assert sorted(case.ref for case in (*fit.listed, *fit.over)) == sorted(case.ref for case in cases)


@given(agendas(), st.integers(0, 120))
def test_a_case_is_left_over_only_when_those_before_it_leave_too_little(cases, capacity):
    fit = fitted(cases, capacity)
    ordered = in_clinical_order(cases)
    for over in fit.over:
        before = ordered[: ordered.index(over)]
        taken = sum(case.minutes for case in before if case in fit.listed)
        assert taken + over.minutes > capacity


def test_the_last_case_that_fits_and_the_first_that_does_not():
    six = [a_place(ref=f"N{at}", received_on=ON - (20 - at) * DAY) for at in range(7)]
    assert [case.ref for case in fitted(six, 60).over] == ["N6"]
    assert fitted(six, 70).over == ()
    assert [case.ref for case in fitted(six, 69).over] == ["N6"]


def test_a_short_case_takes_the_time_that_a_long_one_leaves():
    long, short = a_place("LONG", minutes=30), a_place("SHORT", received_on=ON)
    assert [case.ref for case in fitted([long, short], 20).listed] == ["SHORT"]


def test_a_case_without_a_category_is_seen_as_category_1():
    unknown, second = a_place("U", urgency=None, due_on=None), a_place("B")
    assert [case.ref for case in in_clinical_order([second, unknown])] == ["U", "B"]
    assert unknown.urgent
    assert not second.urgent
    assert why_here(unknown, ON).startswith("No category set, so seen as category 1; no day due;")


def test_every_place_says_what_gave_it():
    assert why_here(a_place(), ON) == "Category 2; decision due by 2 December 2026; 9 days since the referral."
    late = why_here(a_place(due_on=ON - DAY), ON)
    assert "decision due by 1 December 2026 (before the meeting)" in late


def test_a_case_left_over_says_what_took_the_time():
    says = why_over(a_place(minutes=20), [a_place("A"), a_place("B")], 30, ON)
    assert "has 30 minutes, and 20 of them go to cases that come before" in says
    assert says.endswith("this one needs 20.")
