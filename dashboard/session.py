"""Who is looking at this page."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboard.reads import front_door
from dashboard.settings import screen_settings
from flows.desk import Actor, Desk


def person(*, idle: bool = False) -> Actor | None:
    """The person whose live session this browser shows; asked again on every run, so an ended session ends here.

    A run that nobody's hand caused is `idle`: it keeps no session open.
    """
    token = st.context.cookies.get(screen_settings().session_cookie)
    return front_door().person(token, idle=idle) if token else None


def rests() -> timedelta:
    """How long a session may rest before it ends."""
    return front_door().session_rests()


def desk_of_person(*, idle: bool = False) -> Desk | None:
    """The desk as this person may use it; nothing when the session has ended."""
    known = person(idle=True) if idle else person()
    return front_door().acting(known) if known else None


def the_desk(*, idle: bool = False) -> Desk:
    """The desk as this person may use it; a page of somebody who is no longer signed in stops here."""
    desk = desk_of_person(idle=idle)
    if desk is None:
        st.error("Your session has ended. [Sign in again](/login).")
        st.stop()
    return desk
