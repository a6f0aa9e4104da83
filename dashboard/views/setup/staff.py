"""Radiologists: what they are credentialed for, their leave, and until when they work here."""

from __future__ import annotations

from datetime import time
from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import facts, note
from dashboard.shapes.setup import staff as shapes
from dashboard.shapes.words import safe
from dashboard.views.once import form_id
from dashboard.views.said import show_said
from dashboard.views.setup import frame
from dashboard.views.setup.frame import filled, several_of, text_of, whole_of
from dashboard.views.setup.lists import date_of
from flows.desk import Action, Desk, keeping

PAGE: Final = "setup-radiologists"
MOST_A_DAY, MOST_A_WEEK = 3, 14
Names = dict[str, str]


def draw() -> None:
    """Draw the radiologists beside the one that is open."""
    desk = the_desk()
    st.title("Radiologists", anchor=False)
    show_said(PAGE)
    lines = desk.keeping.staff()
    sites = {site.id: site.name for site in desk.sites()}
    one = next((line for line in lines if line.id == frame.chosen()), None)
    left, right = st.columns([2, 3], gap="large")
    with left:
        frame.draw_things(
            PAGE,
            shapes.staff_groups(lines),
            label="Radiologists",
            nothing="There is no radiologist yet. Add the first at the right.",
            current=one.id if one else None,
        )
    with right:
        frame.draw_draft(PAGE)
        if one is not None:
            draw_person(desk, one, sites)
        else:
            st.html(note("Choose a radiologist at the left to enter leave or change what they may do."))
        if desk.keeping.may(Action.KEEP_STAFF):
            with st.expander("Add a radiologist"):
                draw_add(sites)


def draw_person(desk: Desk, line: keeping.StaffLine, sites: Names) -> None:
    """Draw one radiologist with what may be done."""
    frame.draw_title(line.name)
    st.html(facts(shapes.staff_facts(line, sites)))
    draw_leave(desk, line)
    if desk.keeping.may(Action.KEEP_LEAVE):
        with st.expander("Enter leave"):
            draw_add_leave(desk, line)
    if desk.keeping.may(Action.KEEP_STAFF):
        with st.expander("Change credentials and limits"):
            draw_credentials(line, sites)
        if line.ended_on is None:
            with st.expander("End from a day on"):
                draw_end(desk, line)
        else:
            st.button("Works here again", key=f"resume-{line.id}", on_click=resume, args=(line,))
    frame.draw_history(desk, ("radiologist", line.id), ("leave", line.id))


def draw_leave(desk: Desk, line: keeping.StaffLine) -> None:
    """Draw the leave to come, each with the button that takes it back."""
    may = desk.keeping.may(Action.KEEP_LEAVE)
    for leave in line.leave:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f"<p class='nl-key'>Leave: {safe(shapes.leave_words(leave, desk.zone))}</p>", width="stretch")
            if may:
                st.button("Take back", key=f"back-{leave.id}", on_click=take_back, args=(leave,))


def draw_add_leave(desk: Desk, line: keeping.StaffLine) -> None:
    """Draw the form that enters leave."""
    key = form_id(f"leave-{line.id}")
    with st.form(key, border=False):
        days = st.columns(2)
        days[0].date_input("First day", desk.today(), key=frame.widget(key, "first"), format="DD/MM/YYYY")
        days[1].date_input("Last day", desk.today(), key=frame.widget(key, "last"), format="DD/MM/YYYY")
        times = st.columns(2)
        times[0].time_input("From (leave empty for whole days)", None, key=frame.widget(key, "start"), step=900)
        times[1].time_input("To (leave empty for whole days)", None, key=frame.widget(key, "end"), step=900)
        st.text_input("Why (optional; not shown in the history)", key=frame.widget(key, "reason"))
        st.form_submit_button("Enter the leave", type="primary", on_click=add_leave, args=(line, key))


def add_leave(line: keeping.StaffLine, key: str) -> None:
    """Enter leave, after a look at the bookings it breaks."""
    start, end = filled(key, "start"), filled(key, "end")
    frame.save(
        PAGE,
        f"leave-{line.id}",
        lambda _: keeping.AddLeave(
            radiologist=line.id,
            name=line.name,
            first=date_of(key, "first"),
            last=date_of(key, "last"),
            start=start if isinstance(start, time) else None,
            end=end if isinstance(end, time) else None,
            reason=text_of(key, "reason"),
        ),
        done=f"The leave of {line.name} is entered.",
    )


def take_back(leave: keeping.LeaveLine) -> None:
    """Take leave back."""
    frame.save(
        PAGE,
        f"back-{leave.id}",
        lambda _: keeping.EndLeave(leave=leave.id, radiologist=leave.radiologist, version=leave.version),
        done="The leave is taken back. Lists that lost their radiologist for it wait for somebody to be rostered.",
    )


def draw_credentials(line: keeping.StaffLine, sites: Names) -> None:
    """Draw the form with what a radiologist may do where."""
    key = form_id(f"staff-{line.id}-{line.version}")
    with st.form(key, border=False):
        draw_what(key, sites, line)
        st.form_submit_button("Save the credentials", type="primary", on_click=change, args=(line, key))


def draw_what(key: str, sites: Names, line: keeping.StaffLine | None) -> None:
    """Draw the widgets of a radiologist's credentials and limits."""
    st.text_input("Name", line.name if line else "", key=frame.widget(key, "name"))
    frame.choose_several("Sites", sites, line.sites if line else (), key=frame.widget(key, "sites"))
    frame.choose_several(
        "Targets", dict(shapes.TARGETS), line.targets if line else (), key=frame.widget(key, "targets")
    )
    frame.choose_several(
        "Techniques", dict(shapes.TECHNIQUES), line.techniques if line else (), key=frame.widget(key, "techniques")
    )
    limits = st.columns(3)
    limits[0].number_input(
        "Most lists a day",
        0,
        MOST_A_DAY,
        line.max_sessions_per_day if line else None,
        key=frame.widget(key, "daily"),
        placeholder="no limit",
    )
    limits[1].number_input(
        "Most lists a week",
        0,
        MOST_A_WEEK,
        line.max_sessions_per_week if line else None,
        key=frame.widget(key, "weekly"),
        placeholder="no limit",
    )
    limits[2].number_input(
        "Target (minutes)",
        0,
        None,
        line.target_minutes if line else None,
        step=30,
        key=frame.widget(key, "target"),
        placeholder="none",
    )


def credentials_of(key: str) -> keeping.Credentials:
    """Read credentials and limits from a form."""
    return keeping.Credentials(
        name=text_of(key, "name"),
        sites=several_of(key, "sites"),
        targets=several_of(key, "targets"),
        techniques=several_of(key, "techniques"),
        max_sessions_per_day=whole_of(key, "daily"),
        max_sessions_per_week=whole_of(key, "weekly"),
        target_minutes=whole_of(key, "target"),
    )


def change(line: keeping.StaffLine, key: str) -> None:
    """Save the credentials, after a look at the bookings they break."""
    frame.save(
        PAGE,
        f"staff-{line.id}-{line.version}",
        lambda desk: keeping.ChangeRadiologist(
            radiologist=line.id, since=desk.today(), credentials=credentials_of(key), version=line.version
        ),
        done=f"What {line.name} may do is saved.",
    )


def draw_end(desk: Desk, line: keeping.StaffLine) -> None:
    """Draw the form that ends a radiologist's work here."""
    key = form_id(f"end-{line.id}-{line.version}")
    with st.form(key, border=False):
        st.date_input("No list from", desk.today(), key=frame.widget(key, "on"), format="DD/MM/YYYY")
        st.form_submit_button("End", type="primary", on_click=end, args=(line, key))


def end(line: keeping.StaffLine, key: str) -> None:
    """End a radiologist's work here, after a look at the bookings it breaks."""
    frame.save(
        PAGE,
        f"end-{line.id}-{line.version}",
        lambda _: keeping.EndRadiologist(
            radiologist=line.id, name=line.name, on=date_of(key, "on"), version=line.version
        ),
        done=f"{line.name} is ended from that day on.",
    )


def resume(line: keeping.StaffLine) -> None:
    """Let a radiologist work here again."""
    frame.save(
        PAGE,
        f"resume-{line.id}-{line.version}",
        lambda _: keeping.EndRadiologist(radiologist=line.id, name=line.name, on=None, version=line.version),
        done=f"{line.name} works here again.",
    )


def draw_add(sites: Names) -> None:
    """Draw the form that adds a radiologist."""
    key = form_id("add-radiologist")
    with st.form(key, border=False):
        st.text_input("Short id", key=frame.widget(key, "id"), help="Letters, digits and hyphens, such as R13.")
        draw_what(key, sites, None)
        st.form_submit_button("Add the radiologist", type="primary", on_click=add, args=(key,))


def add(key: str) -> None:
    """Add a radiologist."""
    frame.save(
        PAGE,
        "add-radiologist",
        lambda _: keeping.AddRadiologist(id=text_of(key, "id"), credentials=credentials_of(key)),
        done="The radiologist is added.",
    )
