"""Changes of a scenario as plain JSON, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, time
from enum import Enum
from typing import Any, Final

from scheduler.scenario import AddList, Change, CloseList, Demand, Leave, Price
from scheduler.vocabulary import Stage, Target, Technique, Urgency

KINDS: Final[Mapping[str, type[Change]]] = {
    "add_list": AddList,
    "close_list": CloseList,
    "leave": Leave,
    "demand": Demand,
    "price": Price,
}
NAMES: Final = {kind: name for name, kind in KINDS.items()}
READ: Final[Mapping[str, Any]] = {
    "on": date.fromisoformat,
    "first": date.fromisoformat,
    "last": date.fromisoformat,
    "start": time.fromisoformat,
    "end": time.fromisoformat,
    "funding": lambda value: tuple(value) if isinstance(value, list) else value,
    "stage": Stage,
    "target": Target,
    "technique": Technique,
    "urgency": Urgency,
}


def write_changes(changes: Sequence[Change]) -> list[dict[str, object]]:
    """Give changes as JSON values, each with its kind."""
    return [
        {"kind": NAMES[type(change)], **{each.name: _plain(getattr(change, each.name)) for each in fields(change)}}
        for change in changes
    ]


def read_changes(documents: Sequence[Mapping[str, object]]) -> tuple[Change, ...]:
    """Read changes back as they were written."""
    return tuple(
        KINDS[str(one["kind"])](**{name: READ.get(name, _as_it_is)(one[name]) for name in one if name != "kind"})
        for one in documents
    )


def _as_it_is(value: object) -> object:
    return value


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date | time):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
