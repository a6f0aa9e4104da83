"""Sites and their rooms."""

from __future__ import annotations

from datetime import time
from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes.markup import facts, note
from dashboard.shapes.setup import places as shapes
from dashboard.shapes.setup.protocol import MODALITIES
from dashboard.views.once import form_id
from dashboard.views.said import show_said
from dashboard.views.setup import frame
from dashboard.views.setup.frame import filled, several_of, text_of, whole_of
from dashboard.views.setup.lists import date_of
from dashboard.views.setup.service import draw_add_service, draw_service
from flows.desk import Action, Desk, keeping

PAGE: Final = "setup-sites"
MOST_BAYS, MOST_TURNAROUND = 60, 120


def draw() -> None:
    """Draw the sites with their rooms beside the one that is open."""
    desk = the_desk()
    st.title("Sites and suites", anchor=False)
    show_said(PAGE)
    sites = desk.keeping.sites()
    wanted = frame.chosen() or ""
    site = next((each for each in sites if shapes.SITE + each.id == wanted), None)
    suite = next((each for one in sites for each in one.suites if shapes.SUITE + each.id == wanted), None)
    may = desk.keeping.may(Action.SET_UP)
    left, right = st.columns([2, 3], gap="large")
    with left:
        frame.draw_things(
            PAGE,
            shapes.place_groups(sites),
            label="Sites and suites",
            nothing="There is no site yet. Add the first at the right.",
            current=wanted,
        )
    with right:
        frame.draw_draft(PAGE)
        if site is not None:
            draw_site(desk, site, may=may)
        elif suite is not None:
            draw_suite(desk, suite, may=may)
        else:
            st.html(note("Choose a site or a suite at the left to change it, or to stop using it from a day on."))
        if may:
            with st.expander("Add a suite"):
                draw_add_suite(sites)
            with st.expander("Add a site"):
                draw_add_site()


def draw_site(desk: Desk, site: keeping.SitePlace, *, may: bool) -> None:
    """Draw one site with what may be done."""
    frame.draw_title(site.name)
    st.html(facts(shapes.site_facts(site)))
    if may:
        key = form_id(f"site-{site.id}-{site.version}")
        with st.expander("Change it"), st.form(key, border=False):
            draw_site_fields(key, site)
            st.form_submit_button("Save the site", type="primary", on_click=change_site, args=(site, key))
        draw_ending(desk, f"site-{site.id}-{site.version}", site, ended=site.ended_on is not None)
    frame.draw_history(desk, ("site", site.id))


def draw_site_fields(key: str, site: keeping.SitePlace | None) -> None:
    """Draw the widgets of a site."""
    st.text_input("Name", site.name if site else "", key=frame.widget(key, "name"))
    recovery = st.columns(3)
    recovery[0].number_input(
        "Recovery bays",
        0,
        MOST_BAYS,
        site.recovery_bays if site else None,
        key=frame.widget(key, "bays"),
        placeholder="no limit",
    )
    closes = time.fromisoformat(site.recovery_close) if site and site.recovery_close else None
    recovery[1].time_input("Recovery closes", closes, key=frame.widget(key, "closes"), step=900)
    recovery[2].number_input(
        "Target (minutes)",
        0,
        None,
        site.target_minutes if site else None,
        step=30,
        key=frame.widget(key, "target"),
        placeholder="none",
    )
    place = st.columns(2)
    place[0].number_input(
        "Latitude (degrees)", -90.0, 90.0, site.lat if site else None, format="%.4f", key=frame.widget(key, "lat")
    )
    place[1].number_input(
        "Longitude (degrees)", -180.0, 180.0, site.lon if site else None, format="%.4f", key=frame.widget(key, "lon")
    )


def site_of(key: str) -> keeping.SiteFacts:
    """Read a site from a form; a place that is not given is none on earth, and refused."""
    closes = filled(key, "closes")
    return keeping.SiteFacts(
        name=text_of(key, "name"),
        lat=degrees_of(key, "lat"),
        lon=degrees_of(key, "lon"),
        recovery_bays=whole_of(key, "bays"),
        recovery_close=f"{closes:%H:%M}" if isinstance(closes, time) else None,
        target_minutes=whole_of(key, "target"),
    )


def degrees_of(key: str, name: str) -> float:
    """Read degrees from a form."""
    found = filled(key, name)
    return float(found) if isinstance(found, int | float) else float("nan")


def change_site(site: keeping.SitePlace, key: str) -> None:
    """Save a site, after a look at the bookings it breaks."""
    frame.save(
        PAGE,
        f"site-{site.id}-{site.version}",
        lambda desk: keeping.ChangeSite(site=site.id, since=desk.today(), facts=site_of(key), version=site.version),
        done=f"{site.name} is saved.",
    )


def draw_suite(desk: Desk, suite: keeping.SuitePlace, *, may: bool) -> None:
    """Draw one room with what may be done."""
    frame.draw_title(suite.name)
    st.html(facts(shapes.suite_facts(suite)))
    service = tuple(line for line in desk.keeping.service() if line.suite == suite.id)
    draw_service(desk, PAGE, service)
    if desk.keeping.may(Action.KEEP_EQUIPMENT):
        with st.expander("Take it out of service"):
            draw_add_service(desk, PAGE, suite=suite.id, name=suite.name)
    if may:
        key = form_id(f"suite-{suite.id}-{suite.version}")
        with st.expander("Change it"), st.form(key, border=False):
            draw_suite_fields(key, suite)
            st.form_submit_button("Save the suite", type="primary", on_click=change_suite, args=(suite, key))
        draw_ending(desk, f"suite-{suite.id}-{suite.version}", suite, ended=suite.ended_on is not None)
    frame.draw_history(desk, ("suite", suite.id))


def draw_suite_fields(key: str, suite: keeping.SuitePlace | None) -> None:
    """Draw the widgets of a room."""
    st.text_input("Name", suite.name if suite else "", key=frame.widget(key, "name"))
    known = suite.modalities if suite else ()
    frame.choose_several("Imaging", dict(MODALITIES), known, key=frame.widget(key, "modalities"))
    st.number_input(
        "Turnaround (minutes)",
        0,
        MOST_TURNAROUND,
        suite.turnaround_minutes if suite else 0,
        step=5,
        key=frame.widget(key, "turnaround"),
    )


def suite_of(key: str) -> keeping.SuiteFacts:
    """Read a room from a form."""
    return keeping.SuiteFacts(
        name=text_of(key, "name"),
        modalities=several_of(key, "modalities"),
        turnaround_minutes=whole_of(key, "turnaround") or 0,
    )


def change_suite(suite: keeping.SuitePlace, key: str) -> None:
    """Save a room, after a look at the bookings it breaks."""
    frame.save(
        PAGE,
        f"suite-{suite.id}-{suite.version}",
        lambda desk: keeping.ChangeSuite(
            suite=suite.id, site=suite.site, since=desk.today(), facts=suite_of(key), version=suite.version
        ),
        done=f"{suite.name} is saved.",
    )


def draw_ending(desk: Desk, name: str, place: keeping.SitePlace | keeping.SuitePlace, *, ended: bool) -> None:
    """Draw the form that stops the use of a place, or the button that takes it up again."""
    if ended:
        st.button("Use it again", key=f"again-{name}", on_click=end, args=(place, f"again-{name}", ""))
        return
    key = form_id(f"end-{name}")
    with st.expander("Stop using it from a day on"), st.form(key, border=False):
        st.date_input("Not used from", desk.today(), key=frame.widget(key, "on"), format="DD/MM/YYYY")
        st.form_submit_button("Stop using it", type="primary", on_click=end, args=(place, f"end-{name}", key))


def end(place: keeping.SitePlace | keeping.SuitePlace, form: str, key: str) -> None:
    """Stop using a place from a day on, after a look at the bookings it breaks; without a form, use it again."""

    def make(_: Desk) -> keeping.Change:
        on = date_of(key, "on") if key else None
        if isinstance(place, keeping.SitePlace):
            return keeping.EndSite(site=place.id, name=place.name, on=on, version=place.version)
        return keeping.EndSuite(suite=place.id, site=place.site, name=place.name, on=on, version=place.version)

    frame.save(
        PAGE, form, make, done=f"{place.name} is ended from that day on." if key else f"{place.name} is used again."
    )


def draw_add_suite(sites: tuple[keeping.SitePlace, ...]) -> None:
    """Draw the form that adds a room."""
    key, names = form_id("add-suite"), {site.id: site.name for site in sites if site.ended_on is None}
    with st.form(key, border=False):
        st.selectbox(
            "Site",
            list(names),
            index=None,
            format_func=names.__getitem__,
            key=frame.widget(key, "site"),
            placeholder="Choose a site",
        )
        st.text_input("Short id", key=frame.widget(key, "id"), help="Letters, digits and hyphens, such as NTH-CT2.")
        draw_suite_fields(key, None)
        st.form_submit_button("Add the suite", type="primary", on_click=add_suite, args=(key,))


def add_suite(key: str) -> None:
    """Add a room."""
    frame.save(
        PAGE,
        "add-suite",
        lambda _: keeping.AddSuite(id=text_of(key, "id"), site=text_of(key, "site"), facts=suite_of(key)),
        done="The suite is added.",
    )


def draw_add_site() -> None:
    """Draw the form that adds a site."""
    key = form_id("add-site")
    with st.form(key, border=False):
        st.text_input("Short id", key=frame.widget(key, "id"), help="Letters, digits and hyphens, such as NTH.")
        draw_site_fields(key, None)
        st.form_submit_button("Add the site", type="primary", on_click=add_site, args=(key,))


def add_site(key: str) -> None:
    """Add a site."""
    frame.save(
        PAGE,
        "add-site",
        lambda _: keeping.AddSite(id=text_of(key, "id"), facts=site_of(key)),
        done="The site is added. Add its suites next.",
    )
