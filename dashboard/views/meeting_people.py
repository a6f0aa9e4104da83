"""Who sits in a meeting, and whether it may decide."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.shapes import meetings as shapes
from dashboard.shapes.words import safe
from dashboard.views.meeting_acts import changed
from dashboard.views.once import form_id
from flows.desk import MEETING_ROLES, AgendaPage, MeetingState

SEVERAL: Final = "Separate several names with a semicolon; write (no vote) behind an observer."
COLUMNS: Final = 4


def draw_people(page: AgendaPage) -> None:
    """Draw whether the meeting has its quorum, who sits, and the form to note it."""
    says, enough = shapes.quorum_words(page)
    look = "nl-fine" if enough else "nl-soon"
    if page.meeting.state is not MeetingState.CANCELLED:
        st.html(
            f'<p class="nl-key"><b class="{look}">{safe(says)}</b> Sits: {safe(shapes.sits_words(page.present))}</p>'
        )
        with st.expander("Note who sits"):
            draw_form(page)


def draw_form(page: AgendaPage) -> None:
    """Draw a line for each discipline, with the names that are noted."""
    key, known = form_id(f"attend-{page.meeting.on}"), shapes.people_of(page.present)
    with st.form(key, border=False):
        st.html(f'<p class="nl-key">{safe(SEVERAL)} The quorum asks for: {safe(", ".join(page.must_sit))}.</p>')
        columns = st.columns(COLUMNS)
        for at, (discipline, label) in enumerate(MEETING_ROLES.items()):
            columns[at % COLUMNS].text_input(label, known.get(discipline, ""), key=f"{key}-{discipline}")
        columns[len(MEETING_ROLES) % COLUMNS].text_input("Chair", page.meeting.chair, key=f"{key}-chair")
        st.form_submit_button("Note", on_click=note, args=(page, key))


def note(page: AgendaPage, key: str) -> None:
    """Note who sits, as the form says it; who is no longer in it is taken off."""
    filled = {discipline: str(st.session_state.get(f"{key}-{discipline}") or "") for discipline in MEETING_ROLES}
    people = shapes.attendees(filled)
    absent = shapes.gone(page.present, people)
    chair = str(st.session_state.get(f"{key}-chair") or "").strip()
    on = page.meeting.on
    changed(
        page.meeting,
        f"attend-{on}",
        lambda desk, how: desk.mdt.attend(on, people, absent=absent, chair=chair, **how),
        done="Who sits is noted.",
    )
