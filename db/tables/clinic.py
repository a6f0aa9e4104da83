"""The clinic: sites, suites, radiologists, equipment, lists, and the times any of them is away."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint, false, true
from sqlmodel import Field

from db.tables.base import STRICT, VersionedRow, document, in_order, key, private


class SiteRow(VersionedRow, table=True):
    """A hospital or campus where procedures happen."""

    __tablename__ = "site"
    __table_args__ = (CheckConstraint("recovery_bays >= 0", name="recovery_bays_counted"), STRICT)

    id: str = Field(primary_key=True)
    name: str
    lat: float
    lon: float
    recovery_bays: int | None = None
    recovery_close: str | None = None
    target_minutes: int | None = None
    ended_on: date | None = None  # the first day it is not used


class SuiteRow(VersionedRow, table=True):
    """A CT or fluoroscopy room at a site."""

    __tablename__ = "suite"
    __table_args__ = (CheckConstraint("turnaround_minutes >= 0", name="turnaround_counted"), STRICT)

    id: str = Field(primary_key=True)
    site_id: str = Field(foreign_key="site.id", index=True)
    name: str
    modalities: list[str] = document()
    turnaround_minutes: int
    ended_on: date | None = None


class RadiologistRow(VersionedRow, table=True):
    """An operator, with the sites, targets and techniques they are credentialed for."""

    __tablename__ = "radiologist"
    __table_args__ = (STRICT,)

    id: str = Field(primary_key=True)
    name: str
    sites: list[str] = document()
    targets: list[str] = document()
    techniques: list[str] = document()
    max_sessions_per_day: int | None = None
    max_sessions_per_week: int | None = None
    target_minutes: int | None = None
    ended_on: date | None = None


class LeaveRow(VersionedRow, table=True):
    """A time when a radiologist is away."""

    __tablename__ = "leave"
    __table_args__ = (in_order("start", "end"), STRICT)

    id: str = key()
    radiologist_id: str = Field(foreign_key="radiologist.id", index=True)
    start: datetime
    end: datetime
    reason: str = private(default="")


class MaintenanceRow(VersionedRow, table=True):
    """A time when a suite or an equipment unit is out of service."""

    __tablename__ = "maintenance"
    __table_args__ = (
        in_order("start", "end"),
        CheckConstraint("(suite_id IS NULL) <> (unit_id IS NULL)", name="one_resource"),
        STRICT,
    )

    id: str = key()
    suite_id: str | None = Field(default=None, foreign_key="suite.id", index=True)
    unit_id: str | None = Field(default=None, foreign_key="equipment_unit.id", index=True)
    start: datetime
    end: datetime
    reason: str = private(default="")


class TravelRow(VersionedRow, table=True):
    """Minutes a radiologist needs from one site to another; kept once a pair, smaller id first."""

    __tablename__ = "travel"
    __table_args__ = (in_order("site_id", "other_id", name="pair_once"), STRICT)

    site_id: str = Field(primary_key=True, foreign_key="site.id")
    other_id: str = Field(primary_key=True, foreign_key="site.id")
    minutes: int


class EquipmentUnitRow(VersionedRow, table=True):
    """One generator or console: fixed at its one site, or mobile between several."""

    __tablename__ = "equipment_unit"
    __table_args__ = (STRICT,)

    id: str = Field(primary_key=True)
    kind: str = Field(index=True)
    name: str = ""
    sites: list[str] = document()
    ended_on: date | None = None


class SuiteSessionRow(VersionedRow, table=True):
    """A list: a block of one suite's time, with its rostered or assigned radiologist."""

    __tablename__ = "suite_session"
    __table_args__ = (
        in_order("start", "end"),
        CheckConstraint("overtime_minutes >= 0", name="overtime_counted"),
        UniqueConstraint("suite_id", "start"),
        STRICT,
    )

    id: str = Field(primary_key=True)
    suite_id: str = Field(foreign_key="suite.id", index=True)
    on: date = Field(index=True)
    wall_start: str
    wall_end: str
    start: datetime
    end: datetime
    overtime_minutes: int = 0
    funding: list[str] = document()
    anaesthetist: bool = False
    rostered_radiologist_id: str | None = Field(default=None, foreign_key="radiologist.id")
    assigned_radiologist_id: str | None = Field(default=None, foreign_key="radiologist.id")
    max_cases: int | None = None
    closed: bool = False
    closed_reason: str = private(default="")
    locked: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    published_at: datetime | None = None


class ListTemplateRow(VersionedRow, table=True):
    """A list that comes every so many weeks on one weekday (Monday is 0), until it is ended."""

    __tablename__ = "list_template"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_known"),
        CheckConstraint("every_weeks >= 1", name="weeks_counted"),
        CheckConstraint("overtime_minutes >= 0", name="overtime_counted"),
        STRICT,
    )

    id: str = key()
    suite_id: str = Field(foreign_key="suite.id", index=True)
    weekday: int
    every_weeks: int = 1
    first_on: date  # the weeks are counted from here
    wall_start: str
    wall_end: str
    overtime_minutes: int = 0
    funding: list[str] = document()
    anaesthetist: bool = False
    radiologist_id: str | None = Field(default=None, foreign_key="radiologist.id")
    max_cases: int | None = None
    ended_on: date | None = None


class HolidayRow(VersionedRow, table=True):
    """A public holiday, at every site or at one; confirmed once a person has checked the date.

    A row of one site that is not `observed` says that this site works on a holiday of the others.
    """

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("on", "site_id"), STRICT)

    id: str = key()
    on: date
    site_id: str | None = Field(default=None, foreign_key="site.id")
    name: str
    confirmed: bool = False
    observed: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
