"""Public holidays: dates that a person confirms, and days on which one site differs from the others."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import note
from dashboard.shapes.setup import places as shapes
from dashboard.shapes.words import day
from dashboard.views.once import form_id
from dashboard.views.said import show_said
from dashboard.views.setup import frame
from dashboard.views.setup.frame import filled, text_of
from dashboard.views.setup.lists import date_of
from flows.desk import Action, Desk, HolidayLine, keeping

PAGE: Final = "setup-holidays"
Names = dict[str, str]


def draw() -> None:
    """Draw the holidays of a year beside the one that is open."""
    desk = the_desk()
    year = draw_head(desk)
    show_said(PAGE)
    lines, sites = desk.holidays(year), {site.id: site.name for site in desk.sites()}
    one = next((line for line in lines if shapes.holiday_id(line) == frame.chosen()), None)
    may = desk.keeping.may(Action.KEEP_HOLIDAYS)
    left, right = st.columns([2, 3], gap="large")
    with left:
        frame.draw_things(
            PAGE,
            shapes.holiday_groups(lines, sites),
            label="Public holidays",
            nothing=f"No public holiday of {year} is known yet. Add those you know at the right.",
            current=shapes.holiday_id(one) if one else None,
        )
    with right:
        frame.draw_draft(PAGE)
        if one is not None:
            draw_holiday(desk, one, sites, may=may)
        else:
            st.html(note("Choose a holiday at the left to confirm or remove it. No list is made on a public holiday."))
        if may:
            with st.expander("Add a public holiday"):
                draw_add(desk, sites)


def draw_head(desk: Desk) -> int:
    """Draw the title and the year that is shown; the address keeps it."""
    this = desk.today().year
    years = [str(each) for each in range(this - 1, this + 3)]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("Holidays", anchor=False, width="content")
        year = st.segmented_control(
            "Year",
            years,
            default=str(this),
            required=True,
            key="year",
            bind="query-params",
            label_visibility="collapsed",
        )
    return int(year or this)


def draw_holiday(desk: Desk, line: HolidayLine, sites: Names, *, may: bool) -> None:
    """Draw one holiday with what may be done."""
    frame.draw_title(f"{line.name}, {day(line.on)}")
    where = shapes.EVERYWHERE if line.site is None else sites.get(line.site, line.site)
    state = "confirmed" if line.confirmed else "predicted: check the date, then confirm it"
    st.html(note(f"At {where}; {state}." if line.observed else f"{where} works on this day; {state}."))
    if may:
        with st.container(horizontal=True, gap="small"):
            name = shapes.holiday_id(line)
            if not line.confirmed:
                st.button("Confirm", type="primary", key=f"confirm-{name}", on_click=confirm, args=(line,))
            st.button("Remove", key=f"remove-{name}", on_click=remove, args=(line,))
    frame.draw_history(desk, ("holiday", line.on.isoformat()))


def confirm(line: HolidayLine) -> None:
    """Confirm the date of a holiday."""
    frame.save(
        PAGE,
        f"confirm-{shapes.holiday_id(line)}-{line.version}",
        lambda _: keeping.ConfirmHoliday(on=line.on, site=line.site, version=line.version),
        done=f"{line.name} on {day(line.on)} is confirmed.",
    )


def remove(line: HolidayLine) -> None:
    """Take a holiday out of the table."""
    frame.save(
        PAGE,
        f"remove-{shapes.holiday_id(line)}-{line.version}",
        lambda _: keeping.RemoveHoliday(on=line.on, site=line.site, version=line.version),
        done=f"{day(line.on)} is no longer a holiday. Lists that were closed for it stay closed until you open them.",
    )


def draw_add(desk: Desk, sites: Names) -> None:
    """Draw the form that adds a holiday."""
    key = form_id("add-holiday")
    with st.form(key, border=False):
        top = st.columns([1, 2])
        top[0].date_input("Day", desk.today(), key=frame.widget(key, "on"), format="DD/MM/YYYY")
        top[1].text_input("Name", key=frame.widget(key, "name"))
        st.selectbox(
            "Site",
            list(sites),
            index=None,
            format_func=sites.__getitem__,
            key=frame.widget(key, "site"),
            placeholder="Every site",
        )
        st.checkbox("This site works on a holiday of the others", key=frame.widget(key, "works"))
        st.form_submit_button("Add the holiday", type="primary", on_click=add, args=(key,))


def add(key: str) -> None:
    """Add a holiday, after a look at what is booked on its day."""
    site = filled(key, "site")
    frame.save(
        PAGE,
        "add-holiday",
        lambda _: keeping.AddHoliday(
            on=date_of(key, "on"),
            name=text_of(key, "name"),
            site=None if site is None else str(site),
            works=bool(filled(key, "works")),
        ),
        done="The holiday is added.",
    )
