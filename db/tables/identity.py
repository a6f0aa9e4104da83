"""The only tables that know who people are: patients' names and record numbers, and referrers' names."""

from __future__ import annotations

from datetime import date

from sqlmodel import Field

from db.tables.base import IDENTITY, VersionedRow, document, key


class PatientIdentityRow(VersionedRow, table=True):
    """Who a patient is. Every other table knows the opaque patient id alone."""

    __tablename__ = "patient_identity"
    __table_args__ = (IDENTITY,)

    patient_id: str = Field(primary_key=True, foreign_key="patient.id")
    family_name: str
    given_names: str
    birth_date: date = Field(index=True)
    sex: str = ""
    ihi: str | None = Field(default=None, unique=True)
    medicare: str | None = Field(default=None, index=True)
    dva: str | None = Field(default=None, index=True)
    record_numbers: dict[str, str] = document()
    phone: str | None = None
    email: str | None = None
    address: str = ""
    suburb: str = ""
    postcode: str = ""
    general_practitioner: str = ""
    general_practitioner_email: str | None = None
    interpreter_language: str | None = None
    decision_maker: str | None = None


class PractitionerIdentityRow(VersionedRow, table=True):
    """Who a referrer is. A referral knows the opaque referrer id alone."""

    __tablename__ = "practitioner_identity"
    __table_args__ = (IDENTITY,)

    id: str = key()
    name: str
    provider_number: str | None = Field(default=None, unique=True)
    hpii: str | None = Field(default=None, unique=True)
    organisation: str = ""
    hpio: str | None = None
    phone: str | None = None
    email: str | None = None
    specialty: str = ""
