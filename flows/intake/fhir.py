"""One FHIR ServiceRequest becomes one referral, or a list of everything wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from db.incoming import IncomingReferrer
from flows.intake import notes
from flows.intake.draft import Draft, History
from flows.intake.element import Json, all_codes, all_words, child, children, codes, flag, text
from flows.intake.fhir_cover import read_covers
from flows.intake.fhir_evidence import (
    allergies,
    devices,
    diagnoses,
    gathered,
    kidney_function,
    medicines,
    pain_scores,
    pain_sites,
    read_evidence,
)
from flows.intake.fhir_people import read_patient, read_referrer
from flows.intake.finish import check_dates
from flows.intake.gathering import Gathering
from flows.intake.library import Entry
from flows.intake.procedures import read_side, read_target, read_technique
from scheduler.vocabulary import Funding, Laterality, Target, Technique, Urgency

Value = TypeVar("Value")

STATUS_REFUSED = {
    "draft": "The request is still a draft; import it once the referrer has sent it.",
    "on-hold": "The sender has put the request on hold.",
    "revoked": "The sender has withdrawn the request.",
    "completed": "The request has already been carried out.",
    "entered-in-error": "The sender marked the request as entered in error.",
    "unknown": "The sender does not know the state of the request.",
}
INTENTS = frozenset({"order", "original-order", "instance-order", "proposal", "plan"})
INTENTS_REFUSED = frozenset({"directive", "reflex-order", "filler-order", "option"})
# What the referrer asks for is provisional: the treating clinician sets the category at triage.
PRIORITIES = {
    "": None,
    "routine": None,
    "urgent": Urgency.CATEGORY_1,
    "asap": Urgency.CATEGORY_1,
    "stat": Urgency.CATEGORY_1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the request asks for; None where it does not say or what it says is wrong."""

    target: Target | None
    technique: Technique | None
    side: Laterality | None
    urgency: Urgency | None
    written_on: date | None


def read_request(gathering: Gathering, source: str) -> Draft | None:
    """Read the request at the gathering's origin; None when no referral can be made of it. Faults are gathered."""
    origin = gathering.origin
    for where, says in origin.faults:
        gathering.wrong(where, says)
    if origin.faults:
        return None
    _check_standing(gathering)
    asked = _asked_for(gathering)
    referrer = read_referrer(gathering)
    patient = _subject(gathering)
    if patient is None:
        return None
    return _draft(gathering, patient, referrer, asked, source)


def _draft(gathering: Gathering, patient: Entry, referrer: IncomingReferrer, asked: Asked, source: str) -> Draft | None:
    noted = notes.labelled(_notes(gathering.origin.resource))
    funding, numbers = read_covers(gathering, patient)
    person = read_patient(gathering, patient, noted, numbers)
    entries = gathered(gathering, patient)
    evidence = read_evidence(gathering, entries)
    history = _history(gathering, entries, noted)
    born = (gathering.field(patient, "birthDate"), person.birth_date if person else None)
    written = ("authoredOn", asked.written_on)
    check_dates(gathering, received_on=gathering.received_on, written=written, born=born, evidence=evidence)
    if asked.target is None or person is None:
        return None
    return Draft(
        source=source,
        patient=person,
        referrer=referrer,
        target=asked.target,
        technique=asked.technique,
        laterality=asked.side,
        urgency=asked.urgency,
        funding=funding or Funding.PUBLIC,
        funding_stated=funding is not None,
        written_on=asked.written_on,
        history=history,
        note="\n".join(_notes(gathering.origin.resource)),
        evidence=evidence,
        order=_order(gathering.origin.resource, asked),
    )


def _check_standing(gathering: Gathering) -> None:
    """Check that this is a request somebody stands behind, and that it asks for something to be done."""
    request = gathering.origin.resource
    status, intent = text(request, "status"), text(request, "intent")
    if status != "active":
        gathering.wrong("status", STATUS_REFUSED.get(status, f'"{status[:40]}" is not a status FHIR knows.'))
    if intent in INTENTS_REFUSED:
        gathering.wrong("intent", f'A request with the intent "{intent}" is not a referral; send the order itself.')
    elif intent not in INTENTS:
        gathering.wrong("intent", f'"{intent[:40]}" is not an intent FHIR knows.')
    if flag(request, "doNotPerform"):
        gathering.wrong("doNotPerform", "This asks that the procedure not be done.")


def _asked_for(gathering: Gathering) -> Asked:
    request = gathering.origin.resource
    code = child(request, "code")
    details = "; ".join(all_words(each) for each in children(request, "orderDetail"))
    sites = "; ".join(all_words(each) for each in children(request, "bodySite"))
    named = (*codes(code), *all_codes(request, "orderDetail"))
    target, fault = read_target(named, all_words(code), f"{details}; {sites}")
    gathering.wrong("code", fault)
    technique, fault = read_technique(named, f"{all_words(code)}; {details}")
    gathering.wrong("code", fault)
    side, fault = None, None
    if target:
        sided = (*all_codes(request, "bodySite"), *named)
        side, fault = read_side(target, sided, f"{all_words(code)}; {details}; {sites}")
    gathering.wrong("bodySite", fault)
    written_on = gathering.day(gathering.origin, "authoredOn", text(request, "authoredOn"))
    check_dates(gathering, received_on=gathering.received_on, written=("authoredOn", written_on))
    return Asked(target=target, technique=technique, side=side, urgency=_urgency(gathering), written_on=written_on)


def _urgency(gathering: Gathering) -> Urgency | None:
    priority = text(gathering.origin.resource, "priority")
    if priority not in PRIORITIES:
        gathering.wrong("priority", f'"{priority[:40]}" is not a priority FHIR knows: routine, urgent, asap or stat.')
    return PRIORITIES.get(priority)


def _subject(gathering: Gathering) -> Entry | None:
    """Find the patient; without one there is nobody to treat, so a lost reference is a fault here."""
    origin = gathering.origin
    answer = gathering.library.find(child(origin.resource, "subject"), origin)
    if answer.entry is None:
        gathering.wrong("subject", answer.why_not)
        return None
    return gathering.take(answer.entry, "subject", ("Patient",))


def _history(gathering: Gathering, entries: tuple[Entry, ...], noted: Mapping[str, str]) -> History:
    request = gathering.origin.resource
    reasons = (all_words(each) for each in children(request, "reasonCode"))
    named = (text(each, "display") for each in children(request, "reasonReference"))
    said = dict.fromkeys(filter(None, (*reasons, *diagnoses(entries), *named)))
    treated, allergic, fitted = medicines(gathering, entries), allergies(entries), devices(gathering, entries)
    return History(
        diagnosis="; ".join(said),
        pain_site=noted.get("pain_site") or "; ".join(dict.fromkeys(pain_sites(entries))),
        pain_score=_pain_score(gathering, entries, noted),
        opioid_dose_mg=_noted(gathering, notes.opioid_dose, noted.get("opioid_dose")),
        tried=noted.get("tried", ""),
        medicines=notes.listed(noted["medicines"]) if treated is None and "medicines" in noted else treated,
        allergies=notes.stated(noted["allergies"], notes.NO_ALLERGIES)
        if allergic is None and "allergies" in noted
        else allergic,
        devices=notes.stated(noted["devices"], notes.NO_DEVICES) if fitted is None and "devices" in noted else fitted,
        renal_function=kidney_function(entries) or noted.get("renal_function", ""),
        sedation=_noted(gathering, notes.sedation, noted.get("sedation")),
    )


def _pain_score(gathering: Gathering, entries: tuple[Entry, ...], noted: Mapping[str, str]) -> int | None:
    """Take the last score observed before the one in the notes."""
    score = _noted(gathering, notes.pain_score, noted.get("pain_score"))
    for entry, value in pain_scores(entries):
        whole = isinstance(value, int | float) and not isinstance(value, bool) and value == int(value)
        score, fault = notes.pain_score(str(int(value)) if whole and isinstance(value, int | float) else "")
        gathering.wrong(gathering.field(entry, "value"), fault)
    return score


def _noted(
    gathering: Gathering, read: Callable[[str], tuple[Value | None, str | None]], said: str | None
) -> Value | None:
    if said is None:
        return None
    value, fault = read(said)
    gathering.wrong("note", fault)
    return value


def _notes(request: Json) -> tuple[str, ...]:
    said = [text(each, "text") for each in children(request, "note")]
    return tuple(filter(None, (*said, text(request, "patientInstruction"))))


def _order(request: Json, asked: Asked) -> str:
    """Name the order by its own number, or by its group's number and what it asks for."""
    numbers = [each for each in children(request, "identifier") if text(each, "system") and text(each, "value")]
    placed = [each for each in numbers if any(code.code == "PLAC" for code in codes(child(each, "type")))]
    for number in (*placed, *numbers):
        return f"{text(number, 'system')}|{text(number, 'value')}"
    group = child(request, "requisition")
    if text(group, "system") and text(group, "value"):
        # Several requests share a group's number: one for each side, say.
        return f"{text(group, 'system')}|{text(group, 'value')}|{asked.target or ''}|{asked.side or ''}"
    return ""
