"""The steps that may follow on a case, each with its form."""

from __future__ import annotations

import secrets

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.case import both_versions, steps_not_possible
from dashboard.shapes.forms import answers
from dashboard.shapes.markup import table
from dashboard.views.form import draw_fields, filled
from dashboard.views.said import say
from flows.desk import CaseSummary, NextStep
from scheduler.errors import NeurolistError, StaleVersionError


def draw_steps(case: CaseSummary, steps: tuple[NextStep, ...]) -> None:
    """Draw the allowed steps with their forms, then the others with the reason each must wait."""
    st.html('<h2 class="nl-head">Next steps</h2>')
    if not steps:
        st.markdown("The pathway of this case is done. Nothing may follow.")
    for step in steps:
        if step.allowed:
            with st.expander(step.label):
                draw_step(case, step)
    waiting = steps_not_possible(steps)
    if waiting:
        st.html(table("Not possible yet", ("Step", "Why"), waiting))


def draw_step(case: CaseSummary, step: NextStep) -> None:
    """Draw one step's form; the press carries the version that was shown, however long ago that was."""
    key = f"{case.ref}-{case.version}-{step.event}"
    # One id for each form shown: pressing twice, or again after a lost answer, finds the first press's work.
    write_id = st.session_state.setdefault(f"write-{key}", secrets.token_hex(16))
    with st.form(key, border=False):
        st.markdown(step.says)
        draw_fields(step.fields, key=key)
        st.form_submit_button("Record", type="primary", on_click=record, args=(case, step, key, write_id))


def record(case: CaseSummary, step: NextStep, key: str, write_id: str) -> None:
    """Ask the desk to record a step, and keep what it answered."""
    desk = the_desk()
    details = answers(step.fields, filled(step.fields, key=key))
    try:
        now = desk.record(case.ref, step.event, details, write_id=write_id, expected_version=case.version)
    except StaleVersionError:
        told = "Somebody else changed this case since it was shown to you. Nothing was saved. Look at what changed:"
        rows = both_versions(case, desk.case(case.ref).summary)
        say("case", told, refused=True, detail=table("", ("What", "You were shown", "It is now"), rows))
    except NeurolistError as refusal:
        say("case", str(refusal), refused=True)
    else:
        say("case", f"{step.label}: recorded. The case now stands at: {now.state.label}.")
