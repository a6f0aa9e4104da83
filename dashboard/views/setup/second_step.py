"""The second step of one's own sign-in: set up with an authenticator, and ended for another telephone."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import note
from dashboard.shapes.setup.second_step import key_of, picture_of
from dashboard.shapes.words import safe
from dashboard.views.said import say, show_said
from flows.desk import Desk
from scheduler.errors import NeurolistError

PAGE: Final = "my-account"
KEY: Final = "second-step-address"
CODES: Final = "second-step-codes"
WANTED: Final = "Your role asks for a second step: a code from your telephone after the password. Set it up to go on."


def draw_enrolment() -> None:
    """Draw the set-up and nothing else, for somebody whose role asks for it."""
    st.title("Set up your second step", anchor=False)
    st.markdown(WANTED)
    show_said(PAGE)
    with st.container(width=560):
        draw_second_step(the_desk())


def draw_second_step(desk: Desk) -> None:
    """Draw how the second step stands, with what may be done."""
    st.html('<h2 class="nl-head">Second step</h2>')
    if codes := st.session_state.get(CODES):
        draw_codes(codes)
    state = desk.people.second_step()
    if state.set_up:
        draw_end(state.codes_left)
    elif address := st.session_state.get(KEY):
        draw_confirm(address)
    else:
        draw_begin()


def draw_begin() -> None:
    """Draw the form that begins it."""
    st.html(note("A code from an authenticator on your telephone is then asked for after the password."))
    with st.form("second-step-begin", border=False, clear_on_submit=True):
        st.text_input("Password", type="password", key="second-step-password", autocomplete="current-password")
        st.form_submit_button("Set up a second step", on_click=begin)


def draw_confirm(address: str) -> None:
    """Draw the key as a picture and as text, and the form for the first code."""
    st.html(picture_of(address))
    st.html(note("Scan this with the authenticator, or type the key into it:"))
    st.code(key_of(address), language=None)
    with st.form("second-step-code", border=False, clear_on_submit=True):
        st.text_input("The code it shows", key="second-step-first", autocomplete="one-time-code")
        st.form_submit_button("Turn the second step on", type="primary", on_click=confirm)


def draw_codes(codes: tuple[str, ...]) -> None:
    """Draw the recovery codes, which are shown until they are put away."""
    st.html(note("Keep these recovery codes somewhere safe. Each stands in for the telephone once."))
    st.code("\n".join(codes), language=None)
    st.button("I have kept them", on_click=lambda: st.session_state.pop(CODES, None))


def draw_end(codes_left: int) -> None:
    """Draw that it is on, and the form that ends it."""
    st.html(note(safe(f"It is on. {codes_left} recovery codes are left.")))
    with st.expander("End it, for another telephone"), st.form("second-step-end", border=False, clear_on_submit=True):
        st.text_input("Password", type="password", key="second-step-password", autocomplete="current-password")
        st.form_submit_button("End the second step", on_click=end)


def begin() -> None:
    """Make the key to share."""
    try:
        st.session_state[KEY] = the_desk().people.begin_second_step(_typed("second-step-password"))
    except NeurolistError as refusal:
        say(PAGE, str(refusal), refused=True)


def confirm() -> None:
    """Take the first code; the recovery codes are shown once."""
    try:
        st.session_state[CODES] = the_desk().people.confirm_second_step(_typed("second-step-first"))
    except NeurolistError as refusal:
        say(PAGE, str(refusal), refused=True)
    else:
        st.session_state.pop(KEY, None)
        say(PAGE, "The second step is on. From now on a code is asked for after the password.")


def end() -> None:
    """Take the second step away."""
    try:
        the_desk().people.end_own_second_step(_typed("second-step-password"))
    except NeurolistError as refusal:
        say(PAGE, str(refusal), refused=True)
    else:
        say(PAGE, "The second step is ended. Set it up again with the other telephone.")


def _typed(key: str) -> str:
    return str(st.session_state.get(key) or "")
