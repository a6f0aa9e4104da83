"""How full the network's lists are, who does the work, and how long patients waited."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import load as shapes
from dashboard.shapes import waits as wait_shapes
from dashboard.shapes.markup import figures, table
from dashboard.views.downloading import Download, download, section
from dashboard.views.narrowing import one_of
from dashboard.views.worth import draw_worth
from flows.desk import Desk, NetworkLoad
from scheduler.vocabulary import Stage

WEEKS: Final = {"4 weeks": 4, "8 weeks": 8, "12 weeks": 12}
USUAL: Final = "4 weeks"


def draw() -> None:
    """Ask how full the lists of these weeks are and draw it, then the work and the waits."""
    desk = the_desk()
    weeks, start, site = draw_head(desk)
    load = desk.network.load(start, weeks=weeks, site=site)
    if load.weeks:
        st.html(figures(shapes.load_figures(load)))
        draw_heat(load)
    else:
        st.info("No list is open in these weeks. Choose other weeks or another site, or add lists in Set-up.")
    draw_work(load)
    draw_waits(desk)
    draw_worth(desk)


def draw_head(desk: Desk) -> tuple[int, date, str | None]:
    """Draw the title with the weeks and the site to show; the address keeps them."""
    sites = {site.id: site.name for site in desk.sites()}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("Load", anchor=False, width="content")
        weeks = st.segmented_control(
            "Weeks shown",
            list(WEEKS),
            default=USUAL,
            required=True,
            key="weeks",
            bind="query-params",
            label_visibility="collapsed",
        )
        start = st.date_input(
            "From the week of",
            desk.today(),
            key="from",
            bind="query-params",
            format="DD/MM/YYYY",
            label_visibility="collapsed",
            width=130,
        )
        site = one_of("Site", sites, key="site", every="All sites", width=260)
    return WEEKS[weeks or USUAL], start, site


def draw_heat(load: NetworkLoad) -> None:
    """Draw the heat table of suites and weeks."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        measure = st.segmented_control(
            "Measure",
            shapes.MEASURES,
            default=shapes.USABLE,
            required=True,
            key="measure",
            bind="query-params",
            label_visibility="collapsed",
        )
        st.html(shapes.heat_key(), width="content")
        st.space("stretch")
        rows = shapes.suite_rows(load)
        download(
            Download(label="Download suites and weeks", file="suites-by-week.csv", heads=shapes.SUITE_HEADS, rows=rows)
        )
    st.html(shapes.heat_table(load, measure or shapes.USABLE))


def draw_work(load: NetworkLoad) -> None:
    """Draw the work of each radiologist against the target."""
    people = load.radiologists
    rows = shapes.work_csv_rows(people)
    section(
        "Work of each radiologist",
        Download(label="Download work", file="work.csv", heads=shapes.WORK_CSV_HEADS, rows=rows),
    )
    if not people:
        st.info("No radiologist works here. Add one in Set-up.")
        return
    st.markdown(shapes.fairness_words(people))
    picture, numbers = st.columns([5, 4], gap="large")
    with picture:
        st.vega_lite_chart(shapes.work_chart(people), theme=None, key="work-chart")
    with numbers:
        st.html(table("", shapes.WORK_HEADS, shapes.work_rows(people)))


def draw_waits(desk: Desk) -> None:
    """Draw how long those treated waited, one chart for each category."""
    wanted = wait_shapes.STAGES[st.session_state.get("stage") or "Either"]
    waits = desk.network.waits(Stage(wanted) if wanted else None)
    rows = wait_shapes.wait_csv_rows(waits)
    section(
        "Waits of those treated in the last twelve months",
        Download(label="Download waits", file="waits.csv", heads=wait_shapes.WAIT_CSV_HEADS, rows=rows),
    )
    st.segmented_control(
        "Procedure",
        list(wait_shapes.STAGES),
        default="Either",
        required=True,
        key="stage",
        bind="query-params",
        label_visibility="collapsed",
    )
    for panel, one in zip(st.columns(len(waits.whole), gap="large"), waits.whole, strict=True):
        with panel:
            st.html(wait_shapes.category_head(one))
            if one.treated:
                st.vega_lite_chart(
                    wait_shapes.wait_chart(waits, int(one.urgency)), theme=None, key=f"waits-{int(one.urgency)}"
                )
    if shown := wait_shapes.wait_rows(waits):
        with st.expander("Month by month, as a table"):
            st.html(table("", wait_shapes.WAIT_HEADS, shown))
