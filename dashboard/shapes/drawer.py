"""One list as its drawer shows it."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.board import fill_percent
from dashboard.shapes.markup import Cell
from dashboard.shapes.words import case_link, count, day, listed
from flows.desk import ListCard, ListedCase

DRAWER_HEADS: Final = ("Start", "Case", "Procedure", "#Min", "Recovery until", "Stands as")


def drawer_facts(card: ListCard, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """What is true of the list as a whole."""
    start, end = card.start.astimezone(zone), card.end.astimezone(zone)
    left = card.minutes_available - card.minutes_used
    return (
        ("Where", f"{card.suite_name}, {card.site_name}"),
        ("When", f"{day(card.date)}, {start:%H:%M} to {end:%H:%M}"),
        ("Radiologist", card.radiologist or "nobody yet"),
        ("Anaesthetist", "yes" if card.anaesthetist else "no"),
        ("Filled", f"{fill_percent([card])}%, {card.minutes_used} of {card.minutes_available} minutes"),
        ("Room left", count(left, "minute") if left >= 0 else f"{-left} minutes over time"),
        ("Takes", listed(card.funding) or "any funding"),
        ("Stands as", state_words(card)),
    )


def state_words(card: ListCard) -> str:
    """Whether the list is open, published or closed."""
    if card.closed:
        return f"closed: {card.closed_reason}" if card.closed_reason else "closed"
    return "published" if card.published else "not published"


def drawer_rows(cases: tuple[ListedCase, ...], zone: ZoneInfo) -> list[list[Cell | str]]:
    """The cases of the list in order."""
    return [
        [
            f"{case.start.astimezone(zone):%H:%M}",
            Cell(text=case.ref, link=case_link(case.ref), category=case.urgency or 0),
            f"{case.target.label}, {case.stage.label.lower()}",
            str(case.minutes),
            f"{case.recovery_end.astimezone(zone):%H:%M}",
            Cell(text=case.status.label, look="quiet"),
        ]
        for case in cases
    ]
