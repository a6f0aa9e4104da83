"""Who people are: the only functions that read or write names and record numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from db import audit
from db.exact import same
from db.facts import case_row
from db.incoming import IncomingPatient, IncomingReferrer
from db.tables import PatientIdentityRow, PatientRow, PractitionerIdentityRow, ReferralRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientIdentity:
    """Who a patient is, for a person who may know it; never logged, never passed to a flow."""

    family_name: str
    given_names: str
    birth_date: date
    sex: str
    ihi: str | None
    medicare: str | None
    dva: str | None
    record_numbers: dict[str, str]
    phone: str | None
    email: str | None
    suburb: str
    postcode: str
    general_practitioner: str
    interpreter_language: str | None
    decision_maker: str | None
    referrer: str
    address: str = ""
    general_practitioner_email: str | None = None
    referrer_organisation: str = ""
    referrer_email: str | None = None

    def lines(self) -> tuple[tuple[str, str], ...]:
        """Give what is known, name and value, in the order people read it."""
        numbers = ", ".join(f"{number} ({service})" for service, number in self.record_numbers.items())
        named = (
            ("Name", f"{self.family_name}, {self.given_names}"),
            ("Born", f"{self.birth_date:%d/%m/%Y}"),
            ("Sex", self.sex),
            ("Telephone", self.phone),
            ("Email", self.email),
            ("Home", ", ".join(filter(None, (self.address, f"{self.suburb} {self.postcode}".strip())))),
            ("Interpreter", self.interpreter_language),
            ("Decision maker", self.decision_maker),
            ("General practitioner", self.general_practitioner),
            ("Referrer", self.referrer),
            ("Record numbers", numbers),
            ("IHI", self.ihi),
            ("Medicare", self.medicare),
            ("DVA", self.dva),
        )
        return tuple((name, value) for name, value in named if value)


def who_is(session: Session, case_ref: str) -> PatientIdentity:
    """Tell who a case's patient is; the look itself goes into the audit trail, so this needs a writing session."""
    case = case_row(session, case_ref)
    row = session.get_one(PatientIdentityRow, case.patient_id)
    referral = session.get_one(ReferralRow, case.referral_id)
    referrer = session.get_one(PractitionerIdentityRow, referral.referrer_id)
    audit.record(session, action="read_identity", entity="case", ref=case_ref)
    return PatientIdentity(
        family_name=row.family_name,
        given_names=row.given_names,
        birth_date=row.birth_date,
        sex=row.sex,
        ihi=row.ihi,
        medicare=row.medicare,
        dva=row.dva,
        record_numbers=dict(row.record_numbers),
        phone=row.phone,
        email=row.email,
        suburb=row.suburb,
        postcode=row.postcode,
        general_practitioner=row.general_practitioner,
        interpreter_language=row.interpreter_language,
        decision_maker=row.decision_maker,
        referrer=referrer.name,
        address=row.address,
        general_practitioner_email=row.general_practitioner_email,
        referrer_organisation=referrer.organisation,
        referrer_email=referrer.email,
    )


def patient_for(session: Session, incoming: IncomingPatient, *, home: tuple[float, float] | None) -> str:
    """Find the patient these numbers belong to, or make one; gives the opaque id.

    An IHI decides alone, a record number with the service that gave it, and a Medicare or DVA number together with the
    family name and date of birth, because families share cards. Two different IHIs are never one person.
    """
    found = _by_ihi(session, incoming) or _by_record_number(session, incoming) or _by_card(session, incoming)
    if found is None:
        return _new_patient(session, incoming, home)
    _fill_gaps(found, incoming)
    session.flush()
    return found.patient_id


def referrer_for(session: Session, incoming: IncomingReferrer) -> str:
    """Find a referrer by provider number or HPI-I, else by name, or make one; gives the opaque id."""
    table = PractitionerIdentityRow
    if incoming.hpii:
        asked = select(table).where(same(session, table, "hpii_blind", hpii=incoming.hpii))
    elif incoming.provider_number:
        asked = select(table).where(_numbered(session, incoming.provider_number))
    else:
        same_name = same(session, table, "name_blind", name=incoming.name, organisation=incoming.organisation)
        asked = select(table).where(same_name, col(table.provider_number).is_(None), col(table.hpii).is_(None))
    found = session.exec(asked).first() or _same_provider(session, incoming)
    if found is None:
        found = PractitionerIdentityRow(
            name=incoming.name,
            provider_number=incoming.provider_number,
            hpii=incoming.hpii,
            organisation=incoming.organisation,
            hpio=incoming.hpio,
            phone=incoming.phone,
            email=incoming.email,
            specialty=incoming.specialty,
        )
        session.add(found)
    found.email = found.email or incoming.email
    session.flush()
    return found.id


def _same_provider(session: Session, incoming: IncomingReferrer) -> PractitionerIdentityRow | None:
    if not incoming.provider_number:
        return None
    return session.exec(select(PractitionerIdentityRow).where(_numbered(session, incoming.provider_number))).first()


def _numbered(session: Session, number: str) -> ColumnElement[bool]:
    return same(session, PractitionerIdentityRow, "provider_number_blind", provider_number=number)


def _numbers(incoming: IncomingPatient, kind: str) -> list[str]:
    return [identifier.value for identifier in incoming.identifiers if identifier.kind == kind]


def _record_numbers(incoming: IncomingPatient) -> dict[str, str]:
    return {one.assigner: one.value for one in incoming.identifiers if one.kind == "urn"}


def _by_ihi(session: Session, incoming: IncomingPatient) -> PatientIdentityRow | None:
    table = PatientIdentityRow
    alike = [same(session, table, "ihi_blind", ihi=ihi) for ihi in _numbers(incoming, "ihi")]
    return session.exec(select(table).where(or_(*alike))).first() if alike else None


def _by_record_number(session: Session, incoming: IncomingPatient) -> PatientIdentityRow | None:
    """Numbers are compared among people born on the same day, which needs no index into the document."""
    wanted = _record_numbers(incoming).items()
    rows = _born_with(session, incoming)
    return _compatible([row for row in rows if wanted & row.record_numbers.items()], incoming)


def _by_card(session: Session, incoming: IncomingPatient) -> PatientIdentityRow | None:
    name = (incoming.family_name.lower(), incoming.given_names.lower())
    cards = {*_numbers(incoming, "medicare")}, {*_numbers(incoming, "dva")}
    if not any(cards):
        return None
    alike = [row for row in _born_with(session, incoming) if (row.family_name.lower(), row.given_names.lower()) == name]
    return _compatible([row for row in alike if row.medicare in cards[0] or row.dva in cards[1]], incoming)


def _born_with(session: Session, incoming: IncomingPatient) -> Sequence[PatientIdentityRow]:
    """The few people born on one day are read, and compared here: the database need not be able to read them."""
    born = same(session, PatientIdentityRow, "birth_date_blind", birth_date=incoming.birth_date)
    return session.exec(select(PatientIdentityRow).where(born)).all()


def _compatible(rows: Sequence[PatientIdentityRow], incoming: IncomingPatient) -> PatientIdentityRow | None:
    ihis = _numbers(incoming, "ihi")
    return next((row for row in rows if not ihis or row.ihi is None or row.ihi in ihis), None)


def _new_patient(session: Session, incoming: IncomingPatient, home: tuple[float, float] | None) -> str:
    lat, lon = home or (None, None)
    patient = PatientRow(home_lat=lat, home_lon=lon, unavailable=[])
    session.add(patient)
    session.flush()
    row = PatientIdentityRow(
        patient_id=patient.id,
        family_name=incoming.family_name,
        given_names=incoming.given_names,
        birth_date=incoming.birth_date,
        sex=incoming.sex,
        record_numbers={},
        phone=incoming.phone,
        email=incoming.email,
        address=incoming.address,
        suburb=incoming.suburb,
        postcode=incoming.postcode,
        general_practitioner=incoming.general_practitioner,
        general_practitioner_email=incoming.general_practitioner_email,
        interpreter_language=incoming.interpreter_language,
        decision_maker=incoming.decision_maker,
    )
    _fill_gaps(row, incoming)
    session.add(row)
    session.flush()
    return patient.id


def _fill_gaps(row: PatientIdentityRow, incoming: IncomingPatient) -> None:
    """Add what was not known; what is known stays until a person corrects it."""
    row.ihi = row.ihi or next(iter(_numbers(incoming, "ihi")), None)
    row.medicare = row.medicare or next(iter(_numbers(incoming, "medicare")), None)
    row.dva = row.dva or next(iter(_numbers(incoming, "dva")), None)
    row.record_numbers = {**_record_numbers(incoming), **row.record_numbers}
    row.phone = row.phone or incoming.phone
    row.email = row.email or incoming.email
    row.general_practitioner = row.general_practitioner or incoming.general_practitioner
    row.general_practitioner_email = row.general_practitioner_email or incoming.general_practitioner_email
    row.interpreter_language = row.interpreter_language or incoming.interpreter_language
    row.decision_maker = row.decision_maker or incoming.decision_maker
