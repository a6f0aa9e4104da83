"""One's own account: the password, and where one is signed in."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import note
from dashboard.shapes.setup import people as shapes
from dashboard.shapes.words import safe
from dashboard.views.said import say, show_said
from dashboard.views.setup.second_step import draw_second_step
from flows.desk import Desk, keeping
from scheduler.errors import NeurolistError

PAGE: Final = "my-account"
THERE: Final = "You sign in with the hospital's own account. Its password and its second step are changed there."
FIRST: Final = "Your password is a first one. Choose your own, then sign in with it."


def draw() -> None:
    """Draw how the password and the second step are changed, and the sign-ins that are still good."""
    desk = the_desk()
    st.title("My account", anchor=False)
    show_said(PAGE)
    left, right = st.columns([2, 3], gap="large")
    with left:
        if desk.actor.external:
            st.html('<h2 class="nl-head">Password and second step</h2>')
            st.html(note(THERE))
        else:
            draw_password()
            draw_second_step(desk)
    with right:
        draw_sign_ins(desk)


def draw_first() -> None:
    """Draw the form that replaces a first password, and nothing else."""
    st.title("Choose your password", anchor=False)
    st.markdown(FIRST)
    show_said(PAGE)
    with st.container(width=460):
        draw_password()


def draw_password() -> None:
    """Draw the form with the current password and the new one twice."""
    with st.form("own-password", border=False, clear_on_submit=True):
        st.html('<h2 class="nl-head">Change the password</h2>')
        st.text_input("Current password", type="password", key="own-current", autocomplete="current-password")
        st.text_input(
            "New password",
            type="password",
            key="own-new",
            autocomplete="new-password",
            help="At least 12 characters, such as four plain words.",
        )
        st.text_input("New password again", type="password", key="own-again", autocomplete="new-password")
        st.form_submit_button("Change the password", type="primary", on_click=change)
    st.html(note("Every browser is then asked to sign in with the new password, this one too."))


def change() -> None:
    """Change the password; every sign-in ends with it."""
    typed = [str(st.session_state.get(f"own-{name}") or "") for name in ("current", "new", "again")]
    try:
        the_desk().people.choose_password(*typed)
    except NeurolistError as refusal:
        say(PAGE, str(refusal), refused=True)


def draw_sign_ins(desk: Desk) -> None:
    """Draw where one is signed in, each with the button that ends it once the password is given again."""
    st.html('<h2 class="nl-head">Where you are signed in</h2>')
    lines = desk.people.own_sign_ins()
    if not lines:
        return
    with st.form("own-sign-ins", border=False, clear_on_submit=True, enter_to_submit=False):
        if not desk.actor.external:
            st.text_input(
                "Password, to end a sign-in", type="password", key="own-to-end", autocomplete="current-password"
            )
        for number, line in enumerate(lines, start=1):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                words = f"Sign-in {number}: {shapes.sign_in_words(line, desk.zone)}"
                st.html(f'<p class="nl-key">{safe(words)}</p>', width="stretch")
                st.form_submit_button(f"End sign-in {number}", key=f"own-{line.id}", on_click=revoke, args=(line,))


def revoke(line: keeping.SignInLine) -> None:
    """End one of one's own sign-ins."""
    try:
        the_desk().people.revoke_own(line.id, str(st.session_state.get("own-to-end") or ""))
    except NeurolistError as refusal:
        say(PAGE, str(refusal), refused=True)
    else:
        say(PAGE, "The sign-in is ended.")
