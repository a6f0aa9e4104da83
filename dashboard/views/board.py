"""The schedule by site, suite and day, with the cases to place."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from dashboard.components import mounts
from dashboard.session import the_desk
from dashboard.shapes.board import board_data, board_figures, key_words
from dashboard.shapes.drawer import DRAWER_HEADS, drawer_facts, drawer_rows
from dashboard.shapes.markup import facts, figures, note, table
from dashboard.shapes.window import Window, window_of
from dashboard.views.going import Going
from dashboard.views.planning import ask_button, watch_plan
from flows.desk import Desk, ListCard

WEEKS: Final = {"1 week": 1, "2 weeks": 2, "4 weeks": 4}
USUAL: Final = "2 weeks"


def draw(going: Going) -> None:
    """Ask for the lists of these weeks and draw them; open what was clicked."""
    desk = the_desk()
    today = desk.today()
    window, site = draw_head(desk, today)
    cards = desk.lists(window.start, window.last, site=site)
    waiting = desk.to_place(site=site)
    watch_plan(going)
    st.html(figures(board_figures(cards, waiting, today)))
    opened = mounts.board(board_data(cards, waiting, window, today), key="board")
    st.html(note(key_words(window)))
    if opened is not None and opened.kind == "case":
        going.to_case(opened.id)
    for card in cards:
        if opened is not None and (opened.kind, opened.id) == ("list", card.id):
            draw_drawer(desk, card)


def draw_head(desk: Desk, today: date) -> tuple[Window, str | None]:
    """Draw the title, the weeks and the site to show, and the button that asks for a plan."""
    sites = {site.id: site.name for site in desk.sites()}
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
            width=130,
        )
        site = st.selectbox(
            "Site",
            list(sites),
            index=None,
            format_func=sites.__getitem__,
            key="site",
            bind="query-params",
            placeholder="All sites",
            label_visibility="collapsed",
            width=220,
        )
        window = window_of(start, WEEKS[weeks or USUAL])
        st.space("stretch")
        ask_button(window)
    return window, site


def draw_drawer(desk: Desk, card: ListCard) -> None:
    """Open one list at the right."""

    @st.dialog(f"{card.part} list", position="right", width="medium")
    def drawer() -> None:
        st.html(facts(drawer_facts(card, desk.zone)))
        if card.cases:
            st.html(table("Cases in order", DRAWER_HEADS, drawer_rows(card.cases, desk.zone)))
        else:
            st.markdown("Nobody is booked on this list. Propose a plan to fill it.")

    drawer()
