"""How long records are kept: what may be destroyed, which takes two people, legal holds, and the register of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import note, table
from dashboard.shapes.setup import retention as shapes
from dashboard.views.downloading import Download, download
from dashboard.views.once import form_id, written
from dashboard.views.said import show_said
from dashboard.views.second import draw_requests
from dashboard.views.setup.frame import draw_title, several_of, text_of, widget
from flows.desk import Desk
from scheduler.errors import NeurolistError

PAGE: Final = "setup-retention"
REGISTER: Final = "register-of-disposals"
HOW: Final = (
    "Nothing is destroyed by itself. One person proposes it with the reason, another approves, and the register keeps "
    "whose record it was, of which period, and who decided. See docs/retention.md."
)
NO_NAME: Final = "Why; do not name the patient"
LONGEST_REASON: Final = 500


def draw() -> None:
    """Draw the open requests and the register; what is due at the left, one case and legal holds at the right."""
    desk = the_desk()
    st.title("Retention", anchor=False)
    show_said(PAGE)
    st.html(note(HOW))
    draw_requests(desk, desk.retention.proposed(), where=PAGE)
    draw_register()
    left, right = st.columns([3, 2], gap="large")
    with left:
        draw_due(desk)
    with right:
        draw_question()
        draw_holds(desk)
        draw_title("Register of disposals")
        st.html(note("It names people. That you read it goes into the audit trail."))
        st.button("Read the register", key="read-register", on_click=read_register)


def draw_due(desk: Desk) -> None:
    """Draw the records that may be destroyed, and the form that proposes it."""
    found = desk.retention.due()
    if not found:
        draw_title("May be destroyed")
        st.html(note("No record may be destroyed today."))
        return
    draw_title("May be destroyed")
    key = form_id("propose-destruction")
    with st.form(key, border=False):
        refs = [kept.ref for kept in found]
        st.multiselect("Records", refs, key=widget(key, "refs"), placeholder="Choose")
        st.text_input(NO_NAME, key=widget(key, "why"), max_chars=LONGEST_REASON)
        st.form_submit_button("Propose that they be destroyed", type="primary", on_click=propose, args=(key,))
    st.html(table("Whose time is over", shapes.DUE_HEADS, shapes.due_rows(found)))


def propose(key: str) -> None:
    """Propose each of the chosen records by itself, so that one refusal keeps no other."""
    refs, why = several_of(key, "refs"), text_of(key, "why")

    def act(write_id: str) -> str:
        if not refs:
            raise NeurolistError("Choose the records first.")
        desk = the_desk()
        return each(
            refs,
            lambda ref: desk.retention.propose(ref, reason=why, write_id=f"{write_id}-{ref}"),
            done="proposed; somebody else approves it here",
        )

    written("propose-destruction", act, done=PAGE)


def each(refs: Iterable[str], act: Callable[[str], object], *, done: str) -> str:
    """Do it for each case; a refusal of all is raised, of some told beside what was done."""
    said, refused = [], []
    for ref in refs:
        try:
            act(ref)
            said.append(ref)
        except NeurolistError as refusal:
            refused.append(f"{ref}: {refusal}")
    if not said:
        raise NeurolistError(" ".join(refused))
    return " ".join([f"{', '.join(said)}: {done}.", *refused])


def draw_register() -> None:
    """Draw the register when it has just been read, and only then, for it names people."""
    rows = st.session_state.pop(REGISTER, None)
    if rows is None:
        return
    if rows:
        st.html(table("Register of disposals", shapes.REGISTER_HEADS, rows))
        heads = shapes.REGISTER_HEADS
        download(Download(label="Register as a file", file="register-of-disposals.csv", heads=heads, rows=rows))
    else:
        st.html(note("No record has been destroyed yet."))


def read_register() -> None:
    """Read the register for this look at the page."""

    def act(_: str) -> str:
        st.session_state[REGISTER] = shapes.register_rows(the_desk().retention.register())
        return "The register is below. It is shown until you do something else here."

    written("read-register", act, done=PAGE)


def draw_question() -> None:
    """Draw the question whether one case's record may be destroyed."""
    draw_title("One case")
    key = form_id("judge-record")
    with st.form(key, border=False):
        st.text_input("Case", key=widget(key, "ref"), placeholder="N10001")
        st.form_submit_button("May its record be destroyed?", on_click=judge, args=(key,))


def judge(key: str) -> None:
    """Say whether the record may be destroyed, with everything in the way."""
    ref = text_of(key, "ref").strip()
    written("judge-record", lambda _: f"{ref}: {the_desk().retention.judge(ref).says}", done=PAGE)


def draw_holds(desk: Desk) -> None:
    """Draw the legal holds, with placing one and lifting one."""
    found = desk.retention.holds()
    if found:
        st.html(table("Legal holds", shapes.HOLD_HEADS, shapes.hold_rows(found)))
    else:
        draw_title("Legal holds")
        st.html(note("No case is under a legal hold."))
    with st.expander("Place a legal hold"):
        key = form_id("place-hold")
        with st.form(key, border=False):
            st.text_input("Case", key=widget(key, "ref"), placeholder="N10001")
            st.text_input(NO_NAME, key=widget(key, "why"), max_chars=LONGEST_REASON)
            st.form_submit_button("Place the hold", type="primary", on_click=place, args=(key,))
    if found:
        with st.expander("Lift a legal hold"):
            key = form_id("lift-hold")
            with st.form(key, border=False):
                st.selectbox("Case", [line.ref for line in found], key=widget(key, "ref"))
                st.text_input(NO_NAME, key=widget(key, "why"), max_chars=LONGEST_REASON)
                st.form_submit_button("Lift the hold", type="primary", on_click=lift, args=(key,))


def place(key: str) -> None:
    """Put a case under a legal hold."""
    ref, why = text_of(key, "ref").strip(), text_of(key, "why")

    def act(write_id: str) -> str:
        the_desk().retention.hold(ref, reason=why, write_id=write_id)
        return f"{ref} is under a legal hold: its record is not destroyed, whatever its age."

    written("place-hold", act, done=PAGE)


def lift(key: str) -> None:
    """Lift the legal hold of a case."""
    ref, why = text_of(key, "ref"), text_of(key, "why")

    def act(write_id: str) -> str:
        the_desk().retention.lift(ref, reason=why, write_id=write_id)
        return f"{ref} is no longer under a legal hold."

    written("lift-hold", act, done=PAGE)
