"""What a filled-in form says, in the values the desk reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flows.desk import Field, FieldType


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """One entry of a dated list as the form shows it: ticked or not, with the day of its report."""

    key: str
    ticked: bool
    dated: date | None = None


def answers(fields: tuple[Field, ...], filled: Mapping[str, object]) -> dict[str, object]:
    """Keep what was filled in; an empty answer is left out, so that the rules can ask for it."""
    said = {field.key: _said(field, filled.get(field.key)) for field in fields}
    return {key: value for key, value in said.items() if value is not None}


def known_day(field: Field) -> date | None:
    """The day that is known already, if it is one."""
    try:
        return date.fromisoformat(field.initial)
    except ValueError:
        return None


def known_entries(field: Field) -> dict[str, date | None]:
    """The entries of a list that are known already, with their days."""
    entries = (entry.strip().partition("=") for entry in field.initial.split(",") if entry.strip())
    return {key: date.fromisoformat(dated) if dated else None for key, _, dated in entries}


def known_choice(field: Field) -> int | None:
    """Where the answer that is known already stands among the choices."""
    values = [choice.value for choice in field.choices]
    return values.index(field.initial) if field.initial in values else None


def _said(field: Field, value: object) -> object | None:
    match field.type:
        case FieldType.DATED_ITEMS if isinstance(value, tuple):
            return _ticked(value)
        case FieldType.ITEMS if isinstance(value, list | tuple):
            return tuple(str(entry) for entry in value) or None
        case FieldType.TEXT | FieldType.READINGS | FieldType.ITEMS | FieldType.DATED_ITEMS | FieldType.CHOICE:
            return str(value).strip() or None if value is not None else None
        case _:
            return value


def _ticked(entries: tuple[object, ...]) -> tuple[str, ...] | None:
    ticked = (entry for entry in entries if isinstance(entry, Ticked) and entry.ticked)
    return tuple(f"{entry.key}={entry.dated.isoformat()}" if entry.dated else entry.key for entry in ticked) or None
