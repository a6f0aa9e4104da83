"""The protocol table: seeded once from the shipped defaults, then changed by adding editions."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from sqlalchemy import String, cast, func
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from db import audit
from db.tables import MedicationHoldRow, ProtocolProcedureRow, ProtocolValueRow
from scheduler.errors import NotFoundError, StaleVersionError
from scheduler.pathway.protocols import (
    MedicationHold,
    ProcedureProtocol,
    Protocol,
    ProtocolValue,
    Value,
    protocol_from_json,
)
from scheduler.vocabulary import Modality

SEED = Path(__file__).parent / "seed" / "protocol.json"
PROTOCOLS_KEPT = 8
Editions = tuple[str | None, ...]
_READ: dict[tuple[date, Editions], Protocol] = {}
R = TypeVar("R", ProtocolProcedureRow, ProtocolValueRow, MedicationHoldRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """A new edition of one protocol value, in force from a date on."""

    key: str
    value: Value
    effective_from: date
    source: str
    approved_by: str | None = None


_EDITIONS = core_select(
    *(
        core_select(
            func.aggregate_strings(col(table.id) + ":" + cast(col(table.version), String), " ")
        ).scalar_subquery()
        for table in (ProtocolProcedureRow, ProtocolValueRow, MedicationHoldRow)
    )
)


def seed(session: Session, document: bytes | None = None) -> bool:
    """Add the shipped defaults that the tables do not have yet, approved by nobody; say whether there were any.

    A release that asks for a new value brings it along; what is there already stays as it is.
    """
    shipped = protocol_from_json(document or SEED.read_bytes())
    asked = session.exec(
        select(ProtocolProcedureRow.target, ProtocolProcedureRow.technique, ProtocolProcedureRow.stage)
    )
    procedures, values = {tuple(row) for row in asked}, set(session.exec(select(ProtocolValueRow.key)))
    lines = set(session.exec(select(MedicationHoldRow.line)))
    rows: list[ProtocolProcedureRow | ProtocolValueRow | MedicationHoldRow] = [
        *(_procedure_row(row) for key, row in shipped.procedures.items() if key not in procedures),
        *(_value_row(row) for key, row in shipped.values.items() if key not in values),
        *(row for row in map(_hold_row, shipped.holds) if row.line not in lines),
    ]
    if rows:
        session.add_all(rows)
        audit.record(session, action="seed_protocol", entity="protocol", ref="shipped defaults")
    return bool(rows)


def protocol(session: Session, today: date) -> Protocol:
    """Give the protocol in force on one day: of each row, the latest edition that has begun.

    It is read for nearly every step and hardly ever changes, so it is read whole once for each of its editions.
    """
    editions = _editions(session)
    known = _READ.get((today, editions))
    if known is None:
        while len(_READ) >= PROTOCOLS_KEPT:
            _READ.pop(next(iter(_READ)), None)
        known = _READ[today, editions] = _in_force(session, today)
    return known


def _editions(session: Session) -> Editions:
    """Name every edition there is, with how often it was saved; an id is never given twice."""
    return tuple(session.connection().execute(_EDITIONS).one())


def _in_force(session: Session, today: date) -> Protocol:
    procedures = session.exec(select(ProtocolProcedureRow).where(col(ProtocolProcedureRow.effective_from) <= today))
    values = session.exec(select(ProtocolValueRow).where(col(ProtocolValueRow.effective_from) <= today))
    holds = session.exec(select(MedicationHoldRow).where(col(MedicationHoldRow.effective_from) <= today))
    latest = _latest(procedures, lambda row: (row.target, row.technique, row.stage))
    return Protocol(
        procedures={(row.target, row.technique, row.stage): _procedure(row) for row in latest},
        values={row.key: _value(row) for row in _latest(values, lambda row: row.key)},
        holds=tuple(_hold(row) for row in _latest(holds, lambda row: row.line)),
    )


def change_value(session: Session, change: ValueChange, *, expected_edition: int | None = None) -> int:
    """Add an edition of one value and give its number; the editions before it stay as they were."""
    asked = select(ProtocolValueRow).where(ProtocolValueRow.key == change.key)
    newest = session.exec(asked.order_by(col(ProtocolValueRow.edition).desc()).limit(1)).first()
    if newest is None:
        raise NotFoundError(f"The protocol table has no value named '{change.key}'.")
    if expected_edition is not None and expected_edition != newest.edition:
        raise StaleVersionError(
            f"The value '{change.key}' was edition {expected_edition} when shown and is now edition {newest.edition}. "
            "Look at it again, then repeat the change."
        )
    row = ProtocolValueRow(
        key=change.key,
        edition=newest.edition + 1,
        effective_from=change.effective_from,
        value=list(change.value) if isinstance(change.value, tuple) else change.value,
        unit=newest.unit,
        says=newest.says,
        source=change.source,
        approved_by=change.approved_by,
    )
    session.add(row)
    audit.record(session, action="change_protocol", entity="protocol_value", ref=change.key)
    return row.edition


def _latest(rows: Iterable[R], name: Callable[[R], Hashable]) -> list[R]:
    newest: dict[Hashable, R] = {}
    for row in sorted(rows, key=lambda row: (row.effective_from, row.edition)):
        newest[name(row)] = row
    return list(newest.values())


def _procedure(row: ProtocolProcedureRow) -> ProcedureProtocol:
    return ProcedureProtocol(
        target=row.target,
        technique=row.technique,
        stage=row.stage,
        minimum_minutes=row.minimum_minutes,
        planned_minutes=row.planned_minutes,
        maximum_minutes=row.maximum_minutes,
        per_side=row.per_side,
        recovery_minutes=row.recovery_minutes,
        overnight_bed=row.overnight_bed,
        equipment=tuple(row.equipment),
        modalities=tuple(Modality(modality) for modality in row.modalities),
        anaesthetist=row.anaesthetist,
        offered=row.offered,
        version=row.edition,
        effective_from=row.effective_from,
        source=row.source,
        approved_by=row.approved_by,
    )


def _procedure_row(row: ProcedureProtocol) -> ProtocolProcedureRow:
    return ProtocolProcedureRow(
        target=row.target,
        technique=row.technique,
        stage=row.stage,
        edition=row.version,
        effective_from=row.effective_from,
        minimum_minutes=row.minimum_minutes,
        planned_minutes=row.planned_minutes,
        maximum_minutes=row.maximum_minutes,
        per_side=row.per_side,
        recovery_minutes=row.recovery_minutes,
        overnight_bed=row.overnight_bed,
        equipment=list(row.equipment),
        modalities=[modality.value for modality in row.modalities],
        anaesthetist=row.anaesthetist,
        offered=row.offered,
        source=row.source,
        approved_by=row.approved_by,
    )


def _value(row: ProtocolValueRow) -> ProtocolValue:
    return ProtocolValue(
        key=row.key,
        value=_stored(row.value),
        unit=row.unit,
        says=row.says,
        version=row.edition,
        effective_from=row.effective_from,
        source=row.source,
        approved_by=row.approved_by,
    )


def _stored(value: object) -> Value:
    if isinstance(value, list):
        words = tuple(entry for entry in value if isinstance(entry, str))
        return words or tuple(entry for entry in value if isinstance(entry, int))
    if isinstance(value, int | float | str):
        return value
    raise NotFoundError("A protocol value is neither a number, a word nor a list. Correct it.")


def _value_row(row: ProtocolValue) -> ProtocolValueRow:
    return ProtocolValueRow(
        key=row.key,
        edition=row.version,
        effective_from=row.effective_from,
        value=list(row.value) if isinstance(row.value, tuple) else row.value,
        unit=row.unit,
        says=row.says,
        source=row.source,
        approved_by=row.approved_by,
    )


def _hold(row: MedicationHoldRow) -> MedicationHold:
    return MedicationHold(
        drug=row.drug,
        use=row.use,
        risk=row.risk,
        off=row.off,
        unit=row.unit,
        clearance_above=row.clearance_above,
        clearance_up_to=row.clearance_up_to,
        then=row.then,
        version=row.edition,
        effective_from=row.effective_from,
        source=row.source,
        approved_by=row.approved_by,
    )


def _hold_row(row: MedicationHold) -> MedicationHoldRow:
    band = json.dumps([row.clearance_above, row.clearance_up_to])
    return MedicationHoldRow(
        line=f"{row.drug} / {row.use} / {row.risk} / {band}",
        drug=row.drug,
        use=row.use,
        risk=row.risk,
        off=row.off,
        unit=row.unit,
        clearance_above=row.clearance_above,
        clearance_up_to=row.clearance_up_to,
        then=row.then,
        edition=row.version,
        effective_from=row.effective_from,
        source=row.source,
        approved_by=row.approved_by,
    )
