"""Who fits a place that came free, with one gesture to hold or offer it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.components import mounts
from dashboard.shapes import backfill as shapes
from dashboard.shapes.sheet import sheet_data
from dashboard.shapes.words import moment
from flows.desk import Desk, HoldAsked
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from flows.desk import FreedPlace


def draw_backfill(desk: Desk, ref: str, *, key: str) -> None:
    """Draw the place that a cancelled case left, with everybody who fits it."""
    try:
        place = desk.freed_place(ref)
    except NeurolistError as refusal:
        st.info(str(refusal))
        return
    st.markdown(shapes.freed_words(place, desk.zone))
    said = st.session_state.get(f"filled-{ref}")
    if said:
        st.success(said)
        return
    if not place.standby:
        st.info(shapes.nobody_words(place))
        return
    acted = mounts.sheet(sheet_data(shapes.standby_sheet(place, desk.zone)), key=key)
    if acted is not None and hold(desk, place, acted.row, offer=acted.act == shapes.OFFER):
        st.rerun(scope="fragment" if key.startswith("dialog") else "app")


def hold(desk: Desk, place: FreedPlace, ref: str, *, offer: bool) -> bool:
    """Hold the freed place for one case, and note that it was offered; the desk judges it anew."""
    case = next((one for one in place.standby if one.ref == ref), None)
    if case is None:
        return False
    start = case.start.astimezone(desk.zone).time()
    try:
        held = desk.hold(HoldAsked(ref=ref, list=place.list, start=start), write_id=secrets.token_hex(16))
        if offer:
            desk.offer_slot(ref)
    except NeurolistError as refusal:
        st.error(str(refusal))
        return False
    what = "held for and offered to" if offer else "held for"
    until = moment(held.until, desk.zone)
    st.session_state[f"filled-{place.ref}"] = (
        f"The place is {what} {ref} until {until}. {' '.join(held.cautions)}".strip()
    )
    return True
