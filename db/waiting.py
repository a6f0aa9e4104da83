"""Whether anybody waits for a place, and whether anything that a plan is made of has changed."""

from __future__ import annotations

import hashlib
import json
from datetime import date

from sqlmodel import Session, col, func, select

from db.mapping import PLANNABLE, PLANNED
from db.tables import (
    BookingRow,
    CaseRow,
    EquipmentUnitRow,
    HolidayRow,
    LeaveRow,
    MaintenanceRow,
    MedicationHoldRow,
    PatientRow,
    ProtocolProcedureRow,
    ProtocolValueRow,
    RadiologistRow,
    SiteRow,
    SuiteRow,
    SuiteSessionRow,
    TravelRow,
    WaitlistEpisodeRow,
)
from db.tables.base import VersionedRow
from db.tables.booking import STANDS

WHOLE: tuple[type[VersionedRow], ...] = (
    EquipmentUnitRow,
    HolidayRow,
    LeaveRow,
    MaintenanceRow,
    MedicationHoldRow,
    PatientRow,
    ProtocolProcedureRow,
    ProtocolValueRow,
    RadiologistRow,
    SiteRow,
    SuiteRow,
    TravelRow,
)


def anybody(session: Session) -> bool:
    """Say whether a patient who is ready, or will be on a known day, waits without a slot."""
    booked = select(BookingRow.case_id).where(STANDS)
    asked = (
        select(CaseRow.id)
        .join(WaitlistEpisodeRow, col(WaitlistEpisodeRow.case_id) == CaseRow.id)
        .where(
            col(CaseRow.state).in_(PLANNED),
            col(WaitlistEpisodeRow.closed_on).is_(None),
            col(WaitlistEpisodeRow.readiness).in_(sorted(PLANNABLE)),
            col(CaseRow.id).not_in(booked),
        )
    )
    return session.exec(asked.limit(1)).first() is not None


def digest(session: Session, start: date, end: date) -> str:
    """Sum up the versions of every row a plan of these dates is made of; another text means something changed."""
    cases = session.exec(select(CaseRow.ref, CaseRow.version).where(col(CaseRow.state).in_(PLANNED)))
    lists = session.exec(
        select(SuiteSessionRow.id, SuiteSessionRow.version).where(col(SuiteSessionRow.on).between(start, end))
    )
    tables = {
        str(getattr(table, "__tablename__")): _sum(session, table)  # noqa: B009  known to SQLAlchemy only
        for table in WHOLE
    }
    told = {"cases": sorted(map(list, cases)), "lists": sorted(map(list, lists)), "tables": tables}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _sum(session: Session, table: type[VersionedRow]) -> list[int]:
    count, versions = session.exec(
        select(func.count(), func.coalesce(func.sum(table.version), 0)).select_from(table)
    ).one()
    return [int(count), int(versions)]
