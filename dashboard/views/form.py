"""The form of one next step, drawn from the fields it asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from dashboard.shapes.forms import Ticked, known_choice, known_day, known_entries
from flows.desk import Field, FieldType

LONG_TEXT: Final = 4000
LONG_WORDS: Final = ("reason", "alternative", "discussion", "change", "parameters", "complications", "concern", "note")


def draw_fields(fields: tuple[Field, ...], *, key: str) -> None:
    """Draw one widget, or one row of them for each entry, for each field."""
    for field in fields:
        DRAWN_AS[field.type](field, f"{key}-{field.key}")


def filled(fields: tuple[Field, ...], *, key: str) -> dict[str, object]:
    """Give what stands in the widgets of these fields."""
    return {field.key: _standing(field, f"{key}-{field.key}") for field in fields}


def _standing(field: Field, key: str) -> object:
    if field.type is not FieldType.DATED_ITEMS or not field.choices:
        return st.session_state.get(key)
    return tuple(
        Ticked(
            key=choice.value,
            ticked=bool(st.session_state.get(f"{key}-{choice.value}")),
            dated=st.session_state.get(f"{key}-{choice.value}-day"),
        )
        for choice in field.choices
    )


def _label(field: Field) -> str:
    return field.label if field.required else f"{field.label} (optional)"


def _help(field: Field) -> str | None:
    return field.help or None


def _text(field: Field, key: str) -> None:
    if any(word in field.key for word in LONG_WORDS):
        st.text_area(_label(field), field.initial, key=key, help=_help(field), max_chars=LONG_TEXT, height=80)
    else:
        st.text_input(_label(field), field.initial, key=key, help=_help(field), max_chars=LONG_TEXT)


def _date(field: Field, key: str) -> None:
    st.date_input(_label(field), known_day(field), key=key, help=_help(field), format="DD/MM/YYYY")


def _integer(field: Field, key: str) -> None:
    initial = int(field.initial) if field.initial.lstrip("-").isdigit() else None
    st.number_input(
        _label(field), field.lowest, field.highest, initial, step=1, key=key, help=_help(field), format="%d"
    )


def _number(field: Field, key: str) -> None:
    initial = float(field.initial) if field.initial else None
    lowest = None if field.lowest is None else float(field.lowest)
    highest = None if field.highest is None else float(field.highest)
    st.number_input(_label(field), lowest, highest, initial, key=key, help=_help(field))


def _choice(field: Field, key: str) -> None:
    labels = {choice.value: choice.label for choice in field.choices}
    st.selectbox(
        _label(field),
        list(labels),
        index=known_choice(field),
        format_func=lambda value: labels[value],
        key=key,
        help=_help(field),
        placeholder="Choose",
    )


def _boolean(field: Field, key: str) -> None:
    st.checkbox(field.label, value=field.initial == "yes", key=key, help=_help(field))


def _items(field: Field, key: str) -> None:
    if not field.choices:
        _written_list(field, key, hint="Separate several with commas.")
        return
    labels = {choice.value: choice.label for choice in field.choices}
    known = [entry for entry in known_entries(field) if entry in labels]
    st.multiselect(
        _label(field), list(labels), known, format_func=lambda value: labels[value], key=key, help=_help(field)
    )


def _dated_items(field: Field, key: str) -> None:
    if not field.choices:
        _written_list(field, key, hint="Write each with the day of its report, such as R1=2026-12-01.")
        return
    st.markdown(f"**{_label(field)}**", help=_help(field))
    known = known_entries(field)
    for choice in field.choices:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.checkbox(choice.label, choice.value in known, key=f"{key}-{choice.value}", width="stretch")
            st.date_input(
                f"Day of {choice.label}",
                known.get(choice.value),
                key=f"{key}-{choice.value}-day",
                format="DD/MM/YYYY",
                label_visibility="collapsed",
                width=130,
            )


def _written_list(field: Field, key: str, *, hint: str) -> None:
    st.text_input(_label(field), field.initial, key=key, help=_help(field) or hint, max_chars=LONG_TEXT)


def _readings(field: Field, key: str) -> None:
    hint = "Minutes or hours after the injection and the score from 0 to 10, such as 15min=3, 1h=2."
    st.text_input(_label(field), field.initial, key=key, help=_help(field) or hint, placeholder="15min=3, 1h=2")


DRAWN_AS: Final[dict[FieldType, Callable[[Field, str], None]]] = {
    FieldType.TEXT: _text,
    FieldType.DATE: _date,
    FieldType.INTEGER: _integer,
    FieldType.NUMBER: _number,
    FieldType.CHOICE: _choice,
    FieldType.BOOLEAN: _boolean,
    FieldType.ITEMS: _items,
    FieldType.DATED_ITEMS: _dated_items,
    FieldType.READINGS: _readings,
}
