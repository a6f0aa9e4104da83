"""The schedule by site, suite and day, with the cases to place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import streamlit as st

from dashboard.components import mounts
from dashboard.hand import handle
from dashboard.session import the_desk
from dashboard.shapes.board import Narrowed, board_data, board_figures, key_words
from dashboard.shapes.markup import figures, note
from dashboard.shapes.window import Window, window_of
from dashboard.views.board_drawers import OPENED, draw_opened
from dashboard.views.board_line import HAND, tell
from dashboard.views.going import Going
from dashboard.views.narrowing import one_of
from dashboard.views.planning import ask_button, watch_plan
from flows.desk import Desk

WEEKS: Final = {"1 week": 1, "2 weeks": 2, "4 weeks": 4, "8 weeks": 8}
USUAL: Final = "2 weeks"
CATEGORIES: Final = (1, 2, 3)
BY_OTHERS: Final = "board-stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What of the board is looked at."""

    window: Window
    site: str | None
    narrowed: Narrowed


def draw(going: Going) -> None:
    """Draw the head of the page, then the board, which alone is drawn again after a gesture or a change by others."""
    desk = the_desk()
    looking = draw_head(desk, desk.today())
    watch_plan(going)
    draw_board(going, looking)


@st.fragment
def draw_board(going: Going, looking: Looking) -> None:
    """Ask for the lists of these weeks and draw them; open what was clicked."""
    desk = the_desk(idle=bool(st.session_state.pop(BY_OTHERS, False)))
    today, window = desk.today(), looking.window
    version = desk.board.version()  # before the lists, so that what changes while they are read is drawn again
    cards = desk.board.lists(window.start, window.last, looking.site)
    waiting = desk.board.to_place(looking.site)
    st.html(figures(board_figures(cards, waiting, today)))
    risks = desk.board.risks(window.start, window.last)
    data = board_data(cards, waiting, window, today, narrowed=looking.narrowed, risks=risks, zone=desk.zone)
    opened = mounts.board(
        {**data, "version": version, **after_acting(desk)}, key="board", act=do_by_hand, stale=by_others
    )
    st.html(note(key_words(window)))
    if opened is not None:
        st.session_state[OPENED] = opened
    draw_opened(desk, going, cards, waiting, window.last)


def after_acting(desk: Desk) -> Mapping[str, object]:
    """Give what the desk answered last, and what could be taken back."""
    last, answer = desk.board.last_act(), st.session_state.get(HAND)
    return {"undo": {"id": last[0], "says": last[1].says} if last else None, "said": answer}


def do_by_hand(wanted: Mapping[str, object]) -> None:
    """Do what a gesture on the board asks for."""
    tell(handle(the_desk(), wanted))


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
