"""The stages show every case, the one furthest over its limit first, and say which are over it."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from dashboard.shapes.stages import Chosen, found_words, stages_data
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Target
from tests.builders.screens import NINE, a_case_summary, a_column

MELBOURNE = ZoneInfo("Australia/Melbourne")


def column_of(*cases, chosen=Chosen(), meetings=None):  # noqa: B008 (frozen)
    columns = [a_column(PathwayState.TRIAGE, *cases)]
    (data,) = stages_data(columns, MELBOURNE, chosen=chosen, meetings=meetings or {})["columns"]
    return data


def refs(data):
    return [card["ref"] for card in data["cards"]]


def test_the_case_furthest_over_its_limit_stands_first_and_one_without_a_limit_last():
    data = column_of(
        a_case_summary("N1", days=90, limit=None),
        a_case_summary("N2", days=9, limit=5, overdue=True),
        a_case_summary("N3", days=16, limit=14, overdue=True),
        a_case_summary("N4", days=1, limit=5),
    )
    assert refs(data) == ["N2", "N3", "N4", "N1"]
    assert [card["days_says"] for card in data["cards"]] == ["9 of 5 d", "16 of 14 d", "1 d", "90 d"]


def test_a_column_says_the_usual_stay_the_limit_and_how_many_are_over_it():
    late = [a_case_summary(f"N{days}", days=days, limit=5, overdue=days > 5) for days in (3, 6, 7)]
    data = column_of(*late, a_case_summary("N0", days=2, limit=5))
    assert (data["says"], data["over_says"]) == ("median 4.5 d, limit 5 d", "2 over limit")


def test_limits_that_hang_on_the_category_are_said_from_the_least_to_the_most():
    data = column_of(a_case_summary("N1", limit=30), a_case_summary("N2", limit=365))
    assert data["says"] == "median 10 d, limit 30 to 365 d"


def test_an_empty_column_says_that_nobody_waits():
    data = column_of()
    assert (data["says"], data["over_says"], data["nothing"]) == ("nobody waits", "", "No case stands here.")


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        (Chosen(), ["N1", "N2", "N3"]),
        (Chosen(only="over"), ["N2"]),
        (Chosen(only="missing"), ["N3"]),
        (Chosen(category=1), ["N1"]),
        (Chosen(target=Target.STELLATE), ["N2"]),
        (Chosen(text=" n3 "), ["N3"]),
        (Chosen(text="stellate"), ["N2"]),
    ],
)
def test_the_filters_keep_the_cases_they_name(chosen, kept):
    cases = (
        a_case_summary("N1", urgency=1),
        a_case_summary("N2", overdue=True, target=Target.STELLATE),
        a_case_summary("N3", missing=("consent",)),
    )
    assert sorted(refs(column_of(*cases, chosen=chosen))) == kept


def test_the_figures_of_a_column_are_of_the_cases_shown():
    cases = (a_case_summary("N1", days=2, urgency=1), a_case_summary("N2", days=40, overdue=True))
    data = column_of(*cases, chosen=Chosen(category=1))
    assert (data["says"], data["over_says"]) == ("median 2 d, limit 30 d", "")


def test_a_part_of_the_pathway_has_its_own_columns():
    columns = [a_column(PathwayState.TRIAGE, a_case_summary()), a_column(PathwayState.FOLLOW_UP)]
    chosen = Chosen(part="Referral")
    assert [one["name"] for one in stages_data(columns, MELBOURNE, chosen=chosen)["columns"]] == ["In triage"]
    assert found_words(columns, chosen) == "1 case, 0 over limit"


def test_a_card_says_the_day_that_is_settled_in_local_time():
    booked = column_of(a_case_summary(booked_for=NINE))["cards"][0]
    listed = column_of(a_case_summary("N2"), meetings={"N2": date(2026, 12, 2)})["cards"][0]
    assert (booked["note"], listed["note"]) == ("Booked Tue 24 Nov", "MDT Wed 2 Dec")


def test_a_target_without_sides_does_not_say_that_it_has_none():
    data = column_of(a_case_summary(target=Target.GANGLION_IMPAR, laterality=Laterality.NOT_APPLICABLE))
    assert data["cards"][0]["what"] == "Ganglion impar, chemical neurolysis"


def test_what_is_not_decided_yet_is_left_out():
    assert column_of(a_case_summary(technique=None, laterality=None))["cards"][0]["what"] == "Coeliac plexus"
