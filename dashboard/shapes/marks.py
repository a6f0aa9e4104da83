"""Where a case may go, as the board marks its lists while the case is picked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard.shapes.words import count, short_day

if TYPE_CHECKING:
    from flows.explaining import PlaceLine, Where

MOST_REASONS: Final = 3
BEST_SHOWN: Final = 6


def marks_data(where: Where) -> dict[str, object]:
    """Every list that was asked about: yes, yes but, or no, and why; the best places first in `best`."""
    own = where.booked.session if where.booked else None
    return {
        "lists": {line.session: _mark(line, own) for line in where.places},
        "best": [line.session for line in where.possible if line.session != own],
        "otherwise": "The list has begun or is outside the dates planned.",
        "no": "",
    }


def no_marks(says: str) -> dict[str, object]:
    """A case that no list can take, whatever is free, and what to do first."""
    return {"lists": {}, "best": [], "otherwise": says, "no": says}


def _mark(line: PlaceLine, own: str | None) -> dict[str, object]:
    if line.session == own:
        return {"verdict": "here", "says": "It is on this list now."}
    return {"verdict": line.verdict.value, "says": place_words(line)}


def place_words(line: PlaceLine) -> str:
    """One list for the case in a sentence: yes or no, when it would start, what to know or what is in the way."""
    because = _because(line)
    if line.verdict.value == "no":
        return f"No. {because}"
    start = f"{line.start:%H:%M}"
    who = f" with {line.radiologist}" if line.radiologist else ""
    left = (
        f"{count(line.minutes_left, 'minute')} left after it"
        if line.minutes_left >= 0
        else f"{-line.minutes_left} minutes over time"
    )
    but = f" But: {because}" if because else ""
    return f"Yes, at {start}{who}, {left}.{but}"


def best_places(where: Where) -> tuple[PlaceLine, ...]:
    """The few best lists for the case, its own left out."""
    own = where.booked.session if where.booked else None
    return tuple(line for line in where.possible if line.session != own)[:BEST_SHOWN]


def _because(line: PlaceLine) -> str:
    """The reasons in a row; the list itself needs no name, since the words stand at it."""
    return " ".join(line.because[:MOST_REASONS]).replace(line.session, "this list")


def place_choice(line: PlaceLine, suite: str) -> str:
    """One list as a choice in the drawer."""
    because = _because(line)
    but = f" ({because})" if because else ""
    when = f"{short_day(line.start.date())}, {line.start:%H:%M}"
    return f"{when}, {suite}, {line.site}{but}"


def none_words(where: Where) -> str:
    """Why no list will do, most frequent reason first, and what would help."""
    reasons = "; ".join(f"{count(lists, 'list')}: {why}" for why, lists in list(where.ruled_out.items())[:MOST_REASONS])
    told = f" {reasons}." if reasons else ""
    return f"No list of these weeks can take it.{told} Show more weeks, or open a list."
