"""Bytes become plain JSON values, or one sentence that says where they stop being JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import NoReturn

from scheduler.errors import BadInputError

MOST_CHARACTERS = 100_000_000  # a state's problem has about four million


class JsonObject(dict[str, object]):
    """A JSON object that remembers which of its keys were given twice."""

    repeated: tuple[str, ...] = ()


def parse(document: str | bytes) -> object:
    """Read JSON strictly. Raises BadInputError with the line and column of the first break."""
    text = _decode(document)
    if len(text) > MOST_CHARACTERS:
        _refuse(f"The document has {len(text):,} characters; at most {MOST_CHARACTERS:,} are read.")
    try:
        value: object = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        _refuse(f"This is not JSON from line {error.lineno}, column {error.colno}: {error.msg}.")
    except RecursionError:
        _refuse("The document is nested too deeply to be a problem or a plan.")
    except ValueError as error:
        _refuse(f"The document holds a number that cannot be read: {str(error).splitlines()[0]}.")
    return value


def _decode(document: str | bytes) -> str:
    if isinstance(document, str):
        return document.removeprefix("\ufeff")
    try:
        return document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(f"The document is not UTF-8 text: byte {error.start + 1} does not fit. Save it as UTF-8.")


def _object(pairs: list[tuple[str, object]]) -> JsonObject:
    found = JsonObject(pairs)
    if len(found) != len(pairs):
        found.repeated = tuple(key for key, times in Counter(key for key, _ in pairs).items() if times > 1)
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _refuse(says: str) -> NoReturn:
    raise BadInputError.of("", says) from None
