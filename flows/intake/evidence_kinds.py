"""Which of the four blood groups a report covers, and whether a report shows a cross-sectional scan or a consultation.

Sources: LOINC panel and result codes; HL7 v2-0074 diagnostic service sections (CT, NMR); LOINC 11488-4 and SNOMED CT
371530004 for a consultation record. Anything else is told by its words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from flows.intake.element import Code
from flows.intake.procedures import LOINC, SNOMED

SECTIONS = "http://terminology.hl7.org/CodeSystem/v2-0074"


class Group(StrEnum):
    """The blood results every referral needs."""

    BLOOD_COUNT = "full blood count"
    COAGULATION = "coagulation (INR)"
    KIDNEY = "urea, electrolytes and kidney function"
    LIVER = "liver function"


GROUP_CODES = {
    "58410-2": {Group.BLOOD_COUNT},
    "57021-8": {Group.BLOOD_COUNT},
    "34714-6": {Group.COAGULATION},
    "6301-6": {Group.COAGULATION},
    "5902-2": {Group.COAGULATION},
    "24323-8": {Group.KIDNEY, Group.LIVER},
    "24321-2": {Group.KIDNEY},
    "24326-1": {Group.KIDNEY},
    "24362-6": {Group.KIDNEY},
    "24325-3": {Group.LIVER},
    "33914-3": {Group.KIDNEY},
    "62238-1": {Group.KIDNEY},
    "98979-8": {Group.KIDNEY},
    "2160-0": {Group.KIDNEY},
}
GROUP_WORDS = {
    Group.BLOOD_COUNT: r"fbc|fbe|cbc|full blood (count|exam\w*)|complete blood count|platelets?",
    Group.COAGULATION: r"inr|coag\w*|prothrombin|aptt",
    Group.KIDNEY: r"u ?(&|\+|and) ?es?|uecs?|eucs?|urea|electrolytes?|creatinine|egfr|(renal|kidney) function",
    Group.LIVER: r"lfts?|liver function|hepatic (function|panel)",
}
SCAN_WORDS = re.compile(r"\b(ct|computed tomograph\w+|cat scan|mri|magnetic resonance|pet|positron emission)\b")
SCAN_SECTIONS = frozenset({"CT", "NMR"})
CONSULT_CODES = frozenset({(LOINC, "11488-4"), (SNOMED, "371530004")})
CONSULT_WORDS = re.compile(
    r"\bconsult(ation|s|ations)?\b|\b(clinic|specialist|outpatient|review) (letter|note|record|summary)|\bmd[tm]\b"
    r"|multidisciplinary"
)


def groups_in(codes: Iterable[Code], said: str) -> frozenset[Group]:
    """List the blood groups some codes and words name."""
    coded = {group for code in codes if code.system == LOINC for group in GROUP_CODES.get(code.code, set())}
    lowered = said.lower()
    worded = {group for group, pattern in GROUP_WORDS.items() if re.search(rf"(?<!\w)({pattern})(?!\w)", lowered)}
    return frozenset(coded | worded)


def shows_a_scan(codes: Iterable[Code], said: str) -> bool:
    """Say whether this is a CT, MRI or PET; a plain X-ray or an ultrasound is no cross-sectional scan."""
    by_section = any(code.system == SECTIONS and code.code in SCAN_SECTIONS for code in codes)
    return by_section or bool(SCAN_WORDS.search(said.lower()))


def records_a_consultation(codes: Iterable[Code], said: str) -> bool:
    """Say whether this is the record of a consultation with another specialist."""
    return any((code.system, code.code) in CONSULT_CODES for code in codes) or bool(CONSULT_WORDS.search(said.lower()))
