"""JSON text becomes plain values, or a sentence that says why it cannot."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from flows.intake.element import Json

DEEPEST_NESTING = 64
# Control characters save tab and line ends, and halves of surrogate pairs: PostgreSQL or UTF-8 refuses them.
UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


class UnreadableError(Exception):
    """The text cannot be read; the message says where and why."""


def read_json(content: str) -> Json:
    """Read one JSON object whose strings can all be stored, or raise UnreadableError."""
    value = _parsed(content)
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a single value"
        raise UnreadableError(f"The file holds {kind}, not a FHIR resource; send a Bundle or a single ServiceRequest.")
    _check_values(value)
    return value


def unsafe_character(said: str) -> str | None:
    """Name the first character no database can keep, or None."""
    found = UNSAFE.search(said)
    return f"U+{ord(found[0]):04X}" if found else None


def _parsed(content: str) -> object:
    try:
        return json.loads(content, object_pairs_hook=_without_repeats, parse_constant=_no_such_number)
    except json.JSONDecodeError as error:
        raise UnreadableError(_json_fault(content, error)) from error
    except RecursionError as error:
        raise UnreadableError(_too_deep()) from error
    except ValueError as error:  # a whole number longer than Python will read
        raise UnreadableError("The JSON holds a number with thousands of digits; no referral needs one.") from error


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableError(f'The JSON writes "{twice[:40]}" twice in one object, so its meaning is not certain.')
    return found


def _no_such_number(name: str) -> object:
    raise UnreadableError(f"The JSON holds {name}, which is not a JSON number.")


def _json_fault(content: str, error: json.JSONDecodeError) -> str:
    if error.msg == "Extra data" and _is_one_a_line(content):
        return "The file holds one resource a line (NDJSON); put the resources into a Bundle and import that."
    where = f"line {error.lineno}, column {error.colno}"
    return f"The JSON is broken at {where}: {error.msg[:1].lower()}{error.msg[1:]}."


def _is_one_a_line(content: str) -> bool:
    try:
        return isinstance(json.loads(content.lstrip().splitlines()[0]), dict)
    except (ValueError, RecursionError):
        return False


def _check_values(root: object) -> None:
    for value, depth in _walk(root):
        if depth > DEEPEST_NESTING:
            raise UnreadableError(_too_deep())
        if isinstance(value, str) and (character := unsafe_character(value)):
            raise UnreadableError(f"The JSON holds the control character {character} inside a text; remove it.")


def _walk(root: object) -> Iterator[tuple[object, int]]:
    waiting: list[tuple[object, int]] = [(root, 1)]
    while waiting:
        value, depth = waiting.pop()
        yield value, depth
        if depth > DEEPEST_NESTING:
            return
        if isinstance(value, dict):
            waiting.extend((each, depth + 1) for pair in value.items() for each in pair)
        elif isinstance(value, list):
            waiting.extend((each, depth + 1) for each in value)


def _too_deep() -> str:
    return f"The JSON is nested more than {DEEPEST_NESTING} levels deep; no referral needs that."
