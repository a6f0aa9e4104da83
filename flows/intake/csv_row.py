"""One row of a referral CSV becomes a draft; each fault names its column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from db.incoming import Identifier, IncomingPatient, IncomingReferrer
from flows.intake import identifiers, notes
from flows.intake.dates import NotADateError, csv_day
from flows.intake.draft import Draft, Evidence, Findings, History
from flows.intake.evidence_kinds import groups_in, shows_a_scan
from flows.intake.fhir_people import EMAIL, GENDERS, POSTCODE
from flows.intake.finish import check_dates
from flows.intake.phones import e164, phone_fault
from flows.intake.procedures import read_side, read_technique, target_named, wrong_side
from scheduler.vocabulary import Funding, Laterality, Target, Technique, Urgency, side_fits

Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)

ORDER_SYSTEM = "urn:neurolist:csv"
YES_OR_NO = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False, "": None}
NUMBERS: tuple[tuple[str, str, Callable[[str], str | None]], ...] = (
    ("ihi", "ihi", identifiers.ihi_fault),
    ("medicare_number", "medicare", identifiers.medicare_fault),
    ("dva_number", "dva", identifiers.dva_fault),
)


class Row(Findings):
    """The cells of a row by column, with the faults found in them."""

    def __init__(self, cells: Mapping[str, str], received_on: date) -> None:
        super().__init__()
        self.cells = cells
        self.received_on = received_on

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def checked(self, column: str, fault_of: Callable[[str], str | None]) -> str | None:
        """Give the cell when it is filled and has no fault."""
        fault = fault_of(self[column]) if self[column] else None
        self.wrong(column, fault)
        return self[column] if self[column] and not fault else None

    def read(self, column: str, reader: Callable[[str], tuple[Value | None, str | None]]) -> Value | None:
        """Read a filled cell with a reader that gives a value or a fault."""
        if not self[column]:
            return None
        value, fault = reader(self[column])
        self.wrong(column, fault)
        return value

    def day(self, column: str) -> date | None:
        """Read a date; None when the cell is blank or wrong."""
        try:
            return csv_day(self[column]) if self[column] else None
        except NotADateError:
            self.wrong(column, "This is not a date; write 2026-11-16 or 16/11/2026.")
            return None


def read_row(row: Row, source: str) -> Draft | None:
    """Read one row; None when no referral can be made of it. Faults are gathered in the row."""
    person, referrer = _patient(row), _referrer(row)
    target, side = _target_and_side(row)
    technique = row.read("technique", _technique)
    urgency, funding = _urgency(row), row.read("funding", _one_of(Funding))
    history, evidence, written_on = _history(row), _evidence(row), row.day("written_on")
    check_dates(
        row,
        received_on=row.received_on,
        written=("written_on", written_on),
        born=("birth_date", person.birth_date if person else None),
        evidence=evidence,
    )
    if person is None or target is None:
        return None
    return Draft(
        source=source,
        patient=person,
        referrer=referrer,
        target=target,
        technique=technique,
        laterality=side,
        urgency=urgency,
        funding=funding or Funding.PUBLIC,
        funding_stated=funding is not None,
        written_on=written_on,
        history=history,
        note=row["note"],
        evidence=evidence,
        order=_order(row, referrer),
    )


def _patient(row: Row) -> IncomingPatient | None:
    for column in ("family_name", "birth_date"):
        if not row[column]:
            row.wrong(column, "This is required.")
    birth_date, numbers, phone = row.day("birth_date"), _numbers(row), row.checked("phone", phone_fault)
    email, postcode = row.checked("email", _email_fault), row.checked("postcode", _postcode_fault)
    sex = row.checked("sex", _sex_fault)
    if birth_date is None or not row["family_name"]:
        return None
    return IncomingPatient(
        family_name=row["family_name"],
        given_names=row["given_names"],
        birth_date=birth_date,
        identifiers=numbers,
        sex=(sex or "").lower(),
        phone=e164(phone) if phone else None,
        email=email,
        address=row["address"],
        suburb=row["suburb"],
        postcode=postcode or "",
        general_practitioner=row["general_practitioner"],
        general_practitioner_email=row.checked("general_practitioner_email", _email_fault),
        interpreter_language=row["interpreter_language"] or None,
        decision_maker=row["decision_maker"] or None,
    )


def _numbers(row: Row) -> tuple[Identifier, ...]:
    found = []
    for column, kind, fault_of in NUMBERS:
        if value := row.checked(column, fault_of):
            found.append(Identifier(kind=kind, value=identifiers.compact(value)))
    assigner = row["urn_assigner"]
    if row["urn"] and row.checked("urn", lambda value: identifiers.record_number_fault(value, assigner)):
        if assigner.isdigit():
            row.wrong("urn_assigner", identifiers.hpio_fault(assigner))
        found.append(Identifier(kind="urn", value=row["urn"], assigner=assigner))
    if row["fund_number"]:
        found.append(Identifier(kind="fund", value=row["fund_number"], assigner=row["fund"]))
    return tuple(found)


def _referrer(row: Row) -> IncomingReferrer:
    provider = row.checked("provider_number", identifiers.provider_number_fault)
    hpii = row.checked("referrer_hpii", identifiers.hpii_fault)
    hpio = row.checked("referrer_hpio", identifiers.hpio_fault)
    phone = row.checked("referrer_phone", phone_fault)
    return IncomingReferrer(
        name=row["referrer_name"],
        provider_number=identifiers.padded_provider_number(provider) if provider else None,
        hpii=identifiers.compact(hpii) if hpii else None,
        organisation=row["referrer_organisation"],
        hpio=identifiers.compact(hpio) if hpio else None,
        phone=e164(phone) if phone else None,
        email=row.checked("referrer_email", _email_fault),
        specialty=row["referrer_specialty"],
    )


def _target_and_side(row: Row) -> tuple[Target | None, Laterality | None]:
    if not row["target"]:
        row.wrong("target", "This is required.")
    target = row.read("target", target_named)
    written = row.read("laterality", _one_of(Laterality))
    if target is None:
        return None, None
    side, fault = read_side(target, (), row["target"])
    row.wrong("target", fault)
    if written and side and written is not side:
        row.wrong("laterality", "This is another side than the target names.")
    if written and not side_fits(target, written):
        row.wrong("laterality", wrong_side(target, written))
    return target, written or side


def _technique(cell: str) -> tuple[Technique | None, str | None]:
    if cell.lower() in set(Technique):
        return Technique(cell.lower()), None
    technique, fault = read_technique((), cell)
    known = ", ".join(technique.value for technique in Technique)
    return technique, fault or (None if technique else f"This names no technique Neurolist knows: {known}.")


def _urgency(row: Row) -> Urgency | None:
    if row["urgency"] not in {"", "1", "2", "3"}:
        row.wrong("urgency", "The urgency category is 1, 2 or 3, or blank.")
        return None
    return Urgency(int(row["urgency"])) if row["urgency"] else None


def _history(row: Row) -> History:
    cancer = row["cancer"].lower()
    if cancer not in YES_OR_NO:
        row.wrong("cancer", "Write yes or no, or leave it blank.")
    return History(
        diagnosis=row["diagnosis"],
        cancer=YES_OR_NO.get(cancer),
        pain_site=row["pain_site"],
        pain_score=row.read("pain_score", notes.pain_score),
        opioid_dose_mg=row.read("opioid_dose_mg", notes.opioid_dose),
        tried=row["treatments_tried"],
        medicines=notes.listed(row["medicines"]) if row["medicines"] else None,
        allergies=notes.stated(row["allergies"], notes.NO_ALLERGIES) if row["allergies"] else None,
        devices=notes.stated(row["devices"], notes.NO_DEVICES) if row["devices"] else None,
        renal_function=row["renal_function"],
        sedation=row.read("sedation", notes.sedation),
    )


def _evidence(row: Row) -> tuple[Evidence, ...]:
    scan = _report(row, "R1", "imaging", "Imaging")
    if scan and not shows_a_scan((), scan.title):
        row.wrong("imaging_title", "This names no CT, MRI or PET; name the scan.")
    bloods = _report(row, "R2", "bloods", "Bloods")
    if bloods and not bloods.groups:
        row.wrong("bloods_title", "This names no blood result; list them: FBC; INR; UEC; LFT.")
    return tuple(filter(None, (scan, bloods, _report(row, "R3", "consult", "Consultation"))))


def _report(row: Row, key: str, stem: str, title: str) -> Evidence | None:
    if not any(row[f"{stem}_{part}"] for part in ("date", "title", "reference")):
        return None
    return Evidence(
        key=key,
        dated=row.day(f"{stem}_date"),
        title=row[f"{stem}_title"] or title,
        where=f"{stem}_date",
        reference=row[f"{stem}_reference"],
        groups=groups_in((), row[f"{stem}_title"]) if key == "R2" else frozenset(),
    )


def _order(row: Row, referrer: IncomingReferrer) -> str:
    """Name the order by the sender's number, within the sender; without a sender the number could be anybody's."""
    sender = referrer.provider_number or referrer.hpio or referrer.hpii
    return f"{ORDER_SYSTEM}|{sender}|{row['referral_id']}" if row["referral_id"] and sender else ""


def _one_of(words: type[Word]) -> Callable[[str], tuple[Word | None, str | None]]:
    def read(cell: str) -> tuple[Word | None, str | None]:
        value = cell.lower().replace(" ", "_")
        if value in set(words):
            return words(value), None
        return None, f"This is one of {', '.join(each.value for each in words)}."

    return read


def _email_fault(value: str) -> str | None:
    return None if EMAIL.fullmatch(value) else "This is not an e-mail address."


def _postcode_fault(value: str) -> str | None:
    return None if POSTCODE.fullmatch(value) else "An Australian postcode has four digits."


def _sex_fault(value: str) -> str | None:
    return None if value.lower() in GENDERS else f"This is one of {', '.join(sorted(GENDERS))}."
