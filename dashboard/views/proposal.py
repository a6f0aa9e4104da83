"""A proposed plan: what it would book, move and leave over, and the button that publishes it."""

from __future__ import annotations

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import proposal as shapes
from dashboard.shapes.markup import figures, table
from dashboard.views.planning import watch_working
from dashboard.views.said import say, show_said
from flows.desk import Desk, ProposalPage, ProposalStatus, ProposalSummary, ProposedPlace
from scheduler.errors import NeurolistError


def draw() -> None:
    """Draw the proposal that the address names, or the latest one."""
    desk = the_desk()
    known = {summary.id: summary for summary in desk.proposals()}
    chosen = draw_choice(desk, known)
    show_said("proposal")
    if chosen is None:
        st.info("No plan has been proposed yet. Open the board and choose Propose plan.")
        return
    if watch_working(chosen):
        return
    page = desk.proposal(chosen)
    draw_page(desk, page)


def draw_choice(desk: Desk, known: dict[str, ProposalSummary]) -> str | None:
    """Draw the title beside the proposals to choose from, the latest first; the address keeps the choice."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.title("Proposal", anchor=False, width="content")
        if not known:
            return None
        chosen = st.selectbox(
            "Proposal shown",
            list(known),
            # Not bound to the address: a bound choice is written there by its label, and a plan is found by its id.
            index=shapes.place_of(st.query_params.get("proposal"), list(known)),
            format_func=lambda each: shapes.choice_words(known[each], desk.zone),
            label_visibility="collapsed",
            width=460,
        )
    st.query_params["proposal"] = chosen
    return chosen


def draw_page(desk: Desk, page: ProposalPage) -> None:
    """Draw what a finished plan would do, what it leaves over first."""
    summary = page.summary
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.markdown(f"{shapes.window_words(summary)}. {shapes.standing_words(summary, desk.zone)}", width="content")
        st.space("stretch")
        if summary.status is ProposalStatus.READY:
            st.button("Publish plan", type="primary", on_click=publish, args=(summary,), key="publish")
    if summary.status is ProposalStatus.FAILED:
        st.error(shapes.work_sentence(summary))
        return
    st.html(figures(shapes.proposal_figures(page)))
    main, side = st.columns([5, 2], gap="large")
    with main:
        if page.left_over:
            st.html(table("Left over, and why", shapes.LEFT_HEADS, shapes.left_rows(page.left_over)))
        draw_places("New and moved", shapes.changed_places(page), desk)
        draw_places("Unchanged", shapes.kept_places(page), desk)
        if not page.placed:
            st.markdown("This plan places nobody.")
    with side:
        st.html(table("Cost by goal", shapes.COST_HEADS, shapes.cost_rows(page.terms, page.prices)))


def draw_places(title: str, places: tuple[ProposedPlace, ...], desk: Desk) -> None:
    """Draw where the plan puts these cases."""
    if places:
        st.html(table(title, shapes.PLACED_HEADS, shapes.placed_rows(places, desk.zone)))


def publish(summary: ProposalSummary) -> None:
    """Ask the desk to publish the plan as it was shown, and keep what it answered."""
    try:
        the_desk().publish(
            summary.id, expected_version=summary.version, write_id=f"{summary.id}:{summary.version}:publish"
        )
    except NeurolistError as refusal:
        say("proposal", str(refusal), refused=True)
    else:
        say("proposal", f"Published: {shapes.placed_words(summary)}. The lists on the board show the bookings.")
