"""What putting a mistake right would do, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from dashboard.shapes.words import day
from flows.desk import Amendable, Field, HistoryLine, Reversal


def reversal_facts(found: Reversal, history: Iterable[HistoryLine]) -> tuple[tuple[str, str], ...]:
    """What is taken back, where the case then stands, and what cannot be put back."""
    label = next((line.label for line in history if line.seq == found.seq), found.event)
    told = (
        ("The last step", label),
        ("Recorded by", f"{found.by}, {day(found.on)}"),
        ("The case then stands at", found.to_state.label),
        ("Cannot be put back", "; ".join(found.lost)),
        ("A correcting letter follows", "; ".join(_letter(letter) for letter in found.letters)),
    )
    return tuple((name, value) for name, value in told if value)


def _letter(letter: str) -> str:
    words = letter.replace("_", " ")
    return f"{words.removesuffix(' gp')} general practitioner" if words.endswith(" gp") else words


def with_value(value: Amendable) -> Field:
    """The field of a recorded value, with what it says now."""
    return replace(value.field, label=value.label, initial=value.value)
