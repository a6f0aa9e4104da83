"""The stages show every case, the longest first, and say which are over the limit."""

from __future__ import annotations

import pytest

from dashboard.shapes.stages import stages_data
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Target
from tests.builders.screens import a_case_summary, a_column


def test_the_case_that_has_waited_longest_stands_first():
    column = a_column(PathwayState.TRIAGE, a_case_summary("N1", days=2), a_case_summary("N2", days=9))
    (data,) = stages_data([column])["columns"]
    assert [(card["ref"], card["days_says"]) for card in data["cards"]] == [("N2", "9 d"), ("N1", "2 d")]


def test_a_column_says_the_usual_stay_the_limit_and_how_many_are_over_it():
    (data,) = stages_data([a_column(median_days=4.5, limit=5, over=2)])["columns"]
    assert (data["says"], data["over_says"]) == ("median 4.5 d, limit 5 d", "2 over limit")


def test_an_empty_column_without_a_limit_says_neither():
    (data,) = stages_data([a_column(median_days=None, limit=None)])["columns"]
    assert (data["says"], data["over_says"], data["nothing"]) == ("nobody waits", "", "No case stands here.")


@pytest.mark.parametrize(("only", "refs"), [("all", ["N1", "N2", "N3"]), ("over", ["N2"]), ("missing", ["N3"])])
def test_the_filters_keep_the_cases_they_name(only, refs):
    cases = (a_case_summary("N1"), a_case_summary("N2", overdue=True), a_case_summary("N3", missing=("consent",)))
    (data,) = stages_data([a_column(PathwayState.TRIAGE, *cases)], only=only)["columns"]
    assert [card["ref"] for card in data["cards"]] == refs


def test_a_target_without_sides_does_not_say_that_it_has_none():
    case = a_case_summary(target=Target.GANGLION_IMPAR, laterality=Laterality.NOT_APPLICABLE)
    (data,) = stages_data([a_column(PathwayState.TRIAGE, case)])["columns"]
    assert data["cards"][0]["what"] == "Ganglion impar, chemical neurolysis"


def test_what_is_not_decided_yet_is_left_out():
    case = a_case_summary(technique=None, laterality=None)
    (data,) = stages_data([a_column(PathwayState.TRIAGE, case)])["columns"]
    assert data["cards"][0]["what"] == "Coeliac plexus"
