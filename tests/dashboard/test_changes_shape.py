"""What a plan would change stands under its list, with what to know before it is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from dashboard.shapes.changes import (
    NEEDS_REASON,
    change_words,
    changes_sheet,
    frozen_refs,
    note_words,
    published_words,
    run_facts,
    run_share,
    takeable,
)
from dashboard.shapes.sheet import sheet_data
from db.publishing import NotBooked, PublishReport
from db.words import ProposalStatus
from tests.builders.screens import NINE, a_left_over, a_place, a_proposal_page, a_proposal_summary

MELBOURNE = ZoneInfo("Australia/Melbourne")
NEW = a_place("N1")
MOVED = a_place("N2", start=NINE + timedelta(hours=1), before_session="L9", before_start=NINE, before_where="CT 2, Bay")
HANDED = a_place("N3", before_session="L1", before_start=NINE, before_radiologist="Dr Other")
KEPT = a_place("N4", before_session="L1", before_start=NINE, before_radiologist="Dr Ironbark")
LOST = a_left_over("N5", before_session="L1", before_start=NINE, frozen=True)
TAKEN_BY_OTHERS = a_place("N6", meanwhile="Bella Marsh changed N6 on 24 Nov at 09:00; it is now at “Ended”.")


def a_page(*placed, left=()):
    return a_proposal_page(placed=placed, left_over=left)


def test_changes_stand_under_their_lists_in_order_of_time_and_the_losers_last():
    other = replace(NEW, ref="N7", session="L2", start=NINE - timedelta(days=1))
    sheet = changes_sheet(a_page(NEW, MOVED, KEPT, other, left=(LOST,)), ("N1",), MELBOURNE, ticks=True)
    groups = [(group.title, [row.id for row in group.rows]) for group in sheet.groups]
    assert groups == [
        ("Mon 23 Nov, Angio 1, Northern Hospital", ["N7"]),
        ("Tue 24 Nov, Angio 1, Northern Hospital", ["N1", "N2"]),
        ("Would lose their place", ["N5"]),
    ]
    assert sheet_data(sheet)["ticked"] == ["N1"]


def test_each_kind_of_change_is_said_in_words():
    assert change_words(NEW, MELBOURNE) == "New"
    assert change_words(MOVED, MELBOURNE) == "Moves from Tue 24 Nov, 09:00, CT 2, Bay"
    assert change_words(replace(MOVED, before_session="L1"), MELBOURNE) == "Moves from Tue 24 Nov, 09:00"
    assert change_words(HANDED, MELBOURNE) == "Done by Dr Ironbark instead of Dr Other"
    assert note_words(replace(MOVED, frozen=True)) == NEEDS_REASON
    assert note_words(TAKEN_BY_OTHERS).startswith("Stays as it is: Bella Marsh changed N6")


def test_what_somebody_else_changed_cannot_be_ticked_or_taken():
    page = a_page(NEW, TAKEN_BY_OTHERS, left=(LOST,))
    assert takeable(page) == ("N1", "N5")
    rows = {row.id: row.tick for group in changes_sheet(page, (), MELBOURNE, ticks=True).groups for row in group.rows}
    assert rows == {"N1": "Take N1", "N6": "", "N5": "Take N5"}
    assert sheet_data(changes_sheet(page, ("N6",), MELBOURNE, ticks=True))["ticked"] == []


def test_only_frozen_changes_that_are_taken_need_a_reason():
    page = a_page(NEW, replace(MOVED, frozen=True), left=(LOST,))
    assert frozen_refs(page, None) == ("N2", "N5")
    assert frozen_refs(page, ("N1",)) == ()
    assert frozen_refs(page, ("N1", "N5")) == ("N5",)


def test_publishing_says_what_was_done_and_who_was_left_as_they_were():
    report = PublishReport(
        proposal_id="P1",
        booked=("N1",),
        moved=("N2", "N3"),
        kept=(),
        cancelled=(),
        not_booked=(),
        lists=(),
        left_alone=(NotBooked(ref="N6", says="Bella Marsh changed N6."),),
    )
    assert published_words(report) == (
        "Published: 1 case booked, 2 cases moved. The lists on the board show the bookings. "
        "N6 was not changed. Bella Marsh changed N6."
    )
    assert published_words(replace(report, booked=(), moved=(), left_alone=())).startswith(
        "Published: nothing changed."
    )


def test_a_run_says_how_far_it_has_come_with_units():
    running = a_proposal_summary(
        status=ProposalStatus.RUNNING,
        time_limit=60.0,
        started_at=NINE,
        progress={"cost": 1000, "bound": 960, "booked": 8, "total": 10, "seconds": 12.0},
    )
    assert run_facts(running, 14.6) == (
        ("Working for", "15 of about 60 s"),
        ("Cases placed", "8 of 10"),
        ("Cost of the best plan so far", "1,000"),
        ("At most this far from the best", "4.0%"),
    )
    assert (run_share(running, 30), run_share(running, 90), run_share(running, -1)) == (0.5, 1.0, 0.0)
    assert run_facts(replace(running, progress={}, time_limit=None), 3) == (("Working for", "3 s"),)
    assert run_facts(replace(running, started_at=None), 3) == (("Waiting for the planner for", "3 s"),)
