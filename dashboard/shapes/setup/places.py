"""Sites, rooms, equipment units and public holidays as their set-up pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from dashboard.shapes.cards import Card, Group, Said
from dashboard.shapes.setup.protocol import MODALITIES
from dashboard.shapes.setup.staff import limit
from dashboard.shapes.words import count, day, listed, upper
from flows.desk import HolidayLine, keeping

SITE, SUITE = "site:", "suite:"  # before the id, so that the address tells a site from a room
EVERYWHERE: Final = "every site"


def place_groups(sites: Iterable[keeping.SitePlace]) -> tuple[Group, ...]:
    """Each site with its rooms under it."""
    return tuple(
        Group(heading=site.name, cards=(site_card(site), *(suite_card(suite) for suite in site.suites)))
        for site in sites
    )


def site_card(site: keeping.SitePlace) -> Card:
    """One site in short."""
    bays = "no limit on recovery bays" if site.recovery_bays is None else count(site.recovery_bays, "recovery bay")
    return Card(
        kind="thing",
        id=f"{SITE}{site.id}",
        title="The site",
        aside=site.id,
        lines=(
            Said(text=f"{count(len(site.suites), 'room')}, {bays}"),
            Said(text=f"Not used from {day(site.ended_on)} on" if site.ended_on else "", look="soon"),
        ),
    )


def suite_card(suite: keeping.SuitePlace) -> Card:
    """One room in short."""
    return Card(
        kind="thing",
        id=f"{SUITE}{suite.id}",
        title=suite.name,
        aside=suite.id,
        lines=(
            Said(text=listed(tuple(MODALITIES.get(each, each) for each in suite.modalities))),
            Said(text=f"Not used from {day(suite.ended_on)} on" if suite.ended_on else "", look="soon"),
        ),
    )


def site_facts(site: keeping.SitePlace) -> list[tuple[str, str]]:
    """What is known of a site."""
    return [
        ("Id", site.id),
        ("Recovery bays", limit(site.recovery_bays)),
        ("Recovery closes", site.recovery_close or "no set time"),
        ("Target", f"{site.target_minutes} minutes" if site.target_minutes is not None else "none"),
        ("Place", f"{site.lat:.3f}, {site.lon:.3f} degrees"),
        ("Used", f"not from {day(site.ended_on)} on" if site.ended_on else "yes"),
    ]


def suite_facts(suite: keeping.SuitePlace) -> list[tuple[str, str]]:
    """What is known of a room."""
    return [
        ("Id", suite.id),
        ("Imaging", listed(tuple(MODALITIES.get(each, each) for each in suite.modalities))),
        ("Turnaround", f"{suite.turnaround_minutes} minutes"),
        ("Used", f"not from {day(suite.ended_on)} on" if suite.ended_on else "yes"),
    ]


def unit_groups(units: Iterable[keeping.UnitLine], sites: Mapping[str, str]) -> tuple[Group, ...]:
    """The units by kind."""
    found: dict[str, list[Card]] = {}
    for unit in units:
        found.setdefault(kind_words(unit.kind), []).append(unit_card(unit, sites))
    return tuple(Group(heading=kind, cards=tuple(cards)) for kind, cards in found.items())


def kind_words(kind: str) -> str:
    """The kind of a unit as people write it."""
    words = kind.replace("_", " ")
    return f"RF{words[2:]}" if words.startswith("rf ") else upper(words)


def unit_card(unit: keeping.UnitLine, sites: Mapping[str, str]) -> Card:
    """One unit in short."""
    service = f"{count(len(unit.service), 'service period')} to come" if unit.service else ""
    ended = f"Not used from {day(unit.ended_on)} on" if unit.ended_on else ""
    return Card(
        kind="thing",
        id=unit.id,
        title=unit.name or unit.id,
        aside="mobile" if len(unit.sites) > 1 else "fixed",
        lines=(
            Said(text=listed(tuple(sites.get(each, each) for each in unit.sites))),
            Said(text=ended or service, look="soon"),
        ),
    )


def unit_facts(unit: keeping.UnitLine, sites: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is known of a unit."""
    return [
        ("Id", unit.id),
        ("Kind", kind_words(unit.kind)),
        ("Moves between" if len(unit.sites) > 1 else "At", listed(tuple(sites.get(each, each) for each in unit.sites))),
        ("Used", f"not from {day(unit.ended_on)} on" if unit.ended_on else "yes"),
    ]


def holiday_groups(lines: Iterable[HolidayLine], sites: Mapping[str, str]) -> tuple[Group, ...]:
    """The holidays to confirm, then the others, by date."""
    lines = tuple(lines)
    return (
        Group(
            heading="To confirm",
            cards=tuple(holiday_card(line, sites) for line in lines if not line.confirmed),
            look="soon",
        ),
        Group(heading="Confirmed", cards=tuple(holiday_card(line, sites) for line in lines if line.confirmed)),
    )


def holiday_card(line: HolidayLine, sites: Mapping[str, str]) -> Card:
    """One holiday in short."""
    where = EVERYWHERE if line.site is None else sites.get(line.site, line.site)
    return Card(
        kind="thing",
        id=holiday_id(line),
        title=line.name,
        aside=day(line.on),
        lines=(Said(text=upper(where) if line.observed else f"{where} works on this day"),),
    )


def holiday_id(line: HolidayLine) -> str:
    """Name a holiday by its day and site."""
    return f"{line.on.isoformat()} {line.site or ''}".strip()
