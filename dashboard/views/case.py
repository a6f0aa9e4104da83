"""One case: what is planned, what may follow, its clocks, bookings and history."""

from __future__ import annotations

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import case as shapes
from dashboard.shapes.case import with_wanted
from dashboard.shapes.markup import facts, mark, table
from dashboard.shapes.words import safe
from dashboard.views.said import show_said
from dashboard.views.steps import draw_steps
from flows.desk import CasePage, Desk
from scheduler.errors import NotFoundError, NotPermittedError


def draw() -> None:
    """Draw the case that the address names, or the way to one."""
    desk = the_desk()
    ref = draw_choice(desk)
    show_said("case")
    if ref is None:
        st.info("Choose a case above, or open one from the board or the stages.")
        return
    try:
        page = desk.case(ref)
    except NotFoundError as unknown:
        st.error(str(unknown))
        return
    story, actions = st.columns([5, 3], gap="large")
    with story:
        draw_story(desk, page)
    with actions:
        draw_steps(page.summary, desk.next_steps(ref))
        todo = shapes.task_rows(page.tasks)
        if todo:
            st.html(table("To do", shapes.TASK_HEADS, todo))


def draw_choice(desk: Desk) -> str | None:
    """Draw the title beside a list of cases that can be searched."""
    refs = with_wanted([case.ref for case in desk.cases()], st.query_params.get("case"))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.title("Case", anchor=False, width="content")
        return st.selectbox(
            "Case reference",
            refs,
            index=None,
            key="case",
            bind="query-params",
            placeholder="Type a reference",
            label_visibility="collapsed",
            width=220,
        )


def draw_story(desk: Desk, page: CasePage) -> None:
    """Draw what is known of the case: the plan first, the history last."""
    case = page.summary
    st.html(f'<h2 class="nl-case">{mark(case.urgency)} {safe(case.ref)} <span>{safe(case.state.label)}</span></h2>')
    if case.missing:
        st.warning(f"Missing: {shapes.missing_words(case)}.")
    st.html(facts(shapes.case_facts(case)))
    draw_patient(desk, case.ref)
    st.html(table("Clocks", shapes.CLOCK_HEADS, shapes.clock_rows(page.clocks)))
    if page.bookings:
        st.html(table("Bookings", shapes.BOOKING_HEADS, shapes.booking_rows(page.bookings, desk.zone)))
    st.html(table("History", shapes.HISTORY_HEADS, shapes.history_rows(page.history, page.notes, desk.zone)))


def draw_patient(desk: Desk, ref: str) -> None:
    """Draw who the patient is, for those who ask; the asking itself is recorded."""
    if not st.button("Show who the patient is", key=f"patient-{ref}", help="That you looked is recorded."):
        return
    try:
        st.html(facts(desk.patient(ref).lines()))
    except NotPermittedError as refusal:
        st.error(str(refusal))
