"""A proposal says what it would book, move and leave over, and what it costs."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.shapes.proposal import (
    changed_places,
    cost_rows,
    gap_words,
    kept_places,
    left_rows,
    placed_rows,
    proposal_figures,
    standing_words,
    still_working,
    work_sentence,
)
from db.words import ProposalStatus
from tests.builders.screens import NINE, TODAY, a_left_over, a_place, a_proposal_page, a_proposal_summary

MELBOURNE = ZoneInfo("Australia/Melbourne")


def words(rows):
    return [[cell if isinstance(cell, str) else cell.text for cell in row] for row in rows]


@pytest.mark.parametrize(("status", "working"), [(s, s in {"queued", "running"}) for s in ProposalStatus])
def test_only_a_queued_or_running_plan_is_watched(status, working):
    assert still_working(a_proposal_summary(status=status)) is working


@pytest.mark.parametrize("status", list(ProposalStatus))
def test_every_way_a_plan_can_stand_has_a_sentence(status):
    assert work_sentence(a_proposal_summary(status=status)).endswith(".")


def test_a_failed_plan_says_why():
    failed = a_proposal_summary(status=ProposalStatus.FAILED, failure="The solver ran out of memory.")
    assert "could not be worked out: The solver ran out of memory." in work_sentence(failed)


def test_cases_stand_in_order_of_time():
    later = a_place("N1", start=NINE + timedelta(hours=2))
    assert [row[0] for row in words(placed_rows((later, a_place("N2")), MELBOURNE))] == ["N2", "N1"]


def test_the_due_date_itself_is_not_late_and_the_day_after_is():
    on_time, late = placed_rows((a_place("N1", due=TODAY), a_place("N2", due=TODAY - timedelta(days=1))), MELBOURNE)
    assert words([on_time])[0][3] == "Tue 24 Nov, 09:00"
    assert words([late])[0][3] == "Tue 24 Nov, 09:00 (late)"


def test_a_moved_case_says_where_it_was_and_an_unmoved_one_does_not():
    moved = a_place("N1", before_session="L9", before_start=NINE + timedelta(days=1))
    kept = a_place("N2", before_session="L1", before_start=NINE)
    assert [row[-1] for row in words(placed_rows((moved, kept), MELBOURNE))] == ["Wed 25 Nov, 09:00", ""]


def test_what_is_left_over_gives_every_reason_in_order_of_due_date():
    late = a_left_over("N1", due=TODAY + timedelta(days=9), reasons=("No list takes this funding.", "CT 2 is closed."))
    rows = words(left_rows((late, a_left_over("N2"))))
    assert [row[0] for row in rows] == ["N2", "N1"]
    assert rows[1][-1] == "No list takes this funding. CT 2 is closed."


def test_the_dearest_goal_stands_first_and_a_free_one_is_left_out():
    terms, prices = {"overtime": 3, "travel": 0, "waiting": 900, "old_goal": 2}, {"overtime": 1000, "waiting": 5}
    assert words(cost_rows(terms, {"waiting": 1000}, prices)) == [
        [
            "Patients who are ready do not wait",
            "1,000 weighted days",
            "900 weighted days",
            "5,000",
            "4,500",
            "\u2212500",
        ],
        ["Lists end on time", "0 minutes", "3 minutes", "0", "3,000", "+3,000"],
        ["Old goal", "0 ", "2 ", "0", "2", "+2"],
        ["Altogether", "", "", "5,000", "7,502", "+2,502"],
    ]


def test_a_plan_that_costs_nothing_has_no_costs_and_no_gap():
    page = a_proposal_page(a_proposal_summary(cost=0, bound=0), terms={"waiting": 0})
    assert cost_rows(page.terms, page.terms_before, page.prices) == []
    assert "At most" not in {figure.label for figure in proposal_figures(page)}


def test_the_gap_is_never_negative():
    assert gap_words(1000, 960) == "4% from the best"
    assert gap_words(1000, 1001) == "0% from the best"


def test_a_plan_is_told_apart_into_new_moved_and_unchanged_places():
    new = a_place("N1")
    moved = a_place("N2", before_session="L9", before_start=NINE)
    kept = a_place("N3", before_session="L1", before_start=NINE)
    page = a_proposal_page(placed=(kept, moved, new))
    assert changed_places(page) == (new, moved)
    assert kept_places(page) == (kept,)
    figures = {figure.label: figure.value for figure in proposal_figures(page)}
    assert (figures["New"], figures["Moved"], figures["Unchanged"]) == ("1", "1", "1")


def test_a_published_plan_says_when_and_by_whom():
    summary = a_proposal_summary(status=ProposalStatus.PUBLISHED, published_at=NINE, published_by="Bella Marsh")
    assert standing_words(summary, MELBOURNE) == "Published Tue 24 Nov, 09:00 by Bella Marsh."
    assert standing_words(a_proposal_summary(), MELBOURNE) == "Nothing is booked until it is published."
