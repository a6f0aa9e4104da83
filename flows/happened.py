"""What happened to a case, found by the name that people and pages call it."""

from __future__ import annotations

from difflib import get_close_matches

from scheduler.errors import NotFoundError
from scheduler.pathway.events import Entry, Event, Happening
from scheduler.pathway.readiness import READINESS_ROLES


def event_named(event: Happening | str) -> Happening:
    """Give the event or entry with this name; raises NotFoundError with the names that are like it."""
    known: dict[str, Happening] = {each.value: each for each in (*Event, *READINESS_ROLES, *Entry)}
    if str(event) in known:
        return known[str(event)]
    near = get_close_matches(str(event), known)
    also = f" Did you mean {', '.join(near)}?" if near else ""
    raise NotFoundError(f"No event is called '{event}'.{also}")
