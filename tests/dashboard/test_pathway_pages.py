"""The pages of the pathway ask the desk for what was chosen, carry the version shown, and say what it answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db.amendments import Amendable
from db.meetings import Attendee
from db.reversals import Reversal
from scheduler.errors import NeurolistError, StaleVersionError
from scheduler.pathway.booking import BookingState
from scheduler.pathway.fields import Field, FieldType
from scheduler.pathway.meetings.words import MeetingOutcome, MeetingState
from scheduler.pathway.states import PathwayState
from tests.builders.screen_desk import ScreenDesk, ScreenMeetings
from tests.builders.screens import (
    TODAY,
    a_booking_line,
    a_case_page,
    a_case_summary,
    a_column,
    a_meeting_line,
    a_task_line,
    an_agenda_line,
    an_agenda_page,
)
from tests.dashboard.conftest import component, html

REASON = Field(key="reason", type=FieldType.TEXT, label="Reason")


def press(at, label):
    return at.button(key=next(button.key for button in at.button if button.label == label)).click().run()


def asked(kept, name):
    return [what for act, what in kept if act == name]


def a_desk(**changed):
    return ScreenDesk(pages={"N10001": a_case_page()}, **changed)


def test_the_stages_keep_the_filters_of_the_address(show):
    columns = (a_column(PathwayState.TRIAGE, a_case_summary("N1", urgency=1), a_case_summary("N2")),)
    desk = ScreenDesk(columns=columns)
    at = show(desk, "stages", site="Bayside Hospital", category="Category 1", part="Referral")
    assert not at.exception
    assert asked(desk.asked, "stages") == ["BAY"]
    assert [card["ref"] for card in component(at, "neurolist_stages")["columns"][0]["cards"]] == ["N1"]
    assert "1 case, 0 over limit" in html(at)


def test_a_task_is_taken_put_off_and_ticked_off_as_it_was_shown(show):
    desk = a_desk(todo=(a_task_line(by_hand=True),))
    at = show(desk, "tasks")
    assert asked(desk.asked, "tasks") == [{"mine": True, "role": None, "put_off": True}]
    at = press(at, "Take it")
    ((task, how),) = asked(desk.asked, "assign_task")
    assert (task, how["expected_version"]) == ("T1", 1)
    assert [said.value for said in at.success] == ["It is yours now."]
    at = press(at, "Put off")
    assert [said.value for said in at.error] == ["Say until which day the task is put off."]
    at.date_input[0].set_value(TODAY + timedelta(days=3))
    next(box for box in at.text_input if box.label == "Why").input("Waits for the scan")
    at = press(at, "Put off")
    assert asked(desk.asked, "snooze_task")[0][:3] == ("T1", TODAY + timedelta(days=3), "Waits for the scan")
    press(at, "It is done")
    assert asked(desk.asked, "finish_task")[0][0] == "T1"


def test_a_task_of_another_is_handed_back_or_given_on(show):
    desk = a_desk(todo=(a_task_line(assignee="bella", assignee_name="Bella Marsh"),))
    at = show(desk, "tasks")
    assert "Take it" not in [button.label for button in at.button]
    next(box for box in at.text_input if box.label == "The name they sign in with").input("ned")
    at = press(at, "Give")
    assert asked(desk.asked, "assign_task")[0][:2] == ("T1", "ned")
    press(at, "Hand it back")
    assert asked(desk.asked, "hand_back_task")[0][0] == "T1"


def test_nothing_to_do_is_said_as_such(show):
    assert component(show(a_desk(), "tasks"), "neurolist_cards")["nothing"].startswith("Nothing waits for you.")


def a_meeting(*lines, meeting=None, refuses=None, **changed):
    page = an_agenda_page(*(lines or (an_agenda_line(), an_agenda_line("N10002", 2))), meeting=meeting, **changed)
    forms = {str(MeetingOutcome.NOT_SUITABLE): (REASON,), str(MeetingOutcome.PROCEED_TEST): ()}
    return ScreenMeetings(lines=(page.meeting,), pages={page.meeting.on: page}, forms=forms, refuses=refuses)


def meeting_page(show, mdt, **query):
    return show(ScreenDesk(mdt=mdt, pages={"N10001": a_case_page()}), "mdt", **query)


def say_not_suitable(show, mdt):
    at = meeting_page(show, mdt)
    next(one for one in at.segmented_control if one.label == "What the meeting says").set_value(
        MeetingOutcome.NOT_SUITABLE
    ).run()
    at.text_area[0].input("No safe path")
    return press(at, "Record outcome")


def test_an_outcome_is_recorded_with_the_version_of_the_case_and_the_next_case_comes_up(show):
    mdt = a_meeting()
    at = say_not_suitable(show, mdt)
    assert asked(mdt.asked, "outcome") == [(TODAY, "N10001", "not_suitable", {"reason": "No safe path"}, 3)]
    assert [said.value for said in at.success] == ["N10001: Not suitable. Next: N10002."]
    assert at.query_params["ref"] == "N10002"


def test_a_stale_outcome_says_so_and_keeps_what_was_written(show):
    mdt = a_meeting(refuses=StaleVersionError("Saved by Priya."))
    at = say_not_suitable(show, mdt)
    assert at.error[0].value.startswith("Somebody else changed this case since it was shown to you.")
    assert at.text_area[0].value == "No safe path"


def test_a_meeting_to_come_records_no_outcome_yet(show):
    at = meeting_page(show, a_meeting(meeting=a_meeting_line(TODAY + timedelta(days=7))))
    assert "What the meeting says" not in [one.label for one in at.segmented_control]
    assert any("still to come" in said.value for said in at.info)


def test_who_sits_is_noted_with_the_version_of_the_meeting(show):
    mdt = a_meeting()
    at = meeting_page(show, mdt)
    next(box for box in at.text_input if box.label == "Palliative care").input("Dr Wattle; S. Reed (no vote)")
    press(at, "Note")
    ((on, people, how),) = asked(mdt.asked, "attend")
    assert (on, how["expected_version"], how["chair"], how["absent"]) == (TODAY, 4, "Dr Ironbark", ())
    assert people == (
        Attendee(discipline="palliative_care", person="Dr Wattle"),
        Attendee(discipline="palliative_care", person="S. Reed", voting=False),
    )


@pytest.mark.parametrize(("label", "act"), [("Close agenda", "close"), ("Finish meeting", "finish")])
def test_a_meeting_is_closed_and_finished_as_it_was_shown_or_the_refusal_is_said(show, label, act):
    mdt = a_meeting()
    press(meeting_page(show, mdt), label)
    ((on, how),) = asked(mdt.asked, act)
    assert (on, how["expected_version"]) == (TODAY, 4)
    refused = press(meeting_page(show, a_meeting(refuses=NeurolistError("N10001 has no outcome."))), label)
    assert [said.value for said in refused.error] == ["N10001 has no outcome."]


def test_a_meeting_that_was_held_can_only_be_read(show):
    held = a_meeting_line(state=MeetingState.HELD, waiting=0)
    line = an_agenda_line(outcome=MeetingOutcome.PROCEED_TEST, state=PathwayState.CONSULTATION)
    at = meeting_page(show, a_meeting(line, meeting=held, minutes_document="D1"))
    labels = {button.label for button in at.button}
    assert "Read the minutes" in labels
    assert not labels & {"Close agenda", "Finish meeting", "Carry", "Record outcome"}


def test_a_day_without_a_meeting_and_a_calendar_without_any_say_so(show):
    at = meeting_page(show, a_meeting(), meeting="2026-11-01")
    assert [said.value for said in at.error] == [
        "No MDT meeting is in the calendar for this day. Choose one at the left."
    ]
    empty = meeting_page(show, ScreenMeetings())
    assert component(empty, "neurolist_cards")["nothing"].startswith("No meeting is in the calendar of these weeks.")


def test_a_meeting_is_planned_once_or_again_until_a_day(show):
    mdt = a_meeting()
    at = meeting_page(show, mdt)
    press(at, "Plan")
    ((new, _),) = asked(mdt.asked, "add")
    assert new.on == TODAY + timedelta(days=7)
    next(box for box in at.number_input if box.label == "Again every so many weeks").set_value(2)
    at = press(at, "Plan")
    assert at.error[0].value == "Say until which day the meeting comes again."


def test_taking_back_says_what_would_be_undone_and_carries_the_version_that_was_shown(show):
    back = Reversal(
        ref="N10001",
        seq=1,
        event="start_triage",
        on=TODAY,
        by="Ned Calder",
        to_state=PathwayState.REFERRAL_RECEIVED,
        lost=("the slot of Tuesday",),
        letters=(),
        version=7,
    )
    desk = a_desk(back=back)
    at = show(desk, "case", case="N10001", part="Put right")
    for words in ("Start triage", "Referral received", "the slot of Tuesday"):
        assert words in html(at)
    next(box for box in at.text_area if box.label == "What was wrong").input("Another patient")
    press(at, "Take it back")
    ((ref, reason, how),) = asked(desk.asked, "reverse")
    assert (ref, reason, how["expected_version"], how["not_ready"]) == ("N10001", "Another patient", 7, False)


def test_a_value_is_corrected_with_the_version_that_was_shown(show):
    value = Amendable(
        key="review-1.pain_score",
        label="Review of day 7: pain score",
        value="5",
        field=Field(key="value", type=FieldType.INTEGER, label="Pain score"),
    )
    desk = a_desk(values=(value,))
    at = show(desk, "case", case="N10001", part="Put right")
    assert any("cannot be taken back" in said.value for said in at.info)
    next(box for box in at.selectbox if box.label == "Value").set_value("review-1.pain_score").run()
    at.number_input[0].set_value(3)
    next(box for box in at.text_area if box.label == "What was wrong").input("Wrong column")
    at = press(at, "Correct")
    ((ref, key, new, reason, how),) = asked(desk.asked, "amend")
    assert (ref, key, new, reason, how["expected_version"]) == ("N10001", "review-1.pain_score", 3, "Wrong column", 3)
    assert "corrected from 5 to 3" in at.success[0].value


def test_a_held_slot_is_given_back_with_a_reason_and_the_version_of_the_booking(show):
    held = a_booking_line(status=BookingState.HELD, version=9)
    desk = ScreenDesk(pages={"N10001": a_case_page(bookings=(held,))})
    at = show(desk, "case", case="N10001")
    at = press(at, "Record")
    assert [said.value for said in at.error] == ["Say why the slot is given back."]
    next(box for box in at.text_input if box.label == "Why").input("Found an earlier one")
    press(at, "Record")
    ((ref, how),) = asked(desk.asked, "release_slot")
    assert (ref, how) == ("N10001", {"reason": "Found an earlier one", "expected_version": 9})


def test_a_case_that_has_ended_is_referred_again_as_a_new_one(show):
    ended = a_case_summary(state=PathwayState.DISCHARGED)
    at = show(ScreenDesk(pages={"N10001": a_case_page(ended)}), "case", case="N10001")
    assert "The patient comes back: open a new case" in [box.label for box in at.expander]
    assert any("The pathway of this case is done." in said.value for said in at.markdown)
