"""A booked visit is cancelled with its reason, and the place it leaves is offered to those who wait.

Any page may call `cancel(desk, ref)` when somebody asks for it.
"""

from __future__ import annotations

import secrets
from typing import Final

import streamlit as st

from dashboard.shapes.forms import answers
from dashboard.views.backfilling import draw_backfill
from dashboard.views.form import draw_fields, filled
from flows.desk import CaseSummary, Desk, Event, NextStep
from scheduler.errors import NeurolistError

WAYS: Final = (Event.CANCEL_HOSPITAL, Event.CANCEL_PATIENT, Event.DID_NOT_ATTEND)


@st.dialog("Cancel a visit", position="right", width="large")
def cancel(desk: Desk, ref: str) -> None:
    """Ask who cancels and why, record it, and then show who fits the place."""
    if st.session_state.get(f"cancelled-{ref}"):
        st.success(st.session_state[f"cancelled-{ref}"])
        draw_backfill(desk, ref, key=f"dialog-backfill-{ref}")
        if st.button("Done", key=f"done-{ref}"):
            st.session_state.pop(f"cancelled-{ref}", None)
            st.session_state.pop(f"filled-{ref}", None)
            st.rerun()
        return
    try:
        case = desk.case(ref).summary
        steps = tuple(step for step in desk.next_steps(ref) if step.event in WAYS and step.allowed)
    except NeurolistError as refusal:
        st.error(str(refusal))
        return
    if not steps:
        st.info(f"{ref} has no visit that can be cancelled now: it stands at {case.state.label}.")
        return
    draw_ways(desk, case, steps)


def draw_ways(desk: Desk, case: CaseSummary, steps: tuple[NextStep, ...]) -> None:
    """Draw the ways a visit does not happen, with the form of the chosen one."""
    labels = {step.event: step.label for step in steps}
    chosen = st.radio(
        "What happened", list(labels), format_func=lambda event: labels[event], key=f"cancel-how-{case.ref}"
    )
    step = next(step for step in steps if step.event == chosen)
    key = f"cancel-{case.ref}-{case.version}-{step.event}"
    st.caption(step.says)
    draw_fields(step.fields, key=key)
    name = st.session_state.setdefault(f"write-{key}", secrets.token_hex(16))
    if not st.button("Cancel the visit", type="primary", key=f"cancel-now-{case.ref}"):
        return
    try:
        now = desk.record(
            case.ref,
            step.event,
            answers(step.fields, filled(step.fields, key=key)),
            write_id=name,
            expected_version=case.version,
        )
    except NeurolistError as refusal:
        st.error(str(refusal))
        return
    st.session_state[f"cancelled-{case.ref}"] = (
        f"{step.label}: recorded. {case.ref} now stands at {now.state.label}, and its place is free."
    )
    st.query_params["freed"] = case.ref
    st.rerun(scope="fragment")
