"""Asking for a plan, and watching until it is ready."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.changes import run_facts, run_share
from dashboard.shapes.markup import facts
from dashboard.shapes.proposal import still_working, work_sentence
from dashboard.shapes.window import Window
from dashboard.views.going import Going
from dashboard.views.said import say, show_said
from flows.desk import ProposalSummary
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
        start, frozen = window.first_to_plan(desk.today()), desk.frozen_until()
        st.session_state[ASKED] = desk.request_plan(
            start=start, weeks=window.weeks, freeze_until=frozen if start <= frozen else None
        )
    except NeurolistError as refusal:
        say("board", str(refusal), refused=True)


def watch_plan(going: Going) -> None:
    """Show how the plan that was asked for stands, with the way to it once it is worked out."""
    show_said("board")
    wanted = st.session_state.get(ASKED)
    if wanted is None or watch_working(wanted):
        return
    summary = the_desk().proposal_line(wanted)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="plan-line"):
        st.markdown(work_sentence(summary), width="content")
        st.page_link(going.proposal_page, label="Open the proposal", query_params={"proposal": wanted})


def watch_working(wanted: str) -> bool:
    """While a plan is being worked out, show how it stands and look again every two seconds; say whether it is."""
    if not still_working(the_desk().proposal_line(wanted)):
        return False
    _look_again(wanted)
    return True


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def _look_again(wanted: str) -> None:
    desk = the_desk()
    summary = desk.proposal_line(wanted)
    if not still_working(summary):
        st.rerun()
    since = summary.started_at or summary.asked_at
    seconds = (desk.now() - since).total_seconds()
    st.info(work_sentence(summary))
    st.progress(run_share(summary, seconds) if summary.started_at else 0.0)
    with st.container(horizontal=True, vertical_alignment="center", gap="large"):
        st.html(facts(run_facts(summary, seconds)), width="stretch")
        st.button("End this run", key=f"end-{wanted}", on_click=end_run, args=(summary,))


def end_run(summary: ProposalSummary) -> None:
    """Ask the desk to end a run that has no plan yet."""
    try:
        the_desk().withdraw(summary.id, reason="The run was ended before it had a plan.")
    except NeurolistError as refusal:
        say("proposal", str(refusal), refused=True)
    else:
        say("proposal", "The run was ended. Nothing was booked.")
