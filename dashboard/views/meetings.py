"""MDT meetings: the calendar, and one meeting to prepare and to run from."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import streamlit as st

from dashboard.components import mounts
from dashboard.session import the_desk
from dashboard.shapes import meetings as shapes
from dashboard.shapes.cards import cards_data
from dashboard.shapes.markup import figures, table
from dashboard.shapes.words import safe
from dashboard.views.going import Going
from dashboard.views.meeting_acts import draw_acts, draw_planning
from dashboard.views.meeting_agenda import draw_putting
from dashboard.views.meeting_case import draw_case
from dashboard.views.meeting_people import draw_people
from dashboard.views.said import show_said
from flows.desk import AgendaPage, Desk, MeetingLine
from scheduler.errors import NotFoundError

SPANS: Final = {"Coming weeks": (2, 12), "Past year": (52, 12), "Coming year": (2, 52)}
USUAL: Final = "Coming weeks"
NO_MEETINGS: Final = "No meeting is in the calendar of these weeks. Plan one with the button above."
NO_CASES: Final = "No case is on this agenda yet. Accepted cases go on the next open one by themselves."


def draw(going: Going) -> None:
    """Draw the calendar beside the meeting that is open."""
    desk = the_desk()
    meetings = draw_head(desk)
    today = desk.today()
    wanted = st.query_params.get("meeting") or shapes.usual_meeting(meetings, today)
    show_said("mdt")
    left, right = st.columns([2, 9], gap="medium")
    with left:
        groups = shapes.calendar_groups(meetings, today)
        mounts.cards(
            cards_data("Meetings", groups, current=wanted, nothing=NO_MEETINGS), key="meetings", on_open=open_meeting
        )
    with right:
        if wanted is not None:
            draw_meeting(desk, going, wanted)


def draw_head(desk: Desk) -> tuple[MeetingLine, ...]:
    """Draw the title, the weeks of the calendar and the way to plan a meeting; give the meetings of these weeks."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("MDT", anchor=False, width="content")
        span = st.segmented_control(
            "Weeks of the calendar",
            list(SPANS),
            default=USUAL,
            required=True,
            key="span",
            bind="query-params",
            label_visibility="collapsed",
        )
        st.space("stretch")
        draw_planning(desk)
    back, ahead = SPANS[span or USUAL]
    today = desk.today()
    return desk.mdt.calendar(today - timedelta(weeks=back), today + timedelta(weeks=ahead))


def draw_meeting(desk: Desk, going: Going, wanted: str) -> None:
    """Draw one meeting: its head, its agenda, and the case in front of it."""
    try:
        page = desk.mdt.agenda(date.fromisoformat(wanted))
    except (NotFoundError, ValueError):
        st.error("No MDT meeting is in the calendar for this day. Choose one at the left.")
        return
    meeting = page.meeting
    st.html(
        f'<h2 class="nl-case">{safe(shapes.title_words(meeting))} <span>{safe(shapes.head_words(meeting, desk.zone))}'
        "</span></h2>"
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="large"):
        st.html(figures(shapes.meeting_figures(page)), width="content")
        draw_acts(desk, page)
    draw_people(page)
    agenda, front = st.columns([1, 1], gap="medium")
    line = shapes.in_front(page, st.query_params.get("ref"))
    with agenda:
        draw_agenda(desk, page, line.ref if line else None)
    with front:
        if line is not None:
            draw_case(desk, going, page, line)


def draw_agenda(desk: Desk, page: AgendaPage, current: str | None) -> None:
    """Draw the cases of the agenda, and those that should perhaps come back."""
    groups = shapes.agenda_groups(page)
    data = cards_data("Agenda", groups, current=current, nothing=NO_CASES, scrolls=False)
    mounts.cards(data, key="agenda", on_open=open_case)
    if page.meeting.state.is_coming:
        draw_putting(desk, page)
    if page.again:
        caption = "On no agenda, and perhaps for a meeting again"
        st.html(table(caption, shapes.AGAIN_HEADS, shapes.again_rows(page)))


def open_meeting(opened: mounts.Opened) -> None:
    """Let the address name the meeting that was clicked, and no case of another."""
    st.query_params.pop("ref", None)
    st.query_params["meeting"] = opened.id


def open_case(opened: mounts.Opened) -> None:
    """Let the address name the case that was clicked."""
    st.query_params["ref"] = opened.id
