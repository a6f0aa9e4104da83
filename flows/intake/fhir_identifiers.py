"""Identifiers on FHIR resources: known by their system or type, checked, and kept without their spaces."""

from __future__ import annotations

from collections.abc import Callable

from db.incoming import Identifier
from flows.intake import identifiers
from flows.intake.element import Json, child, children, codes, first_text, text
from flows.intake.gathering import Gathering
from flows.intake.library import Entry

NAMESPACE = "http://ns.electronichealth.net.au/id"
SYSTEMS = {
    f"{NAMESPACE}/hi/ihi/1.0": "ihi",
    f"{NAMESPACE}/hi/hpii/1.0": "hpii",
    f"{NAMESPACE}/hi/hpio/1.0": "hpio",
    f"{NAMESPACE}/medicare-number": "medicare",
    f"{NAMESPACE}/dva": "dva",
    f"{NAMESPACE}/medicare-provider-number": "provider_number",
}
RECORD_NUMBER_SYSTEM = f"{NAMESPACE}/hpio-scoped/medicalrecord/1.0/"
# HL7 v2-0203 types, for senders that write another system or none.
TYPES = {
    "MC": "medicare",
    "MR": "urn",
    "DVAU": "dva",
    "DVG": "dva",
    "DVW": "dva",
    "DVO": "dva",
    "UPIN": "provider_number",
}
FAULTS: dict[str, Callable[[str], str | None]] = {
    "ihi": identifiers.ihi_fault,
    "hpii": identifiers.hpii_fault,
    "hpio": identifiers.hpio_fault,
    "medicare": identifiers.medicare_fault,
    "dva": identifiers.dva_fault,
    "provider_number": identifiers.provider_number_fault,
}


def person_identifiers(gathering: Gathering, entry: Entry) -> tuple[Identifier, ...]:
    """Read and check the numbers that name a patient; a number of another kind is passed over."""
    read = (_read(gathering, entry, each, f"identifier[{n}]") for n, each in _numbered(entry))
    return tuple(dict.fromkeys(each for each in read if each and each.kind in {"ihi", "medicare", "dva", "urn"}))


def professional_number(gathering: Gathering, entry: Entry | None, kind: str) -> str | None:
    """Read and check a provider number, HPI-I or HPI-O; None when the resource has none."""
    if entry is None:
        return None
    for number, each in _numbered(entry):
        found = _read(gathering, entry, each, f"identifier[{number}]")
        if found and found.kind == kind:
            return identifiers.padded_provider_number(found.value) if kind == "provider_number" else found.value
    return None


def fund_membership(entry: Entry) -> tuple[Identifier, ...]:
    """Read the membership numbers on a private cover; they have no arithmetic to check."""
    return tuple(
        Identifier(kind="fund", value=text(each, "value"), assigner=_fund_name(entry.resource, each))
        for _, each in _numbered(entry)
        if _kind(each) is None and text(each, "value")
    )


def _fund_name(cover: Json, each: Json) -> str:
    payors = (text(payor, "display") for payor in children(cover, "payor"))
    return text(each, "assigner", "display") or next((name for name in payors if name), "") or text(each, "system")


def _numbered(entry: Entry) -> tuple[tuple[int, Json], ...]:
    current = enumerate(children(entry.resource, "identifier"))
    return tuple((number, each) for number, each in current if text(each, "use") != "old")


def _read(gathering: Gathering, entry: Entry, each: Json, path: str) -> Identifier | None:
    kind, value = _kind(each), text(each, "value")
    if kind is None:
        return None
    where = gathering.field(entry, f"{path}.value")
    if not value:
        gathering.wrong(where, "The identifier has a kind and no value.")
        return None
    if kind == "urn":
        return _record_number(gathering, each, value, where)
    fault = FAULTS[kind](value)
    gathering.wrong(where, fault)
    return None if fault else Identifier(kind=kind, value=identifiers.compact(value))


def _kind(each: Json) -> str | None:
    system = text(each, "system")
    if system in SYSTEMS:
        return SYSTEMS[system]
    if system.startswith(RECORD_NUMBER_SYSTEM):
        return "urn"
    types = (TYPES.get(code.code) for code in codes(child(each, "type")))
    return next((kind for kind in types if kind), None)


def _record_number(gathering: Gathering, each: Json, value: str, where: str) -> Identifier | None:
    system = text(each, "system")
    assigner = system.removeprefix(RECORD_NUMBER_SYSTEM) if system.startswith(RECORD_NUMBER_SYSTEM) else ""
    fault = identifiers.hpio_fault(assigner) if assigner else None
    assigner = assigner or system or first_text(child(each, "assigner"), "display", "reference")
    fault = fault or identifiers.record_number_fault(value, assigner)
    gathering.wrong(where, fault)
    return None if fault else Identifier(kind="urn", value=value, assigner=assigner)
