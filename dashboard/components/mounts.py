"""Mounts our components: the schedule board, the stages, cards, charts, sheets of rows and the account corner.

Each takes JSON-ready data from dashboard/shapes and gives back what was clicked, as `Opened`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.palette import as_css

HERE: Final = Path(__file__).parent
OPEN: Final = "open"


def _read(*names: str) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


_board = st.components.v2.component(
    "neurolist_board",
    html=_read("board.html"),
    css=as_css(":host") + _read("marks.css", "board.css"),
    js=_read("roving.js", "marks.js", "moving.js", "board.js"),
)
_stages = st.components.v2.component(
    "neurolist_stages",
    html=_read("stages.html"),
    css=as_css(":host") + _read("marks.css", "stages.css"),
    js=_read("roving.js", "marks.js", "stages.js"),
)
_cards = st.components.v2.component(
    "neurolist_cards",
    html=_read("cards.html"),
    css=as_css(":host") + _read("marks.css", "cards.css"),
    js=_read("roving.js", "marks.js", "cards.js"),
)
_chart = st.components.v2.component(
    "neurolist_chart",
    html=_read("chart.html"),
    css=as_css(":host") + _read("chart.css"),
    js=_read("chart.js"),
)
_sheet = st.components.v2.component(
    "neurolist_sheet",
    html=_read("sheet.html"),
    css=as_css(":host") + _read("marks.css", "sheet.css"),
    js=_read("marks.js", "sheet.js"),
)
_account = st.components.v2.component(
    "neurolist_account",
    html=_read("account.html"),
    css=as_css(":host") + _read("account.css"),
    js=_read("account.js"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What somebody clicked: a case (its reference), a list or task (its id) or a meeting (its day)."""

    kind: str
    id: str


def _nothing() -> None:
    """Let the rerun that a click causes carry the value."""


def board(
    data: Mapping[str, object],
    *,
    key: str,
    stale: Callable[[], None] = _nothing,
) -> Opened | None:
    """Draw the schedule by site, suite and day; give back what was clicked just now.

    What is done by hand there, and what others change, the board asks of `dashboard.board_routes` itself; `stale` is
    called when what is open beside it is to be drawn again too.
    """
    drawn = _board(data=dict(data), key=key, on_open_change=_nothing, on_stale_change=stale)
    return _opened(drawn.open)


def stages(data: Mapping[str, object], *, key: str) -> Opened | None:
    """Draw the cases by stage; give back what was clicked just now."""
    return _opened(_stages(data=dict(data), key=key, on_open_change=_nothing).open)


def cards(data: Mapping[str, object], *, key: str, on_open: Callable[[Opened], None]) -> None:
    """Draw cards in groups; what is clicked is told to `on_open` before the page is drawn again."""

    def tell() -> None:
        opened = _opened(st.session_state[key].open)
        if opened is not None:
            on_open(opened)

    _cards(data=dict(data), key=key, on_open_change=tell)


def chart(svg: str, *, key: str) -> None:
    """Draw a chart that dashboard/shapes made; the page's own markup may hold no drawings."""
    _chart(data={"svg": svg}, key=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """What somebody asked to do with a row of a sheet; `open` is to open its case."""

    act: str
    row: str


def sheet(data: Mapping[str, object], *, key: str, on_ticked: Callable[[], None] | None = None) -> Acted | None:
    """Draw a table of rows to tick and act on; give back what was asked for just now."""
    drawn = _sheet(data=dict(data), key=key, on_ticked_change=on_ticked or _nothing, on_acted_change=_nothing)
    value = drawn.acted
    if not isinstance(value, Mapping):
        return None
    act, row = value.get("act"), value.get("row")
    return Acted(act=act, row=row) if isinstance(act, str) and isinstance(row, str) else None


def ticked_in(key: str) -> tuple[str, ...]:
    """Give the rows that are ticked in a sheet."""
    found = getattr(st.session_state.get(key), "ticked", None)
    return tuple(map(str, found)) if isinstance(found, list | tuple) else ()


def account(*, name: str, roles: str, rests: timedelta, key: str) -> None:
    """Draw who is signed in, with the button that signs out; a page not heard of for as long as `rests` is emptied."""
    _account(data={"name": name, "roles": roles, "rests": rests.total_seconds()}, key=key)


def _opened(value: object) -> Opened | None:
    if not isinstance(value, Mapping):
        return None
    kind, wanted = value.get("kind"), value.get("id")
    if kind not in {"case", "list", "task", "meeting", "thing"} or not isinstance(wanted, str):
        return None
    return Opened(kind=str(kind), id=wanted)
