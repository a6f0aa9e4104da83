"""What the desk answered to an action, shown in words on the page after it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

PLACE = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One sentence for the person who acted, and the page it belongs to."""

    page: str
    text: str
    refused: bool = False
    detail: str = ""


def say(page: str, text: str, *, refused: bool = False, detail: str = "") -> None:
    """Keep a sentence until the page is drawn, with a table under it where one helps."""
    st.session_state[PLACE] = Said(page=page, text=text, refused=refused, detail=detail)


def said_at(start: str) -> str | None:
    """The place of the sentence that waits to be shown, where its name begins like this."""
    said = st.session_state.get(PLACE)
    return said.page if isinstance(said, Said) and said.page.startswith(start) else None


def show_said(page: str) -> None:
    """Draw the sentence that belongs to this page, once."""
    said = st.session_state.get(PLACE)
    if not isinstance(said, Said) or said.page != page:
        return
    del st.session_state[PLACE]
    if said.refused:
        st.error(said.text)
    else:
        st.success(said.text)
    if said.detail:
        st.html(said.detail)
