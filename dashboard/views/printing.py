"""Printing the lists of a day, and the calendar feeds that phones and calendar programs subscribe to."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import streamlit as st

from dashboard.session import person, the_desk
from dashboard.shapes.markup import table
from dashboard.shapes.printing import FEED_HEADS, KINDS, SHEET_HEADS, feed_rows, sheet_rows, sheets_say
from dashboard.shapes.words import day
from dashboard.views.said import say, show_said
from flows.desk import Action, FeedLine, may
from scheduler.errors import NeurolistError

PAGE: Final = "print"
MADE: Final = "feed-made"
WRITE: Final = "feed-write"


def draw() -> None:
    """Draw the day's sheets, then the feeds."""
    st.title("Print and calendars", anchor=False)
    show_said(PAGE)
    _sheets()
    known = person()
    if known is not None and may(known, Action.KEEP_FEEDS):
        _feeds()


def _sheets() -> None:
    desk, known = the_desk(), person()
    on = st.date_input("Day", value=desk.today(), format="DD/MM/YYYY", key="day", bind="query-params", width=200)
    cards = desk.lists(on, on)
    st.caption(sheets_say(cards))
    if cards:
        names = known is not None and may(known, Action.SEE_PATIENT)
        st.html(table(f"Lists of {day(on)}", SHEET_HEADS, sheet_rows(cards, names=names)))


def _feeds() -> None:
    desk = the_desk()
    st.subheader("Calendar feeds", anchor=False)
    st.caption(
        "A feed shows a calendar program which lists there are and how many cases each holds, never who. "
        "Whoever has its address can read it: end a feed when its address may have gone astray."
    )
    made = st.session_state.pop(MADE, None)
    if made:
        st.success("The feed is made. Copy its address now: it is not shown again.")
        st.code(made, language=None)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        wanted = st.selectbox(
            "Whose calendar",
            desk.feeds.subjects(),
            format_func=lambda subject: f"{subject[2]} ({KINDS[subject[0]].lower()})",
            index=None,
            placeholder="Choose a radiologist or a suite",
            key="feed-subject",
            width=360,
        )
        st.button("Make feed", on_click=_make, args=(wanted,), disabled=wanted is None, key="make-feed")
    lines = desk.feeds.all()
    if not lines:
        st.caption("No feed yet. Choose whose calendar it is, then make it.")
        return
    st.html(table("Feeds", FEED_HEADS, feed_rows(lines, desk.zone)))
    _ending([line for line in lines if line.ended_at is None])


def _ending(live: list[FeedLine]) -> None:
    if not live:
        return
    zone = the_desk().zone
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            "End a feed",
            live,
            format_func=lambda line: f"{line.name}, made {day(line.made_at.astimezone(zone).date())}",
            index=None,
            placeholder="Choose a feed",
            key="feed-to-end",
            width=360,
        )
        st.button("End feed", on_click=_end, args=(chosen,), disabled=chosen is None, key="end-feed")


def _make(wanted: tuple[str, str, str]) -> None:
    kind, subject, _ = wanted
    write_id = st.session_state.setdefault(WRITE, str(uuid4()))
    try:
        path = the_desk().feeds.make(kind, subject, write_id=write_id)
    except NeurolistError as refusal:
        say(PAGE, str(refusal), refused=True)
        return
    del st.session_state[WRITE]
    if path:
        st.session_state[MADE] = f"{_address()}{path}"


def _end(line: FeedLine) -> None:
    try:
        the_desk().feeds.end(line.id, expected_version=line.version)
        say(PAGE, f"The feed of {line.name} has ended: its address answers no more.")
    except NeurolistError as refusal:
        say(PAGE, str(refusal), refused=True)


def _address() -> str:
    """The address people reach this server by, as their browser says it."""
    parts = (st.context.url or "").split("/")
    return "/".join(parts[:3])
