"""The worklist stands in order of need, is narrowed by words and categories, and says what is missing."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.shapes.backfill import freed_words, nobody_words, standby_sheet
from dashboard.shapes.placing import names_of, place_caption, place_words, ruled_out_words
from dashboard.shapes.worklist import (
    Wanted,
    best_cell,
    booked_in_order,
    booked_sheet,
    in_order_of_need,
    to_place_sheet,
    worklist_figures,
)
from flows.backfilling import FreedPlace, Standby
from flows.explaining import PlaceLine
from flows.first_places import FirstPlace
from scheduler.explain import Verdict
from scheduler.pathway.states import PathwayState
from tests.builders.screens import NINE, TODAY, a_case_summary, a_list_card

MELBOURNE = ZoneInfo("Australia/Melbourne")
DAY = timedelta(days=1)


def texts(sheet):
    return [[cell.text for cell in row.cells] for group in sheet.groups for row in group.rows]


def test_the_most_overdue_stands_first_and_on_one_day_the_more_urgent():
    late, urgent = a_case_summary("N3", due_on=TODAY - DAY), a_case_summary("N2", urgency=1)
    usual, undated = a_case_summary("N1"), a_case_summary("N0", due_on=None)
    assert [case.ref for case in in_order_of_need((undated, usual, urgent, late))] == ["N3", "N2", "N1", "N0"]


@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        (Wanted(), True),
        (Wanted(categories=(1, 3)), False),
        (Wanted(categories=(2,)), True),
        (Wanted(text=" COELIAC "), True),
        (Wanted(text="n10001"), True),
        (Wanted(text="imaging"), True),
        (Wanted(text="stellate"), False),
        (Wanted(lacking=True), True),
    ],
)
def test_the_page_is_narrowed_by_category_words_and_missing_documents(wanted, kept):
    assert wanted.keeps(a_case_summary(missing=("R1",))) is kept
    assert not Wanted(lacking=True).keeps(a_case_summary())


def test_a_row_says_by_when_what_is_missing_and_the_best_list():
    case = a_case_summary(missing=("R1",), due_on=TODAY)
    place = FirstPlace(ref=case.ref, list="L1", start=NINE + DAY, where="CT 1, Northern Hospital")
    sheet = to_place_sheet((case, a_case_summary("N2")), {case.ref: place}, TODAY, MELBOURNE)
    first, second = texts(sheet)
    assert first == [
        "N10001",
        "COE test, 45 min",
        "Tue 24 Nov (0 d)",
        "10 of 30 days",
        "Imaging",
        "",
        "Wed 25 Nov, 09:00, CT 1, Northern Hospital (late)",
    ]
    assert (second[4], second[6]) == ("Nothing", "Being looked for")
    acts = [[act for act, _ in row.acts] for group in sheet.groups for row in group.rows]
    assert acts == [["place", "remind"], ["place"]]


def test_a_case_that_no_list_takes_says_so():
    cell = best_cell(FirstPlace(ref="N1", says="No list takes it."), a_case_summary("N1"), MELBOURNE)
    assert (cell.text, cell.look) == ("No list takes it.", "over")


def test_the_figures_count_what_is_urgent_late_and_lacking():
    cases = (a_case_summary(urgency=1, due_on=TODAY - DAY), a_case_summary("N2", due_on=TODAY, missing=("R2",)))
    assert [figure.value for figure in worklist_figures(cases, TODAY)] == ["2", "1", "1", "1", "1"]


def test_only_a_booked_visit_can_be_cancelled_and_the_next_stands_first():
    booked = a_case_summary("N1", state=PathwayState.TEST_BOOKED, booked_for=NINE + DAY, site="NTH")
    held = a_case_summary("N2", booked_for=NINE, site="BAY")
    shown = booked_in_order((booked, held, a_case_summary("N3")), None)
    sheet = booked_sheet(shown, {"NTH": "Northern Hospital"}, TODAY, MELBOURNE)
    rows = [row for group in sheet.groups for row in group.rows]
    assert [(row.id, [act for act, _ in row.acts]) for row in rows] == [("N2", []), ("N1", ["cancel"])]
    assert [row[2] for row in texts(sheet)] == ["Tue 24 Nov, 09:00 (held)", "Wed 25 Nov, 09:00"]
    assert booked_in_order((booked, held), "NTH") == (booked,)


STANDBY = Standby(
    ref="N9",
    urgency=1,
    minutes=45,
    due=TODAY,
    start=NINE + DAY,
    radiologist="Dr Ironbark",
    because=("The list then ends 10 minutes late.",),
    cost_change=-2800,
    minutes_left=15,
    km=12,
)
FREED = FreedPlace(ref="N1", list="L1", start=NINE + DAY, minutes=60, where="CT 1, Bay", standby=(STANDBY,), others=2)


def test_a_freed_place_says_which_it_is_and_who_would_gain_by_it():
    assert freed_words(FREED, MELBOURNE) == "N1 left 60 minutes free: Wed 25 Nov, 09:00, CT 1, Bay."
    assert texts(standby_sheet(FREED, MELBOURNE)) == [
        [
            "N9",
            "09:00, 45 min",
            "Tue 24 Nov (late)",
            "2,800 of the plan's cost",
            "12 km from home. The list then ends 10 minutes late.",
        ]
    ]


@pytest.mark.parametrize(
    ("others", "closed", "says"),
    [
        (2, "", "Of 2 waiting cases, none fits it"),
        (0, "", "Nobody else waits"),
        (0, "The list is closed.", "The list is"),
    ],
)
def test_a_place_that_nobody_fits_says_why(others, closed, says):
    nobody = FreedPlace(ref="N1", list="L1", start=NINE, minutes=60, where="", standby=(), others=others, closed=closed)
    assert nobody_words(nobody).startswith(says)


def test_a_list_to_choose_says_when_where_with_whom_and_what_to_know():
    line = PlaceLine(
        session="L1",
        start=NINE,
        site="Bay",
        suite="CT1",
        radiologist="Dr Ironbark",
        verdict=Verdict.YES_BUT,
        because=("After the due date.",),
        cost_change=10,
        minutes_left=-5,
        rules=(),
    )
    assert place_words(line, MELBOURNE, {}) == "Tue 24 Nov, 09:00, CT1, Bay, Dr Ironbark"
    assert place_words(line, MELBOURNE, names_of((a_list_card(),))).startswith("Tue 24 Nov, 09:00, Angio 1, Northern")
    assert place_caption(line) == "Yes, but: After the due date. 5 min over time."
    assert ruled_out_words({"funding": 2, "full": 1}) == "funding: 2 lists; full: 1 list"
