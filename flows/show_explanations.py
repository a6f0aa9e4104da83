"""What the command line prints about where a case can go and why it is not booked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.markup import escape

from flows.show import console, day, table
from scheduler.explain.words import REASONS, count

if TYPE_CHECKING:
    from flows.explaining import PlaceLine, Where, Why

ANSWERS = {"yes": "[green]yes[/]", "yes_but": "[yellow]yes, but[/]", "no": "[red]no, because[/]"}


def print_where(found: Where, *, every: bool) -> None:
    """Print the lists a case can go on, the cheapest first; with `every`, the others too, the nearest first."""
    screen = console()
    screen.print(_headline(found), soft_wrap=True)
    shown = table("When", "List", "Where", "Radiologist", "Answer", "Cost", "Left", "To know")
    for place in found.places if every else found.possible:
        shown.add_row(*_cells(place))
    if shown.row_count:
        screen.print(shown)
    if found.ruled_out and not every:
        reasons = "; ".join(f"{reason}: {number}" for reason, number in found.ruled_out.items())
        others = count(len(found.places) - len(found.possible), "list")
        screen.print(f"{others} cannot take it. {reasons[0].upper()}{reasons[1:]}. --all shows each.", soft_wrap=True)


def _headline(found: Where) -> str:
    at = found.booked
    now = f"is booked on {at.session} at {at.start:%H:%M} on {day(at.start.date())}" if at else "is not booked"
    lists = f"{len(found.possible)} of {count(len(found.places), 'list')}"
    return f"[bold]{escape(found.case)}[/] ({found.minutes} minutes) {escape(now)}. It can go on {lists}."


def _cells(place: PlaceLine) -> tuple[str, ...]:
    return (
        f"{day(place.start.date())} {place.start:%H:%M}",
        escape(place.session),
        escape(f"{place.site}, {place.suite}"),
        escape(place.radiologist or "-"),
        ANSWERS[place.verdict.value],
        "-" if place.verdict.value == "no" else f"{place.cost_change:+,}",
        f"{place.minutes_left} min",
        escape(" ".join(place.because)),
    )


def print_why(found: Why) -> None:
    """Print why a case is not booked: the sentence, what excludes how many lists, and what would make room."""
    screen = console()
    screen.print(escape(found.says), soft_wrap=True)
    if found.excluded:
        shown = table("Lists", f"of {found.lists} ruled out by", "Rule")
        for rule, number in found.excluded.items():
            shown.add_row(str(number), REASONS.get(rule, rule), rule)
        screen.print(shown)
    if found.smallest:
        names = ", ".join(found.smallest)
        screen.print(f"Together these leave no list, and no fewer would: [bold]{names}[/].", soft_wrap=True)
        _print_ways(found)


def _print_ways(found: Why) -> None:
    screen = console()
    if not found.ways:
        screen.print("No single change that was tried makes room.")
        return
    shown = table("Cost", "What would make room", "Also affects")
    for way in found.ways:
        shown.add_row(f"{way.cost_change:+,}", escape(way.says), escape(" ".join(way.affects) or "nobody"))
    screen.print(shown)


def print_all_whys(found: Iterable[Why]) -> None:
    """Print a line for each case that is not booked, as soon as it is known."""
    screen, told = console(), False
    for why in found:
        screen.print(escape(why.says), soft_wrap=True)
        told = True
    if not told:
        screen.print("Every case is booked.")
