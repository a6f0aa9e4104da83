"""Asking for a plan: which weeks, which sites, how long to search, and whether the coming days may change."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

import streamlit as st

from dashboard.shapes.words import short_day
from flows.desk import Desk
from scheduler.errors import NeurolistError

WEEKS: Final = {"1 week": 1, "2 weeks": 2, "4 weeks": 4, "6 weeks": 6}
SEARCH: Final = {"10 seconds": 10.0, "30 seconds": 30.0, "2 minutes": 120.0, "5 minutes": 300.0}


@st.dialog("New plan", position="right", width="small")
def ask_for_plan(desk: Desk) -> None:
    """Draw the form; the planner's own process works the plan out, and everybody sees how far it has come."""
    tomorrow, frozen = desk.today() + timedelta(days=1), desk.frozen_until()
    sites = {site.id: site.name for site in desk.sites()}
    start = st.date_input("First day", tomorrow, min_value=tomorrow, format="DD/MM/YYYY", key="ask-from")
    weeks = st.segmented_control("Weeks to plan", list(WEEKS), default="4 weeks", required=True, key="ask-weeks")
    chosen = st.multiselect(
        "Sites (all unless chosen)",
        list(sites),
        format_func=sites.__getitem__,
        key="ask-sites",
        placeholder="All sites",
    )
    search = st.segmented_control(
        "Time to search", list(SEARCH), default="30 seconds", required=True, key="ask-seconds"
    )
    still = st.checkbox(f"Leave the days up to {short_day(frozen)} as they are", value=True, key="ask-frozen")
    risk = st.number_input(
        "Largest risk of running over, in per cent of days (optional)", 1, 99, None, step=1, key="ask-risk"
    )
    st.caption("Nothing is booked until the plan is published.")
    name = st.session_state.setdefault("ask-write", secrets.token_hex(16))
    if not st.button("Propose plan", type="primary", key="ask-now"):
        return
    try:
        made = desk.request_plan(
            start=start,
            weeks=WEEKS[weeks or "4 weeks"],
            time_limit=SEARCH[search or "30 seconds"],
            freeze_until=frozen if still and start <= frozen else None,
            risk=None if risk is None else int(risk),
            sites=tuple(chosen),
            write_id=name,
        )
    except NeurolistError as refusal:
        st.error(str(refusal))
        return
    del st.session_state["ask-write"]
    st.query_params["proposal"] = made
    st.rerun()
