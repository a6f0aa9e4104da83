"""Scenarios side by side: asking for a comparison, watching it, reading it, adopting one of them."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import comparison as shapes
from dashboard.shapes.words import short_day
from dashboard.views.downloading import Download, section
from dashboard.views.going import Going
from dashboard.views.once import written
from dashboard.views.said import show_said
from flows.desk import Comparison, Desk, ScenarioLine, StudyLine, StudyStatus

PLACE: Final = "comparison"
FORM: Final = "compare"
STANDS: Final = ""  # the choice that is no scenario
STANDS_WORDS: Final = "As things stand"
MOST: Final = 4
WEEKS: Final = {"2 weeks": 2, "4 weeks": 4, "6 weeks": 6, "8 weeks": 8}
LOOK_EVERY_SECONDS: Final = 2


def draw_comparing(desk: Desk, known: dict[str, ScenarioLine], going: Going) -> None:
    """Draw the form that asks for a comparison, then the one that the address names, or the latest."""
    if not known:
        st.info("There is no scenario to compare yet. Make one under Build first.")
    else:
        draw_asking(known)
    show_said(PLACE)
    found = {each.id: each for each in desk.scenarios.comparisons()}
    if not found:
        st.markdown("Nothing has been compared yet.")
        return
    wanted = st.query_params.get("comparison")
    chosen = st.selectbox(
        "Comparison shown",
        list(found),
        index=list(found).index(wanted) if wanted in found else 0,
        format_func=lambda each: shapes.choice_words(found[each], desk.zone),
    )
    st.query_params["comparison"] = chosen
    if found[chosen].working:
        look_again(chosen)
    draw_found(found[chosen], going)


def draw_asking(known: dict[str, ScenarioLine]) -> None:
    """Draw which scenarios are compared, over which weeks, and how long each may be searched for."""
    with st.form(FORM, enter_to_submit=False), st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.multiselect(
            "Scenarios, two to four; differences are counted from the first",
            [STANDS, *known],
            default=[STANDS, next(iter(known))],
            format_func=lambda each: known[each].name if each else STANDS_WORDS,
            max_selections=MOST,
            key="compare-which",
        )
        st.selectbox("Weeks from tomorrow", list(WEEKS), index=1, key="compare-weeks", width=150)
        st.number_input("Seconds each", 5, 600, 20, step=5, key="compare-seconds", width=130)
        st.form_submit_button("Compare", type="primary", on_click=compare)


def compare() -> None:
    """Ask the planner's process to work the scenarios out."""
    state = st.session_state

    def act(write_id: str) -> str:
        made = the_desk().scenarios.compare(
            [each or None for each in state["compare-which"]],
            weeks=WEEKS[state["compare-weeks"]],
            time_limit=float(state["compare-seconds"]),
            write_id=write_id,
        )
        st.query_params["comparison"] = made
        return "The planner works the scenarios out one after the other. Nothing is booked by it."

    written(FORM, act, done=PLACE)


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def look_again(comparison: str) -> None:
    """Say how far a comparison has come, and look every few seconds whether it is ready."""
    found = the_desk().scenarios.comparison(comparison)
    if not found.working:
        st.rerun()
    st.info(shapes.working_words(found))


def draw_found(comparison: Comparison, going: Going) -> None:
    """Draw the scenarios side by side, what each changes, and how to adopt one."""
    section(
        f"{short_day(comparison.start)} to {short_day(comparison.end)}",
        Download(
            label="Download comparison",
            file="comparison.csv",
            heads=shapes.csv_heads(comparison),
            rows=shapes.csv_rows(comparison),
        ),
    )
    st.html(shapes.comparison_table(comparison))
    st.header("What each changes", anchor=False)
    for column, study in zip(st.columns(len(comparison.studies), gap="large"), comparison.studies, strict=True):
        with column:
            st.html(shapes.notes(study))
            draw_adopting(study, going)


def draw_adopting(study: StudyLine, going: Going) -> None:
    """Draw the button that adopts one scenario, or the way to the proposal it became."""
    if study.proposal is not None:
        st.page_link(
            going.proposal_page, label=f"Open the proposal of {study.name}", query_params={"proposal": study.proposal}
        )
    if study.status is StudyStatus.READY and st.button(f"Adopt {study.name}", key=f"adopt-{study.id}"):
        ask_to_adopt(study)


def ask_to_adopt(study: StudyLine) -> None:
    """Ask once more, naming the changes of lists that adopting makes."""

    @st.dialog(f"Adopt {study.name}", position="right", width="medium")
    def drawer() -> None:
        scenarios = the_desk().scenarios
        changes = scenarios.adopting(study.id)
        st.markdown("The plan of this scenario becomes a proposal. Nothing is booked until the proposal is published.")
        if changes:
            st.markdown("The clinic has to change first. These are made as you adopt, and stay:")
            st.html(shapes.points(changes))
        if changes and not scenarios.may_adopt_changes():
            st.warning("You may not change lists. Ask an IR lead or administrator to make these changes in Set-up.")
            return
        label = "Make the changes and adopt" if changes else "Adopt as a proposal"
        if st.button(label, type="primary", key=f"adopt-now-{study.id}"):
            adopt(study, make_changes=bool(changes))
            st.rerun()

    drawer()


def adopt(study: StudyLine, *, make_changes: bool) -> None:
    """Ask the desk to make the scenario's plan a proposal."""

    def act(write_id: str) -> str:
        the_desk().scenarios.adopt(
            study.id, make_changes=make_changes, expected_version=study.version, write_id=write_id
        )
        return f"“{study.name}” is adopted as a proposal. Open it below to publish it."

    written(f"adopt-{study.id}", act, done=PLACE)
