"""Scenarios: what would change in the coming weeks, and how several of them compare."""

from __future__ import annotations

from typing import Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import scenarios as shapes
from dashboard.views.comparison import draw_comparing
from dashboard.views.going import Going
from dashboard.views.once import written
from dashboard.views.said import show_said
from dashboard.views.scenario_forms import draw_adding
from flows.desk import Desk, ScenarioLine

PLACE: Final = "scenarios"
BUILD, COMPARE = "Build", "Compare"
NEW: Final = "new-scenario"


def draw(going: Going) -> None:
    """Draw the scenario that the address names, or the comparison."""
    desk = the_desk()
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.title("Scenarios", anchor=False, width="content")
        view = st.segmented_control(
            "View",
            [BUILD, COMPARE],
            default=BUILD,
            required=True,
            key="view",
            bind="query-params",
            label_visibility="collapsed",
        )
    known = {line.id: line for line in desk.scenarios.all()}
    if view == COMPARE:
        draw_comparing(desk, known, going)
    else:
        draw_building(desk, known)


def draw_building(desk: Desk, known: dict[str, ScenarioLine]) -> None:
    """Draw one scenario with its changes, and the forms that add some."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = draw_choice(known)
        with st.popover("New scenario"):
            draw_new(known)
    show_said(PLACE)
    if chosen is None:
        st.info(
            "There is no scenario yet. Make one, add what would change (a list more, a radiologist away, new demand, "
            "other prices), then compare it with things as they stand. Nothing is booked by it."
        )
        return
    changes, adding = st.columns([3, 2], gap="large")
    with changes:
        draw_changes(chosen)
    with adding:
        draw_adding(desk, chosen, PLACE)


def draw_choice(known: dict[str, ScenarioLine]) -> ScenarioLine | None:
    """Draw the scenarios to choose from; the address keeps the choice."""
    if not known:
        return None
    chosen = st.selectbox(
        "Scenario",
        list(known),
        index=shapes.place_of_scenario(st.query_params.get("scenario"), known),
        format_func=lambda each: shapes.line_words(known[each]),
        width=420,
    )
    st.query_params["scenario"] = chosen
    return known[chosen]


def draw_new(known: dict[str, ScenarioLine]) -> None:
    """Draw the form that makes a scenario, empty or as a copy."""
    with st.form(NEW, border=False, clear_on_submit=True):
        st.text_input("Name", key="new-name", placeholder="One more CT list in December")
        st.selectbox(
            "Begin with the changes of",
            list(known),
            index=None,
            format_func=lambda each: known[each].name,
            key="new-copy",
            placeholder="None",
        )
        st.form_submit_button("Make scenario", type="primary", on_click=make)


def draw_changes(scenario: ScenarioLine) -> None:
    """Draw what the scenario changes, each with the button that takes it out."""
    st.header(scenario.name, anchor=False)
    if not scenario.changes:
        st.markdown("Nothing is changed yet. Add a change beside this.")
    for line in scenario.changes:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"change-{line.place}"):
            st.markdown(f"{line.place}. {plain(line.says)}", width="stretch")
            st.button(
                "Remove",
                key=f"remove-{scenario.id}-{scenario.version}-{line.place}",
                help=f"Take change {line.place} out",
                on_click=remove,
                args=(scenario, line.place),
            )
    with st.expander("Rename or set aside"):
        with st.form(f"rename-{scenario.id}", border=False):
            st.text_input("Name of this scenario", scenario.name, key=f"name-{scenario.id}-{scenario.version}")
            st.form_submit_button("Rename", on_click=rename, args=(scenario,))
        st.button("Set aside", key=f"drop-{scenario.id}", on_click=drop, args=(scenario,), help="Comparisons stay.")


def plain(words: str) -> str:
    """Keep a name that somebody typed from being read as markup."""
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()<>#+-.!|~$:" else letter for letter in words)


def make() -> None:
    """Make the scenario that was named, and show it."""
    state = st.session_state

    def act(write_id: str) -> str:
        made = the_desk().scenarios.make(state["new-name"], copy_of=state["new-copy"], write_id=write_id)
        st.query_params["scenario"] = made
        return "The scenario is made. Add what would change."

    written(NEW, act, done=PLACE)


def remove(scenario: ScenarioLine, place: int) -> None:
    """Take one change out, as it was shown."""

    def act(write_id: str) -> str:
        the_desk().scenarios.remove(scenario.id, place, expected_version=scenario.version, write_id=write_id)
        return "The change is taken out."

    written(f"remove-{scenario.id}-{place}", act, done=PLACE)


def rename(scenario: ScenarioLine) -> None:
    """Give the scenario the name that was typed."""

    def act(_: str) -> str:
        name = st.session_state[f"name-{scenario.id}-{scenario.version}"]
        the_desk().scenarios.rename(scenario.id, name, expected_version=scenario.version)
        return "The scenario has its new name."

    written(f"rename-{scenario.id}", act, done=PLACE)


def drop(scenario: ScenarioLine) -> None:
    """Set the scenario aside."""

    def act(_: str) -> str:
        the_desk().scenarios.drop(scenario.id, expected_version=scenario.version)
        st.query_params.pop("scenario", None)
        return f"“{scenario.name}” is set aside. Comparisons that hold it stay."

    written(f"drop-{scenario.id}", act, done=PLACE)
