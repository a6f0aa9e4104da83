"""What one more list or skill is worth: the last answer with its date, and the button that asks for a new one."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import worth as shapes
from dashboard.shapes.markup import table
from dashboard.views.downloading import Download, section
from dashboard.views.once import written
from dashboard.views.said import show_said
from flows.desk import Desk, WorthReport

PLACE: Final = "worth"
LOOK_EVERY_SECONDS: Final = 3


def draw_worth(desk: Desk) -> None:
    """Draw the last answer, and how a new one stands."""
    report = desk.scenarios.worth()
    rows = shapes.csv_rows(report) if report else []
    section(
        "What one more list or skill would be worth",
        Download(label="Download worth", file="worth.csv", heads=shapes.CSV_HEADS, rows=rows),
    )
    show_said(PLACE)
    busy = report is not None and shapes.working(report)
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(shapes.standing_words(report, desk.zone), width="content")
        st.button("Work out now", on_click=ask, key="ask-worth", disabled=busy)
    if report is not None:
        draw_standing(desk, report)
        draw_lines(report)


def draw_standing(desk: Desk, report: WorthReport) -> None:
    """Say how a new answer stands."""
    if shapes.working(report):
        look_again(shapes.asked_words(report, desk.zone))
    elif report.failure:
        st.error(shapes.asked_words(report, desk.zone))


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def look_again(words: str) -> None:
    """Look every few seconds whether the new answer has come."""
    report = the_desk().scenarios.worth()
    if report is None or not shapes.working(report):
        st.rerun()
    st.info(words)


def draw_lines(report: WorthReport) -> None:
    """Draw the best lists and skills, the best first."""
    if report.answered_at is None:
        return
    lists, skills = shapes.list_rows(report.lists), shapes.skill_rows(report.skills)
    left, right = st.columns([5, 4], gap="large")
    with left:
        if lists:
            st.html(table("", shapes.LIST_HEADS, lists))
        else:
            st.markdown("One more list would save nothing in these weeks.")
    with right:
        if skills:
            st.html(table("", shapes.SKILL_HEADS, skills))
        else:
            st.markdown("One more skill would save nothing in these weeks.")


def ask() -> None:
    """Ask the planner for a new answer."""

    def act(write_id: str) -> str:
        the_desk().scenarios.ask_worth(write_id=write_id)
        return "The planner works it out beside everything else."

    written(PLACE, act, done=PLACE)
