"""The forms that add a change to a scenario, one for each kind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any, Final

import streamlit as st

from dashboard.session import the_desk
from dashboard.shapes import scenarios as shapes
from dashboard.views.once import written
from flows.desk import AddList, CloseList, Demand, Desk, Leave, Price, ScenarioChoices, ScenarioLine
from scheduler.vocabulary import Funding, Urgency

Change = AddList | CloseList | Leave | Demand | Price
Reader = Callable[[dict[str, Any]], Change]
KIND: Final = "change-kind"
FORM: Final = "add-change"
NINE, HALF_PAST_TWELVE = time(9), time(12, 30)
HIGHEST_PRICE: Final = 100_000
MOST_CASES: Final = 200


def draw_adding(desk: Desk, scenario: ScenarioLine, place: str) -> None:
    """Draw the kinds of change, and the form of the chosen one."""
    choices = desk.scenarios.choices()
    st.header("Add a change", anchor=False)
    kind = st.selectbox("Kind of change", list(shapes.KINDS), format_func=shapes.KINDS.__getitem__, key=KIND)
    with st.form(f"{FORM}-{kind}", enter_to_submit=False):
        read = FORMS[kind](choices, desk.today() + timedelta(days=1))
        st.form_submit_button("Add to the scenario", type="primary", on_click=add, args=(scenario, read, place))


def add(scenario: ScenarioLine, read: Reader, place: str) -> None:
    """Add the change that was filled in, to the scenario as it was shown."""

    def act(write_id: str) -> str:
        change = read(dict(st.session_state.items()))  # type: ignore[arg-type]  # its keys are our widgets' names
        the_desk().scenarios.add(scenario.id, change, expected_version=scenario.version, write_id=write_id)
        return "The change is added."

    written(f"{FORM}-{scenario.id}", act, done=place)


def draw_add_list(choices: ScenarioChoices, tomorrow: date) -> Reader:
    """Ask where and when one more list would be, and for whom."""
    choose("Suite", choices.suites, "list-suite")
    st.date_input("Day", tomorrow, format="DD/MM/YYYY", key="list-on")
    start, end = st.columns(2)
    start.time_input("From", NINE, step=300, key="list-start")
    end.time_input("To", HALF_PAST_TWELVE, step=300, key="list-end")
    st.multiselect(
        "Funding it takes",
        list(shapes.FUNDING),
        default=[Funding.PUBLIC.value],
        format_func=shapes.FUNDING.__getitem__,
        key="list-funding",
    )
    choose("Radiologist", choices.radiologists, "list-radiologist", nobody="The plan chooses")
    st.number_input("Over-time allowed (minutes)", 0, 240, 0, step=5, key="list-overtime")
    st.checkbox("With an anaesthetist", key="list-anaesthetist")
    return lambda form: AddList(
        suite=form["list-suite"],
        on=form["list-on"],
        start=form["list-start"],
        end=form["list-end"],
        funding=tuple(form["list-funding"]),
        overtime_minutes=int(form["list-overtime"]),
        anaesthetist=form["list-anaesthetist"],
        radiologist=form["list-radiologist"],
    )


def draw_close_list(choices: ScenarioChoices, _: date) -> Reader:
    """Ask which list would not be held."""
    choose("List", choices.lists, "close-list")
    return lambda form: CloseList(list=form["close-list"] or "")


def draw_leave(choices: ScenarioChoices, tomorrow: date) -> Reader:
    """Ask who would be away, and when."""
    choose("Radiologist", choices.radiologists, "leave-radiologist")
    first, last = st.columns(2)
    first.date_input("First day", tomorrow, format="DD/MM/YYYY", key="leave-first")
    last.date_input("Last day", tomorrow, format="DD/MM/YYYY", key="leave-last")
    return lambda form: Leave(
        radiologist=form["leave-radiologist"] or "", first=form["leave-first"], last=form["leave-last"]
    )


def draw_demand(choices: ScenarioChoices, tomorrow: date) -> Reader:
    """Ask how many more cases of which kind there would be."""
    kinds = shapes.kinds_of_case(choices)
    st.number_input("Cases", 1, MOST_CASES, 5, key="demand-count")
    choose("Procedure", kinds, "demand-kind")
    category, payer = st.columns(2)
    with category:
        choose("Category", {each: each.label for each in Urgency}, "demand-urgency")
    with payer:
        choose("Funding", shapes.FUNDING, "demand-funding")
    st.date_input("Join the waiting list on", tomorrow, format="DD/MM/YYYY", key="demand-on")

    def read(form: dict[str, Any]) -> Change:
        stage, target, technique = form["demand-kind"]
        return Demand(
            count=int(form["demand-count"]),
            stage=stage,
            target=target,
            technique=technique,
            urgency=form["demand-urgency"],
            funding=form["demand-funding"],
            on=form["demand-on"],
        )

    return read


def draw_price(_: ScenarioChoices, __: date) -> Reader:
    """Ask what one unit of a goal would cost."""
    choose("Goal", shapes.GOAL_NAMES, "price-goal")
    st.number_input("Price of one unit", 0, HIGHEST_PRICE, 100, key="price-each")
    return lambda form: Price(goal=form["price-goal"], each=int(form["price-each"]))


def choose(label: str, names: Any, key: str, *, nobody: str | None = None) -> None:
    """Draw a choice among named things; with `nobody`, none of them may be chosen too."""
    st.selectbox(
        label,
        list(names),
        index=None if nobody else 0,
        format_func=lambda each: names[each],
        key=key,
        placeholder=nobody or "Choose one",
    )


FORMS: Final[dict[str, Callable[[ScenarioChoices, date], Reader]]] = {
    "add_list": draw_add_list,
    "close_list": draw_close_list,
    "leave": draw_leave,
    "demand": draw_demand,
    "price": draw_price,
}
