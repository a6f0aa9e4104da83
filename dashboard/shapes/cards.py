"""Cards in groups, as the cards component draws them: meetings, the cases of an agenda, tasks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One line of a card; `look` is quiet, plain, over, soon or fine."""

    text: str
    look: str = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """How full something is, in per cent; `over` once it holds more than it should."""

    percent: int
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One thing to open; `category` is None without a mark, 0 for a case that has no category yet."""

    kind: str
    id: str
    title: str
    code: str = ""
    category: int | None = None
    aside: str = ""
    aside_look: str = "quiet"
    lines: tuple[Said, ...] = ()
    bar: Filled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Cards under one heading."""

    heading: str
    cards: tuple[Card, ...]
    look: str = ""


def cards_data(
    label: str, groups: Iterable[Group], *, current: str | None, nothing: str, scrolls: bool = True
) -> dict[str, object]:
    """The groups that hold something, with the card that is open marked; `nothing` is said when there is none."""
    return {
        "label": label,
        "groups": [_group(group, current) for group in groups if group.cards],
        "nothing": nothing,
        "scrolls": scrolls,
    }


def _group(group: Group, current: str | None) -> dict[str, object]:
    return {
        "heading": group.heading,
        "look": group.look,
        "cards": [_card(card, current=card.id == current) for card in group.cards],
    }


def _card(card: Card, *, current: bool) -> dict[str, object]:
    return {
        "kind": card.kind,
        "id": card.id,
        "code": card.code,
        "title": card.title,
        "category": card.category,
        "aside": card.aside,
        "aside_look": card.aside_look,
        "lines": [{"text": line.text, "look": line.look} for line in card.lines if line.text],
        "bar": {"percent": card.bar.percent, "over": card.bar.over} if card.bar else None,
        "current": current,
    }
