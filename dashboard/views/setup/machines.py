"""Equipment units: where they are, their service, and until when they are used."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import facts, note
from dashboard.shapes.setup import places as shapes
from dashboard.views.once import form_id
from dashboard.views.said import show_said
from dashboard.views.setup import frame
from dashboard.views.setup.frame import several_of, text_of
from dashboard.views.setup.lists import date_of
from dashboard.views.setup.service import draw_add_service, draw_service
from flows.desk import Action, Desk, keeping

PAGE: Final = "setup-equipment"
Names = dict[str, str]


def draw() -> None:
    """Draw the units beside the one that is open."""
    desk = the_desk()
    st.title("Equipment", anchor=False)
    show_said(PAGE)
    units, sites = desk.keeping.units(), {site.id: site.name for site in desk.sites()}
    one = next((unit for unit in units if unit.id == frame.chosen()), None)
    may = desk.keeping.may(Action.KEEP_EQUIPMENT)
    left, right = st.columns([2, 3], gap="large")
    with left:
        frame.draw_things(
            PAGE,
            shapes.unit_groups(units, sites),
            label="Equipment",
            nothing="There is no unit yet. Add the first at the right.",
            current=one.id if one else None,
        )
    with right:
        frame.draw_draft(PAGE)
        if one is not None:
            draw_unit(desk, one, sites, may=may)
        else:
            st.html(note("Choose a unit at the left to change it, or to take it out of service."))
        if may:
            with st.expander("Add a unit"):
                draw_add(sites, sorted({unit.kind for unit in units}))


def draw_unit(desk: Desk, unit: keeping.UnitLine, sites: Names, *, may: bool) -> None:
    """Draw one unit with what may be done."""
    frame.draw_title(unit.name or unit.id)
    st.html(facts(shapes.unit_facts(unit, sites)))
    draw_service(desk, PAGE, unit.service)
    if may:
        with st.expander("Take it out of service"):
            draw_add_service(desk, PAGE, unit=unit.id, name=unit.name or unit.id)
        key = form_id(f"unit-{unit.id}-{unit.version}")
        with st.expander("Change its name or sites"), st.form(key, border=False):
            st.text_input("Name", unit.name, key=frame.widget(key, "name"))
            frame.choose_several("Sites", sites, unit.sites, key=frame.widget(key, "sites"))
            st.form_submit_button("Save the unit", type="primary", on_click=change, args=(unit, key))
        draw_ending(desk, unit)
    frame.draw_history(desk, ("equipment_unit", unit.id), ("maintenance", unit.id))


def change(unit: keeping.UnitLine, key: str) -> None:
    """Save a unit, after a look at the bookings it breaks."""
    frame.save(
        PAGE,
        f"unit-{unit.id}-{unit.version}",
        lambda desk: keeping.ChangeUnit(
            unit=unit.id,
            since=desk.today(),
            name=text_of(key, "name"),
            at_sites=several_of(key, "sites"),
            version=unit.version,
        ),
        done=f"{unit.name} is saved.",
    )


def draw_ending(desk: Desk, unit: keeping.UnitLine) -> None:
    """Draw the form that stops the use of a unit, or the button that takes it up again."""
    form = f"end-{unit.id}-{unit.version}"
    if unit.ended_on is not None:
        st.button("Use it again", key=form, on_click=end, args=(unit, form, ""))
        return
    key = form_id(form)
    with st.expander("Stop using it from a day on"), st.form(key, border=False):
        st.date_input("Not used from", desk.today(), key=frame.widget(key, "on"), format="DD/MM/YYYY")
        st.form_submit_button("Stop using it", type="primary", on_click=end, args=(unit, form, key))


def end(unit: keeping.UnitLine, form: str, key: str) -> None:
    """Stop using a unit from a day on, after a look at the bookings it breaks; without a form, use it again."""
    frame.save(
        PAGE,
        form,
        lambda _: keeping.EndUnit(
            unit=unit.id, name=unit.name, on=date_of(key, "on") if key else None, version=unit.version
        ),
        done=f"{unit.name} is ended from that day on." if key else f"{unit.name} is used again.",
    )


def draw_add(sites: Names, kinds: list[str]) -> None:
    """Draw the form that adds a unit."""
    key = form_id("add-unit")
    with st.form(key, border=False):
        names = st.columns(2)
        names[0].text_input("Short id", key=frame.widget(key, "id"), help="Letters, digits and hyphens, such as RF-4.")
        names[1].text_input("Name", key=frame.widget(key, "name"))
        st.selectbox(
            "Kind",
            kinds,
            index=None,
            format_func=shapes.kind_words,
            key=frame.widget(key, "kind"),
            placeholder="Choose a kind",
        )
        frame.choose_several("Sites", sites, (), key=frame.widget(key, "sites"))
        st.form_submit_button("Add the unit", type="primary", on_click=add, args=(key,))


def add(key: str) -> None:
    """Add a unit."""
    frame.save(
        PAGE,
        "add-unit",
        lambda _: keeping.AddUnit(
            id=text_of(key, "id"),
            kind=text_of(key, "kind"),
            name=text_of(key, "name"),
            at_sites=several_of(key, "sites"),
        ),
        done="The unit is added.",
    )
