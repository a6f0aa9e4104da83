"""The patient and the referrer of a FHIR referral."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from db.incoming import Identifier, IncomingPatient, IncomingReferrer
from flows.intake.element import Json, child, children, codes, flag, text, texts, words
from flows.intake.fhir_identifiers import person_identifiers, professional_number
from flows.intake.gathering import Gathering
from flows.intake.library import Entry
from flows.intake.phones import e164, phone_fault

GENDERS = frozenset({"male", "female", "other", "unknown"})
NAME_ORDER = ("official", "usual", "", "temp", "anonymous", "nickname")
PHONE_ORDER = ("mobile", "home", "", "work", "temp")
POSTCODE = re.compile(r"[0-9]{4}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
DECISION_MAKER = re.compile(r"decision maker|guardian|power of attorney|\bmtdm\b", re.IGNORECASE)
INTERPRETER_NEEDED = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
REFERRERS = ("PractitionerRole", "Practitioner", "Organization")


def read_patient(
    gathering: Gathering, entry: Entry, noted: Mapping[str, str], numbers: tuple[Identifier, ...]
) -> IncomingPatient | None:
    """Read the patient; `numbers` are those found on the covers. None when no identity can be made of it."""
    patient = entry.resource
    _check_alive(gathering, entry)
    name = _current_name(patient)
    if not text(name, "family"):
        gathering.wrong(gathering.field(entry, "name"), "The patient's family name is required.")
    birth_date = _birth_date(gathering, entry)
    found = person_identifiers(gathering, entry)
    phone, email = _contact(gathering, entry)
    if birth_date is None or not text(name, "family"):
        return None
    address = _address(gathering, entry)
    practitioner, practitioner_email = _general_practitioner(gathering, entry)
    return IncomingPatient(
        family_name=text(name, "family"),
        given_names=" ".join(texts(name, "given")),
        birth_date=birth_date,
        identifiers=tuple(dict.fromkeys((*found, *_further(found, numbers)))),
        sex=_sex(gathering, entry),
        phone=phone,
        email=email,
        address=", ".join(texts(address, "line")),
        suburb=text(address, "city"),
        postcode=text(address, "postalCode"),
        general_practitioner=practitioner or noted.get("general_practitioner", ""),
        general_practitioner_email=practitioner_email,
        interpreter_language=_interpreter(patient) or _told(noted.get("interpreter")),
        decision_maker=_decision_maker(patient) or _told(noted.get("decision_maker")),
    )


def read_referrer(gathering: Gathering) -> IncomingReferrer:
    """Read who asks, as far as it was sent; the name is empty when no person is named."""
    origin = gathering.origin
    reference = child(origin.resource, "requester")
    asker = _follow(gathering, origin, "requester", reference, REFERRERS)
    if asker is None:
        return IncomingReferrer(name=text(reference, "display"))
    role = asker if asker.kind == "PractitionerRole" else None
    person, house = _person_and_house(gathering, asker)
    contacts = [_contact(gathering, holder) for holder in (role, person, house) if holder]
    return IncomingReferrer(
        name=_full_name(person, asker),
        provider_number=professional_number(gathering, role, "provider_number")
        or professional_number(gathering, person, "provider_number"),
        hpii=professional_number(gathering, person, "hpii"),
        organisation=_house_name(house, asker),
        hpio=professional_number(gathering, house, "hpio"),
        phone=next((phone for phone, _ in contacts if phone), None),
        email=next((email for _, email in contacts if email), None),
        specialty="; ".join(filter(None, (words(each) for each in children(asker.resource, "specialty")))),
    )


def _check_alive(gathering: Gathering, entry: Entry) -> None:
    patient = entry.resource
    if flag(patient, "deceasedBoolean") or text(patient, "deceasedDateTime"):
        gathering.wrong(gathering.field(entry, "deceased"), "The patient is recorded as having died.")
    if flag(patient, "active") is False:
        gathering.wrong(gathering.field(entry, "active"), "The sender no longer uses this patient record.")


def _current_name(patient: Json) -> Json:
    current = [name for name in children(patient, "name") if text(name, "use") in NAME_ORDER]
    return min(current, key=lambda name: NAME_ORDER.index(text(name, "use")), default={})


def _birth_date(gathering: Gathering, entry: Entry) -> date | None:
    written = text(entry.resource, "birthDate")
    day = gathering.day(entry, "birthDate", written)
    if day is None:
        lack = "The date of birth needs its day, month and year." if written else "The date of birth is required."
        gathering.wrong(gathering.field(entry, "birthDate"), lack)
    return day


def _further(found: tuple[Identifier, ...], numbers: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
    kinds = {each.kind for each in found}
    return tuple(each for each in numbers if each.kind not in kinds)


def _sex(gathering: Gathering, entry: Entry) -> str:
    gender = text(entry.resource, "gender")
    if gender and gender not in GENDERS:
        gathering.wrong(gathering.field(entry, "gender"), f"Gender is one of {', '.join(sorted(GENDERS))}.")
    return gender


def _contact(gathering: Gathering, entry: Entry) -> tuple[str | None, str | None]:
    """Check every current telephone and e-mail address; keep the mobile telephone before the others."""
    phones: dict[int, str] = {}
    emails: list[str] = []
    for number, each in enumerate(children(entry.resource, "telecom")):
        system, use, value = text(each, "system"), text(each, "use"), text(each, "value")
        where = gathering.field(entry, f"telecom[{number}].value")
        if use == "old" or not value:
            continue
        if system in {"phone", "sms"}:
            _keep_phone(gathering, where, phones, use, value)
        elif system == "email" and not EMAIL.fullmatch(value):
            gathering.wrong(where, "This is not an e-mail address.")
        elif system == "email":
            emails.append(value)
    return phones.get(min(phones, default=0)), next(iter(emails), None)


def _keep_phone(gathering: Gathering, where: str, phones: dict[int, str], use: str, value: str) -> None:
    if fault := phone_fault(value):
        gathering.wrong(where, fault)
    elif use in PHONE_ORDER:
        phones.setdefault(PHONE_ORDER.index(use), e164(value))


def _address(gathering: Gathering, entry: Entry) -> Json:
    current = [each for each in children(entry.resource, "address") if text(each, "use") not in {"old", "billing"}]
    address = next((each for each in current if text(each, "use") == "home"), next(iter(current), {}))
    abroad = text(address, "country").upper() not in {"", "AU", "AUS", "AUSTRALIA"}
    if text(address, "postalCode") and not abroad and not POSTCODE.fullmatch(text(address, "postalCode")):
        gathering.wrong(gathering.field(entry, "address.postalCode"), "An Australian postcode has four digits.")
    return address


def _general_practitioner(gathering: Gathering, entry: Entry) -> tuple[str, str | None]:
    """Give the names of the patient's practitioners, and the first e-mail address that stands with one of them."""
    names, emails = [], []
    for number, reference in enumerate(children(entry.resource, "generalPractitioner")):
        found = _follow(gathering, entry, f"generalPractitioner[{number}]", reference, REFERRERS)
        named = _full_name(*_person_first(gathering, found)) or text(found.resource, "name") if found else ""
        names.append(named or text(reference, "display"))
        emails += [text(each, "value") for each in children(found.resource, "telecom")] if found else []
    return "; ".join(filter(None, names)), next((email for email in emails if EMAIL.fullmatch(email)), None)


def _person_first(gathering: Gathering, asker: Entry) -> tuple[Entry | None, Entry]:
    return _person_and_house(gathering, asker)[0], asker


def _interpreter(patient: Json) -> str | None:
    needs = [
        flag(each, "valueBoolean") for each in children(patient, "extension") if text(each, "url") == INTERPRETER_NEEDED
    ]
    if needs == [False]:
        return None
    for each in children(patient, "communication"):
        language = child(each, "language")
        english = any(code.code.lower().startswith("en") for code in codes(language))
        if words(language) and not english and (flag(each, "preferred") or needs == [True]):
            return words(language)
    return "language not given" if needs == [True] else None


def _decision_maker(patient: Json) -> str | None:
    for contact in children(patient, "contact"):
        said = "; ".join([words(each) for each in children(contact, "relationship")])
        if DECISION_MAKER.search(said):
            return f"{_spoken_name(child(contact, 'name')) or 'name not given'} ({said})"
    return None


def _told(said: str | None) -> str | None:
    return None if said is None or said.lower().rstrip(".") in {"none", "no", "nil", "not needed", "n/a"} else said


def _person_and_house(gathering: Gathering, asker: Entry) -> tuple[Entry | None, Entry | None]:
    if asker.kind == "Practitioner":
        return asker, None
    if asker.kind == "Organization":
        return None, asker
    return (
        _linked(gathering, asker, "practitioner", "Practitioner"),
        _linked(gathering, asker, "organization", "Organization"),
    )


def _linked(gathering: Gathering, role: Entry, path: str, kind: str) -> Entry | None:
    return _follow(gathering, role, path, child(role.resource, path), (kind,))


def _follow(gathering: Gathering, near: Entry, path: str, reference: Json, kinds: tuple[str, ...]) -> Entry | None:
    """Follow a reference, unless it is only a name: then the name is all there is to read."""
    leads = text(reference, "reference") or child(reference, "identifier")
    return gathering.follow(near, path, reference, kinds) if leads else None


def _full_name(person: Entry | None, asker: Entry) -> str:
    if person:
        return _spoken_name(_current_name(person.resource))
    return text(asker.resource, "practitioner", "display")


def _spoken_name(name: Json) -> str:
    parts = (*texts(name, "prefix"), *texts(name, "given"), text(name, "family"))
    return " ".join(filter(None, parts)) or text(name, "text")


def _house_name(house: Entry | None, asker: Entry) -> str:
    return text(house.resource, "name") if house else text(asker.resource, "organization", "display")
