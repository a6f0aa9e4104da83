"""Equipment units, and rooms or units out of service: what is booked in that time keeps its place until moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session, col, select

from db import audit, claims
from db.claims import Hold
from db.clinic import add_unit, merged
from db.keeping.lines import ServiceLine, UnitLine
from db.tables import ClaimRow, EquipmentUnitRow, MaintenanceRow
from db.words import ResourceKind
from scheduler.errors import BadInputError, NotFoundError
from scheduler.problem import EquipmentUnit

Span = tuple[datetime, datetime]


def unit_lines(session: Session, *, since: datetime) -> tuple[UnitLine, ...]:
    """List the units by kind and name, each with the service that ends after this instant."""
    service: dict[str, list[ServiceLine]] = defaultdict(list)
    for line in service_lines(session, since=since):
        service[line.unit or ""].append(line)
    rows = session.exec(select(EquipmentUnitRow).order_by(EquipmentUnitRow.kind, EquipmentUnitRow.name))
    return tuple(
        UnitLine(
            id=row.id,
            kind=row.kind,
            name=row.name,
            sites=tuple(row.sites),
            ended_on=row.ended_on,
            version=row.version,
            service=tuple(service[row.id]),
        )
        for row in rows
    )


def service_lines(session: Session, *, since: datetime) -> tuple[ServiceLine, ...]:
    """List the service periods of rooms and units that end after this instant."""
    asked = select(MaintenanceRow).where(col(MaintenanceRow.end) > since).order_by(col(MaintenanceRow.start))
    return tuple(
        ServiceLine(
            id=row.id,
            suite=row.suite_id,
            unit=row.unit_id,
            start=row.start,
            end=row.end,
            reason=row.reason,
            version=row.version,
        )
        for row in session.exec(asked)
    )


def add(session: Session, unit: EquipmentUnit, *, name: str) -> None:
    """Add a unit."""
    if session.get(EquipmentUnitRow, unit.id) is not None:
        raise BadInputError.of("id", f"{unit.id} is the id of another unit. Choose another.")
    add_unit(session, unit, name=name)


def change(
    session: Session, unit_id: str, *, name: str, sites: Iterable[str], expected_version: int | None = None
) -> None:
    """Change the name and the sites of a unit."""
    row = found(session, unit_id)
    row.expect(expected_version)
    row.name, row.sites = name, list(sites)
    audit.record(session, action="change_unit", entity="equipment_unit", ref=unit_id)


def end(session: Session, unit_id: str, on: date | None, *, expected_version: int | None = None) -> None:
    """Use a unit until the day before this one; without a day, use it again."""
    row = found(session, unit_id)
    row.expect(expected_version)
    row.ended_on = on
    audit.record(session, action="end_unit" if on else "resume_unit", entity="equipment_unit", ref=unit_id)


def add_service(
    session: Session, *, start: datetime, end: datetime, suite: str | None = None, unit: str | None = None, reason: str
) -> None:
    """Take a room or a unit out of service; a booking in that time keeps what it holds until it is moved."""
    row = MaintenanceRow(suite_id=suite, unit_id=unit, start=start, end=end, reason=reason)
    session.add(row)
    session.flush()
    kind, resource = (ResourceKind.SUITE, str(suite)) if suite else (ResourceKind.EQUIPMENT, str(unit))
    holds = [
        Hold(kind=kind, resource_id=resource, start=first, end=last, maintenance_id=row.id)
        for first, last in gaps((start, end), _held(session, kind, resource, (start, end)))
    ]
    claims.take(session, holds)
    audit.record(session, action="add_maintenance", entity="suite" if suite else "equipment_unit", ref=resource)


def end_service(session: Session, service_id: str, *, expected_version: int | None = None) -> None:
    """Put a room or a unit back into service."""
    row = session.get(MaintenanceRow, service_id)
    if row is None:
        raise NotFoundError("This service period is not there any more.")
    row.expect(expected_version)
    for claim in session.exec(select(ClaimRow).where(ClaimRow.maintenance_id == service_id)):
        session.delete(claim)
    session.flush()
    session.delete(row)
    entity, ref = ("suite", row.suite_id) if row.suite_id else ("equipment_unit", row.unit_id)
    audit.record(session, action="cancel_maintenance", entity=entity, ref=str(ref))


def gaps(whole: Span, taken: Iterable[Span]) -> list[Span]:
    """Give the parts of a half-open span that none of the others covers."""
    found, at = [], whole[0]
    for start, end in merged(taken):
        if start > at:
            found.append((at, start))
        at = max(at, end)
    return [*found, (at, whole[1])] if at < whole[1] else found


def found(session: Session, unit_id: str) -> EquipmentUnitRow:
    """Find a unit."""
    row = session.get(EquipmentUnitRow, unit_id)
    if row is None:
        raise NotFoundError(f"No unit has the id {unit_id}.")
    return row


def _held(session: Session, kind: ResourceKind, resource: str, span: Span) -> list[Span]:
    asked = select(ClaimRow).where(
        col(ClaimRow.active),
        ClaimRow.kind == kind,
        ClaimRow.resource_id == resource,
        ClaimRow.start < span[1],
        ClaimRow.end > span[0],
    )
    return [(row.start, row.end) for row in session.exec(asked)]
