"""Sites and their rooms: added, changed, and used until a day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from db import audit, clinic
from db.keeping.lines import SitePlace, SuitePlace
from db.tables import SiteRow, SuiteRow
from scheduler.errors import BadInputError, NotFoundError
from scheduler.problem import Site, Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What may be changed of a site; bays and minutes are None where there is no limit."""

    name: str
    lat: float
    lon: float
    recovery_bays: int | None
    recovery_close: str | None
    target_minutes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteFacts:
    """What may be changed of a room."""

    name: str
    modalities: tuple[str, ...]
    turnaround_minutes: int


def site_ids(session: Session) -> tuple[str, ...]:
    """Give the id of every site, in order."""
    return tuple(session.exec(select(SiteRow.id).order_by(SiteRow.id)))


def site_places(session: Session) -> tuple[SitePlace, ...]:
    """List the sites by name, each with its rooms."""
    rooms: dict[str, list[SuitePlace]] = defaultdict(list)
    for row in session.exec(select(SuiteRow).order_by(SuiteRow.name)):
        rooms[row.site_id].append(
            SuitePlace(
                id=row.id,
                site=row.site_id,
                name=row.name,
                modalities=tuple(row.modalities),
                turnaround_minutes=row.turnaround_minutes,
                ended_on=row.ended_on,
                version=row.version,
            )
        )
    return tuple(
        SitePlace(
            id=row.id,
            name=row.name,
            lat=row.lat,
            lon=row.lon,
            recovery_bays=row.recovery_bays,
            recovery_close=row.recovery_close,
            target_minutes=row.target_minutes,
            ended_on=row.ended_on,
            version=row.version,
            suites=tuple(rooms[row.id]),
        )
        for row in session.exec(select(SiteRow).order_by(SiteRow.name))
    )


def add_site(session: Session, site: Site) -> None:
    """Add a site."""
    if session.get(SiteRow, site.id) is not None:
        raise BadInputError.of("id", f"{site.id} is the id of another site. Choose another.")
    clinic.add_site(session, site)


def change_site(session: Session, site_id: str, facts: SiteFacts, *, expected_version: int | None = None) -> None:
    """Change what is known of a site."""
    row = _site(session, site_id)
    row.expect(expected_version)
    row.name, row.lat, row.lon = facts.name, facts.lat, facts.lon
    row.recovery_bays, row.recovery_close = facts.recovery_bays, facts.recovery_close
    row.target_minutes = facts.target_minutes
    audit.record(session, action="change_site", entity="site", ref=site_id)


def end_site(session: Session, site_id: str, on: date | None, *, expected_version: int | None = None) -> None:
    """Use a site until the day before this one; without a day, use it again."""
    row = _site(session, site_id)
    row.expect(expected_version)
    row.ended_on = on
    audit.record(session, action="end_site" if on else "resume_site", entity="site", ref=site_id)


def add_suite(session: Session, suite: Suite, *, name: str) -> None:
    """Add a room to a site."""
    _site(session, suite.site)
    if session.get(SuiteRow, suite.id) is not None:
        raise BadInputError.of("id", f"{suite.id} is the id of another room. Choose another.")
    clinic.add_suite(session, suite, name=name)


def change_suite(session: Session, suite_id: str, facts: SuiteFacts, *, expected_version: int | None = None) -> None:
    """Change the name, the imaging or the turnaround of a room."""
    row = suite_row(session, suite_id)
    row.expect(expected_version)
    row.name, row.modalities, row.turnaround_minutes = facts.name, list(facts.modalities), facts.turnaround_minutes
    audit.record(session, action="change_suite", entity="suite", ref=suite_id)


def end_suite(session: Session, suite_id: str, on: date | None, *, expected_version: int | None = None) -> None:
    """Use a room until the day before this one; without a day, use it again."""
    row = suite_row(session, suite_id)
    row.expect(expected_version)
    row.ended_on = on
    audit.record(session, action="end_suite" if on else "resume_suite", entity="suite", ref=suite_id)


def suite_row(session: Session, suite_id: str) -> SuiteRow:
    """Find a room."""
    row = session.get(SuiteRow, suite_id)
    if row is None:
        raise NotFoundError(f"No suite has the id {suite_id}.")
    return row


def _site(session: Session, site_id: str) -> SiteRow:
    row = session.get(SiteRow, site_id)
    if row is None:
        raise NotFoundError(f"No site has the id {site_id}.")
    return row
