"""The papers of a case: what must hold on the day, the documents and consents that came, and the letters that went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.markup import Cell
from dashboard.shapes.words import day, item_words, moment, short_day, upper
from flows.desk import CasePage, Letter, TimerLine

HOLDS_HEADS: Final = ("What must hold", "Holds", "Good to", "How it stands")
DOCUMENT_HEADS: Final = ("Document", "Here", "Dated")
CONSENT_HEADS: Final = ("Consent for", "Signed", "Plan")
LETTER_HEADS: Final = ("Letter", "To", "Asked for", "How it stands")
TIMER_HEADS: Final = ("On", "Who is asked", "What")
REQUIRED: Final = ("R1", "R2", "R3", "R4", "R5", "R6", "R7")


def holds_caption(page: CasePage) -> str:
    """On which day the prerequisites are looked at."""
    if page.prerequisites_on is None:
        return ""
    if page.summary.booked_for is None:
        return f"What must hold on the day; nothing is booked, so as it stands today, {day(page.prerequisites_on)}"
    return f"What must hold on the booked day, {day(page.prerequisites_on)}"


def holds_rows(page: CasePage) -> list[list[Cell | str]]:
    """One row for each prerequisite of the procedure that is waited for."""
    return [
        [
            one.prerequisite.label,
            Cell(text="yes", look="nl-fine") if one.holds else Cell(text="no", look="nl-over"),
            Cell(text=short_day(one.last) if one.last else "", look="nowrap"),
            Cell(text=one.says, look="quiet"),
        ]
        for one in page.prerequisites
    ]


def document_rows(page: CasePage) -> list[list[Cell | str]]:
    """One row for each document that every referral needs or somebody asked for."""
    known = {item.key: item for item in page.facts.items}
    missing = set(page.summary.missing)
    return [
        [
            upper(item_words(key)),
            _here(key, missing, received=key in known and known[key].received),
            Cell(text=_dated(known[key].dated) if key in known else "", look="nowrap"),
        ]
        for key in dict.fromkeys((*REQUIRED, *known))
    ]


def _here(key: str, missing: set[str], *, received: bool) -> Cell:
    if key not in missing:
        return Cell(text="yes")
    return Cell(text="too old" if received else "missing", look="nl-over")


def _dated(on: object) -> str:
    return f"{on:%-d %b %Y}" if on else "no date"


def consent_rows(page: CasePage) -> list[list[Cell | str]]:
    """One row for each consent that was signed."""
    return [
        [
            consent.stage.label,
            Cell(text=day(consent.on), look="nowrap"),
            f"{consent.target.label}, {consent.laterality.label.lower()}",
        ]
        for consent in page.facts.consents
    ]


def letter_rows(letters: Iterable[Letter], zone: ZoneInfo) -> list[list[Cell | str]]:
    """One row for each letter, the latest first."""
    return [
        [
            kind_words(letter),
            audience_words(letter),
            Cell(text=moment(letter.queued_at, zone), look="nowrap"),
            _sending(letter),
        ]
        for letter in reversed(tuple(letters))
    ]


def kind_words(letter: Letter) -> str:
    """What a letter is about."""
    return upper(letter.kind.value.replace("_", " "))


def audience_words(letter: Letter) -> str:
    """Who a letter is for."""
    return {"gp": "General practitioner", "mdt": "MDT"}.get(
        letter.audience.value, upper(letter.audience.value.replace("_", " "))
    )


def letter_words(letter: Letter, zone: ZoneInfo) -> str:
    """A letter in a line, to choose it by."""
    return f"{kind_words(letter)}, {audience_words(letter).lower()}, {moment(letter.queued_at, zone)}"


def _sending(letter: Letter) -> Cell:
    told = f"{letter.state.label}: {letter.problem}" if letter.problem else letter.state.label
    return Cell(text=told, look="nl-over" if letter.problem else "quiet")


def timer_rows(timers: Iterable[TimerLine]) -> list[list[Cell | str]]:
    """What will be asked by itself, the soonest first."""
    return [
        [
            Cell(text=short_day(timer.due_on), look="nowrap"),
            timer.role.label if timer.role else "nobody",
            timer.says,
        ]
        for timer in timers
        if timer.says
    ]
