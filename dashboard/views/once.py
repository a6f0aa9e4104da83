"""One form, one write: an id that stays until its answer is known, so that a second press finds the first."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import streamlit as st

from dashboard.views.said import say
from scheduler.errors import NeurolistError


def form_id(name: str) -> str:
    """The id of a form while it is filled in; it names the write and the form's widgets."""
    return str(st.session_state.setdefault(f"form-{name}", secrets.token_hex(16)))


def form_done(name: str) -> None:
    """Begin the form anew: what was filled in has been written."""
    st.session_state.pop(f"form-{name}", None)


def written(name: str, act: Callable[[str], str], *, done: str, refused: str | None = None) -> bool:
    """Do one write under the form's id; what the desk answers is said at `done`, what it refuses at `refused`."""
    try:
        told = act(form_id(name))
    except NeurolistError as refusal:
        say(refused or done, str(refusal), refused=True)
        return False
    form_done(name)
    say(done, told)
    return True
