"""What opens at the right of the board: one case with where it could go, or one list with its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import quote
from uuid import uuid4

import streamlit as st

from dashboard.components.mounts import Opened
from dashboard.hand import answered
from dashboard.shapes.drawer import (
    DRAWER_HEADS,
    CaseAt,
    case_facts,
    drawer_facts,
    drawer_rows,
    find_case,
    move_label,
    reorder_choices,
)
from dashboard.shapes.marks import best_places, none_words, place_choice
from dashboard.shapes.markup import facts, head, table
from dashboard.views.board_line import tell
from dashboard.views.going import Going
from flows.desk import CaseSummary, Desk, Drop, ListCard
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.desk import BoardAct

OPENED: Final = "board-opened"


def draw_opened(
    desk: Desk, going: Going, cards: Sequence[ListCard], waiting: Sequence[CaseSummary], last: date
) -> None:
    """Open what was clicked, and keep it open until it is closed, whatever others change meanwhile."""
    opened = st.session_state.get(OPENED)
    if not isinstance(opened, Opened):
        return
    if opened.kind == "list":
        card = next((card for card in cards if card.id == opened.id), None)
        if card is not None:
            draw_list(desk, card)
        return
    suites = {card.id: card.suite_name for card in cards}
    draw_case(desk, going, find_case(opened.id, cards, waiting), last, suites)


def close() -> None:
    """Forget what was open."""
    st.session_state.pop(OPENED, None)


def draw_case(desk: Desk, going: Going, case: CaseAt, last: date, suites: Mapping[str, str]) -> None:
    """Open one case: what it is, where it stands, and the best lists it could go to."""

    @st.dialog(f"Case {case.ref}", position="right", width="small", on_dismiss=close)
    def drawer() -> None:
        st.html(facts(case_facts(case, desk.zone)))
        with st.container(horizontal=True, gap="small"):
            if st.button("Open the case", key=f"open-{case.ref}"):
                close()
                going.to_case(case.ref)
            if case.is_held and case.on is not None:
                draw_give_back(desk, case, case.on.id)
        draw_places(desk, case, last, suites)

    drawer()


def draw_give_back(desk: Desk, case: CaseAt, on: str) -> None:
    """Draw the button that takes a held case off its list."""
    _button(
        "Give the slot back",
        key=f"back-{case.ref}",
        work=lambda: desk.board.give_back(case.ref, seen_on=on, version=case.version, write_id=str(uuid4())),
    )


def draw_places(desk: Desk, case: CaseAt, last: date, suites: Mapping[str, str]) -> None:
    """Draw the best lists as a choice, with the button that does it; or why there is none."""
    st.html(head("Move to"))
    try:
        where = desk.board.where(case.ref, last)
    except NeurolistError as refusal:
        st.info(str(refusal))
        return
    best = {line.session: place_choice(line, suites.get(line.session, line.suite)) for line in best_places(where)}
    if not best:
        st.info(none_words(where))
        return
    wanted = st.radio(
        "The best lists, cheapest first", list(best), index=None, format_func=best.__getitem__, key=f"to-{case.ref}"
    )
    drop = Drop(ref=case.ref, list=str(wanted), seen_on=case.on.id if case.on else None, version=case.version)
    _button(
        move_label(case),
        key=f"move-{case.ref}",
        disabled=wanted is None,
        work=lambda: desk.board.place(drop, write_id=str(uuid4())),
    )


def draw_list(desk: Desk, card: ListCard) -> None:
    """Open one list: its team and times, its order, and what may be done with it."""

    @st.dialog(f"{card.part} list", position="right", width="medium", on_dismiss=close)
    def drawer() -> None:
        st.html(facts(drawer_facts(card, desk.zone)))
        if card.cases:
            st.html(table("Cases in order", DRAWER_HEADS, drawer_rows(card.cases, desk.zone)))
        else:
            st.markdown("Nobody is booked on this list. Drag a case here, or propose a plan to fill it.")
        draw_order(desk, card)
        draw_state(desk, card)

    drawer()


def draw_order(desk: Desk, card: ListCard) -> None:
    """Draw how two neighbours trade places."""
    choices = reorder_choices(card)
    if not choices:
        return
    st.html(head("Order"))
    ref = st.selectbox("Case", list(choices), format_func=choices.__getitem__, key=f"order-{card.id}", width=260)
    version = next(listed.version for listed in card.cases if listed.ref == ref)
    with st.container(horizontal=True, gap="small"):
        for label, earlier in (("Earlier", True), ("Later", False)):
            _button(
                label,
                key=f"{label}-{card.id}",
                keep_open=True,
                disabled=ref == card.cases[0 if earlier else -1].ref,
                work=partial(
                    desk.board.reorder, card.id, str(ref), earlier=earlier, version=version, write_id=str(uuid4())
                ),
            )


def draw_state(desk: Desk, card: ListCard) -> None:
    """Draw what locks, releases, closes or opens the list."""
    st.html(head("This list"))
    st.link_button("Print the list", f"/print/list/{quote(card.id, safe='')}.pdf", key=f"print-{card.id}")
    lock = not card.locked
    _button(
        "Lock the list" if lock else "Release the list",
        key=f"lock-{card.id}",
        keep_open=True,
        help="A locked list keeps its cases and takes nobody, by plan or by hand, until it is released.",
        work=lambda: desk.board.lock(card.id, locked=lock, version=card.version, write_id=str(uuid4())),
    )
    if card.closed:
        _button(
            "Open the list again",
            key=f"reopen-{card.id}",
            keep_open=True,
            work=lambda: desk.board.open(card.id, version=card.version, write_id=str(uuid4())),
        )
        return
    reason = st.text_input("Why it is closed", key=f"why-{card.id}", max_chars=200)
    _button(
        "Close the list",
        key=f"close-{card.id}",
        keep_open=True,
        work=lambda: desk.board.close(card.id, reason=reason, version=card.version, write_id=str(uuid4())),
    )


def _button(
    label: str,
    *,
    key: str,
    work: Callable[[], BoardAct],
    keep_open: bool = False,
    disabled: bool = False,
    help: str | None = None,  # noqa: A002 (Streamlit's own word)
) -> None:
    """Draw a button that does one act; a refusal stays in the drawer, what was done is told over the board."""
    if not st.button(label, key=key, disabled=disabled, help=help):
        return
    answer = answered(work)
    if answer.refused:
        st.error(answer.text)
        return
    tell(answer)
    if not keep_open:
        close()
    st.rerun()
