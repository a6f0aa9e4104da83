"""Lists and weekly templates as their set-up page shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.shapes.cards import Card, Group, Said
from dashboard.shapes.markup import Cell
from dashboard.shapes.words import count, day, listed, short_day
from flows.desk import ListCard, keeping
from scheduler.vocabulary import Funding

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
COMING_HEADS: Final = ("Day", "Room", "Time", "Radiologist", "What happens")
PAYERS: Final[Mapping[str, str]] = {payer.value: payer.label for payer in Funding}


def list_groups(cards: Iterable[ListCard], zone: ZoneInfo) -> tuple[Group, ...]:
    """The lists by day."""
    found: dict[date, list[Card]] = {}
    for card in cards:
        found.setdefault(card.date, []).append(list_card(card, zone))
    return tuple(Group(heading=day(on), cards=tuple(each)) for on, each in sorted(found.items()))


def list_card(card: ListCard, zone: ZoneInfo) -> Card:
    """One list in short."""
    booked = count(len(card.cases), "case") + " booked" if card.cases else "Nobody booked"
    state = f"Closed: {card.closed_reason}" if card.closed else booked
    return Card(
        kind="thing",
        id=card.id,
        title=f"{card.suite_name}, {card.site_name}",
        aside=hours(card, zone),
        lines=(
            Said(text=card.radiologist or "No radiologist yet", look="quiet" if card.radiologist else "soon"),
            Said(text=state, look="over" if card.closed else "quiet"),
        ),
    )


def hours(card: ListCard, zone: ZoneInfo) -> str:
    """From when to when a list is, in the service's own time."""
    return f"{card.start.astimezone(zone):%H:%M} to {card.end.astimezone(zone):%H:%M}"


def list_facts(card: ListCard, zone: ZoneInfo) -> list[tuple[str, str]]:
    """What is known of a list."""
    return [
        ("Day", day(card.date)),
        ("Hours", hours(card, zone)),
        ("Overtime allowed", f"{card.overtime_minutes} minutes"),
        ("Radiologist", card.radiologist or "none yet"),
        ("Payers", listed(tuple(PAYERS.get(each, each) for each in card.funding))),
        ("Anaesthetist", "yes" if card.anaesthetist else "no"),
        ("Most cases", str(card.max_cases) if card.max_cases is not None else "no limit"),
        ("Booked", count(len(card.cases), "case")),
        ("State", f"closed: {card.closed_reason}" if card.closed else "published" if card.published else "open"),
    ]


def template_groups(lines: Iterable[keeping.TemplateLine], names: Mapping[str, str]) -> tuple[Group, ...]:
    """The templates by site."""
    found: dict[str, list[Card]] = {}
    for line in lines:
        found.setdefault(line.site_name, []).append(template_card(line, names))
    return tuple(Group(heading=site, cards=tuple(cards)) for site, cards in found.items())


def template_card(line: keeping.TemplateLine, names: Mapping[str, str]) -> Card:
    """One template in short."""
    ended = f"Ended: none from {short_day(line.ended_on)} on" if line.ended_on else ""
    return Card(
        kind="thing",
        id=line.id,
        title=f"{line.suite_name}: {rhythm(line)}",
        aside=f"{line.start:%H:%M} to {line.end:%H:%M}",
        lines=(
            Said(text=names.get(line.radiologist or "", line.radiologist or "No usual radiologist")),
            Said(text=ended, look="soon"),
        ),
    )


def rhythm(line: keeping.TemplateLine) -> str:
    """When a template comes."""
    weekday = WEEKDAYS[line.weekday]
    return f"every {weekday}" if line.every_weeks == 1 else f"{weekday}, every {line.every_weeks} weeks"


def template_facts(line: keeping.TemplateLine, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is known of a template."""
    return [
        ("Comes", rhythm(line)),
        ("Since", day(line.first_on)),
        ("Hours", f"{line.start:%H:%M} to {line.end:%H:%M}"),
        ("Overtime allowed", f"{line.overtime_minutes} minutes"),
        ("Usual radiologist", names.get(line.radiologist or "", line.radiologist or "none")),
        ("Payers", listed(tuple(PAYERS.get(each, each) for each in line.funding))),
        ("Anaesthetist", "yes" if line.anaesthetist else "no"),
        ("Most cases", str(line.max_cases) if line.max_cases is not None else "no limit"),
        ("Ended", f"no list from {day(line.ended_on)} on" if line.ended_on else "no"),
    ]


def coming_rows(lines: Iterable[keeping.ComingList], names: Mapping[str, str]) -> list[list[Cell | str]]:
    """One row for each list that the templates ask for, with why it is not made or what to know."""
    return [
        [
            Cell(text=day(line.on), look="nowrap"),
            f"{line.suite_name}, {line.site_name}",
            Cell(text=f"{line.start:%H:%M} to {line.end:%H:%M}", look="nowrap"),
            names.get(line.radiologist or "", "") if not line.skipped else "",
            Cell(text=line.skipped or line.note or "Made", look="nl-soon" if line.skipped or line.note else ""),
        ]
        for line in lines
    ]


def coming_words(lines: Sequence[keeping.ComingList]) -> str:
    """How many lists would be made, and how many not."""
    made = sum(not line.skipped for line in lines)
    left = len(lines) - made
    return f"{count(made, 'list')} would be made" + (f", {left} not." if left else ".")


def rooms(sites: Iterable[keeping.SitePlace]) -> dict[str, str]:
    """The rooms that are used, by id, with the site in their name."""
    return {
        suite.id: f"{suite.name}, {site.name}"
        for site in sites
        for suite in site.suites
        if suite.ended_on is None and site.ended_on is None
    }
