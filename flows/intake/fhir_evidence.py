"""The reports, letters, medicines, allergies and devices that came with a FHIR referral."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.intake.draft import Evidence
from flows.intake.element import Code, Json, all_codes, all_words, child, children, codes, first_text, text, words
from flows.intake.evidence_kinds import groups_in, records_a_consultation, shows_a_scan
from flows.intake.fhir_cover import is_about
from flows.intake.gathering import Gathering
from flows.intake.library import Entry
from flows.intake.notes import NO_ALLERGIES, NONE_WORDS
from flows.intake.procedures import LOINC

# For each kind: the states that count, and all the states FHIR knows (empty when the state is told elsewhere).
STATES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "DiagnosticReport": (
        frozenset({"final", "amended", "corrected", "appended"}),
        frozenset({"registered", "partial", "preliminary", "cancelled", "entered-in-error", "unknown"}),
    ),
    "DocumentReference": (frozenset({"current"}), frozenset({"superseded", "entered-in-error"})),
    "Observation": (
        frozenset({"final", "amended", "corrected"}),
        frozenset({"registered", "preliminary", "cancelled", "entered-in-error", "unknown"}),
    ),
    "MedicationStatement": (
        frozenset({"active", "intended", "on-hold", "unknown"}),
        frozenset({"completed", "stopped", "not-taken", "entered-in-error"}),
    ),
    "MedicationRequest": (
        frozenset({"active", "on-hold", "unknown"}),
        frozenset({"cancelled", "completed", "entered-in-error", "stopped", "draft"}),
    ),
    "DeviceUseStatement": (
        frozenset({"active", "intended", "on-hold"}),
        frozenset({"completed", "stopped", "entered-in-error"}),
    ),
    "AllergyIntolerance": (frozenset(), frozenset()),
    "Condition": (frozenset(), frozenset()),
    "Device": (frozenset({"", "active", "unknown"}), frozenset({"inactive", "entered-in-error"})),
}
KINDS = frozenset(STATES)
TOLD_FALSE = frozenset({"refuted", "entered-in-error"})
PAIN_SCORE_CODE = (LOINC, "72514-3")
PAIN_SCORE_WORDS = ("pain score", "nrs", "numeric rating")
FILTRATION_CODES = frozenset({"33914-3", "62238-1", "98979-8"})


def gathered(gathering: Gathering, patient: Entry) -> tuple[Entry, ...]:
    """List the resources that came with the referral and count: named in it, or sent beside it about its patient."""
    named = [*_followed(gathering, "supportingInfo"), *_followed(gathering, "reasonReference")]
    beside = [entry for entry in gathering.library.about(patient) if entry.kind in KINDS]
    taken = [gathering.take(entry, entry.label, KINDS) for entry in beside]
    unique = {entry.content: entry for entry in (*named, *taken) if entry}
    return tuple(entry for entry in unique.values() if _counts(gathering, entry, patient))


def read_evidence(gathering: Gathering, entries: Iterable[Entry]) -> tuple[Evidence, ...]:
    """Sort the reports and letters into imaging, bloods and consultations; anything else becomes a remark."""
    found = []
    for entry in (entry for entry in entries if entry.kind in {"DiagnosticReport", "DocumentReference", "Observation"}):
        evidence = _evidence(gathering, entry)
        if evidence:
            found.append(evidence)
        elif entry.kind != "Observation":
            gathering.remark(f"Also sent: {_title(entry.resource)}")
    return tuple(found)


def pain_scores(entries: Iterable[Entry]) -> Iterator[tuple[Entry, object]]:
    """Give the pain scores observed, oldest first, as they were written."""
    scores = [entry for entry in entries if entry.kind == "Observation" and _is_pain_score(entry.resource)]
    for entry in sorted(scores, key=lambda entry: _date_text(entry.resource)):
        value = entry.resource.get("valueInteger", child(entry.resource, "valueQuantity").get("value"))
        yield entry, value


def kidney_function(entries: Iterable[Entry]) -> str:
    """Give the last filtration rate observed, with its unit."""
    rates = [entry.resource for entry in entries if entry.kind == "Observation" and _is_filtration(entry.resource)]
    said = [_quantity(rate) for rate in sorted(rates, key=_date_text) if _quantity(rate)]
    return f"eGFR {said[-1]}" if said else ""


def diagnoses(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Say the conditions that came."""
    found = (all_words(child(entry.resource, "code")) for entry in entries if entry.kind == "Condition")
    return tuple(each for each in found if each)


def pain_sites(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Say where a condition that is a pain has its site."""
    conditions = [entry.resource for entry in entries if entry.kind == "Condition"]
    pains = [each for each in conditions if "pain" in all_words(child(each, "code")).lower()]
    return tuple(words(site) for each in pains for site in children(each, "bodySite") if words(site))


def medicines(gathering: Gathering, entries: Iterable[Entry]) -> tuple[str, ...] | None:
    """List the medicines with their doses; None when none were sent."""
    kinds = {"MedicationStatement", "MedicationRequest"}
    said = [_medicine(gathering, entry) for entry in entries if entry.kind in kinds]
    return tuple(dict.fromkeys(filter(None, said))) if any(said) else None


def allergies(entries: Iterable[Entry]) -> str | None:
    """Say the allergies, or that none are known; None when nothing was sent."""
    coded = [child(entry.resource, "code") for entry in entries if entry.kind == "AllergyIntolerance"]
    said = dict.fromkeys(words(code) for code in coded if words(code))
    real = [each for each in said if not _denies_allergy(each)]
    return "; ".join(real) or (NO_ALLERGIES if said else None)


def devices(gathering: Gathering, entries: Iterable[Entry]) -> str | None:
    """Say the implanted devices; None when none were sent."""
    said = []
    for entry in entries:
        if entry.kind == "Device":
            said.append(_device(entry.resource))
        elif entry.kind == "DeviceUseStatement":
            reference = child(entry.resource, "device")
            device = gathering.follow(entry, "device", reference, ("Device",))
            said.append(_device(device.resource) if device else text(reference, "display"))
    return "; ".join(dict.fromkeys(filter(None, said))) or None


def _followed(gathering: Gathering, name: str) -> Iterator[Entry | None]:
    origin = gathering.origin
    for number, reference in enumerate(children(origin.resource, name)):
        answer = gathering.library.find(reference, origin)
        if answer.entry and answer.entry.kind not in KINDS:
            # Anything may be supporting information; what is no report or history is named and passed over.
            gathering.remark(f"Also sent: {answer.entry.label}")
            continue
        yield gathering.follow(origin, f"{name}[{number}]", reference, KINDS)


def _counts(gathering: Gathering, entry: Entry, patient: Entry) -> bool:
    if not is_about(gathering, entry, patient):
        gathering.wrong(gathering.field(entry, "subject"), "This is about another patient than the referral.")
    counted, passed_over = STATES[entry.kind]
    status = text(entry.resource, "status")
    if not counted and not passed_over:
        verified = {code.code for code in all_codes(entry.resource, "verificationStatus")}
        return not verified & TOLD_FALSE
    if status not in counted | passed_over:
        says = f'"{status[:40]}" is not a status FHIR knows for a {entry.kind}.'
        gathering.wrong(gathering.field(entry, "status"), says)
    elif status in passed_over and entry.kind in {"DiagnosticReport", "DocumentReference"}:
        gathering.remark(f"Not counted, its status is {status}: {_title(entry.resource)}")
    return status in counted


def _evidence(gathering: Gathering, entry: Entry) -> Evidence | None:
    resource = entry.resource
    found_codes, said = _all_codes(resource), _searchable(gathering, entry)
    groups = groups_in(found_codes, said)
    if entry.kind == "Observation":
        key = "R2" if groups else ""
    elif records_a_consultation(found_codes, _title(resource)):
        key, groups = "R3", frozenset()
    elif shows_a_scan(found_codes, _title(resource)):
        key, groups = "R1", frozenset()
    else:
        key = "R2" if groups else ""
    if not key:
        return None
    path, written = _date(resource)
    return Evidence(
        key=key,
        dated=gathering.day(entry, path, written),
        title=_title(resource),
        where=gathering.field(entry, path),
        reference=_where_to_find(resource),
        groups=groups,
        single=entry.kind == "Observation",
    )


def _all_codes(resource: Json) -> tuple[Code, ...]:
    return (
        *all_codes(resource, "code"),
        *all_codes(resource, "category"),
        *all_codes(resource, "type"),
    )


def _searchable(gathering: Gathering, entry: Entry) -> str:
    """Join a report's own words with those of the results it lists."""
    said = [all_words(child(entry.resource, "code")), _title(entry.resource)]
    for number, reference in enumerate(children(entry.resource, "result")):
        found = gathering.follow(entry, f"result[{number}]", reference, ("Observation",))
        said.append(all_words(child(found.resource, "code")) if found else text(reference, "display"))
    return "; ".join(filter(None, said))


def _title(resource: Json) -> str:
    attachments = [child(each, "attachment") for each in children(resource, "content")]
    titles = [text(each, "title") for each in (*attachments, *children(resource, "presentedForm"))]
    kind = text(resource, "resourceType")
    named = words(child(resource, "code")) or text(resource, "description") or words(child(resource, "type"))
    return next(filter(None, (named, *titles)), kind)


def _date(resource: Json) -> tuple[str, str]:
    """Find the day a report is about, before the day it was filed."""
    for path in ("effectiveDateTime", "issued"):
        if path == "issued" and text(resource, "effectivePeriod", "start"):
            return "effectivePeriod.start", text(resource, "effectivePeriod", "start")
        if text(resource, path):
            return path, text(resource, path)
    if text(resource, "context", "period", "start"):
        return "context.period.start", text(resource, "context", "period", "start")
    for number, each in enumerate(children(resource, "content")):
        if text(each, "attachment", "creation"):
            return f"content[{number}].attachment.creation", text(each, "attachment", "creation")
    return "date", text(resource, "date")


def _date_text(resource: Json) -> str:
    return _date(resource)[1]


def _where_to_find(resource: Json) -> str:
    numbers = [text(each, "value") for each in children(resource, "identifier")]
    addresses = [text(each, "attachment", "url") for each in children(resource, "content")]
    addresses += [text(each, "url") for each in children(resource, "presentedForm")]
    return next(filter(None, (*numbers, *addresses)), "")


def _is_pain_score(resource: Json) -> bool:
    code = child(resource, "code")
    said = all_words(code).lower()
    coded = any((each.system, each.code) == PAIN_SCORE_CODE for each in codes(code))
    return coded or any(each in said for each in PAIN_SCORE_WORDS)


def _is_filtration(resource: Json) -> bool:
    code = child(resource, "code")
    coded = any(each.system == LOINC and each.code in FILTRATION_CODES for each in codes(code))
    return coded or "egfr" in all_words(code).lower()


def _quantity(resource: Json) -> str:
    quantity = child(resource, "valueQuantity")
    value = quantity.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return text(resource, "valueString")
    return f"{value} {first_text(quantity, 'unit', 'code')}".strip()


def _medicine(gathering: Gathering, entry: Entry) -> str:
    named = words(child(entry.resource, "medicationCodeableConcept"))
    reference = child(entry.resource, "medicationReference")
    if reference:
        found = gathering.follow(entry, "medicationReference", reference, ("Medication",))
        named = words(child(found.resource, "code")) if found else text(reference, "display")
    doses = (text(each, "text") for name in ("dosage", "dosageInstruction") for each in children(entry.resource, name))
    return " ".join(filter(None, (named, *doses)))


def _denies_allergy(said: str) -> bool:
    return said.lower().startswith("no known") or bool(NONE_WORDS.fullmatch(said))


def _device(resource: Json) -> str:
    names = [text(each, "name") for each in children(resource, "deviceName")]
    return next(filter(None, (words(child(resource, "type")), *names)), "Device of an unnamed kind")
