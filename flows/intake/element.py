"""Typed reading of parsed JSON: each helper gives a value of the kind asked for, or an empty one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Json = Mapping[str, object]

NOTHING: Json = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One coding: a code in a code system, with the words beside it."""

    system: str
    code: str
    display: str


def child(node: Json, *path: str) -> Json:
    """Follow names down to an object; empty when any step is not there."""
    for name in path:
        value = node.get(name)
        node = value if isinstance(value, Mapping) else NOTHING
    return node


def children(node: Json, name: str) -> tuple[Json, ...]:
    """List the objects under a name, whether one or several were written."""
    value = node.get(name)
    if isinstance(value, Mapping):
        return (value,)
    return tuple(each for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()


def text(node: Json, *path: str) -> str:
    """Follow names down to a string, without the blanks around it; empty when it is not there."""
    value = child(node, *path[:-1]).get(path[-1])
    return value.strip() if isinstance(value, str) else ""


def texts(node: Json, name: str) -> tuple[str, ...]:
    """List the strings under a name, without empty ones."""
    value = node.get(name)
    if not isinstance(value, list):
        return (text(node, name),) if text(node, name) else ()
    return tuple(each.strip() for each in value if isinstance(each, str) and each.strip())


def first_text(node: Json, *names: str) -> str:
    """Give the first of these names that holds words."""
    return next((text(node, name) for name in names if text(node, name)), "")


def flag(node: Json, name: str) -> bool | None:
    """Give a true or false, or None when it is not said."""
    value = node.get(name)
    return value if isinstance(value, bool) else None


def codes(concept: Json) -> tuple[Code, ...]:
    """List the codings of a concept."""
    return tuple(
        Code(system=text(each, "system"), code=text(each, "code"), display=text(each, "display"))
        for each in children(concept, "coding")
    )


def all_codes(node: Json, name: str) -> tuple[Code, ...]:
    """List the codings of every concept under a name."""
    return tuple(code for concept in children(node, name) for code in codes(concept))


def words(concept: Json) -> str:
    """Say a concept in the sender's own words, or in its first coding's."""
    displays = (code.display for code in codes(concept) if code.display)
    return text(concept, "text") or next(displays, "")


def all_words(concept: Json) -> str:
    """Join everything a concept says of itself, for searching."""
    said = (text(concept, "text"), *(code.display for code in codes(concept)))
    return "; ".join(dict.fromkeys(each for each in said if each))
