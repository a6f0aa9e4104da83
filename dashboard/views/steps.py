"""The steps that may follow on a case, each with its form."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.case import both_versions
from dashboard.shapes.forms import answers
from dashboard.shapes.markup import table
from dashboard.shapes.steps import STEP_HEADS, WHO_HEADS, groups_of, steps_for_others, steps_not_possible
from dashboard.shapes.words import safe
from dashboard.views.form import draw_fields, filled
from dashboard.views.going import Going
from dashboard.views.once import form_done, form_id, written
from dashboard.views.said import said_at, say, show_said
from flows.desk import RETURN_FIELDS, CaseSummary, Desk, NextStep
from scheduler.errors import NeurolistError, SecondPersonNeededError, StaleVersionError

CHANGED: Final = (
    "Somebody else changed this case since it was shown to you. Nothing was saved, and what you filled in is kept. "
    "Look at what changed, then record it again if it still holds:"
)
CHANGED_HEADS: Final = ("What", "You were shown", "It is now")
RETURN: Final = "return"


def draw_steps(desk: Desk, case: CaseSummary, steps: tuple[NextStep, ...], *, wanted: str | None) -> None:
    """Draw the allowed steps with their forms, then those of other roles, then the others with why each must wait."""
    if not steps:
        st.html('<h2 class="nl-head">Next steps</h2>')
        st.markdown("The pathway of this case is done. Nothing may follow.")
    groups = groups_of(steps, desk.actor.roles_at(None))
    draw_orphan(case.ref, {name_of(case, step) for _, found in groups for step in found})
    for heading, found in groups:
        st.html(f'<h2 class="nl-head">{safe(heading)}</h2>')
        with st.container(gap="xsmall"):
            for step in found:
                draw_step(case, step, wanted=step.event.value == wanted)
    others = steps_for_others(steps, desk.actor.roles_at(None))
    if others:
        st.html(table("For other roles", WHO_HEADS, others))
    waiting = steps_not_possible(steps)
    if waiting:
        st.html(table("Not possible yet", STEP_HEADS, waiting))


def name_of(case: CaseSummary, step: NextStep) -> str:
    """The name of one step's form."""
    return f"{case.ref}-{step.event.value}"


def draw_orphan(ref: str, drawn: set[str]) -> None:
    """Draw the answer to a form that is no longer there, because somebody else moved the case on."""
    place = said_at(f"{ref}-")
    if place is not None and place not in drawn:
        show_said(place)


def draw_step(case: CaseSummary, step: NextStep, *, wanted: bool) -> None:
    """Draw one step's form once it is opened; the press carries the version that was shown."""
    name = name_of(case, step)
    # The form is drawn only while it is open: all forms at once would be many widgets.
    opened = st.expander(step.label, expanded=wanted, key=f"step-{name}", on_change="rerun")
    with opened:
        if not opened.open:
            return
        show_said(name)
        key = form_id(name)
        with st.form(key, border=False):
            st.markdown(step.says)
            draw_fields(step.fields, key=key)
            st.form_submit_button("Record", type="primary", on_click=record, args=(case, step, name))


def record(case: CaseSummary, step: NextStep, name: str) -> None:
    """Ask the desk to record a step, and keep what it answered."""
    desk, key = the_desk(), form_id(name)
    details = answers(step.fields, filled(step.fields, key=key))
    try:
        now = desk.record(case.ref, step.event, details, write_id=key, expected_version=case.version)
    except StaleVersionError:
        rows = both_versions(case, desk.case(case.ref).summary)
        say(name, CHANGED, refused=True, detail=table("", CHANGED_HEADS, rows))
    except SecondPersonNeededError:
        ask_second_person(case, step, name, details)
    except NeurolistError as refusal:
        say(name, str(refusal), refused=True)
    else:
        form_done(name)
        st.query_params.pop("step", None)
        told = " ".join(("", *now.cautions))
        say("case", f"{step.label}: recorded. The case now stands at: {now.state.label}.{told}")


def ask_second_person(case: CaseSummary, step: NextStep, name: str, details: dict[str, object]) -> None:
    """Ask that a step go ahead in spite of what stops it; nothing is recorded until another person approves."""

    def act(write_id: str) -> str:
        the_desk().approvals.ask_to_go_ahead(
            case.ref, step.event, details, expected_version=case.version, write_id=f"{write_id}-asked"
        )
        st.query_params.pop("step", None)
        return f"{step.label}: asked. Nothing is recorded until an IR lead who is not you approves it here."

    written(name, act, done="case", refused=name)


def draw_return(going: Going, case: CaseSummary) -> None:
    """Draw the form that opens a new case for the patient of one that has ended."""
    name = f"{case.ref}-{RETURN}"
    made = st.session_state.pop(f"made-{name}", None)
    if made is not None:
        going.to_case(made)
    opened = st.expander("The patient comes back: open a new case", key=f"step-{name}", on_change="rerun")
    with opened:
        if not opened.open:
            return
        show_said(name)
        key = form_id(name)
        with st.form(key, border=False):
            st.markdown("A case that has ended never goes on. The new one is linked to it and takes its documents.")
            draw_fields(RETURN_FIELDS, key=key)
            st.form_submit_button("Open a new case", type="primary", on_click=refer_again, args=(case.ref, name))


def refer_again(ref: str, name: str) -> None:
    """Ask the desk for the new case, and go there."""
    key = form_id(name)
    details = answers(RETURN_FIELDS, filled(RETURN_FIELDS, key=key))
    try:
        made = the_desk().refer_again(ref, details, write_id=key)
    except NeurolistError as refusal:
        say(name, str(refusal), refused=True)
        return
    form_done(name)
    st.session_state[f"made-{name}"] = made.ref
    say("case", " ".join((f"Case {made.ref} is open, and linked to {ref}.", *made.cautions)))
