"""The only tables that know who people are: patients' names and record numbers, and referrers' names."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from db.tables.base import IDENTITY, SQLITE_ONLY, VersionedRow, key
from db.tables.encrypted import EncryptedDay, EncryptedDocument, blind, encrypted, protect, row_proof

# A date as text, or an encrypted value, in the words of each engine.
_DAY = "'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'"
_BORN_ON_SQLITE = CheckConstraint(
    f"birth_date GLOB {_DAY} OR birth_date GLOB 'nl1:*'", name="birth_date_form", info={SQLITE_ONLY: True}
)
_BORN_ON_POSTGRESQL = CheckConstraint("birth_date ~ '^([0-9]{4}-[0-9]{2}-[0-9]{2}$|nl1:)'", name="birth_date_form")


class PatientIdentityRow(VersionedRow, table=True):
    """Who a patient is. Every other table knows the opaque patient id alone."""

    __tablename__ = "patient_identity"
    __table_args__ = (
        _BORN_ON_SQLITE.ddl_if(dialect="sqlite"),
        _BORN_ON_POSTGRESQL.ddl_if(dialect="postgresql"),
        IDENTITY,
    )

    patient_id: str = Field(primary_key=True, foreign_key="patient.id")
    family_name: str = encrypted("patient_identity.family_name")
    given_names: str = encrypted("patient_identity.given_names")
    birth_date: date = encrypted("patient_identity.birth_date", kind=EncryptedDay, index=True)
    sex: str = encrypted("patient_identity.sex", default="")
    ihi: str | None = encrypted("patient_identity.ihi", default=None, unique=True)
    medicare: str | None = encrypted("patient_identity.medicare", default=None, index=True)
    dva: str | None = encrypted("patient_identity.dva", default=None, index=True)
    record_numbers: dict[str, str] = encrypted("patient_identity.record_numbers", kind=EncryptedDocument)
    phone: str | None = encrypted("patient_identity.phone", default=None)
    email: str | None = encrypted("patient_identity.email", default=None)
    address: str = encrypted("patient_identity.address", default="")
    suburb: str = encrypted("patient_identity.suburb", default="")
    postcode: str = encrypted("patient_identity.postcode", default="")
    general_practitioner: str = encrypted("patient_identity.general_practitioner", default="")
    general_practitioner_email: str | None = encrypted("patient_identity.general_practitioner_email", default=None)
    interpreter_language: str | None = encrypted("patient_identity.interpreter_language", default=None)
    decision_maker: str | None = encrypted("patient_identity.decision_maker", default=None)
    ihi_blind: str | None = blind(index=True, unique=True)
    birth_date_blind: str | None = blind(index=True)
    row_proof: str | None = row_proof()


protect(PatientIdentityRow, {"ihi_blind": ("ihi",), "birth_date_blind": ("birth_date",)})


class PractitionerIdentityRow(VersionedRow, table=True):
    """Who a referrer is. A referral knows the opaque referrer id alone."""

    __tablename__ = "practitioner_identity"
    __table_args__ = (IDENTITY,)

    id: str = key()
    name: str = encrypted("practitioner_identity.name")
    provider_number: str | None = encrypted("practitioner_identity.provider_number", default=None, unique=True)
    hpii: str | None = encrypted("practitioner_identity.hpii", default=None, unique=True)
    organisation: str = encrypted("practitioner_identity.organisation", default="")
    hpio: str | None = encrypted("practitioner_identity.hpio", default=None)
    phone: str | None = encrypted("practitioner_identity.phone", default=None)
    email: str | None = encrypted("practitioner_identity.email", default=None)
    specialty: str = encrypted("practitioner_identity.specialty", default="")
    provider_number_blind: str | None = blind(index=True, unique=True)
    hpii_blind: str | None = blind(index=True, unique=True)
    name_blind: str | None = blind(index=True)
    row_proof: str | None = row_proof()


protect(
    PractitionerIdentityRow,
    {
        "provider_number_blind": ("provider_number",),
        "hpii_blind": ("hpii",),
        "name_blind": ("name", "organisation"),
    },
)
