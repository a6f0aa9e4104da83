"""Turns the records people see into plain JSON for programs: dates and instants as ISO text, words as their values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from enum import Enum
from pathlib import Path


def to_json(found: object) -> str:
    """Write a record, or many, as indented JSON text."""
    return json.dumps(plain(found), indent=2, ensure_ascii=False)


def plain(found: object) -> object:
    """Give the same as lists, dictionaries, text, numbers, true, false and null."""
    if is_dataclass(found) and not isinstance(found, type):
        return {each.name: plain(getattr(found, each.name)) for each in fields(found)}
    if isinstance(found, Mapping):
        return {str(plain(key)): plain(value) for key, value in found.items()}
    if isinstance(found, list | tuple | set | frozenset):
        return [plain(each) for each in found]
    return _word(found)


def _word(found: object) -> object:
    if isinstance(found, Enum):
        return found.value
    if isinstance(found, timedelta):
        return found.total_seconds()
    if isinstance(found, date | time):
        return found.isoformat()
    return str(found) if isinstance(found, Path) else found
