"""Meetings stand in the calendar with how full they are, and an agenda with what each case lacks."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dashboard.shapes.cards import cards_data
from dashboard.shapes.meetings import (
    again_rows,
    agenda_groups,
    attendees,
    calendar_groups,
    coming_up,
    gone,
    head_words,
    in_front,
    line_facts,
    meeting_figures,
    people_of,
    quorum_words,
    seat_facts,
    sits_words,
    usual_meeting,
)
from db.meeting_pictures import Again, Present
from db.meetings import Attendee
from scheduler.pathway.meetings.words import MeetingOutcome, MeetingState
from scheduler.pathway.states import PathwayState
from tests.builders.screens import TODAY, a_meeting_line, an_agenda_line, an_agenda_page

MELBOURNE = ZoneInfo("Australia/Melbourne")
DECIDED = {"outcome": MeetingOutcome.PROCEED_TEST, "state": PathwayState.CONSULTATION}


def seated(person, discipline="palliative_care", *, voting=True):
    return Present(discipline=discipline, label="Palliative care", person=person, voting=voting)


def test_meetings_to_come_stand_before_those_that_have_been():
    days = [TODAY - timedelta(days=14), TODAY - timedelta(days=7), TODAY, TODAY + timedelta(days=7)]
    coming, past = calendar_groups([a_meeting_line(on) for on in days], TODAY)
    assert [card.id for card in coming.cards] == ["2026-11-24", "2026-12-01"]
    assert [card.id for card in past.cards] == ["2026-11-17", "2026-11-10"]


def test_a_meeting_says_how_full_it_is_until_it_was_held():
    full = a_meeting_line(minutes_used=70, waiting=7)
    held = a_meeting_line(TODAY + timedelta(days=1), state=MeetingState.HELD, waiting=0, decided=3, carried=1)
    off = a_meeting_line(TODAY + timedelta(days=2), state=MeetingState.CANCELLED, reason="No quorum")
    first, second, third = calendar_groups([full, held, off], TODAY)[0].cards
    assert (first.aside, first.aside_look, first.bar.percent, first.bar.over) == ("70 of 60 min", "over", 116, True)
    assert (second.aside, second.bar, second.lines[0].text) == ("", None, "Held: 3 decided, 1 carried")
    assert third.lines[0].text == "Cancelled: No quorum"


def test_the_meeting_to_show_is_the_next_with_work_to_do():
    late = a_meeting_line(TODAY - timedelta(days=7), waiting=1)
    done = a_meeting_line(TODAY - timedelta(days=7), state=MeetingState.HELD, waiting=0)
    coming = a_meeting_line(TODAY + timedelta(days=7))
    assert usual_meeting([late, coming], TODAY) == "2026-11-17"
    assert usual_meeting([done, coming], TODAY) == "2026-12-01"
    assert usual_meeting([done], TODAY) == "2026-11-17"
    assert usual_meeting([], TODAY) is None


def test_the_head_of_a_meeting_says_where_who_and_until_when():
    assert head_words(a_meeting_line(), MELBOURNE) == (
        "Planned, Room 2, chaired by Dr Ironbark, agenda closes Tue 24 Nov, 09:00"
    )
    moved = a_meeting_line(place="", chair="", agenda_closes_at=None, reason="Room taken")
    assert head_words(moved, MELBOURNE) == "Planned, moved: Room taken"


def test_cases_stand_by_what_the_meeting_has_still_to_do():
    page = an_agenda_page(
        an_agenda_line("N1", 1),
        an_agenda_line("N2", 2, **DECIDED),
        an_agenda_line("N3", 3, carried=True, carried_to=date(2026, 12, 1), carried_why="No time"),
        an_agenda_line("N4", 4, state=PathwayState.WITHDRAWN),
    )
    data = cards_data("Agenda", agenda_groups(page), current="N1", nothing="")
    assert [(group["heading"], [card["id"] for card in group["cards"]]) for group in data["groups"]] == [
        ("To discuss", ["N1"]),
        ("Decided", ["N2"]),
        ("Carried", ["N3"]),
        ("No longer waiting", ["N4"]),
    ]
    said = [group["cards"][0]["lines"][0]["text"] for group in data["groups"]]
    assert said == [
        "Category 2; 5 days left.",
        "Test block first",
        "Carried to Tue 1 Dec: No time",
        "Now stands at: Withdrawn",
    ]
    assert [group["cards"][0]["current"] for group in data["groups"]] == [True, False, False, False]


def test_a_case_says_what_it_lacks_that_it_is_over_the_time_and_why_it_came_late():
    line = an_agenda_line(lacks=("New bloods.", "The referrer."), fits=False, late=True, added_why="Urgent")
    (group, *_) = agenda_groups(an_agenda_page(line))
    assert [said.text for said in group.cards[0].lines] == [
        "Category 2; 5 days left.",
        "Lacks: New bloods. The referrer.",
        "Over the time: carried when the agenda closes",
        "Added after the closing: Urgent",
    ]


def test_the_case_in_front_is_the_one_asked_for_or_the_first_left_and_the_next_comes_up_in_order():
    page = an_agenda_page(
        an_agenda_line("N1", 1, **DECIDED), an_agenda_line("N2", 2), an_agenda_line("N3", 3, **DECIDED)
    )
    assert [in_front(page, wanted).ref for wanted in (None, "N3")] == ["N2", "N3"]
    assert in_front(an_agenda_page(an_agenda_line("N1", **DECIDED)), None).ref == "N1"
    assert in_front(an_agenda_page(), None) is None
    assert coming_up(page, after=1) == "N2"
    assert coming_up(page, after=3) == "N2"
    assert coming_up(an_agenda_page(an_agenda_line(**DECIDED)), after=1) is None


def test_the_time_left_turns_into_the_time_over():
    assert [(one.label, one.value, one.level) for one in meeting_figures(an_agenda_page())][-1][:2] == (
        "Time left",
        "40 min",
    )
    late = meeting_figures(an_agenda_page(meeting=a_meeting_line(minutes_used=70)))[-1]
    assert (late.label, late.value, late.level) == ("Over the time", "10 min", "over")
    held = meeting_figures(an_agenda_page(meeting=a_meeting_line(state=MeetingState.HELD)))
    assert [one.label for one in held] == ["To discuss", "Decided", "Carried"]


def test_the_quorum_is_said_with_who_lacks():
    assert quorum_words(an_agenda_page()) == ("The meeting has its quorum.", True)
    lacking = an_agenda_page(absent=("Palliative care", "Treating oncology"))
    assert quorum_words(lacking) == ("No quorum yet: Palliative care and Treating oncology not noted.", False)


def test_who_sits_is_read_from_the_form_as_it_is_shown_there():
    present = (seated("Dr Wattle"), seated("S. Reed", voting=False))
    assert sits_words(present) == "Dr Wattle (Palliative care); S. Reed (Palliative care, no vote)"
    assert sits_words(()) == "Nobody is noted yet."
    shown = people_of(present)
    assert shown == {"palliative_care": "Dr Wattle; S. Reed (no vote)"}
    people = attendees({**shown, "radiology": " "})
    assert people == (
        Attendee(discipline="palliative_care", person="Dr Wattle"),
        Attendee(discipline="palliative_care", person="S. Reed", voting=False),
    )
    assert gone(present, people) == ()
    assert gone(present, people[:1]) == ("S. Reed",)


def test_what_the_meeting_said_stands_with_the_case_and_tells_two_versions_apart():
    said = an_agenda_line(outcome=MeetingOutcome.NOT_SUITABLE, reason="No safe path", alternative="Pump")
    told = dict(line_facts(said))
    assert (told["Outcome"], told["Reason"], told["Instead"]) == ("Not suitable", "No safe path", "Pump")
    assert dict(seat_facts(an_agenda_line()))["Outcome"] == "none yet"


def test_a_case_that_may_come_back_says_why():
    page = an_agenda_page(again=(Again(ref="N9", state=PathwayState.TEST_NEGATIVE, reasons=("Negative.", "Old.")),))
    assert [cell if isinstance(cell, str) else cell.text for cell in again_rows(page)[0]] == [
        "N9",
        "Test negative",
        "Negative. Old.",
    ]
