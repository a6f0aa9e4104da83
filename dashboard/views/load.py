"""How full the network's lists are, who does the work, and how long patients waited."""

from __future__ import annotations

from datetime import date
from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import load as shapes
from dashboard.shapes import waits as wait_shapes
from dashboard.shapes.downloads import as_csv
from dashboard.shapes.markup import figures, table
from flows.desk import Desk, NetworkLoad
from scheduler.vocabulary import Stage

WEEKS: Final = {"4 weeks": 4, "8 weeks": 8, "12 weeks": 12}
USUAL: Final = "4 weeks"
CSV: Final = "text/csv"


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
        site = st.selectbox(
            "Site",
            list(sites),
            index=None,
            format_func=sites.__getitem__,
            key="site",
            bind="query-params",
            placeholder="All sites",
            label_visibility="collapsed",
            width=260,
        )
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
        download("Download suites and weeks", "suites-by-week.csv", shapes.SUITE_HEADS, shapes.suite_rows(load))
    st.html(shapes.heat_table(load, measure or shapes.USABLE))


def draw_work(load: NetworkLoad) -> None:
    """Draw the work of each radiologist against the target."""
    head(
        "Work of each radiologist",
        "Download work",
        "work.csv",
        shapes.WORK_CSV_HEADS,
        shapes.work_csv_rows(load.radiologists),
    )
    if not load.radiologists:
        st.info("No radiologist works here. Add one in Set-up.")
        return
    st.markdown(shapes.fairness_words(load.radiologists))
    picture, rows = st.columns([5, 4], gap="large")
    with picture:
        st.vega_lite_chart(shapes.work_chart(load.radiologists), theme=None, key="work-chart")
    with rows:
        st.html(table("", shapes.WORK_HEADS, shapes.work_rows(load.radiologists)))


def draw_waits(desk: Desk) -> None:
    """Draw how long those treated waited, one chart for each category."""
    stage = st.session_state.get("stage") or "Either"
    wanted = wait_shapes.STAGES[stage]
    waits = desk.network.waits(Stage(wanted) if wanted else None)
    head(
        "Waits of those treated in the last twelve months",
        "Download waits",
        "waits.csv",
        wait_shapes.WAIT_CSV_HEADS,
        wait_shapes.wait_csv_rows(waits),
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
    if rows := wait_shapes.wait_rows(waits):
        with st.expander("Month by month, as a table"):
            st.html(table("", wait_shapes.WAIT_HEADS, rows))


def head(title: str, label: str, file: str, heads: tuple[str, ...], rows: list[list[object]]) -> None:
    """Draw the head of a section with the download of its table."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(title, anchor=False, width="content")
        st.space("stretch")
        download(label, file, heads, rows)


def download(label: str, file: str, heads: tuple[str, ...], rows: list[list[object]]) -> None:
    """Draw the button that gives a table as a file."""
    st.download_button(
        label, as_csv(heads, rows), file_name=file, mime=CSV, key=f"get-{file}", on_click="ignore", type="tertiary"
    )
