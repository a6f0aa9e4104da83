"""A case is put on an agenda by hand."""

from __future__ import annotations

import streamlit as st

from dashboard.shapes.stages import what_words
from dashboard.views.meeting_acts import changed
from dashboard.views.once import form_id
from dashboard.views.said import say
from flows.desk import AgendaPage, Desk, MeetingState, PathwayState


def draw_putting(desk: Desk, page: AgendaPage) -> None:
    """Draw the form that puts a waiting case on this agenda, once it is opened."""
    on = page.meeting.on
    opened = st.expander("Put a case on this agenda", key=f"putting-{on}", on_change="rerun")
    with opened:
        if not opened.open:
            return
        here = {line.ref for line in page.lines if line.waits}
        waiting = {
            case.ref: what_words(case) for case in desk.cases(PathwayState.AWAITING_MDT.value) if case.ref not in here
        }
        if not waiting:
            st.info("Every case that waits for a meeting is on this agenda already.")
            return
        key = form_id(f"put-{on}")
        with st.form(key, border=False):
            st.selectbox(
                "Case", list(waiting), index=None, format_func=lambda ref: f"{ref}  {waiting[ref]}", key=f"{key}-ref"
            )
            late = page.meeting.state is MeetingState.AGENDA_CLOSED
            st.text_input("Why" if late else "Why (optional)", key=f"{key}-why")
            st.number_input("Minutes", 1, None, None, key=f"{key}-minutes", help="Empty: as for every case.")
            st.form_submit_button("Put on the agenda", on_click=put, args=(page, key))


def put(page: AgendaPage, key: str) -> None:
    """Put the case that was chosen on the agenda."""
    on, ref = page.meeting.on, st.session_state.get(f"{key}-ref")
    why, minutes = str(st.session_state.get(f"{key}-why") or ""), st.session_state.get(f"{key}-minutes")
    if ref is None:
        say("mdt", "Choose the case to put on the agenda.", refused=True)
        return
    changed(
        page.meeting,
        f"put-{on}",
        lambda desk, how: desk.mdt.put(on, ref, why=why, minutes=minutes, **how),
        done=f"{ref} is on the agenda.",
    )
