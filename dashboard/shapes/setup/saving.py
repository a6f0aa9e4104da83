"""What a change would break, as the page shows it before it is saved."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.markup import Cell
from dashboard.shapes.words import case_link, count, moment
from flows.desk import keeping

BROKEN_HEADS: Final = ("Case", "Category", "Booked for", "Where", "Why it could not stay")


def broken_rows(found: keeping.Preview, zone: ZoneInfo) -> list[list[Cell | str]]:
    """One row for each booking that could not stay, the soonest first."""
    return [
        [
            Cell(text=one.ref, link=case_link(one.ref)),
            Cell(text="", category=one.category),
            Cell(text=moment(one.start, zone), look="nowrap"),
            f"{one.suite_name}, {one.site_name}",
            " ".join(one.says),
        ]
        for one in found.broken
    ]


def preview_words(found: keeping.Preview) -> str:
    """What the change would do, in a sentence or two."""
    broken = len(found.broken)
    breaks = f"This would break {count(broken, 'booking')}. " if broken else "No booking would break. "
    return breaks + " ".join(found.also)


def save_label(found: keeping.Preview) -> str:
    """What the button that saves it says."""
    if not found.broken:
        return "Save"
    return f"Save, with {count(len(found.broken), 'task')} to rebook"


def saved_words(done: str, saved: keeping.Saved) -> str:
    """What was saved, and which tasks it made."""
    if not saved.asked:
        return done
    them = "it" if len(saved.asked) == 1 else "them"
    made = count(len(saved.asked), "booking has", "bookings have")
    return f"{done} {made} a task to rebook {them}: {', '.join(saved.asked)}."
