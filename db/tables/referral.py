"""Referrals as they came, and the opaque patients they are for."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Field

from db.tables.base import STRICT, VersionedRow, document, key, words
from db.tables.encrypted import blind, encrypted, protect, row_proof
from scheduler.vocabulary import Funding, Laterality, Stage, Target, Technique


class PatientRow(VersionedRow, table=True):
    """A patient without a name: where home lies and which dates they cannot come."""

    __tablename__ = "patient"
    __table_args__ = (STRICT,)

    id: str = key()
    home_lat: float | None = None
    home_lon: float | None = None
    unavailable: list[str] = document()


class ReferralRow(VersionedRow, table=True):
    """One referral; its key is the same whenever the same referral arrives again."""

    __tablename__ = "referral"
    __table_args__ = (STRICT,)

    id: str = key()
    key: str = encrypted("referral.key", unique=True)
    content_digest: str = encrypted("referral.content_digest")
    patient_id: str = Field(foreign_key="patient.id", index=True)
    referrer_id: str = Field(foreign_key="practitioner_identity.id")
    received_on: date
    written_on: date | None = None
    stored_at: datetime
    target: Target = Field(sa_type=words(Target, "target_known"))
    technique: Technique | None = Field(default=None, sa_type=words(Technique, "technique_known"), nullable=True)
    laterality: Laterality | None = Field(default=None, sa_type=words(Laterality, "side_known"), nullable=True)
    urgency: int | None = Field(default=None)
    funding: Funding = Field(sa_type=words(Funding, "funding_known"))
    stage: Stage = Field(sa_type=words(Stage, "stage_known"))
    cancer: bool = False
    diagnosis: str = encrypted("referral.diagnosis", default="")
    pain_site: str = encrypted("referral.pain_site", default="")
    pain_score: int | None = None
    opioid_dose_mg: int | None = None
    medicines: list[str] = document()
    allergies: str | None = encrypted("referral.allergies", default=None)
    devices: str | None = encrypted("referral.devices", default=None)
    sedation: str | None = encrypted("referral.sedation", default=None)
    note: str = encrypted("referral.note", default="")
    missing: list[str] = document()
    source: str = encrypted("referral.source", default="")
    key_blind: str | None = blind(index=True, unique=True)
    row_proof: str | None = row_proof()


protect(ReferralRow, {"key_blind": ("key",)})
