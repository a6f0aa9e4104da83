"""What waits for a second person, on the page it is about: what, who asks and why, and that person's yes or no."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.second import may_decide, request_words
from dashboard.shapes.words import safe
from dashboard.views.going import Going
from dashboard.views.once import form_id, written
from flows.desk import ApprovalLine, Desk


def draw_requests(desk: Desk, lines: Sequence[ApprovalLine], *, where: str) -> None:
    """Draw each open request with the ways to decide it; what the desk answers is said at `where`."""
    for line in lines:
        with st.container(border=True):
            st.html(f'<h2 class="nl-head">A second person is asked</h2><p>{safe(line.says)}</p>')
            st.html(f'<p class="nl-key">{safe(request_words(line, desk.actor.id, desk.zone))}</p>')
            draw_decisions(desk, line, where=where)


def draw_decisions(desk: Desk, line: ApprovalLine, *, where: str) -> None:
    """Draw approving, for another person, and declining, or taking back one's own."""
    own = line.asked_by == desk.actor.id
    key = form_id(f"second-{line.id}")
    with st.container(horizontal=True, gap="small"):
        if not own and not line.lapsed and may_decide(line, desk.keeping.may):
            st.button("Approve", type="primary", key=f"approve-{line.id}", on_click=approve, args=(line, where))
        if own or may_decide(line, desk.keeping.may):
            with st.popover("Take it back" if own else "Decline"), st.form(key, border=False):
                st.text_input("Why", key=f"{key}-why", max_chars=500)
                st.form_submit_button("Take it back" if own else "Decline", on_click=decline, args=(line, key, where))


def draw_waiting(desk: Desk, going: Going) -> None:
    """Draw a line for each request this person may decide, with the way to the page it is about."""
    for line in desk.approvals.open():
        if line.asked_by == desk.actor.id or line.lapsed or not may_decide(line, desk.keeping.may):
            continue
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.info(f"{line.asked_name} asks for a second person. {line.says}", width="stretch")
            if st.button("Look at it", key=f"second-{line.id}"):
                going.to_case(line.ref) if line.ref else going.to("proposal", {"proposal": line.about})


def approve(line: ApprovalLine, where: str) -> None:
    """Approve what was shown, which does it."""
    written(
        f"approve-{line.id}",
        lambda write_id: the_desk().approvals.approve(line.id, expected_version=line.version, write_id=write_id),
        done=where,
    )


def decline(line: ApprovalLine, key: str, where: str) -> None:
    """Turn a request down, or take back one's own, with the reason in the form."""
    why = str(st.session_state.get(f"{key}-why") or "")

    def act(write_id: str) -> str:
        desk = the_desk()
        state = desk.approvals.decline(line.id, reason=why, expected_version=line.version, write_id=write_id)
        return f"The request is {state.value}. Nothing was done."

    written(f"second-{line.id}", act, done=where)
