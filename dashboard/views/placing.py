"""A waiting case is given a place: the best lists, each with what to know, and one gesture to hold or offer it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.shapes.markup import note
from dashboard.shapes.placing import best_places, names_of, place_caption, place_words, ruled_out_words
from dashboard.shapes.words import moment
from dashboard.views.said import say
from flows.desk import Desk, HoldAsked
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from flows.desk import PlaceLine


@st.dialog("Place a case", position="right", width="medium")
def place(desk: Desk, ref: str) -> None:
    """Draw the best lists for a case, to hold one of them."""
    try:
        where = desk.where(ref)
    except NeurolistError as refusal:
        st.error(str(refusal))
        return
    found = best_places(where)
    st.markdown(f"**{ref}** takes {where.minutes} minutes.")
    if not found:
        st.info("No list of the coming four weeks takes it as things stand. Choose New plan on the Proposal page.")
    else:
        names = names_of(desk.lists())
        chosen = st.radio(
            "Best lists first",
            range(len(found)),
            format_func=lambda at: place_words(found[at], desk.zone, names),
            captions=[place_caption(one) for one in found],
            key=f"place-{ref}",
        )
        with st.container(horizontal=True, gap="small"):
            for label, offer in (("Hold this place", False), ("Hold and offer it", True)):
                if st.button(label, type="secondary" if offer else "primary", key=f"hold-{ref}-{offer}"):
                    hold(desk, ref, found[chosen or 0], offer=offer)
    if where.ruled_out:
        st.html(note(f"Lists it cannot go on. {ruled_out_words(where.ruled_out)}."))


def hold(desk: Desk, ref: str, at: PlaceLine, *, offer: bool) -> None:
    """Hold a place, and note that it was offered; the desk judges it anew."""
    start = at.start.astimezone(desk.zone).time()
    try:
        held = desk.hold(HoldAsked(ref=ref, list=at.session, start=start), write_id=secrets.token_hex(16))
        if offer:
            desk.offer_slot(ref)
    except NeurolistError as refusal:
        st.error(str(refusal))
        return
    what = "held and offered" if offer else "held"
    says = f"{ref}: {moment(held.start, desk.zone)} is {what} until {moment(held.until, desk.zone)}."
    say("worklist", " ".join([says, *held.cautions]))
    st.rerun()
