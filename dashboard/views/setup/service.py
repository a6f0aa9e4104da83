"""Service periods of rooms and equipment units: those to come, and the form that enters one."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from dashboard.shapes.setup.staff import leave_words
from dashboard.shapes.words import safe
from dashboard.views.once import form_id
from dashboard.views.setup import frame
from dashboard.views.setup.frame import text_of
from dashboard.views.setup.lists import date_of
from flows.desk import Action, Desk, keeping


def draw_service(desk: Desk, page: str, lines: Iterable[keeping.ServiceLine]) -> None:
    """Draw the service periods, each with the button that ends it."""
    may = desk.keeping.may(Action.KEEP_EQUIPMENT)
    for line in lines:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            words = f"Out of service: {leave_words(line, desk.zone)}"
            st.html(f'<p class="nl-key">{safe(words)}</p>', width="stretch")
            if may:
                st.button("Back in service", key=f"back-{line.id}", on_click=end_service, args=(page, line))


def end_service(page: str, line: keeping.ServiceLine) -> None:
    """Put a room or a unit back into service."""
    frame.save(
        page,
        f"back-{line.id}",
        lambda _: keeping.EndService(service=line.id, suite=line.suite, unit=line.unit, version=line.version),
        done="It is back in service.",
    )


def draw_add_service(desk: Desk, page: str, *, name: str, suite: str | None = None, unit: str | None = None) -> None:
    """Draw the form that takes a room or a unit out of service."""
    form = f"service-{suite or unit}"
    key = form_id(form)
    with st.form(key, border=False):
        days = st.columns(2)
        days[0].date_input("First day", desk.today(), key=frame.widget(key, "first"), format="DD/MM/YYYY")
        days[1].date_input("Last day", desk.today(), key=frame.widget(key, "last"), format="DD/MM/YYYY")
        st.text_input("Why", key=frame.widget(key, "reason"), placeholder="Such as: yearly service")
        st.form_submit_button(
            "Take out of service", type="primary", on_click=add_service, args=(page, form, key, name, suite, unit)
        )


def add_service(page: str, form: str, key: str, name: str, suite: str | None, unit: str | None) -> None:  # noqa: PLR0917
    """Take a room or a unit out of service, after a look at the bookings it breaks."""
    frame.save(
        page,
        form,
        lambda _: keeping.AddService(
            name=name,
            first=date_of(key, "first"),
            last=date_of(key, "last"),
            reason=text_of(key, "reason"),
            suite=suite,
            unit=unit,
        ),
        done=f"{name} is out of service.",
    )
