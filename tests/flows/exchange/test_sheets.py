"""What stands on paper: every case in order, names only where they may stand, and text that stays text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.exchange.day_sheet import WARNING_NAMED, WARNING_PLAIN, DayOnPaper, day_sheet
from flows.exchange.typeset import Standard, pictured, typeset
from scheduler.pathway.booking import BookingState
from tests.builders.people import somebody
from tests.builders.screens import a_list_card, a_listed_case

ZONE = ZoneInfo("Australia/Melbourne")
AT = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
HOSTILE = '#let x = 1 *bold* _under_ $ "quote" \\ </table> <script>'


def paper(*cards, **changes) -> DayOnPaper:
    usual = DayOnPaper(title="Site 1, CT 1", lists=cards, by="Bella Marsh", at=AT, zone=ZONE)
    return replace(usual, **changes)


def a_card(number: int = 2, **changes):
    first = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)
    cases = tuple(
        a_listed_case(f"N{at}", start=first + timedelta(hours=at), end=first + timedelta(hours=at, minutes=45))
        for at in range(number)
    )
    return a_list_card(cases=cases, **changes)


def test_a_case_stands_with_its_start_in_local_time_its_order_and_its_due_day():
    sheet = day_sheet(paper(a_card(), due={"N1": date(2026, 12, 1)}))
    first, second = sheet["lists"][0]["cases"]
    assert (first["start"], first["order"], first["due"]) == ("08:30", "1", "-")
    assert (second["start"], second["order"], second["due"]) == ("09:30", "2", "1 Dec 2026")


def test_a_patient_stands_with_the_record_number_of_this_site_alone():
    person = somebody(family_name="Nguyen", record_numbers={"S01": "123", "S02": "456"})
    card = a_card(1, site="S01")
    (case,) = day_sheet(paper(card, people={"N0": person}))["lists"][0]["cases"]
    assert (case["family"], case["numbers"]) == ("NGUYEN", "UR 123")
    (elsewhere,) = day_sheet(paper(replace(card, site="S09"), people={"N0": person}))["lists"][0]["cases"]
    assert elsewhere["numbers"] == "UR 123 (S01), UR 456 (S02)"


def test_a_sheet_without_names_says_so():
    assert day_sheet(paper(a_card(), named=True))["warning"] == WARNING_NAMED
    assert day_sheet(paper(a_card(), named=False))["warning"] == WARNING_PLAIN


@pytest.mark.parametrize(
    ("published", "says"),
    [
        ((True, True), "Published."),
        ((False, False), "Not published: it may change."),
        ((True, False), "Published in part: the rest may change."),
    ],
)
def test_the_head_says_whether_the_day_may_still_change(published, says):
    cards = [a_card(published=each) for each in published]
    assert day_sheet(paper(*cards))["printed"].startswith(says)


def test_what_the_team_must_know_stands_in_the_notes():
    case = replace(a_listed_case("N1"), missing=1, status=BookingState.HELD)
    person = somebody(interpreter_language="Greek", decision_maker="her daughter")
    (row,) = day_sheet(paper(a_list_card(cases=(case,)), people={"N1": person}))["lists"][0]["cases"]
    assert row["notes"] == ("1 document missing; held, not confirmed; interpreter: Greek; decisions with her daughter")


@pytest.mark.parametrize("standard", list(Standard))
def test_every_kind_of_pdf_can_be_made_of_a_full_and_an_empty_day(standard):
    for cards in ((a_card(), a_card(0)), ()):
        assert typeset("day_sheet", day_sheet(paper(*cards)), at=AT, standard=standard).startswith(b"%PDF-")


def test_a_long_list_goes_on_to_a_second_page():
    assert len(pictured("day_sheet", day_sheet(paper(a_card(40))))) > len(
        pictured("day_sheet", day_sheet(paper(a_card(2))))
    )


def test_text_of_a_patient_never_becomes_markup():
    person = somebody(family_name=HOSTILE, given_names=HOSTILE, interpreter_language=HOSTILE)
    data = day_sheet(paper(a_card(1), people={"N0": person}, title=HOSTILE))
    assert data["lists"][0]["cases"][0]["given"] == HOSTILE
    assert typeset("day_sheet", data, at=AT).startswith(b"%PDF-")


def test_the_same_day_printed_at_the_same_instant_is_the_same_file():
    data = day_sheet(paper(a_card()))
    assert typeset("day_sheet", data, at=AT) == typeset("day_sheet", data, at=AT)
