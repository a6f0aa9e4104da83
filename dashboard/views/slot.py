"""The slot of a waiting case: looked for, held, offered, declined or given back; and a booking moved on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.slot import ADVANCES, TENTATIVE, may_look, place_words, possible_places, slot_words, standing_slot
from dashboard.shapes.words import moment, safe
from dashboard.views.once import form_id, written
from dashboard.views.said import show_said
from flows.desk import BookingEvent, BookingLine, BookingState, CasePage, Desk, HoldAsked
from scheduler.errors import NeurolistError

if TYPE_CHECKING:
    from flows.explaining import PlaceLine

HELD_NOW, PLACES, LOOKING = "held-now", "places", "looking"
NO_PLACE: Final = "No list of the coming weeks can take this case. “Why” on the board says what would make room."


def draw_slot(desk: Desk, page: CasePage) -> None:
    """Draw the slot as it stands, with what can be done about it."""
    booking = standing_slot(page)
    if booking is None and not may_look(page):
        return
    st.html('<h2 class="nl-head">Slot</h2>')
    show_said("slot")
    if booking is None:
        draw_looking(page)
    elif booking.status in TENTATIVE:
        draw_held(desk, page, booking)
    else:
        draw_booked(desk, page, booking)


@st.fragment
def draw_looking(page: CasePage) -> None:
    """Draw the lists that can take the case, once somebody asks: asking every list takes a moment."""
    if st.session_state.pop(HELD_NOW, False):
        st.rerun()  # the whole page has changed
    with st.expander("Hold a slot by hand", key=f"look-{page.ref}", on_change="rerun") as opened:
        if opened.open:
            draw_places(page)


def draw_places(page: CasePage) -> None:
    """Draw the lists to choose from, or why there is none."""
    show_said(LOOKING)
    desk = the_desk()
    try:
        places = known_places(desk, page)
    except NeurolistError as refusal:
        st.info(str(refusal))
        return
    if not places:
        st.info(NO_PLACE)
        return
    key = form_id(f"hold-{page.ref}")
    with st.form(key, border=False):
        st.radio(
            "List",
            list(places),
            format_func=lambda name: place_words(places[name], desk.zone),
            key=f"{key}-list",
            index=0,
        )
        st.form_submit_button("Hold", type="primary", on_click=hold, args=(page, key))


def known_places(desk: Desk, page: CasePage) -> dict[str, PlaceLine]:
    """The lists that can take the case as it was shown; holding one asks the rules again, so they are kept a while."""
    kept = st.session_state.get(PLACES)
    if kept is None or kept[0] != (page.ref, page.version):
        with st.spinner("Asking every list of the coming weeks…"):
            places = {place.session: place for place in possible_places(desk.where(page.ref))}
        kept = st.session_state[PLACES] = ((page.ref, page.version), places)
    return dict(kept[1])


def hold(page: CasePage, key: str) -> None:
    """Hold the slot that was chosen."""
    wanted = str(st.session_state.get(f"{key}-list"))

    def act(write_id: str) -> str:
        desk = the_desk()
        asked = HoldAsked(ref=page.ref, list=wanted)
        held = desk.hold(asked, write_id=write_id, expected_version=page.version)
        start, until = moment(held.start, desk.zone), moment(held.until, desk.zone)
        return " ".join((f"Held: {start}, until {until}.", *held.cautions))

    st.session_state.pop(PLACES, None)
    st.session_state[HELD_NOW] = written(f"hold-{page.ref}", act, done="slot", refused=LOOKING)


def draw_held(desk: Desk, page: CasePage, booking: BookingLine) -> None:
    """Draw a held or offered slot: offer it, give it back, or note that the patient does not take it."""
    st.html(f'<p class="nl-act">{safe(slot_words(booking, desk.held_until(page.ref), desk.zone))}</p>')
    with st.container(horizontal=True, gap="small"):
        if booking.status is BookingState.HELD:
            st.button("The patient was offered it", key="offer", on_click=offer, args=(page, booking))
        else:
            draw_reasoned("The patient does not take it", "decline", decline, page, booking)
        draw_reasoned("Give it back", "release", release, page, booking)


def draw_reasoned(
    label: str, name: str, act: Callable[[CasePage, BookingLine, str], None], page: CasePage, booking: BookingLine
) -> None:
    """Draw a form that asks for a reason."""
    key = form_id(f"{name}-{booking.id}")
    with st.popover(label), st.form(key, border=False):
        st.text_input("Why", key=f"{key}-why")
        st.form_submit_button("Record", on_click=act, args=(page, booking, key))


def offer(page: CasePage, booking: BookingLine) -> None:
    """Note that the patient was offered the slot."""

    def act(_: str) -> str:
        desk = the_desk()
        until = desk.offer_slot(page.ref, expected_version=booking.version)
        return f"Offered. The answer is waited for until {moment(until, desk.zone)}."

    written(f"offer-{booking.id}", act, done="slot")


def decline(page: CasePage, booking: BookingLine, key: str) -> None:
    """Note that the patient does not take the slot."""

    def act(_: str) -> str:
        number = the_desk().decline_offer(page.ref, reason=_why(key), expected_version=booking.version)
        return f"Declined, and the slot is free again. Offers declined on this waiting list: {number}."

    written(f"decline-{booking.id}", act, done="slot")


def release(page: CasePage, booking: BookingLine, key: str) -> None:
    """Give the slot back before its time."""

    def act(_: str) -> str:
        the_desk().release_slot(page.ref, reason=_why(key), expected_version=booking.version)
        return "The slot is free again."

    written(f"release-{booking.id}", act, done="slot")


def _why(key: str) -> str:
    why = str(st.session_state.get(f"{key}-why") or "").strip()
    if not why:
        raise NeurolistError("Say why the slot is given back.")
    return why


def draw_booked(desk: Desk, page: CasePage, booking: BookingLine) -> None:
    """Draw a booking with what happens to it before the patient is in the room."""
    st.html(f'<p class="nl-act">{safe(slot_words(booking, None, desk.zone))}</p>')
    with st.container(horizontal=True, gap="small"):
        for event, label in ADVANCES.get(booking.status, {}).items():
            st.button(label, key=f"advance-{event.value}", on_click=advance, args=(page, booking, event, label))


def advance(page: CasePage, booking: BookingLine, event: BookingEvent, label: str) -> None:
    """Move the booking on."""

    def act(_: str) -> str:
        the_desk().advance_booking(page.ref, event, expected_version=booking.version)
        return f"{label}: recorded."

    written(f"advance-{booking.id}-{event.value}", act, done="slot")
