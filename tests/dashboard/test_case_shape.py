"""A case's page says what is planned, and two versions of it are compared fact by fact."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dashboard.shapes.case import (
    booking_rows,
    both_versions,
    case_facts,
    clock_rows,
    history_rows,
    missing_words,
    task_rows,
)
from db.pictures import NoteLine, TaskLine
from db.words import TaskState
from scheduler.pathway.states import PathwayState
from scheduler.vocabulary import Laterality, Role
from tests.builders.screens import TODAY, a_booking_line, a_case_summary, a_clock, a_history_line

MELBOURNE = ZoneInfo("Australia/Melbourne")


def words(rows):
    return [[cell if isinstance(cell, str) else cell.text for cell in row] for row in rows]


def test_what_is_not_known_yet_is_said_as_such():
    case = a_case_summary(target=None, laterality=None, technique=None, urgency=None, stage=None, due_on=None)
    known = dict(case_facts(case))
    assert (known["Target"], known["Category"], known["Waits for"]) == (
        "not decided",
        "not set",
        "not on a waiting list",
    )
    assert known["Due"] == "no due date"


def test_the_stay_is_said_with_its_limit_where_there_is_one():
    assert dict(case_facts(a_case_summary(days=1, limit=5)))["In this stage"] == "1 day of 5"
    assert dict(case_facts(a_case_summary(days=2, limit=None)))["In this stage"] == "2 days"


def test_the_latest_line_of_the_history_stands_first_in_local_time():
    rows = words(history_rows((a_history_line(1), a_history_line(2, label="Accept referral")), (), MELBOURNE))
    assert [row[1] for row in rows] == ["Accept referral", "Start triage"]
    assert rows[0][0] == "Tue 24 Nov, 09:00"


def test_a_step_that_leaves_the_case_where_it_stood_does_not_repeat_the_stage():
    line = a_history_line(from_state=PathwayState.TRIAGE, to_state=PathwayState.TRIAGE)
    assert words(history_rows((line,), (), MELBOURNE))[0][2] == ""


def test_an_overdue_clock_is_stressed_and_a_paused_one_shows_its_days():
    (row,) = clock_rows((a_clock(overdue=True, paused_days=3, due_on=None, limit=None, says="2 days over."),))
    assert words([row])[0][2:] == ["10", "3", "", "", "2 days over."]
    assert row[-1].look == "nl-over"


def test_a_booking_is_written_in_local_time():
    assert words(booking_rows((a_booking_line(),), MELBOURNE)) == [
        ["Tue 24 Nov, 09:00 to 09:45", "Angio 1, Northern Hospital", "Dr Ironbark", "Booked"]
    ]


def test_two_versions_are_compared_by_what_differs():
    shown, now = a_case_summary(version=3), a_case_summary(version=4, laterality=Laterality.LEFT, missing=("consent",))
    assert both_versions(shown, now) == [
        ["Version", "3", "4"],
        ["Side", "Bilateral", "Left"],
        ["Missing", "nothing", "consent"],
    ]


def test_the_same_version_differs_in_nothing():
    assert both_versions(a_case_summary(), a_case_summary()) == []


def test_what_was_written_with_a_step_stands_beside_its_reason():
    notes = (
        NoteLine(event_seq=1, about="changed", text="Lower level"),
        NoteLine(event_seq=2, about="note", text="Elsewhere"),
    )
    (row,) = words(history_rows((a_history_line(1, why="import"),), notes, MELBOURNE))
    assert row[-1] == "import. Changed: Lower level."


def test_only_open_tasks_are_shown_the_soonest_due_first():
    usual = {"ref": "N10001", "kind": "state", "role": Role.BOOKINGS, "version": 1}
    tasks = (
        TaskLine(id="1", says="Whenever.", due_on=None, state=TaskState.OPEN, **usual),
        TaskLine(id="2", says="Soon.", due_on=TODAY, state=TaskState.OPEN, **usual),
        TaskLine(id="3", says="Done.", due_on=TODAY, state=TaskState.DONE, **usual),
    )
    assert words(task_rows(tasks)) == [["Soon.", "Bookings", "Tue 24 Nov"], ["Whenever.", "Bookings", ""]]


def test_a_required_item_is_named_in_words_and_another_by_its_own_name():
    case = a_case_summary(missing=("R1", "R2", "Letter from the oncologist"))
    assert missing_words(case) == "imaging, bloods and Letter from the oncologist"


def test_a_clock_does_not_say_its_name_twice():
    clock = a_clock(label="Since referral", says="Since referral: 11 days.")
    assert words(clock_rows((clock,)))[0][-1] == "11 days."
