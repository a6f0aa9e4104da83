"""Facts become JSON: one row a line, so that two documents can be compared by eye."""

from __future__ import annotations

import json
from dataclasses import fields as fields_of
from dataclasses import is_dataclass
from datetime import date, datetime, time


def plain(fact: object) -> dict[str, object]:
    """Turn a dataclass into a JSON object, field for field."""
    if not is_dataclass(fact):
        raise TypeError(f"{type(fact).__name__} is not a fact.")
    return {field.name: _value(getattr(fact, field.name)) for field in fields_of(fact)}


def _value(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _value(item) for key, item in value.items()}
    return plain(value) if is_dataclass(value) else _moment(value)


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else value


def as_document(fields: dict[str, object]) -> str:
    """Write an object with each field, and each row of a table, on its own line."""
    return "{\n" + ",\n".join(f"  {json.dumps(key)}: {_field(value)}" for key, value in fields.items()) + "\n}\n"


def _field(value: object) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    return "[\n" + ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in value) + "\n  ]"
