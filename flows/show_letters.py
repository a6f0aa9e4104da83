"""What the command line prints about letters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.markup import escape

from flows.show import console, local, table

if TYPE_CHECKING:
    from flows.desk import Letter, LetterPage


def print_letters(letters: Sequence[Letter], zone: ZoneInfo) -> None:
    """Print letters, one in a row."""
    screen = console()
    if not letters:
        screen.print("No letters.")
        return
    shown = table("Letter", "Case", "About", "To", "Asked for", "Stands", "")
    for letter in letters:
        shown.add_row(
            letter.name,
            letter.case_ref,
            letter.kind.value.replace("_", " "),
            letter.audience.value.replace("_", " "),
            local(letter.queued_at, zone),
            letter.state.label,
            escape(letter.problem or letter.receipt),
        )
    screen.print(shown)


def letter_lines(page: LetterPage, zone: ZoneInfo) -> list[str]:
    """Give how a letter stands, then its text."""
    letter = page.letter
    ended = f" on {local(letter.ended_at, zone)}" if letter.ended_at else ""
    how = f" ({letter.receipt})" if letter.receipt else ""
    stands = f"Letter {letter.name}: {letter.state.label}{ended}{how}."
    problem = [letter.problem] if letter.problem else []
    instead = [f"It takes the place of {page.replaces}."] if page.replaces else []
    text = page.text if page.text is not None else "It is written when it is sent: neurolist letters --send"
    return [stands, *problem, *instead, "", text]
