"""The case in front of a meeting: what it must know, the form of what it says, and the next case coming up."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import meetings as shapes
from dashboard.shapes.differences import differing
from dashboard.shapes.forms import answers
from dashboard.shapes.markup import facts, mark, table
from dashboard.shapes.words import listed, safe
from dashboard.views.form import draw_fields, filled
from dashboard.views.going import Going
from dashboard.views.meeting_acts import HEADS, changed
from dashboard.views.once import form_done, form_id
from dashboard.views.said import say, show_said
from flows.desk import AgendaLine, AgendaPage, Desk, MeetingOutcome
from scheduler.errors import NeurolistError, StaleVersionError

CHANGED: Final = "Somebody else changed this case since it was shown to you. Nothing was saved. Look at what changed:"
TO_COME: Final = "The meeting is still to come, so it has decided nothing yet. On its day, outcomes are recorded here."


def draw_case(desk: Desk, going: Going, page: AgendaPage, line: AgendaLine) -> None:
    """Draw one case of the agenda, with what the meeting can say about it."""
    title, way = st.columns([4, 1], vertical_alignment="center")
    title.html(
        f'<h2 class="nl-case">{mark(line.urgency)} {safe(line.ref)} <span>{safe(shapes.plan_words(line))}</span></h2>'
    )
    if way.button("Open case", key=f"open-{line.ref}", type="tertiary"):
        going.to_case(line.ref)
    show_said("mdt-case")
    st.html(facts(shapes.line_facts(line)))
    if line.lacks:
        st.warning(f"Lacks: {' '.join(line.lacks)}")
    if not line.waits:
        return
    if page.meeting.state.is_coming and page.meeting.on <= desk.today():
        if line.absent:
            st.info(f"It cannot be decided without {listed(line.absent)}: note who sits first.")
        draw_outcome(desk, page, line)
    elif page.meeting.state.is_coming:
        st.info(TO_COME)
    if page.meeting.state.is_coming:
        draw_carry(page, line)


def draw_outcome(desk: Desk, page: AgendaPage, line: AgendaLine) -> None:
    """Draw the choice of what the meeting says, and the form of that."""
    said = st.segmented_control(
        "What the meeting says",
        list(MeetingOutcome),
        format_func=lambda one: one.label,
        key=f"outcome-{page.meeting.on}-{line.ref}",
        wrap=True,
    )
    if said is None:
        return
    try:
        fields = desk.mdt.form(line.ref, said)
    except NeurolistError as refusal:
        st.error(str(refusal))
        return
    name = f"{page.meeting.on}-{line.ref}-{said.value}"
    key = form_id(name)
    with st.form(key, border=False):
        draw_fields(fields, key=key)
        st.form_submit_button("Record outcome", type="primary", on_click=record, args=(page, line, said, name))


def record(page: AgendaPage, line: AgendaLine, said: MeetingOutcome, name: str) -> None:
    """Record what the meeting said, and bring up the next case."""
    desk, key = the_desk(), form_id(name)
    try:
        details = answers(desk.mdt.form(line.ref, said), filled(desk.mdt.form(line.ref, said), key=key))
        now = desk.mdt.outcome(
            page.meeting.on, line.ref, said, details, expected_version=line.case_version, write_id=key
        )
    except StaleVersionError:
        fresh = next((one for one in desk.mdt.agenda(page.meeting.on).lines if one.ref == line.ref), None)
        rows = differing(shapes.seat_facts(line), shapes.seat_facts(fresh)) if fresh else []
        say("mdt-case", CHANGED, refused=True, detail=table("", HEADS, rows))
    except NeurolistError as refusal:
        say("mdt-case", str(refusal), refused=True)
    else:
        form_done(name)
        following = shapes.coming_up(now, line.place)
        say("mdt", f"{line.ref}: {said.label}. {_next_words(following)}")
        _bring_up(following)


def _next_words(following: str | None) -> str:
    return f"Next: {following}." if following else "Every case has its outcome: finish the meeting."


def _bring_up(following: str | None) -> None:
    if following is None:
        st.query_params.pop("ref", None)
    else:
        st.query_params["ref"] = following


def draw_carry(page: AgendaPage, line: AgendaLine) -> None:
    """Draw the form that carries a case to a later meeting."""
    name = f"carry-{page.meeting.on}-{line.ref}"
    key = form_id(name)
    # Known by the case, so that it is shut again when the next one comes up.
    with st.expander("Carry to a later meeting", key=f"open-{name}", on_change="rerun") as opened:
        if not opened.open:
            return
        with st.form(key, border=False):
            st.text_input("Why it is carried", key=f"{key}-why")
            st.date_input("To the meeting of", None, key=f"{key}-to", format="DD/MM/YYYY", help="Empty: the next one.")
            st.form_submit_button("Carry", on_click=carry, args=(page, line, name))


def carry(page: AgendaPage, line: AgendaLine, name: str) -> None:
    """Carry a case with the reason in the form, and bring up the next one."""
    key, on = form_id(name), page.meeting.on
    why, to = str(st.session_state.get(f"{key}-why") or ""), st.session_state.get(f"{key}-to")
    if changed(
        page.meeting,
        name,
        lambda desk, how: desk.mdt.carry(on, line.ref, why=why, to=to, **how),
        done=f"{line.ref} is carried to a later meeting.",
    ):
        _bring_up(shapes.coming_up(the_desk().mdt.agenda(on), line.place))
