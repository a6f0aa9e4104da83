"""A draft becomes a whole referral: dates compared, required items listed, and the key that names it for good."""

from __future__ import annotations

import hashlib
import re
from datetime import date

from db.incoming import IncomingPatient, IncomingReferral
from flows.intake.dates import EARLIEST, spoken
from flows.intake.draft import Draft, Evidence, Findings
from flows.intake.required import Required, required_items

Dated = tuple[str, date | None]

LONGEST_LIFE_YEARS = 130
LONGEST_ORDER = 150
CANCER_WORDS = re.compile(
    r"cancer|carcinoma|malignan|metasta|\bmets\b|tumou?r|lymphoma|sarcoma|neoplas|melanoma|myeloma|leukaemia|leukemia"
    r"|mesothelioma|blastoma|\bscc\b|\bnet\b"
)
NOT_CANCER_WORDS = re.compile(
    r"\b((no|without|excluded|negative for|benign|family history of|screening for)[\s\-]+"
    r"((evidence|sign|signs|known) (of )?)?(\w+ )?|non[\s\-]?)"
    r"(cancer\w*|carcinoma|malignan\w*|metasta\w*|tumou?rs?|neoplas\w*|lymphoma)"
)


def finish(draft: Draft | None, findings: Findings, received_on: date) -> IncomingReferral | None:
    """Make the referral, or None when anything in it was found wrong."""
    return None if draft is None or findings.faults else _whole(draft, findings, received_on)


def check_dates(
    findings: Findings,
    *,
    received_on: date,
    written: Dated,
    born: Dated = ("", None),
    evidence: tuple[Evidence, ...] = (),
) -> None:
    """Compare the dates with the day of receipt and with one another; each comes with its field in the file."""
    birth_field, birth = born
    if birth and birth > received_on:
        findings.wrong(birth_field, "The date of birth is in the future.")
        birth = None  # no other date can be compared with it
    elif birth and (birth < EARLIEST or received_on.year - birth.year > LONGEST_LIFE_YEARS):
        findings.wrong(birth_field, "The date of birth is too long ago to be true.")
    stated = [("The referral", *written)] + [(f'"{each.title}"', each.where, each.dated) for each in evidence]
    for what, where, day in stated:
        if day and day > received_on:
            findings.wrong(where, f"{what} is dated {spoken(day)}, which is in the future.")
        elif day and birth and day < birth:
            findings.wrong(where, f"{what} is dated {spoken(day)}, before the patient was born.")


def mentions_cancer(diagnosis: str) -> bool:
    """Say whether a diagnosis names a cancer; "no malignancy" and "benign tumour" do not."""
    return bool(CANCER_WORDS.search(NOT_CANCER_WORDS.sub(" ", diagnosis.lower())))


def _whole(draft: Draft, findings: Findings, received_on: date) -> IncomingReferral:
    required = required_items(draft)
    return IncomingReferral(
        key=_key(draft),
        received_on=received_on,
        written_on=draft.written_on,
        patient=draft.patient,
        referrer=draft.referrer,
        target=draft.target,
        technique=draft.technique,
        laterality=draft.laterality,
        urgency=draft.urgency,
        funding=draft.funding,
        cancer=mentions_cancer(draft.history.diagnosis) if draft.history.cancer is None else draft.history.cancer,
        diagnosis=draft.history.diagnosis,
        pain_site=draft.history.pain_site,
        pain_score=draft.history.pain_score,
        opioid_dose_mg=draft.history.opioid_dose_mg,
        medicines=draft.history.medicines or (),
        allergies=draft.history.allergies,
        devices=draft.history.devices,
        sedation=draft.history.sedation,
        note=_note(draft, required, findings),
        items=required.items,
        missing=required.missing,
        missing_says=required.says,
        source=draft.source,
    )


def _note(draft: Draft, required: Required, findings: Findings) -> str:
    lines = [draft.note]
    if draft.history.tried and draft.history.tried not in draft.note:
        lines.append(f"Tried: {draft.history.tried}")
    if draft.history.renal_function and draft.history.renal_function not in draft.note:
        lines.append(f"Kidney function: {draft.history.renal_function}")
    lines.extend(
        f"Also sent: {report.title} ({spoken(report.dated) if report.dated else 'undated'})"
        for report in required.spare
    )
    return "\n".join(line for line in (*lines, *findings.remarks) if line)


def _key(draft: Draft) -> str:
    """Name the referral by its order number, or by what makes it this referral and no other, hashed."""
    if draft.order and len(draft.order) <= LONGEST_ORDER:
        return f"order:{draft.order}"
    if draft.order:
        return f"order:{_digest(draft.order)}"
    side = draft.laterality.value if draft.laterality else ""
    written = draft.written_on.isoformat() if draft.written_on else ""
    referrer = draft.referrer.provider_number or draft.referrer.hpii or _bare(draft.referrer.name)
    return f"content:{_digest(*_person(draft.patient), referrer, written, draft.target.value, side)}"


def _person(patient: IncomingPatient) -> tuple[str, str, str]:
    given = patient.given_names.split()
    return _bare(patient.family_name), _bare(given[0] if given else ""), patient.birth_date.isoformat()


def _bare(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
