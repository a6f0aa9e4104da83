"""Asking for a plan, and watching until it is ready."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.proposal import still_working, work_sentence
from dashboard.shapes.window import Window
from dashboard.views.going import Going
from dashboard.views.said import say, show_said
from scheduler.errors import NeurolistError

ASKED: Final = "asked-plan"
LOOK_EVERY_SECONDS: Final = 2


def ask_button(window: Window) -> None:
    """Draw the button that asks for a plan of these weeks."""
    st.button(
        "Propose plan",
        type="primary",
        on_click=ask_for_plan,
        args=(window,),
        key="propose",
        help="Work out a plan for the weeks shown. Nothing is booked until you publish it.",
    )


def ask_for_plan(window: Window) -> None:
    """Ask the desk for a plan; the planning process works it out."""
    try:
        desk = the_desk()
        st.session_state[ASKED] = desk.request_plan(start=window.first_to_plan(desk.today()), weeks=window.weeks)
    except NeurolistError as refusal:
        say("board", str(refusal), refused=True)


def watch_plan(going: Going) -> None:
    """Show how the plan that was asked for stands, with the way to it once it is worked out."""
    show_said("board")
    wanted = st.session_state.get(ASKED)
    if wanted is None or watch_working(wanted):
        return
    summary = the_desk().proposal(wanted).summary
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="plan-line"):
        st.markdown(work_sentence(summary), width="content")
        st.page_link(going.proposal_page, label="Open the proposal", query_params={"proposal": wanted})


def watch_working(wanted: str) -> bool:
    """While a plan is being worked out, show how it stands and look again every two seconds; say whether it is."""
    if not still_working(the_desk().proposal(wanted).summary):
        return False
    _look_again(wanted)
    return True


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def _look_again(wanted: str) -> None:
    summary = the_desk().proposal(wanted).summary
    if not still_working(summary):
        st.rerun()
    st.info(work_sentence(summary))
