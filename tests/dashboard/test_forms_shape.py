"""What a filled-in form says is what the pathway can read, and an empty answer is left out."""

from __future__ import annotations

from datetime import date

import pytest

from dashboard.shapes.forms import Ticked, answers, known_choice, known_day, known_entries
from scheduler.errors import TransitionNotAllowedError
from scheduler.pathway.facts import Reading
from scheduler.pathway.fields import Choice, DatedItem, Field, FieldType, read_details

DAY = date(2026, 11, 20)


def a_field(kind: FieldType, **changed):
    return Field(key="asked", type=kind, label="What is asked", **changed)


@pytest.mark.parametrize(
    ("kind", "filled", "read"),
    [
        (FieldType.TEXT, " because ", "because"),
        (FieldType.DATE, DAY, DAY),
        (FieldType.INTEGER, 0, 0),
        (FieldType.NUMBER, 1.4, 1.4),
        (FieldType.BOOLEAN, False, False),
        (FieldType.CHOICE, "left", "left"),
        (FieldType.ITEMS, ["R1", "R2"], ("R1", "R2")),
        (FieldType.ITEMS, "R1, R2", ("R1", "R2")),
        (FieldType.DATED_ITEMS, "R1=2026-11-20", (DatedItem("R1", DAY),)),
        (FieldType.READINGS, "15min=3, 1h=2", (Reading(score=3, minutes_after=15), Reading(score=2, minutes_after=60))),
    ],
)
def test_every_kind_of_answer_is_read_by_the_pathway_as_it_was_meant(kind, filled, read):
    field = a_field(kind)
    details = read_details((field,), answers((field,), {"asked": filled}), today=DAY)
    assert details._answers["asked"] == read


def test_ticked_entries_keep_their_days_and_the_others_are_left_out():
    field = a_field(FieldType.DATED_ITEMS, choices=(Choice("R1", "Imaging"), Choice("R2", "Bloods")))
    filled = (Ticked(key="R1", ticked=True, dated=DAY), Ticked(key="R2", ticked=False, dated=DAY))
    assert answers((field,), {"asked": filled}) == {"asked": ("R1=2026-11-20",)}


def test_a_ticked_entry_may_have_no_day():
    field = a_field(FieldType.DATED_ITEMS, choices=(Choice("R4", "Diagnosis"),))
    assert answers((field,), {"asked": (Ticked(key="R4", ticked=True),)}) == {"asked": ("R4",)}


@pytest.mark.parametrize(
    ("kind", "empty"),
    [
        (FieldType.TEXT, "  "),
        (FieldType.DATE, None),
        (FieldType.INTEGER, None),
        (FieldType.CHOICE, None),
        (FieldType.ITEMS, []),
        (FieldType.DATED_ITEMS, (Ticked(key="R1", ticked=False),)),
        (FieldType.READINGS, ""),
    ],
)
def test_an_empty_answer_is_left_out_so_that_the_pathway_asks_for_it(kind, empty):
    field = a_field(kind)
    assert answers((field,), {"asked": empty}) == {}
    with pytest.raises(TransitionNotAllowedError, match="What is asked"):
        read_details((field,), {}, today=DAY)


def test_what_is_known_already_stands_in_the_form():
    assert known_day(a_field(FieldType.DATE, initial="2026-11-20")) == DAY
    assert known_day(a_field(FieldType.DATE)) is None
    side = a_field(FieldType.CHOICE, choices=(Choice("left", "Left"), Choice("right", "Right")), initial="right")
    assert known_choice(side) == 1
    assert known_choice(a_field(FieldType.CHOICE, choices=side.choices)) is None
    assert known_entries(a_field(FieldType.DATED_ITEMS, initial="R1=2026-11-20, R4")) == {"R1": DAY, "R4": None}
