"""A line of a case's history in words: what the step means, and what was answered, by the labels of its form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from scheduler.pathway.entries import ENTRIES
from scheduler.pathway.events import Entry, Event, ReadinessEvent
from scheduler.pathway.fields import Field
from scheduler.pathway.readiness import READINESS_FIELDS, READINESS_SAYS
from scheduler.pathway.states import PathwayState
from scheduler.pathway.transitions import TRANSITIONS

_STEPS = {(move.start, move.event): move for move in TRANSITIONS}
_ENTRIES = {form.entry: form for form in ENTRIES}


def meaning(event: str, from_state: PathwayState | None) -> str:
    """Say what a step means, as the pathway puts it; "" for what is no step of it, such as a visit confirmed."""
    if event in set(Event) and from_state is not None:
        move = _STEPS.get((from_state, Event(event)))
        return move.says if move is not None else ""
    if event in set(Entry):
        return _ENTRIES[Entry(event)].says
    return READINESS_SAYS[ReadinessEvent(event)] if event in set(ReadinessEvent) else ""


def answers(event: str, from_state: PathwayState | None, given: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Give each answer with the label of its question; checks that were all passed are told together."""
    fields = {field.key: field for field in _fields(event, from_state)}
    checks = [key for key, value in given.items() if value is True or value == "yes"]
    if len(checks) > 1:
        yield "Checked", ", ".join(_label(key, fields).removesuffix(" checked").lower() for key in checks)
    for key, value in given.items():
        if key not in checks or len(checks) == 1:
            yield _label(key, fields), in_words(value, fields.get(key))


def _fields(event: str, from_state: PathwayState | None) -> Sequence[Field]:
    if event in set(Event) and from_state is not None:
        move = _STEPS.get((from_state, Event(event)))
        return move.fields if move is not None else ()
    if event in set(Entry):
        return _ENTRIES[Entry(event)].fields
    return READINESS_FIELDS.get(ReadinessEvent(event), ()) if event in set(ReadinessEvent) else ()


def _label(key: str, fields: Mapping[str, Field]) -> str:
    return fields[key].label if key in fields else key.replace("_", " ").capitalize()


def in_words(value: object, field: Field | None = None) -> str:
    """An answer as people read it: choices by their labels, days written out."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(in_words(each, field) for each in value)
    chosen = {choice.value: choice.label for choice in field.choices} if field is not None else {}
    text = str(value)
    if text in chosen:
        return chosen[text]
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return _spaced(text)
    return f"{on:%-d %B %Y}"


def _spaced(text: str) -> str:
    """Names of our own as words, and lists with a space after each comma; what a person wrote stays as it is."""
    ours = all(part.replace("_", "").isalnum() and part == part.lower() for part in text.split(",") if part)
    return ", ".join(text.split(",")).replace("_", " ") if ours else text
