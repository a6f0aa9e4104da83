"""What the command line prints of the risk of overrun: one list in a row, and where the durations come from."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rich.markup import escape

from flows.show import console, day, table

if TYPE_CHECKING:
    from flows.risks import ListRisk, RiskReport


def print_risks(found: RiskReport, zone: ZoneInfo | None) -> None:
    """Print lists with how often each ends late, the likeliest first; without a zone, in the files' own offsets."""
    screen = console()
    if not found.lists:
        screen.print("No list that has not begun holds a booking.")
        return
    shown = table("Late on", "By, on average", "Date", "Hours", "Booked until", "Where", "Radiologist", "Cases", "List")
    for row in found.lists:
        shown.add_row(*_cells(row, zone))
    screen.print(shown)
    minutes = sum(row.expected_minutes for row in found.lists)
    known = ", ".join(f"{count} from {escape(source)}" for source, count in sorted(found.sources.items()))
    screen.print(f"{_lists(len(found.lists))}, {minutes:,.0f} minutes of overrun to be expected in all.")
    screen.print(f"Durations of the cases: {known}. Each list was run on {found.days:,} simulated days.")


def _cells(row: ListRisk, zone: ZoneInfo | None) -> tuple[str, ...]:
    start, end, until = (at.astimezone(zone) if zone else at for at in (row.start, row.end, row.booked_until))
    return (
        f"{100 * row.probability:.1f} % of days",
        f"{row.expected_minutes:.1f} min",
        day(row.date),
        f"{start:%H:%M}-{end:%H:%M}",
        f"{until:%H:%M}",
        escape(f"{row.site_name}, {row.suite_name}"),
        escape(row.radiologist or "-"),
        str(len(row.cases)),
        escape(row.list),
    )


def _lists(number: int) -> str:
    return "1 list" if number == 1 else f"{number} lists"
