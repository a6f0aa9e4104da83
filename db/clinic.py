"""The clinic's own facts: sites, suites, people, equipment, lists, and when any of them is away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlmodel import Session, col, select

from db import audit, claims
from db.claims import Hold
from db.localtime import instant, timezone_of
from db.tables import (
    ClaimRow,
    EquipmentUnitRow,
    HolidayRow,
    LeaveRow,
    MaintenanceRow,
    RadiologistRow,
    SiteRow,
    SuiteRow,
    SuiteSessionRow,
    TravelRow,
)
from db.words import ResourceKind
from scheduler.errors import BadInputError, Fault, NotFoundError
from scheduler.problem import EquipmentUnit, Radiologist, Site, Suite

_HOLIDAYS = select(col(HolidayRow.on), col(HolidayRow.site_id), col(HolidayRow.observed))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewList:
    """A list to add: one suite, one local date, from one wall time to another."""

    id: str
    suite: str
    on: date
    start: time
    end: time
    funding: tuple[str, ...]
    overtime_minutes: int = 0
    anaesthetist: bool = False
    radiologist: str | None = None
    max_cases: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The ids of what the clinic already has."""

    sites: frozenset[str]
    suites: frozenset[str]
    radiologists: frozenset[str]
    units: frozenset[str]
    lists: frozenset[str]
    journeys: frozenset[tuple[str, str]]


def known(session: Session) -> Known:
    """Give the ids of everything added so far."""
    return Known(
        sites=frozenset(session.exec(select(SiteRow.id))),
        suites=frozenset(session.exec(select(SuiteRow.id))),
        radiologists=frozenset(session.exec(select(RadiologistRow.id))),
        units=frozenset(session.exec(select(EquipmentUnitRow.id))),
        lists=frozenset(session.exec(select(SuiteSessionRow.id))),
        journeys=frozenset((row.site_id, row.other_id) for row in session.exec(select(TravelRow))),
    )


def sites_of_lists(session: Session, lists: Iterable[str]) -> tuple[str, ...]:
    """Give the sites of these lists; one that does not exist has none."""
    asked = select(SuiteRow.site_id).join(SuiteSessionRow, col(SuiteSessionRow.suite_id) == SuiteRow.id)
    return tuple(sorted(set(session.exec(asked.where(col(SuiteSessionRow.id).in_(list(lists)))))))


def add_site(session: Session, site: Site) -> None:
    """Add a hospital or campus."""
    session.add(
        SiteRow(
            id=site.id,
            name=site.name,
            lat=site.location.lat,
            lon=site.location.lon,
            recovery_bays=site.recovery_bays,
            recovery_close=f"{site.recovery_close:%H:%M}" if site.recovery_close else None,
            target_minutes=site.target_minutes,
        )
    )
    audit.record(session, action="add_site", entity="site", ref=site.id)


def add_suite(session: Session, suite: Suite, *, name: str = "") -> None:
    """Add a room."""
    session.add(
        SuiteRow(
            id=suite.id,
            site_id=suite.site,
            name=name or suite.id,
            modalities=[modality.value for modality in suite.modalities],
            turnaround_minutes=suite.turnaround_minutes,
        )
    )
    audit.record(session, action="add_suite", entity="suite", ref=suite.id)


def add_radiologist(session: Session, radiologist: Radiologist) -> None:
    """Add an operator with what they are credentialed for; times away become leave."""
    session.add(
        RadiologistRow(
            id=radiologist.id,
            name=radiologist.name,
            sites=list(radiologist.sites),
            targets=[target.value for target in radiologist.targets],
            techniques=[technique.value for technique in radiologist.techniques],
            max_sessions_per_day=radiologist.max_sessions_per_day,
            max_sessions_per_week=radiologist.max_sessions_per_week,
            target_minutes=radiologist.target_minutes,
        )
    )
    audit.record(session, action="add_radiologist", entity="radiologist", ref=radiologist.id)
    for start, end in radiologist.unavailable:
        add_leave(session, radiologist.id, start=start, end=end)


def add_unit(session: Session, unit: EquipmentUnit, *, name: str = "") -> None:
    """Add a generator or console."""
    session.add(EquipmentUnitRow(id=unit.id, kind=unit.kind, name=name or unit.id, sites=list(unit.sites)))
    audit.record(session, action="add_unit", entity="equipment_unit", ref=unit.id)


def add_travel(session: Session, first: str, second: str, minutes: int) -> None:
    """Add the time a radiologist needs between two sites, either way."""
    smaller, larger = sorted((first, second))
    session.add(TravelRow(site_id=smaller, other_id=larger, minutes=minutes))
    audit.record(session, action="add_travel", entity="travel", ref=f"{smaller} {larger}")


def add_holiday(
    session: Session,
    on: date,
    name: str,
    *,
    site: str | None = None,
    confirmed: bool = False,
    observed: bool = True,
) -> None:
    """Add a public holiday, at every site or one; with `observed` False, a day on which one site works after all."""
    session.add(HolidayRow(on=on, name=name, site_id=site, confirmed=confirmed, observed=observed))
    audit.record(session, action="add_holiday", entity="holiday", ref=on.isoformat())


def holidays(session: Session, *, site: str | None = None) -> frozenset[date]:
    """Give the days that are no working days: those of every site, and of this one if one is named."""
    return _days_off(session, site)


def _days_off(session: Session, site: str | None) -> frozenset[date]:
    rows = session.exec(_HOLIDAYS).all()
    everywhere = {on for on, whose, observed in rows if whose is None and observed}
    here = [(on, observed) for on, whose, observed in rows if site is not None and whose == site]
    works = {on for on, observed in here if not observed}
    return frozenset(everywhere - works | {on for on, observed in here if observed})


def add_lists(session: Session, lists: Iterable[NewList]) -> tuple[str, ...]:
    """Add lists; a time that does not exist on its date is refused, with every such list named."""
    rows: list[SuiteSessionRow] = []
    faults: list[Fault] = []
    for new in lists:
        try:
            rows.append(_list_row(new, timezone_of(session)))
        except BadInputError as fault:
            faults.extend(Fault(where=f"{new.id}/{found.where}", says=found.says) for found in fault.faults)
    if faults:
        raise BadInputError(tuple(faults))
    session.add_all(rows)
    ids = tuple(row.id for row in rows)
    audit.record(session, action="add_lists", entity="suite_session", ref=ids[0] if ids else "", facts={"lists": ids})
    return ids


def roster(session: Session, list_id: str, radiologist: str | None, *, expected_version: int | None = None) -> None:
    """Roster a radiologist on a list, or nobody; a published list is replanned instead."""
    row = list_row(session, list_id)
    row.expect(expected_version)
    if row.assigned_radiologist_id is not None and row.assigned_radiologist_id != radiologist:
        says = f"List {list_id} has bookings with another radiologist. Take them off the list first, then plan again."
        raise BadInputError.of("radiologist", says)
    row.rostered_radiologist_id = radiologist
    audit.record(session, action="roster", entity="suite_session", ref=list_id)


def take_off(session: Session, list_id: str, *, reason: str, expected_version: int | None = None) -> None:
    """Take the radiologist off a list, such as when they fall ill; its bookings stay until the next plan moves them."""
    row = list_row(session, list_id)
    row.expect(expected_version)
    row.assigned_radiologist_id = row.rostered_radiologist_id = None
    claims.release(session, claims.held_by(session, session_id=list_id))
    audit.record(session, action="take_off", entity="suite_session", ref=list_id, why=reason)


def close_list(session: Session, list_id: str, *, reason: str, expected_version: int | None = None) -> None:
    """Close a list: nothing more is planned on it, and what is booked there is moved by the next plan."""
    _set_closed(session, list_id, closed=True, reason=reason, expected_version=expected_version)


def open_list(session: Session, list_id: str, *, expected_version: int | None = None) -> None:
    """Open a closed list again."""
    _set_closed(session, list_id, closed=False, reason="", expected_version=expected_version)


def add_leave(session: Session, radiologist: str, *, start: datetime, end: datetime, reason: str = "") -> str:
    """Keep a radiologist free; DoubleBookingError names the list they are assigned to at that time."""
    row = LeaveRow(radiologist_id=radiologist, start=start, end=end, reason=reason)
    session.add(row)
    session.flush()
    _hold_leave(session, radiologist)
    audit.record(session, action="add_leave", entity="leave", ref=radiologist)
    return row.id


def cancel_leave(session: Session, leave_id: str, *, expected_version: int | None = None) -> None:
    """Take leave back."""
    row = session.get(LeaveRow, leave_id)
    if row is None:
        raise NotFoundError("No leave has this id.")
    row.expect(expected_version)
    for claim in session.exec(select(ClaimRow).where(ClaimRow.leave_id == leave_id)):
        session.delete(claim)
    session.flush()
    session.delete(row)
    session.flush()
    _hold_leave(session, row.radiologist_id)
    audit.record(session, action="cancel_leave", entity="leave", ref=row.radiologist_id)


def add_maintenance(
    session: Session,
    *,
    start: datetime,
    end: datetime,
    suite: str | None = None,
    unit: str | None = None,
    reason: str = "",
) -> str:
    """Take a suite or an equipment unit out of service; DoubleBookingError names the case that holds it then."""
    row = MaintenanceRow(suite_id=suite, unit_id=unit, start=start, end=end, reason=reason)
    session.add(row)
    session.flush()
    kind = ResourceKind.SUITE if suite else ResourceKind.EQUIPMENT
    resource = str(suite or unit)
    hold = Hold(kind=kind, resource_id=resource, start=start, end=end, maintenance_id=row.id)
    claims.take(session, [hold])
    audit.record(session, action="add_maintenance", entity="maintenance", ref=resource)
    return row.id


def cancel_maintenance(session: Session, maintenance_id: str) -> None:
    """Put a suite or unit back into service."""
    row = session.get(MaintenanceRow, maintenance_id)
    if row is None:
        raise NotFoundError("No service period has this id.")
    for claim in session.exec(select(ClaimRow).where(ClaimRow.maintenance_id == maintenance_id)):
        session.delete(claim)
    session.flush()
    session.delete(row)
    audit.record(session, action="cancel_maintenance", entity="maintenance", ref=str(row.suite_id or row.unit_id))


def merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Join half-open spans that touch or overlap."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _hold_leave(session: Session, radiologist: str) -> None:
    """Leave may overlap leave, claims may not: the claims are those of the joined spans, each under its first leave."""
    rows = session.exec(select(LeaveRow).where(LeaveRow.radiologist_id == radiologist).order_by(col(LeaveRow.start)))
    leave = rows.all()
    _drop_leave_claims(session, [row.id for row in leave])
    holds = [
        Hold(
            kind=ResourceKind.RADIOLOGIST,
            resource_id=radiologist,
            start=start,
            end=end,
            leave_id=next(row.id for row in leave if row.start == start),
        )
        for start, end in merged((row.start, row.end) for row in leave)
    ]
    claims.take(session, holds)


def _drop_leave_claims(session: Session, ids: Sequence[str]) -> None:
    for claim in session.exec(select(ClaimRow).where(col(ClaimRow.leave_id).in_(ids))):
        session.delete(claim)
    session.flush()


def _set_closed(session: Session, list_id: str, *, closed: bool, reason: str, expected_version: int | None) -> None:
    row = list_row(session, list_id)
    row.expect(expected_version)
    row.closed, row.closed_reason = closed, reason
    audit.record(session, action="close_list" if closed else "open_list", entity="suite_session", ref=list_id)


def list_row(session: Session, list_id: str) -> SuiteSessionRow:
    """Give one list; raises NotFoundError when there is none of this id."""
    row = session.get(SuiteSessionRow, list_id)
    if row is None:
        raise NotFoundError(f"No list has the id {list_id}. See: neurolist lists")
    return row


def _list_row(new: NewList, timezone: str) -> SuiteSessionRow:
    return SuiteSessionRow(
        id=new.id,
        suite_id=new.suite,
        on=new.on,
        wall_start=f"{new.start:%H:%M}",
        wall_end=f"{new.end:%H:%M}",
        start=instant(new.on, new.start, timezone),
        end=instant(new.on, new.end, timezone),
        overtime_minutes=new.overtime_minutes,
        funding=list(new.funding),
        anaesthetist=new.anaesthetist,
        rostered_radiologist_id=new.radiologist,
        max_cases=new.max_cases,
    )
