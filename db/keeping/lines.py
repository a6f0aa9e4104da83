"""What the set-up pages show: frozen pictures of what the clinic has, each with the version its form must carry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from db.words import ChangeState, ProtocolPart
from scheduler.vocabulary import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class SuitePlace:
    """One room; `ended_on` is the first day it is not used."""

    id: str
    site: str
    name: str
    modalities: tuple[str, ...]
    turnaround_minutes: int
    ended_on: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlace:
    """One site with its rooms."""

    id: str
    name: str
    lat: float
    lon: float
    recovery_bays: int | None
    recovery_close: str | None
    target_minutes: int | None
    ended_on: date | None
    version: int
    suites: tuple[SuitePlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveLine:
    """A time a radiologist is away: from a start up to, and not including, an end."""

    id: str
    radiologist: str
    start: datetime
    end: datetime
    reason: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLine:
    """One radiologist with what they are credentialed for and their leave that is not over."""

    id: str
    name: str
    sites: tuple[str, ...]
    targets: tuple[str, ...]
    techniques: tuple[str, ...]
    max_sessions_per_day: int | None
    max_sessions_per_week: int | None
    target_minutes: int | None
    ended_on: date | None
    version: int
    leave: tuple[LeaveLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """A time a suite or a unit is out of service."""

    id: str
    suite: str | None
    unit: str | None
    start: datetime
    end: datetime
    reason: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLine:
    """One generator or console with its service periods that are not over."""

    id: str
    kind: str
    name: str
    sites: tuple[str, ...]
    ended_on: date | None
    version: int
    service: tuple[ServiceLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLine:
    """A list that comes every so many weeks; Monday is weekday 0."""

    id: str
    suite: str
    suite_name: str
    site: str
    site_name: str
    weekday: int
    every_weeks: int
    first_on: date
    start: time
    end: time
    overtime_minutes: int
    funding: tuple[str, ...]
    anaesthetist: bool
    radiologist: str | None
    max_cases: int | None
    ended_on: date | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingList:
    """A list that a template asks for on one day, or why it is not made; `note` is what to know about one made."""

    template: str
    suite: str
    suite_name: str
    site_name: str
    on: date
    start: time
    end: time
    radiologist: str | None
    skipped: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolLine:
    """One row of the protocol as it stands today, with its words and fields; `coming` is a later edition's day."""

    part: ProtocolPart
    key: str
    says: str
    unit: str
    fields: Mapping[str, object]
    edition: int
    effective_from: date
    source: str
    approved_by: str | None
    coming: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolChangeLine:
    """A proposed change of one row: what it was when proposed, what it would be, and what was decided."""

    id: str
    part: ProtocolPart
    key: str
    before: Mapping[str, object]
    fields: Mapping[str, object]
    effective_from: date
    source: str
    reason: str
    state: ChangeState
    proposed_by: str
    proposed_name: str
    proposed_at: datetime
    decided_name: str
    decided_at: datetime | None
    decision: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLine:
    """A sign-in that is still good; `id` is the beginning of its digest and opens nothing."""

    id: str
    account: str
    started_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One column of one row as an audited act changed it."""

    row: str
    column: str
    before: object
    after: object


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptHistory:
    """One audited act on a thing: who, when, why, and what it changed."""

    at: datetime
    by: str
    role: Role | str
    action: str
    why: str
    steps: tuple[Step, ...]
