"""What every set-up page shares: the things on the left, the chosen one, its history, and saving with a look first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from dashboard.components import mounts
from dashboard.session import the_desk
from dashboard.shapes.cards import Group, cards_data
from dashboard.shapes.markup import note, table
from dashboard.shapes.setup.history import HISTORY_HEADS, history_rows
from dashboard.shapes.setup.saving import BROKEN_HEADS, broken_rows, preview_words, save_label, saved_words
from dashboard.shapes.words import safe
from dashboard.views.once import form_done, form_id
from dashboard.views.said import say
from flows.desk import Desk, keeping
from scheduler.errors import NeurolistError

DRAFT: Final = "set-up-draft"
CHOSEN: Final = "what"  # the address names the thing that is open


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A change that somebody has to decide about, because it breaks bookings or more follows from it."""

    page: str
    form: str
    change: keeping.Change
    done: str
    found: keeping.Preview


def chosen() -> str | None:
    """The thing that the address names."""
    return st.query_params.get(CHOSEN)


def draw_things(page: str, groups: Iterable[Group], *, label: str, nothing: str, current: str | None) -> None:
    """Draw the things to choose from; the address names the one that was clicked."""
    mounts.cards(cards_data(label, groups, current=current, nothing=nothing), key=f"{page}-things", on_open=_open_thing)


def _open_thing(opened: mounts.Opened) -> None:
    st.query_params[CHOSEN] = opened.id
    st.session_state.pop(DRAFT, None)


def draw_title(words: str) -> None:
    """Draw the heading of the thing that is open."""
    st.html(f'<h2 class="nl-head">{safe(words)}</h2>')


def draw_history(desk: Desk, *things: tuple[str, str]) -> None:
    """Draw who changed a thing when, and from what to what; it is read when it is opened."""
    if st.toggle("Show its history", key=f"history-{things[0][0]}-{things[0][1]}"):
        rows = history_rows(desk.keeping.history(*things), desk.zone)
        if rows:
            st.html(table("History, the newest first", HISTORY_HEADS, rows))
        else:
            st.html(note("Nothing has been changed since it was set up."))


def save(page: str, form: str, make: Callable[[Desk], keeping.Change], *, done: str) -> None:
    """Save a change at once when nothing follows from it; otherwise keep it until somebody has looked and decided."""
    st.session_state.pop(DRAFT, None)
    try:
        desk = the_desk()
        change = make(desk)
        found = desk.keeping.preview(change)
        if found.broken or found.also:
            st.session_state[DRAFT] = Draft(page=page, form=form, change=change, done=done, found=found)
        else:
            _save(desk, form, change, (), page=page, done=done)
    except NeurolistError as refusal:
        say(page, str(refusal), refused=True)


def draw_draft(page: str) -> None:
    """Draw what the change that waits would break, with the choice to save it or not."""
    draft = st.session_state.get(DRAFT)
    if not isinstance(draft, Draft) or draft.page != page:
        return
    desk = the_desk()
    with st.container(border=True, key="set-up-draft-box"):
        draw_title("Before it is saved")
        st.markdown(safe(preview_words(draft.found)))
        if draft.found.broken:
            st.html(table("Bookings that could not stay", BROKEN_HEADS, broken_rows(draft.found, desk.zone)))
        with st.container(horizontal=True, gap="small"):
            st.button(save_label(draft.found), type="primary", key="draft-save", on_click=decide, args=(draft,))
            st.button("Do not save", key="draft-drop", on_click=drop)


def decide(draft: Draft) -> None:
    """Save the change as it was shown."""
    st.session_state.pop(DRAFT, None)
    try:
        accepted = [one.ref for one in draft.found.broken]
        _save(the_desk(), draft.form, draft.change, accepted, page=draft.page, done=draft.done)
    except NeurolistError as refusal:
        say(draft.page, str(refusal), refused=True)


def drop() -> None:
    """Leave everything as it was."""
    draft = st.session_state.pop(DRAFT, None)
    if isinstance(draft, Draft):
        say(draft.page, "Nothing was saved.")


def _save(desk: Desk, form: str, change: keeping.Change, accepting: Collection[str], *, page: str, done: str) -> None:
    saved = desk.keeping.save(change, accepting=accepting, write_id=form_id(form))
    form_done(form)
    say(page, saved_words(done, saved))


def widget(key: str, name: str) -> str:
    """The key of one widget of a form."""
    return f"{key}-{name}"


def filled(key: str, name: str) -> object:
    """What stands in one widget of a form."""
    return st.session_state.get(widget(key, name))


def text_of(key: str, name: str) -> str:
    """The text that stands in one widget of a form."""
    return str(filled(key, name) or "")


def whole_of(key: str, name: str) -> int | None:
    """The whole number that stands in one widget of a form; None when it is empty."""
    found = filled(key, name)
    return int(found) if isinstance(found, int | float) else None


def several_of(key: str, name: str) -> tuple[str, ...]:
    """What is chosen in one widget of a form."""
    found = filled(key, name)
    return tuple(str(each) for each in found) if isinstance(found, list | tuple) else ()


def choose_several(label: str, words: dict[str, str], known: Sequence[str], *, key: str) -> None:
    """Draw a choice of several things by their names."""
    st.multiselect(
        label,
        list(words),
        [each for each in known if each in words],
        format_func=words.__getitem__,
        key=key,
        placeholder="Choose",
    )
