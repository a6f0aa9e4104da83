"""The schedule by site, suite and day, with the cases to place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

import streamlit as st

from dashboard.board_routes import undo_of
from dashboard.components import mounts
from dashboard.pictures import PICTURES, Looking
from dashboard.session import the_desk
from dashboard.shapes.board import Narrowed, key_words
from dashboard.shapes.markup import note
from dashboard.shapes.window import window_of
from dashboard.views.board_drawers import OPENED, draw_opened
from dashboard.views.board_line import HAND
from dashboard.views.going import Going
from dashboard.views.narrowing import one_of
from dashboard.views.planning import ask_button, watch_plan
from flows.desk import Desk

WEEKS: Final = {"1 week": 1, "2 weeks": 2, "4 weeks": 4, "8 weeks": 8}
USUAL: Final = "2 weeks"
CATEGORIES: Final = (1, 2, 3)
BY_OTHERS: Final = "board-stale"


def draw(going: Going) -> None:
    """Draw the head of the page, then the board, which alone is drawn again after a gesture or a change by others."""
    desk = the_desk()
    looking = draw_head(desk, desk.today())
    watch_plan(going)
    draw_board(going, looking)


@st.fragment
def draw_board(going: Going, looking: Looking) -> None:
    """Tell the board which picture is the latest, which it fetches if it has another one; open what was clicked."""
    desk = the_desk(idle=bool(st.session_state.pop(BY_OTHERS, False)))
    picture = PICTURES.now(desk, looking)
    told = {"looking": looking.as_data(), "picture": picture.id, "version": picture.version, **after_acting(desk)}
    opened = mounts.board(told, key="board", stale=by_others)
    st.html(note(key_words(looking.window)))
    if opened is not None:
        st.session_state[OPENED] = opened
    draw_opened(desk, going, picture.cards, picture.waiting, looking.window.last)


def after_acting(desk: Desk) -> Mapping[str, object]:
    """Give what the desk answered last in a drawer, and what could be taken back."""
    return {"undo": undo_of(desk), "said": st.session_state.get(HAND)}


def by_others() -> None:
    """Note that this run was caused by others, so it keeps nobody's session open."""
    st.session_state[BY_OTHERS] = True


def draw_head(desk: Desk, today: date) -> Looking:
    """Draw the title, the weeks, what to look for, and the button that asks for a plan."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("Board", anchor=False, width="content")
        weeks = st.segmented_control(
            "Weeks shown",
            list(WEEKS),
            default=USUAL,
            required=True,
            key="weeks",
            bind="query-params",
            label_visibility="collapsed",
        )
        start = st.date_input(
            "From the week of",
            today,
            key="from",
            bind="query-params",
            format="DD/MM/YYYY",
            label_visibility="collapsed",
            width=134,
        )
        site, narrowed = draw_filters(desk)
        window = window_of(start, WEEKS[weeks or USUAL])
        st.space("stretch")
        ask_button(window)
    return Looking(window=window, site=site, narrowed=narrowed)


def draw_filters(desk: Desk) -> tuple[str | None, Narrowed]:
    """Draw what to look for; every choice stands in the address."""
    sites = {site.id: site.name for site in desk.sites()}
    people = {person.id: person.name for person in desk.board.radiologists()}
    site = one_of("Site", sites, key="site", every="All sites", width=150)
    radiologist = one_of("Radiologist", people, key="radiologist", every="All radiologists", width=150)
    categories = st.pills(
        "Urgency category",
        CATEGORIES,
        selection_mode="multi",
        key="category",
        bind="query-params",
        label_visibility="collapsed",
    )
    search = st.text_input(
        "Search case or procedure",
        key="search",
        bind="query-params",
        placeholder="Search",
        label_visibility="collapsed",
        width=110,
    )
    return site, Narrowed(radiologist=radiologist, categories=tuple(categories), search=search)
