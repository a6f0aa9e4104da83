"""Facts that FHIR has no place for, written in notes as labelled lines such as "Pain score: 7/10"."""

from __future__ import annotations

import re
from collections.abc import Iterable

LABELS = {
    "pain site": "pain_site",
    "site of pain": "pain_site",
    "pain score": "pain_score",
    "nrs": "pain_score",
    "opioid dose": "opioid_dose",
    "omedd": "opioid_dose",
    "tried": "tried",
    "treatments tried": "tried",
    "medicines": "medicines",
    "medications": "medicines",
    "blood thinners": "medicines",
    "anticoagulants": "medicines",
    "allergies": "allergies",
    "renal function": "renal_function",
    "kidney function": "renal_function",
    "egfr": "renal_function",
    "devices": "devices",
    "implanted devices": "devices",
    "decision maker": "decision_maker",
    "interpreter": "interpreter",
    "sedation": "sedation",
    "gp": "general_practitioner",
    "general practitioner": "general_practitioner",
}
LABELLED_LINE = re.compile(r"\s*[-*•]?\s*([A-Za-z ]{2,24}?)\s*:\s*(\S.*?)\s*")
PAIN_SCORE = re.compile(r"([0-9]{1,3})(\s*(/|out of)\s*10)?")
DOSE = re.compile(r"([0-9]{1,5})\s*(mg\b.*)?", re.IGNORECASE)
HIGHEST_PAIN_SCORE = 10
HIGHEST_OPIOID_DOSE_MG = 5_000  # more than this in a day is a slip of the keyboard, not a dose
NONE_WORDS = re.compile(r"(nil|none|no|nkda|nka)( known)?( (drug )?allerg(y|ies))?\.?", re.IGNORECASE)
NO_ALLERGIES = "None known"
NO_DEVICES = "None"
SEDATION_LEVELS = ("none_local", "minimal", "moderate", "deep_or_ga")


def labelled(notes: Iterable[str]) -> dict[str, str]:
    """Collect the labelled facts of some notes; a label written twice keeps both values."""
    found: dict[str, list[str]] = {}
    for line in (line for note in notes for line in note.splitlines()):
        match = LABELLED_LINE.fullmatch(line)
        if match and (key := LABELS.get(match[1].lower())):
            found.setdefault(key, []).append(match[2])
    return {key: "; ".join(dict.fromkeys(values)) for key, values in found.items()}


def pain_score(written: str) -> tuple[int | None, str | None]:
    """Read a score from 0 to 10, or say what is wrong with it."""
    match = PAIN_SCORE.fullmatch(written.strip())
    if match and int(match[1]) <= HIGHEST_PAIN_SCORE:
        return int(match[1]), None
    return None, f"A pain score is a whole number from 0 to {HIGHEST_PAIN_SCORE}; this is not."


def opioid_dose(written: str) -> tuple[int | None, str | None]:
    """Read a daily dose in milligrams of oral morphine equivalent, or say what is wrong with it."""
    if NONE_WORDS.fullmatch(written.strip()):
        return 0, None
    match = DOSE.fullmatch(written.strip())
    if match and int(match[1]) <= HIGHEST_OPIOID_DOSE_MG:
        return int(match[1]), None
    return None, (
        "An opioid dose is whole milligrams of oral morphine equivalent a day,"
        f" from 0 to {HIGHEST_OPIOID_DOSE_MG:,}; this is not."
    )


def sedation(written: str) -> tuple[str | None, str | None]:
    """Read a sedation level, or list the levels there are."""
    level = written.strip().lower()
    if level in SEDATION_LEVELS:
        return level, None
    return None, f"Sedation is one of {', '.join(SEDATION_LEVELS)}."


def listed(written: str) -> tuple[str, ...]:
    """Split a list of medicines; none when the sender says there are none."""
    if NONE_WORDS.fullmatch(written.strip()):
        return ()
    return tuple(part.strip() for part in written.split(";") if part.strip())


def stated(written: str, none: str) -> str:
    """Keep what was said of allergies or devices, with one way of saying there are none."""
    return none if NONE_WORDS.fullmatch(written.strip()) else written.strip()
