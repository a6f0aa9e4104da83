"""The clinical protocol as data: minutes, limits and medicine holds, each with its version, source and approver."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from db.tables.base import STRICT, VersionedRow, document, key, words
from db.words import ChangeState, ProtocolPart
from scheduler.vocabulary import Stage, Target, Technique


class ProtocolProcedureRow(VersionedRow, table=True):
    """One edition of what one target, technique and stage takes: room minutes, recovery, equipment and guidance."""

    __tablename__ = "protocol_procedure"
    __table_args__ = (
        UniqueConstraint("target", "technique", "stage", "edition"),
        CheckConstraint("minimum_minutes <= planned_minutes AND planned_minutes <= maximum_minutes", name="in_order"),
        STRICT,
    )

    id: str = key()
    target: Target = Field(sa_type=words(Target, "target_known"))
    technique: Technique = Field(sa_type=words(Technique, "technique_known"))
    stage: Stage = Field(sa_type=words(Stage, "stage_known"))
    edition: int
    effective_from: date
    minimum_minutes: int
    planned_minutes: int
    maximum_minutes: int
    per_side: bool
    recovery_minutes: int
    overnight_bed: str
    equipment: list[str] = document()
    modalities: list[str] = document()
    anaesthetist: bool
    offered: bool
    source: str
    approved_by: str | None = None


class ProtocolValueRow(VersionedRow, table=True):
    """One edition of one limit, threshold, count, word or list of the protocol, with its unit."""

    __tablename__ = "protocol_value"
    __table_args__ = (UniqueConstraint("key", "edition"), STRICT)

    id: str = key()
    key: str
    edition: int
    effective_from: date
    value: object = document()
    unit: str
    says: str
    source: str
    approved_by: str | None = None


class MedicationHoldRow(VersionedRow, table=True):
    """One edition of how long one medicine is held before a procedure of one bleeding risk."""

    __tablename__ = "medication_hold"
    __table_args__ = (UniqueConstraint("line", "edition"), STRICT)

    id: str = key()
    line: str
    drug: str
    use: str
    risk: str
    off: int
    unit: str
    clearance_above: int | None = None
    clearance_up_to: int | None = None
    then: str
    edition: int
    effective_from: date
    source: str
    approved_by: str | None = None


class ProtocolChangeRow(VersionedRow, table=True):
    """A change of one row of the protocol that somebody proposed, and what another person decided about it."""

    __tablename__ = "protocol_change"
    __table_args__ = (STRICT,)

    id: str = key()
    part: ProtocolPart = Field(sa_type=words(ProtocolPart, "part_known"))
    key: str = Field(index=True)
    edition: int  # the one that was shown when it was proposed
    fields: dict[str, object] = document(default_factory=dict)
    effective_from: date
    source: str
    reason: str
    state: ChangeState = Field(default=ChangeState.PROPOSED, sa_type=words(ChangeState, "state_known"))
    proposed_by: str
    proposed_name: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_name: str = ""
    decided_at: datetime | None = None
    decision: str = ""
