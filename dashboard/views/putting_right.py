"""What was recorded by mistake is put right: the last step taken back, or one value corrected."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.case import both_versions
from dashboard.shapes.forms import answers
from dashboard.shapes.markup import facts, table
from dashboard.shapes.putting_right import reversal_facts, with_value
from dashboard.views.form import draw_fields, filled
from dashboard.views.once import form_done, form_id
from dashboard.views.said import say, show_said
from dashboard.views.steps import CHANGED, CHANGED_HEADS
from flows.desk import Amendable, CasePage, Desk, Field, FieldType, Reversal
from scheduler.errors import NeurolistError, StaleVersionError

BACK, CORRECT = "take-back", "correct"
REASON: Final = Field(key="reason", type=FieldType.TEXT, label="What was wrong")


def draw_putting_right(desk: Desk, page: CasePage) -> None:
    """Draw taking back the last step, with what that would do, and correcting one value."""
    st.html('<h2 class="nl-head">Take back the last step</h2>')
    show_said(BACK)
    try:
        draw_taking_back(page, desk.reversal(page.ref))
    except NeurolistError as refusal:
        st.info(str(refusal))
    st.html('<h2 class="nl-head">Correct a value</h2>')
    show_said(CORRECT)
    draw_correcting(desk, page)


def draw_taking_back(page: CasePage, found: Reversal) -> None:
    """Draw what taking back would do, and the form that does it."""
    st.html(facts(reversal_facts(found, page.history)))
    name = f"{BACK}-{page.ref}"
    key = form_id(name)
    with st.form(key, border=False):
        draw_fields((REASON,), key=key)
        st.checkbox("The days since the mistake do not count as waited", key=f"{key}-not-ready")
        st.form_submit_button("Take it back", type="primary", on_click=take_back, args=(page, found, name))


def take_back(page: CasePage, found: Reversal, name: str) -> None:
    """Take the last step back as it was shown."""
    desk, key = the_desk(), form_id(name)
    reason = str(st.session_state.get(f"{key}-{REASON.key}") or "")
    try:
        now = desk.reverse(
            page.ref,
            reason,
            expected_version=found.version,
            not_ready=bool(st.session_state.get(f"{key}-not-ready")),
            write_id=key,
        )
    except StaleVersionError:
        _both(desk, page, BACK)
    except NeurolistError as refusal:
        say(BACK, str(refusal), refused=True)
    else:
        form_done(name)
        say("case", f"Taken back. The case stands again at: {now.state.label}.")


def draw_correcting(desk: Desk, page: CasePage) -> None:
    """Draw the values that may be corrected, and the form for the one that was chosen."""
    values = {value.key: value for value in desk.amendable(page.ref)}
    if not values:
        st.info("Nothing is recorded of this case yet that could be corrected.")
        return
    chosen = st.selectbox(
        "Value",
        list(values),
        index=None,
        format_func=lambda key: f"{values[key].label}: {values[key].value}",
        key=f"amend-{page.ref}",
        placeholder="Choose what was typed wrongly",
    )
    if chosen is not None:
        draw_value(page, values[chosen])


def draw_value(page: CasePage, value: Amendable) -> None:
    """Draw the form that corrects one value."""
    name = f"{CORRECT}-{page.ref}-{value.key}"
    key = form_id(name)
    with st.form(key, border=False):
        draw_fields((with_value(value), REASON), key=key)
        st.form_submit_button("Correct", type="primary", on_click=correct, args=(page, value, name))


def correct(page: CasePage, value: Amendable, name: str) -> None:
    """Correct one value as it was shown; the old one stays in the history."""
    desk, key = the_desk(), form_id(name)
    fields = (replace(value.field, required=True), REASON)
    given = answers(fields, filled(fields, key=key))
    try:
        new, reason = given.get(value.field.key), str(given.get(REASON.key, ""))
        desk.amend(page.ref, value.key, new, reason, expected_version=page.version, write_id=key)
    except StaleVersionError:
        _both(desk, page, CORRECT)
    except NeurolistError as refusal:
        say(CORRECT, str(refusal), refused=True)
    else:
        form_done(name)
        say("case", f"{value.label}: corrected from {value.value} to {new}. Both stand in the history.")


def _both(desk: Desk, page: CasePage, where: str) -> None:
    rows = both_versions(page.summary, desk.case(page.ref).summary)
    say(where, CHANGED, refused=True, detail=table("", CHANGED_HEADS, rows))
