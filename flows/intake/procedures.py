"""Which nerve target, technique and side a referral asks for, from its codes or from its words.

Each reader gives the value and the fault: at most one of them is set, and neither when nothing was said. Codes of our
own systems come first, then the few published ones known for certain, then the words.

Sources: LOINC 24623-1 (CT guidance for nerve block of coeliac plexus); SNOMED CT 764909009 (fluoroscopic guided
thoracic sympathetic plexus block), 26782000 (cryotherapy), 265778005 (local anaesthetic nerve block), 7771000 (left),
24028007 (right), 51440002 (right and left).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from flows.intake.element import Code
from scheduler.vocabulary import SIDES_ALLOWED, Laterality, Target, Technique, side_fits

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
TARGET_SYSTEM = "urn:neurolist:target"
TECHNIQUE_SYSTEM = "urn:neurolist:technique"
SIDE_SYSTEM = "urn:neurolist:laterality"

TARGET_CODES = {(LOINC, "24623-1"): Target.COELIAC, (SNOMED, "764909009"): Target.THORACIC_SYMPATHETIC}
TECHNIQUE_CODES = {(SNOMED, "26782000"): Technique.CRYO, (SNOMED, "265778005"): Technique.LOCAL_ANAESTHETIC}
SIDE_CODES = {
    (SNOMED, "7771000"): Laterality.LEFT,
    (SNOMED, "24028007"): Laterality.RIGHT,
    (SNOMED, "51440002"): Laterality.BILATERAL,
}

TARGET_WORDS = {
    Target.COELIAC: r"coeliac (plexus|gangli\w+|nerves?|axis|block|neuroly\w+|plexolysis|ablation|cryo\w*)",
    Target.SPLANCHNIC: r"(?<!pelvic )(?<!lumbar )(?<!sacral )splanchnic\w*",
    Target.LUMBAR_SYMPATHETIC: r"lumbar (chemical )?sympath\w+",
    Target.LUMBAR_PLEXUS: r"lumbar plexus|psoas compartment",
    Target.SUPERIOR_HYPOGASTRIC: r"superior hypogastric|presacral (nerve|plexus)",
    Target.GANGLION_IMPAR: r"gangli\w+ (of )?(impar|walther)|impar block",
    Target.STELLATE: r"stellate|cervicothoracic gangli\w+",
    Target.THORACIC_SYMPATHETIC: r"thoracic (chemical )?sympath\w+",
}
TECHNIQUE_WORDS = {
    Technique.CHEMICAL: r"chemical|alcohol|ethanol|phenol",
    Technique.CRYO: r"cryo\w*",
    Technique.RF_PULSED: r"pulsed",
    Technique.RF_THERMAL: r"thermal|(?<!pulsed )radio ?frequency|(?<!pulsed )\brf(a|l)?\b",
    Technique.LOCAL_ANAESTHETIC: r"local anaesthetic|(test|trial|diagnostic|prognostic) (\w+ ){0,3}block",
}
SIDE_WORDS = {
    Laterality.BILATERAL: r"bilateral(ly)?|both sides|left and right|right and left",
    Laterality.LEFT: r"left",
    Laterality.RIGHT: r"right",
    Laterality.MIDLINE: r"midline|single needle",
}
# A nerve's name alone may be a biopsy or a scan of it; one of these words makes it a request to block or treat it.
ACTION = re.compile(
    r"block|neuroly|neuromodulat|ablat|denervat|rhizotomy|lesion|sympathectomy|sympatholysis|plexolysis|splanchnicectomy"
    r"|neurectomy|radio ?frequency|\brf|cryo|pulsed|chemical|alcohol|ethanol|phenol|inject|infiltrat"
)
LUMBAR_UNCLEAR = re.compile(r"lumbar (nerve |chemical |chain |test |diagnostic )*(block|neuroly\w+|ablation)")
SYMPATHETIC_UNCLEAR = re.compile(r"sympath\w+")
HYPOGASTRIC_UNCLEAR = re.compile(r"(?<!inferior )hypogastric")

Value = TypeVar("Value", bound=StrEnum)
Answer = tuple[Value | None, str | None]


def plain(said: str) -> str:
    """Write words the one way the patterns expect: small, Australian, single-spaced, without hyphens."""
    said = said.lower().replace("œ", "oe").replace("æ", "ae")
    said = re.sub(r"\bceliac", "coeliac", said).replace("anesthe", "anaesthe")
    return re.sub(r"[\s\-_/,;:()]+", " ", said).strip()


def read_target(codes: Sequence[Code], name: str, around: str = "") -> Answer[Target]:
    """Find the one nerve target; `name` is what the request calls itself, `around` its details and body site."""
    coded, fault = _coded(codes, TARGET_SYSTEM, Target, TARGET_CODES)
    said = plain(name)
    found = tuple(dict.fromkeys((*coded, *_worded(said, TARGET_WORDS))))
    acts = bool(coded or ACTION.search(f"{said} {plain(around)}"))
    if not found and acts and not _unclear(said):
        found = _worded(plain(around), TARGET_WORDS)
    if fault or (found and acts):
        return _one(found, fault, "targets", "send one referral for each")
    if found:
        return (
            None,
            f'"{_quoted(name)}" names a place and no procedure; say whether a block or neurolysis is asked for.',
        )
    return None, _unknown(name or next((code.display or code.code for code in codes), ""), acts=acts)


def read_technique(codes: Sequence[Code], said: str) -> Answer[Technique]:
    """Find the technique; a test block beside a definitive technique is the ordinary first step, so it gives way."""
    coded, fault = _coded(codes, TECHNIQUE_SYSTEM, Technique, TECHNIQUE_CODES)
    worded = _worded(plain(said), TECHNIQUE_WORDS)
    if Technique.RF_PULSED in worded and "thermal" not in plain(said):
        worded = tuple(each for each in worded if each is not Technique.RF_THERMAL)
    found = tuple(dict.fromkeys((*coded, *worded)))
    if len(found) > 1:
        found = tuple(each for each in found if each is not Technique.LOCAL_ANAESTHETIC)
    return _one(found, fault, "techniques", "choose one")


def read_side(target: Target, codes: Sequence[Code], said: str) -> Answer[Laterality]:
    """Find the side and check that the target has it; a target with one possible side needs none said."""
    coded, fault = _coded(codes, SIDE_SYSTEM, Laterality, SIDE_CODES)
    worded = _worded(plain(said), SIDE_WORDS)
    if Laterality.BILATERAL in worded:  # "right and left" also names each side by itself
        worded = tuple(each for each in worded if each not in {Laterality.LEFT, Laterality.RIGHT})
    side, fault = _one(tuple(dict.fromkeys((*coded, *worded))), fault, "sides", "choose one, or say bilateral")
    if fault or side is None:
        only = tuple(SIDES_ALLOWED[target])
        return (only[0] if len(only) == 1 and not fault else None), fault
    return (side, None) if side_fits(target, side) else (None, wrong_side(target, side))


def wrong_side(target: Target, side: Laterality) -> str:
    """Say which sides a target has, when it was asked for on another."""
    if SIDES_ALLOWED[target] == {Laterality.NOT_APPLICABLE}:
        return f'"{side.label}" does not fit the {target.label.lower()}, which has no sides; leave the side out.'
    allowed = sorted(each.value for each in SIDES_ALLOWED[target])
    return f'"{side.label}" does not fit the {target.label.lower()}; it is treated as {" or ".join(allowed)}.'


def target_named(cell: str) -> Answer[Target]:
    """Find the target a spreadsheet cell names, by its code or by words; no verb is needed there."""
    if cell in set(Target):
        return Target(cell), None
    return read_target((), f"{cell} block")


def _coded(
    codes: Sequence[Code], system: str, values: type[Value], published: Mapping[tuple[str, str], Value]
) -> tuple[tuple[Value, ...], str | None]:
    for code in codes:
        if code.system == system and code.code not in set(values):
            every = ", ".join(value.value for value in values)
            return (), f'"{_quoted(code.code)}" is not a code of {system}; it has {every}.'
    own = [values(code.code) for code in codes if code.system == system]
    known = own or [published[code.system, code.code] for code in codes if (code.system, code.code) in published]
    return tuple(dict.fromkeys(known)), None


def _worded(said: str, patterns: Mapping[Value, str]) -> tuple[Value, ...]:
    return tuple(value for value, pattern in patterns.items() if re.search(rf"\b({pattern})\b", said))


def _one(found: tuple[Value, ...], fault: str | None, what: str, remedy: str) -> Answer[Value]:
    if fault:
        return None, fault
    if len(found) > 1:
        return None, f"Names several {what} ({', '.join(value.value.replace('_', ' ') for value in found)}); {remedy}."
    return (found[0] if found else None), None


def _unclear(said: str) -> str | None:
    if LUMBAR_UNCLEAR.search(said):
        return "may mean the lumbar plexus or the lumbar sympathetic chain; they are different procedures, choose one"
    if HYPOGASTRIC_UNCLEAR.search(said):
        return 'does not say which hypogastric plexus; write "superior hypogastric plexus" if that is meant'
    if SYMPATHETIC_UNCLEAR.search(said):
        return "does not say which part of the sympathetic chain; choose lumbar, thoracic or stellate"
    return None


def _unknown(name: str, *, acts: bool) -> str:
    if not name:
        return "Does not say what is asked for; name the nerve target and the block or neurolysis."
    if acts and (unclear := _unclear(plain(name))):
        return f'"{_quoted(name)}" {unclear}.'
    return f'Asks for "{_quoted(name)}", which is not a block or neurolysis this service offers.'


def _quoted(said: str) -> str:
    short = " ".join(said.split())
    return short if len(short) <= 120 else f"{short[:119]}…"
