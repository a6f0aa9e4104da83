"""What the command line prints of a case's history: what happened, when, by whom, why, and what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.markup import escape

from flows.show import local
from scheduler.pathway.history import answers, in_words, meaning
from scheduler.vocabulary import Role

if TYPE_CHECKING:
    from flows.desk import HistoryLine, NoteLine

TOLD_ELSEWHERE = frozenset({"reason"})  # it stands above, as the line's why


def history_lines(
    history: Sequence[HistoryLine], notes: Sequence[NoteLine], zone: ZoneInfo
) -> Iterator[tuple[int, str]]:
    """Give the lines to print, each with its indent, the oldest first."""
    for line in history:
        yield 2, _head(line, zone)
        why = line.why if line.why and not _is_machinery(line.why) else ""
        means = meaning(line.event, line.from_state)
        yield from ((6, escape(text)) for text in (why, means) if text)
        written = [note for note in notes if note.event_seq == line.seq and note.about not in TOLD_ELSEWHERE]
        for note in written:
            yield 6, escape(f"{note.about.replace('_', ' ').capitalize()}: {in_words(note.text)}")
        left_out = {note.about for note in written} | TOLD_ELSEWHERE
        given = {key: _local(value, zone) for key, value in line.details.items() if key not in left_out}
        told = "; ".join(f"{label}: {words}" for label, words in answers(line.event, line.from_state, given))
        if told:
            yield 6, f"[dim]{escape(told)}[/]"


def _head(line: HistoryLine, zone: ZoneInfo) -> str:
    moved = line.from_state not in {None, line.to_state}
    then = f" → {line.to_state.label}" if moved else ""
    role = Role(line.role).label if line.role in set(Role) else line.role
    return f"{local(line.at, zone)}  [bold]{line.label}[/]{then}  [dim]{escape(line.by)} ({role})[/]"


def _is_machinery(why: str) -> bool:
    """Whether this says only which of our own steps wrote the line, which explains nothing to people."""
    return why.startswith(("step ", "due steps")) or why == "import"


def _local(value: object, zone: ZoneInfo) -> object:
    """Write an instant in local time; everything else as it was given."""
    try:
        return local(datetime.fromisoformat(str(value)), zone) if "T" in str(value) else value
    except ValueError:
        return value
