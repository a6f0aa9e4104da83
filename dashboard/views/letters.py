"""The letters of a case: how each stands, its text, and sending one again."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import papers
from dashboard.shapes.markup import table
from dashboard.views.once import form_id, written
from dashboard.views.said import show_said
from flows.desk import Desk, Letter
from scheduler.errors import NeurolistError

NOT_WRITTEN: Final = "This letter is written when it is first sent, so it has no text yet."


def draw_letters(desk: Desk, ref: str) -> None:
    """Draw the letters, and the one that was chosen."""
    letters = desk.letters(ref)
    show_said("letters")
    if not letters:
        st.info("No letter was asked for yet. Steps ask for their letters by themselves.")
        return
    st.html(table("Letters", papers.LETTER_HEADS, papers.letter_rows(letters, desk.zone)))
    by_id = {letter.id: letter for letter in reversed(letters)}
    chosen = st.selectbox(
        "Letter to read or to send again",
        list(by_id),
        index=None,
        format_func=lambda one: papers.letter_words(by_id[one], desk.zone),
        key=f"letter-{ref}",
        placeholder="Choose a letter",
    )
    if chosen is not None:
        draw_letter(desk, by_id[chosen])


def draw_letter(desk: Desk, letter: Letter) -> None:
    """Draw the way to a letter's text, and the form that sends it again."""
    if st.button("Read it", key=f"read-{letter.id}", help="That you read it is recorded."):
        try:
            st.text(desk.letter(letter.id).text or NOT_WRITTEN)
        except NeurolistError as refusal:
            st.error(str(refusal))
    key = form_id(f"repeat-{letter.id}")
    with st.form(key, border=False):
        st.text_input("Why it is sent again", key=f"{key}-why", help="Colleagues read it at the head of the letter.")
        st.form_submit_button("Send again", on_click=repeat, args=(letter, key))


def repeat(letter: Letter, key: str) -> None:
    """Send a letter again, with the reason in the form."""
    why = str(st.session_state.get(f"{key}-why") or "")

    def act(write_id: str) -> str:
        the_desk().repeat_letter(letter.id, why, write_id=write_id, expected_version=letter.version)
        return "It is sent again, in place of the first."

    written(f"repeat-{letter.id}", act, done="letters")
