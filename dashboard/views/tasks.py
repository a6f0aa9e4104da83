"""My tasks: what waits for this person, why, by when, and the way to do it."""

from __future__ import annotations

from typing import Final, Literal

import streamlit as st

from dashboard.components import mounts
from dashboard.session import the_desk
from dashboard.shapes import tasks as shapes
from dashboard.shapes.cards import cards_data
from dashboard.shapes.markup import facts
from dashboard.shapes.words import day, safe
from dashboard.views.going import Going
from dashboard.views.once import form_id, written
from dashboard.views.said import show_said
from dashboard.views.second import draw_waiting
from flows.desk import CasePage, Desk, NextStep, TaskLine
from scheduler.errors import NeurolistError, NotFoundError
from scheduler.vocabulary import Role

Look = Literal["primary", "secondary"]
WHOSE: Final = {"mine": "Mine", "all": "Everybody's"}
NOTHING: Final = "Nothing waits for you. Choose Everybody's to see what waits for others."
NOTHING_FITS: Final = "No open task fits. Widen the choice above."


def draw(going: Going) -> None:
    """Draw the tasks that were asked for beside the one that is open."""
    desk = the_desk()
    whose, role, text = draw_head()
    every = desk.tasks(mine=whose == "mine", role=role, put_off=True)
    tasks = shapes.matching(every, text)
    chosen = shapes.chosen_task(tasks, st.query_params.get("task"))
    show_said("tasks")
    draw_waiting(desk, going)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(f'<p class="nl-key">{safe(shapes.heading(tasks))}</p>')
        nothing = NOTHING if whose == "mine" and not text and role is None else NOTHING_FITS
        groups = shapes.task_groups(tasks, desk.today())
        data = cards_data("Tasks", groups, current=chosen.id if chosen else None, nothing=nothing)
        mounts.cards(data, key="tasks", on_open=open_task)
    with right:
        if chosen is not None:
            draw_task(desk, going, chosen)


def draw_head() -> tuple[str, Role | None, str]:
    """Draw the title and what is to be shown; all of it stands in the address."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("My tasks", anchor=False, width="content")
        whose = st.segmented_control(
            "Whose tasks",
            list(WHOSE),
            format_func=WHOSE.__getitem__,
            default="mine",
            required=True,
            key="whose",
            bind="query-params",
            label_visibility="collapsed",
        )
        roles = {role.value: role.label for role in Role if role is not Role.VIEWER}
        role = st.selectbox(
            "Role",
            list(roles),
            index=None,
            format_func=roles.__getitem__,
            key="role",
            bind="query-params",
            placeholder="Every role",
            label_visibility="collapsed",
            width=190,
        )
        text = st.text_input(
            "Words or reference",
            key="text",
            bind="query-params",
            placeholder="Words or reference",
            label_visibility="collapsed",
            width=220,
        )
    return whose or "mine", Role(role) if role else None, text or ""


def draw_task(desk: Desk, going: Going, task: TaskLine) -> None:
    """Draw one task: why it is asked, the way to do it, and what else can be done with it."""
    st.html(f'<h2 class="nl-head">{safe(task.says)}</h2>')
    if task.why:
        st.html(f'<p class="nl-key">{safe(task.why)}</p>')
    st.html(facts(shapes.task_facts(task)))
    draw_ways(desk, going, task)
    with st.container(horizontal=True, gap="small"):
        draw_whose(desk, task)
        draw_putting_off(task)
        draw_ticking_off(task)


def draw_ways(desk: Desk, going: Going, task: TaskLine) -> None:
    """Draw a button for each way to do the task, the usual one first."""
    page: CasePage | None = None
    steps: tuple[NextStep, ...] = ()
    if task.ref is not None:
        try:
            page, steps = desk.case(task.ref), desk.next_steps(task.ref)
        except NotFoundError as gone:
            st.error(str(gone))
            return
    found = shapes.ways(task, page, steps)
    with st.container(horizontal=True, gap="small"):
        for at, way in enumerate(found):
            look: Look = "primary" if at == 0 else "secondary"
            if st.button(way.label, key=f"way-{task.id}-{at}", type=look, disabled=bool(way.why_not)):
                going.to(way.page, way.asks)
        elsewhere = not any(way.label == shapes.OPEN_CASE for way in found)
        if task.ref is not None and elsewhere and st.button(shapes.OPEN_CASE, key=f"case-{task.id}"):
            going.to_case(task.ref)
    for way in found:
        if way.why_not:
            st.html(f'<p class="nl-key">{safe(way.label)}: not now. {safe(way.why_not)}</p>')
    told = shapes.by_hand_words(task, found)
    if told:
        st.html(f'<p class="nl-key">{safe(told)}</p>')


def draw_whose(desk: Desk, task: TaskLine) -> None:
    """Draw taking the task, giving it to somebody, and handing it back."""
    if task.assignee != desk.actor.id:
        st.button("Take it", key=f"take-{task.id}", on_click=take, args=(task,))
    if task.assignee is not None:
        st.button("Hand it back", key=f"back-{task.id}", on_click=hand_back, args=(task,))
    with st.popover("Give it to somebody"), st.form(f"give-{task.id}", border=False):
        st.text_input("The name they sign in with", key=f"give-{task.id}-to")
        st.form_submit_button("Give", on_click=give, args=(task,))


def draw_putting_off(task: TaskLine) -> None:
    """Draw the form that puts a task off to a later day."""
    key = form_id(f"snooze-{task.id}")
    with st.popover("Put it off"), st.form(key, border=False):
        st.date_input("Until", None, key=f"{key}-until", format="DD/MM/YYYY", help="Its due day stays as it is.")
        st.text_input("Why", key=f"{key}-why")
        st.form_submit_button("Put off", on_click=put_off, args=(task, key))


def draw_ticking_off(task: TaskLine) -> None:
    """Draw the button that ticks a task off, where a person does."""
    if task.by_hand:
        st.button("It is done", key=f"done-{task.id}", on_click=tick_off, args=(task,))


def take(task: TaskLine) -> None:
    """Take a task oneself."""

    def act(write_id: str) -> str:
        the_desk().assign_task(task.id, expected_version=task.version, write_id=write_id)
        return "It is yours now."

    written(f"take-{task.id}", act, done="tasks")


def give(task: TaskLine) -> None:
    """Give a task to one of the staff."""
    to = str(st.session_state.get(f"give-{task.id}-to") or "")

    def act(write_id: str) -> str:
        the_desk().assign_task(task.id, to, expected_version=task.version, write_id=write_id)
        return f"Given to {to.strip()}."

    written(f"give-{task.id}", act, done="tasks")


def hand_back(task: TaskLine) -> None:
    """Give a task back to everybody of its role."""

    def act(write_id: str) -> str:
        the_desk().hand_back_task(task.id, expected_version=task.version, write_id=write_id)
        return f"Handed back: it asks everybody with the role {task.role.label} again."

    written(f"back-{task.id}", act, done="tasks")


def put_off(task: TaskLine, key: str) -> None:
    """Put a task off to the day that stands in the form."""
    until, why = st.session_state.get(f"{key}-until"), str(st.session_state.get(f"{key}-why") or "")

    def act(write_id: str) -> str:
        if until is None:
            raise NeurolistError("Say until which day the task is put off.")
        the_desk().snooze_task(task.id, until, why, expected_version=task.version, write_id=write_id)
        return f"Put off to {day(until)}. Its due day stays."

    written(f"snooze-{task.id}", act, done="tasks")


def tick_off(task: TaskLine) -> None:
    """Tick a task off by hand."""

    def act(write_id: str) -> str:
        the_desk().finish_task(task.id, expected_version=task.version, write_id=write_id)
        return f"Done: {task.says}"

    if written(f"done-{task.id}", act, done="tasks"):
        st.query_params.pop("task", None)


def open_task(opened: mounts.Opened) -> None:
    """Let the address name the task that was clicked."""
    st.query_params["task"] = opened.id
