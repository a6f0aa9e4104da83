from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.facts import Reading
from scheduler.pathway.fields import Choice, DatedItem, Details, Field, FieldType, When, read_details
from tests.builders.pathway import TODAY


def read(kind: FieldType, value: object, **more: object) -> Details:
    field = Field(key="answer", type=kind, label="Answer", **more)  # type: ignore[arg-type]
    return read_details((field,), {"answer": value}, today=TODAY)


def refusal(kind: FieldType, value: object, **more: object) -> str:
    with pytest.raises(TransitionNotAllowedError) as refused:
        read(kind, value, **more)
    return str(refused.value)


def test_text_is_trimmed() -> None:
    assert read(FieldType.TEXT, "  Pump  ").text("answer") == "Pump"


@pytest.mark.parametrize("value", [7, ["a"], {"a": 1}, "\x00", "x" * 4001])
def test_what_is_no_text_is_refused(value: object) -> None:
    assert refusal(FieldType.TEXT, value).startswith("'answer' ")


@pytest.mark.parametrize("value", ["2026-12-01", date(2026, 12, 1), " 2026-12-01 "])
def test_a_date_is_read(value: object) -> None:
    assert read(FieldType.DATE, value).date("answer") == date(2026, 12, 1)


@pytest.mark.parametrize("value", ["1/12/2026", "2026-02-30", "tomorrow", 7, datetime(2026, 12, 1)])
def test_what_is_no_date_is_refused(value: object) -> None:
    assert "should be a date such as 2026-12-01" in refusal(FieldType.DATE, value)


def test_a_date_lies_on_the_right_side_of_today() -> None:
    tomorrow, yesterday = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
    assert read(FieldType.DATE, TODAY, when=When.PAST).date("answer") == TODAY
    assert "still to come" in refusal(FieldType.DATE, tomorrow, when=When.PAST)
    assert read(FieldType.DATE, TODAY, when=When.AHEAD).date("answer") == TODAY
    assert "has passed" in refusal(FieldType.DATE, yesterday, when=When.AHEAD)
    assert "still to come" in refusal(FieldType.DATED_ITEMS, f"R1={tomorrow}", when=When.PAST)


@pytest.mark.parametrize(("value", "whole"), [("7", 7), (7, 7), (" -3 ", -3)])
def test_a_whole_number_is_read(value: object, whole: int) -> None:
    assert read(FieldType.INTEGER, value).whole("answer") == whole


@pytest.mark.parametrize("value", ["7.5", 7.5, True, "seven", "1e3", "٣", "9" * 30])
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    assert "should be a whole number" in refusal(FieldType.INTEGER, value)


@pytest.mark.parametrize(("value", "number"), [("1.4", 1.4), (1.4, 1.4), (2, 2.0), ("2", 2.0)])
def test_a_number_is_read(value: object, number: float) -> None:
    assert read(FieldType.NUMBER, value).number("answer") == number


@pytest.mark.parametrize("value", ["nan", "inf", float("inf"), float("nan"), False, "1,4"])
def test_what_is_no_number_is_refused(value: object) -> None:
    assert "should be a number such as 1.4" in refusal(FieldType.NUMBER, value)


def test_numbers_keep_within_their_range() -> None:
    assert read(FieldType.INTEGER, 10, lowest=0, highest=10).whole("answer") == 10
    assert "the most is 10" in refusal(FieldType.INTEGER, 11, lowest=0, highest=10)
    assert "the least is 0" in refusal(FieldType.NUMBER, "-0.1", lowest=0)


@pytest.mark.parametrize(
    ("value", "yes"), [(True, True), ("Yes", True), ("true", True), ("1", True), ("no", False), (False, False)]
)
def test_yes_and_no_are_read(value: object, yes: bool) -> None:
    assert read(FieldType.BOOLEAN, value).yes("answer") is yes


def test_perhaps_is_neither_yes_nor_no() -> None:
    assert "should be yes or no" in refusal(FieldType.BOOLEAN, "perhaps")


SIDES = (Choice("left", "Left"), Choice("right", "Right"))


def test_a_choice_is_one_of_its_choices_in_any_case() -> None:
    assert read(FieldType.CHOICE, "LEFT", choices=SIDES).text("answer") == "left"
    assert "choose from left, right" in refusal(FieldType.CHOICE, "up", choices=SIDES)


@pytest.mark.parametrize("value", ["left, right", ["left", "right"], ("left", "right")])
def test_a_list_is_read_from_text_or_a_list(value: object) -> None:
    assert read(FieldType.ITEMS, value, choices=SIDES).items("answer") == ("left", "right")


def test_an_entry_outside_the_choices_is_refused() -> None:
    assert "choose from" in refusal(FieldType.ITEMS, "left,up", choices=SIDES)


def test_dated_items_carry_their_dates() -> None:
    found = read(FieldType.DATED_ITEMS, "R1=2026-11-01, R4").dated_items("answer")
    assert found == (DatedItem("R1", date(2026, 11, 1)), DatedItem("R4", None))
    assert "should be a date" in refusal(FieldType.DATED_ITEMS, "R1=soon")


def test_pain_scores_are_read_in_minutes_and_hours() -> None:
    found = read(FieldType.READINGS, "15min=3, 1h = 2,24H=4").readings("answer")
    assert found == tuple(Reading(score=score, minutes_after=after) for after, score in ((15, 3), (60, 2), (1440, 4)))


@pytest.mark.parametrize("value", ["3", "15=3", "15min", "15min=11", "0min=3", "-5min=3", "15min=3=2"])
def test_what_is_no_pain_score_is_refused(value: str) -> None:
    assert refusal(FieldType.READINGS, value).startswith("'answer' ")


@pytest.mark.parametrize("empty", [None, "", "   ", [], ()])
def test_an_empty_answer_is_no_answer(empty: object) -> None:
    assert "'answer' is missing: Answer." in refusal(FieldType.TEXT, empty)
    assert "answer" not in read(FieldType.TEXT, empty, required=False)


def test_every_fault_is_named_at_once() -> None:
    fields = (
        Field(key="a", type=FieldType.TEXT, label="First"),
        Field(key="b", type=FieldType.DATE, label="Second"),
    )
    with pytest.raises(TransitionNotAllowedError) as refused:
        read_details(fields, {"b": "soon", "c": "?"}, today=TODAY)
    assert str(refused.value) == (
        "'c' is not asked for here; the fields are: a, b. 'a' is missing: First. "
        "'b' should be a date such as 2026-12-01, but is 'soon'."
    )


def test_an_answer_read_as_another_type_is_not_there() -> None:
    answers = read(FieldType.TEXT, "Pump")
    assert (answers.date("answer"), answers.whole("answer"), answers.number("answer")) == (None, None, None)
    assert (answers.items("answer"), answers.dated_items("answer"), answers.readings("answer")) == ((), (), ())
    assert answers.yes("answer") is False
    assert read(FieldType.INTEGER, 7).text("answer") == ""
