"""What the Print page shows: the lists of a day with the way to their sheets, and the calendar feeds."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from dashboard.shapes.markup import Cell
from dashboard.shapes.words import count, day
from flows.desk import FeedKind, FeedLine, ListCard

KINDS: Final = {FeedKind.RADIOLOGIST: "Radiologist", FeedKind.SUITE: "Suite"}
SHEET_HEADS: Final = ("Suite", "Lists", "#Cases", "With names", "Without names")
FEED_HEADS: Final = ("Calendar", "Kind", "Made", "By", "State")


def sheet_rows(cards: Sequence[ListCard], *, names: bool) -> list[tuple[Cell | str, ...]]:
    """A row for each suite that has a list on the day, with links to its sheets; with names for those who may."""
    by_suite = sorted(cards, key=lambda card: (card.site_name, card.suite_name, card.suite, card.start))
    return [_row(list(here), names=names) for _, here in groupby(by_suite, key=lambda card: card.suite)]


def _row(cards: list[ListCard], *, names: bool) -> tuple[Cell | str, ...]:
    first = cards[0]
    parts = ", ".join(card.part.lower() + (" (closed)" if card.closed else "") for card in cards)
    address = f"/print/day/{quote(first.suite, safe='')}/{first.date.isoformat()}.pdf"
    return (
        f"{first.site_name}, {first.suite_name}",
        parts,
        str(sum(len(card.cases) for card in cards)),
        Cell(text="Print", link=address) if names else "Not for your role",
        Cell(text="Print", link=f"{address}?names=no"),
    )


def feed_rows(lines: Sequence[FeedLine], zone: ZoneInfo) -> list[tuple[str, ...]]:
    """A row for each feed."""
    return [
        (
            line.name,
            KINDS[line.kind],
            day(line.made_at.astimezone(zone).date()),
            line.made_by,
            "Answers" if line.ended_at is None else f"Ended {day(line.ended_at.astimezone(zone).date())}",
        )
        for line in lines
    ]


def sheets_say(cards: Sequence[ListCard]) -> str:
    """Say in a sentence what can be printed of a day."""
    if not cards:
        return "No list runs on this day. Choose another day."
    suites = len({card.suite for card in cards})
    return f"{count(len(cards), 'list')} in {count(suites, 'suite')}. Each sheet is a PDF, A4 across."
