"""One list as its drawer shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.board import fill_percent
from dashboard.shapes.case import missing_words
from dashboard.shapes.markup import Cell
from dashboard.shapes.words import case_link, code, count, day, listed
from flows.desk import TENTATIVE, CaseSummary, ListCard, ListedCase

FEWEST_TO_ORDER: Final = 2
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
    state = "published" if card.published else "not published"
    return f"{state}, locked" if card.locked else state


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAt:
    """A case as the board knows it: on a list, or waiting for a place; neither when it is not shown."""

    ref: str
    on: ListCard | None = None
    listed: ListedCase | None = None
    waiting: CaseSummary | None = None

    @property
    def version(self) -> int | None:
        """The version that a move is asked for from."""
        seen = self.listed or self.waiting
        return seen.version if seen else None

    @property
    def is_held(self) -> bool:
        """Whether its slot is held and not booked."""
        return self.listed is not None and self.listed.status in TENTATIVE


def find_case(ref: str, cards: Iterable[ListCard], waiting: Iterable[CaseSummary]) -> CaseAt:
    """Find a case among the lists shown and those to place."""
    for card in cards:
        for case in card.cases:
            if case.ref == ref:
                return CaseAt(ref=ref, on=card, listed=case)
    return CaseAt(ref=ref, waiting=next((case for case in waiting if case.ref == ref), None))


def case_facts(case: CaseAt, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    """What the board knows of one case."""
    if case.listed is not None and case.on is not None:
        return _listed_facts(case.listed, case.on, zone)
    if case.waiting is not None:
        return _waiting_facts(case.waiting)
    return (("Stands", "not on the lists shown, nor among the cases to place"),)


def _listed_facts(listed: ListedCase, on: ListCard, zone: ZoneInfo) -> tuple[tuple[str, str], ...]:
    return (
        ("Procedure", f"{listed.target.label}, {listed.stage.label.lower()}"),
        ("Urgency", f"category {listed.urgency}" if listed.urgency else "no category"),
        ("Stands as", listed.status.label.lower()),
        ("On", f"{day(on.date)}, {listed.start.astimezone(zone):%H:%M}"),
        ("Where", f"{on.suite_name}, {on.site_name}"),
        ("Radiologist", on.radiologist or "nobody yet"),
        ("Takes", count(listed.minutes, "minute")),
        ("Missing", count(listed.missing, "document") if listed.missing else "nothing"),
    )


def _waiting_facts(waiting: CaseSummary) -> tuple[tuple[str, str], ...]:
    return (
        ("Procedure", f"{waiting.target.label if waiting.target else 'no target yet'}, {_stage(waiting)}"),
        ("Urgency", f"category {waiting.urgency}" if waiting.urgency else "no category"),
        ("Due", day(waiting.due_on) if waiting.due_on else "no due day"),
        ("Waited", count(waiting.days, "day")),
        ("Takes", count(waiting.minutes, "minute") if waiting.minutes else "no time set"),
        ("Missing", missing_words(waiting) or "nothing"),
    )


def _stage(case: CaseSummary) -> str:
    return case.stage.label.lower() if case.stage else "not listed"


def move_label(case: CaseAt) -> str:
    """What the button of the drawer does: hold a waiting case's slot, or move a booking."""
    return "Move the case" if case.on else "Hold the slot"


def reorder_choices(card: ListCard) -> dict[str, str]:
    """The cases of a list that may trade places, by reference; a list with one case has no order."""
    if len(card.cases) < FEWEST_TO_ORDER or card.locked:
        return {}
    return {
        case.ref: f"{place}. {case.ref} {code(case.target, case.stage)}" for place, case in enumerate(card.cases, 1)
    }


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
