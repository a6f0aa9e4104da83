"""The short words the screens use: dates, counts, codes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from html import escape
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from scheduler.vocabulary import Stage, Target

# Three letters for a chip; the full name stands in the tooltip, in the drawer and in the key under the board.
TARGET_CODES: Final = {
    Target.COELIAC: "COE",
    Target.SPLANCHNIC: "SPL",
    Target.LUMBAR_SYMPATHETIC: "LSY",
    Target.LUMBAR_PLEXUS: "LPX",
    Target.SUPERIOR_HYPOGASTRIC: "SHP",
    Target.GANGLION_IMPAR: "IMP",
    Target.STELLATE: "STE",
    Target.THORACIC_SYMPATHETIC: "TSY",
}

# The required items of a referral in two or three words (docs/intake.md has them in full).
ITEM_WORDS: Final = {
    "R1": "imaging",
    "R2": "bloods",
    "R3": "consultation records",
    "R4": "clinical details",
    "R5": "medicines and allergies",
    "R6": "identity and contact",
    "R7": "referrer's details",
}


def item_words(item: str) -> str:
    """Name a document; one that was asked for by name is its own name."""
    return ITEM_WORDS.get(item, item)


def upper(words: str) -> str:
    """Begin with a capital letter and leave the rest."""
    return words[:1].upper() + words[1:]


def day(on: date) -> str:
    """Write a date as people say it, such as Tue 24 Nov 2026."""
    return f"{on:%a} {on.day} {on:%b} {on.year}"


def short_day(on: date) -> str:
    """Write a date of this season, such as Tue 24 Nov."""
    return f"{on:%a} {on.day} {on:%b}"


def count(number: int, one: str, many: str | None = None) -> str:
    """Count things: 1 case, 2 cases."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def code(target: Target | None, stage: Stage | None) -> str:
    """Name a procedure in a few letters: COE is a definitive coeliac procedure, COE test its test block."""
    letters = TARGET_CODES[target] if target else "—"
    return f"{letters} test" if stage is Stage.TEST_BLOCK else letters


def monday_of(on: date) -> date:
    """The Monday of this date's week."""
    return on - timedelta(days=on.weekday())


def listed(words: tuple[str, ...]) -> str:
    """Join words as a sentence does: a, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def safe(text: object) -> str:
    """Write anything as text in a page, never as markup."""
    return escape(str(text), quote=True)


def moment(at: datetime, zone: ZoneInfo) -> str:
    """Write an instant in the service's own time."""
    local = at.astimezone(zone)
    return f"{short_day(local.date())}, {local:%H:%M}"


def case_link(ref: str) -> str:
    """The address of one case's page."""
    return f"/case?case={quote(ref, safe='')}"
