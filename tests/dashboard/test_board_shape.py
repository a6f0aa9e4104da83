"""The board's component gets lists, days and waiting cases that can be drawn as they are."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from dashboard.shapes.board import (
    NONE_LOOKED_FOR,
    Narrowed,
    board_data,
    board_figures,
    due_level,
    due_words,
    level_of,
    sites_data,
)
from dashboard.shapes.window import window_of
from scheduler.vocabulary import Stage, Target
from tests.builders.screens import NINE, TODAY, a_case_summary, a_list_card, a_listed_case


def test_a_board_without_lists_says_what_to_do():
    data = board_data((), (), window_of(TODAY, 2), TODAY)
    assert data["sites"] == []
    assert "ask the site to open a list" in data["nothing"]
    assert data["tray"]["nothing"] == "Every case that is ready has its place."


def test_the_data_is_plain_json():
    cards = (a_list_card(cases=(a_listed_case(),)),)
    data = board_data(cards, (a_case_summary(),), window_of(TODAY, 1), TODAY)
    assert json.loads(json.dumps(data)) == data


@pytest.mark.parametrize(("weeks", "density"), [(1, "cards"), (2, "cards"), (3, "load"), (4, "load")])
def test_more_than_two_weeks_show_the_load_of_lists_rather_than_their_cases(weeks, density):
    assert board_data((), (), window_of(TODAY, weeks), TODAY)["density"] == density


def test_today_is_marked_once():
    days = board_data((), (), window_of(TODAY, 2), TODAY)["days"]
    assert [day["date"] for day in days if day["today"]] == ["2026-11-24"]


def test_lists_stand_under_their_site_and_suite_in_order_of_time():
    afternoon = a_list_card("L2", part="Afternoon", start=NINE + timedelta(hours=5))
    other_suite = a_list_card("L3", suite="NTH-CT", suite_name="CT 2")
    other_site = a_list_card("L4", site="BAY", site_name="Bayside Hospital")
    assert sites_data((afternoon, other_suite, a_list_card("L1"), other_site)) == [
        {"name": "Bayside Hospital", "suites": [{"name": "Angio 1", "lists": ["L4"]}]},
        {
            "name": "Northern Hospital",
            "suites": [{"name": "Angio 1", "lists": ["L1", "L2"]}, {"name": "CT 2", "lists": ["L3"]}],
        },
    ]


@pytest.mark.parametrize(("percent", "level"), [(0, "part"), (79, "part"), (80, "full"), (100, "full"), (101, "over")])
def test_a_list_is_full_from_80_per_cent_and_over_time_beyond_100(percent, level):
    assert level_of(percent) == level


def test_a_list_without_any_time_is_empty_rather_than_a_fault():
    card = a_list_card(minutes_available=0, minutes_used=0)
    assert board_data((card,), (), window_of(TODAY, 1), TODAY)["lists"]["L1"]["percent"] == 0


@pytest.mark.parametrize(
    ("days", "words", "level"),
    [
        (-1, "1 d over", "over"),
        (0, "0 d", "soon"),
        (14, "14 d", "soon"),
        (15, "15 d", "later"),
    ],
)
def test_the_due_date_itself_is_in_time_and_two_weeks_ahead_is_soon(days, words, level):
    due = TODAY + timedelta(days=days)
    assert (due_words(due, TODAY), due_level(due, TODAY)) == (words, level)


def test_a_case_without_a_due_date_comes_last_and_says_nothing_of_days():
    waiting = (a_case_summary("N1", due_on=None), a_case_summary("N2"))
    chips = board_data((), waiting, window_of(TODAY, 1), TODAY)["tray"]["cases"]
    assert [(chip["ref"], chip["due"]) for chip in chips] == [("N2", "20 d"), ("N1", "")]


def test_a_published_list_says_so_in_its_tag_and_in_its_sentence():
    card = a_list_card(published=True, cases=(a_listed_case(),))
    data = board_data((card,), (), window_of(TODAY, 1), TODAY)["lists"]["L1"]
    assert data["tags"] == ["PUBL"]
    assert data["says"] == (
        "Morning list, Angio 1, Northern Hospital, Tue 24 Nov 2026, with Dr Ironbark: "
        "published, 1 case, 60 of 240 minutes used"
    )


def test_a_list_that_has_nobody_yet_says_so():
    data = board_data((a_list_card(radiologist=None),), (), window_of(TODAY, 1), TODAY)["lists"]["L1"]
    assert data["radiologist"] == "nobody yet"
    assert "without a radiologist" in data["says"]


def test_a_chip_tells_the_stage_and_the_missing_documents():
    case = a_listed_case(target=Target.STELLATE, stage=Stage.TEST_BLOCK, missing=1)
    (chip,) = board_data((a_list_card(cases=(case,)),), (), window_of(TODAY, 1), TODAY)["lists"]["L1"]["cases"]
    assert (chip["what"], chip["missing"]) == ("STE test", True)
    assert chip["says"] == "Stellate ganglion, bilateral, test block, 60 minutes, booked, 1 document missing"


def test_the_figures_count_only_open_lists_and_every_missing_document():
    cards = (a_list_card(cases=(a_listed_case(missing=2),)), a_list_card("L2", closed=True, minutes_used=0))
    waiting = (a_case_summary(due_on=TODAY - timedelta(days=1), missing=("consent",)),)
    figures = {figure.label: (figure.value, figure.level) for figure in board_figures(cards, waiting, TODAY)}
    assert figures == {
        "To place": ("1", "plain"),
        "Overdue": ("1", "over"),
        "Due in 14 days": ("0", "plain"),
        "List time used": ("25%", "plain"),
        "Missing documents": ("2", "plain"),
    }


def test_the_board_shows_what_is_looked_for_and_dims_the_rest_of_a_list():
    card = a_list_card(cases=(a_listed_case("N10001"), a_listed_case("N10002")))
    other = a_list_card("L2", radiologist_id="R9")
    narrowed = Narrowed(radiologist=card.radiologist_id, search="n10002")
    data = board_data((card, other), (a_case_summary("N10003"),), window_of(TODAY, 2), TODAY, narrowed=narrowed)
    assert list(data["lists"]) == ["L1"]
    assert [chip["dim"] for chip in data["lists"]["L1"]["cases"]] == [True, False]
    assert (data["tray"]["cases"], data["tray"]["says"]) == ([], "0 of 1 case, by due date")
    assert data["tray"]["nothing"] == NONE_LOOKED_FOR


def test_cases_of_the_chosen_categories_are_looked_for():
    waiting = [a_case_summary(f"N1000{urgency}", urgency=urgency) for urgency in (1, 2, 3)]
    data = board_data((), waiting, window_of(TODAY, 2), TODAY, narrowed=Narrowed(categories=(1, 3)))
    assert [case["ref"] for case in data["tray"]["cases"]] == ["N10001", "N10003"]


def test_a_list_that_often_ends_late_says_so_and_a_locked_one_too():
    card = a_list_card(locked=True)
    lists = board_data((card,), (), window_of(TODAY, 2), TODAY, risks={"L1": 0.2})["lists"]
    assert lists["L1"]["risk"] == "Ends late on 20% of days"
    assert "LOCKED" in lists["L1"]["tags"]
    assert board_data((card,), (), window_of(TODAY, 2), TODAY, risks={"L1": 0.19})["lists"]["L1"]["risk"] == ""


def test_one_week_leaves_room_for_the_time_of_each_case():
    card = a_list_card(cases=(a_listed_case(),))
    one, two = (board_data((card,), (), window_of(TODAY, weeks), TODAY) for weeks in (1, 2))
    assert one["lists"]["L1"]["cases"][0]["time"]
    assert not two["lists"]["L1"]["cases"][0]["time"]
