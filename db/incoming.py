"""A referral as it arrives, already read and checked, before it is stored: what intake hands to the memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from scheduler.vocabulary import Funding, Laterality, Stage, Target, Technique, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """A number that names a person somewhere: `kind` is ihi, medicare, dva, fund or urn.

    `assigner` says who issued a URN (an HPI-O, or a name) or a fund's membership number.
    """

    kind: str
    value: str
    assigner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPatient:
    """Who the referral is for. Nothing here leaves the identity table."""

    family_name: str
    given_names: str
    birth_date: date
    identifiers: tuple[Identifier, ...] = ()
    sex: str = ""
    phone: str | None = None
    email: str | None = None
    address: str = ""
    suburb: str = ""
    postcode: str = ""
    general_practitioner: str = ""
    general_practitioner_email: str | None = None
    interpreter_language: str | None = None
    decision_maker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingReferrer:
    """Who asks: named, with a provider number or HPI-I where given."""

    name: str
    provider_number: str | None = None
    hpii: str | None = None
    organisation: str = ""
    hpio: str | None = None
    phone: str | None = None
    email: str | None = None
    specialty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingItem:
    """One required item that came with the referral: `key` is R1 to R7 (docs/intake.md), dated where it has a date."""

    key: str
    dated: date | None
    title: str
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingReferral:
    """One referral, whole. `key` is the same whenever the same referral arrives again, in any file.

    `items` and `missing` never share a key; `missing_says` has one sentence for each missing item, in the same order.
    """

    key: str
    received_on: date
    written_on: date | None
    patient: IncomingPatient
    referrer: IncomingReferrer
    target: Target
    technique: Technique | None
    laterality: Laterality | None
    urgency: Urgency | None
    funding: Funding
    stage: Stage = Stage.TEST_BLOCK
    cancer: bool = False
    diagnosis: str = ""
    pain_site: str = ""
    pain_score: int | None = None
    opioid_dose_mg: int | None = None
    medicines: tuple[str, ...] = ()
    allergies: str | None = None
    devices: str | None = None
    sedation: str | None = None
    note: str = ""
    items: tuple[IncomingItem, ...] = ()
    missing: tuple[str, ...] = field(default=())
    missing_says: tuple[str, ...] = ()
    source: str = ""
