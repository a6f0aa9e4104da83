"""Opening who a patient of another site is in an emergency, with the reason."""

from __future__ import annotations

import streamlit as st

from dashboard.session import the_desk
from dashboard.views.once import form_id, written


def draw_emergency(ref: str) -> None:
    """Draw the form with the reason; the IR lead is asked to look at it afterwards."""
    key = form_id(f"emergency-{ref}")
    with st.form(key, border=True):
        st.text_input(
            "What is the emergency?",
            key=f"{key}-reason",
            help="Your name and this reason are recorded, and the IR lead looks at them. Do not name the patient here.",
        )
        st.form_submit_button("Open in an emergency", on_click=open_it, args=(ref, key))


def open_it(ref: str, key: str) -> None:
    """Open it for as long as the setting says."""
    reason = str(st.session_state.get(f"{key}-reason") or "")

    def act(write_id: str) -> str:
        desk = the_desk()
        until = desk.open_in_emergency(ref, reason, write_id=write_id).astimezone(desk.zone)
        return f"Opened until {until:%H:%M}. Press “Show who the patient is” again."

    written(f"emergency-{ref}", act, done="case")
