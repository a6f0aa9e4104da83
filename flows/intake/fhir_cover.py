"""Who pays: the covers a FHIR referral names, and the numbers on them."""

from __future__ import annotations

import re

from db.incoming import Identifier
from flows.intake.element import Json, all_words, child, children, codes, text
from flows.intake.fhir_identifiers import fund_membership, person_identifiers
from flows.intake.gathering import Gathering
from flows.intake.library import Entry
from scheduler.vocabulary import Funding

ACT_CODES = {
    "PUBLICPOL": Funding.PUBLIC,
    "EHCPOL": Funding.PRIVATE,
    "HIP": Funding.PRIVATE,
    "VET": Funding.DVA,
    "WCBPOL": Funding.WORKSAFE,
    "pay": Funding.SELF_FUNDED,
}
# Looked for in this order: "Veterans' Affairs (public)" is DVA, "TAC" is not a private fund.
FUNDING_WORDS = {
    Funding.DVA: r"\bdva\b|veteran",
    Funding.TAC: r"\btac\b|transport accident",
    Funding.WORKSAFE: r"work ?safe|work ?cover|workers.? compensation",
    Funding.MEDICARE_INELIGIBLE: r"ineligible",
    Funding.SELF_FUNDED: r"\bself[ -](pay|fund)|uninsured",
    Funding.PRIVATE: r"private|health fund|hospital cover|insur",
    Funding.PUBLIC: r"medicare|public|bulk bill",
}
STATUSES = frozenset({"active", "cancelled", "draft", "entered-in-error"})


def read_covers(gathering: Gathering, patient: Entry) -> tuple[Funding | None, tuple[Identifier, ...]]:
    """Give who pays, by the first cover named, and the numbers on all the covers; None when no cover was sent."""
    covers = [cover for cover in _covers(gathering, patient) if _counts(gathering, cover, patient)]
    classes = [found for cover in covers if (found := _funding(gathering, cover))]
    numbers = tuple(number for cover in covers for number in _numbers(gathering, cover))
    _check_same_card(gathering, patient, covers)
    for other in dict.fromkeys(classes[1:]):
        if other is not classes[0]:
            gathering.remark(f"Also covered: {other.label}")
    return (classes[0] if classes else None), numbers


def _covers(gathering: Gathering, patient: Entry) -> list[Entry]:
    origin = gathering.origin
    named = []
    for number, reference in enumerate(children(origin.resource, "insurance")):
        named.append(gathering.follow(origin, f"insurance[{number}]", reference, ("Coverage",)))
    beside = [entry for entry in gathering.library.about(patient) if entry.kind == "Coverage"]
    taken = [gathering.take(entry, entry.label, ("Coverage",)) for entry in beside]
    unique = {cover.content: cover for cover in (*named, *taken) if cover}
    return list(unique.values())


def _counts(gathering: Gathering, cover: Entry, patient: Entry) -> bool:
    status = text(cover.resource, "status")
    if status not in STATUSES:
        gathering.wrong(gathering.field(cover, "status"), f'"{status[:40]}" is not a status FHIR knows for a cover.')
    if not is_about(gathering, cover, patient):
        gathering.wrong(gathering.field(cover, "beneficiary"), "This cover is another patient's.")
    end = gathering.day(cover, "period.end", text(cover.resource, "period", "end"))
    if status != "active":
        gathering.remark(f"Cover not counted, its status is {status}: {_name(cover.resource)}")
    elif end and end < gathering.received_on:
        gathering.remark(f"Cover not counted, it has ended: {_name(cover.resource)}")
        return False
    return status == "active"


def is_about(gathering: Gathering, entry: Entry, patient: Entry) -> bool:
    """Say whether a resource is about this patient; one that names nobody is about whoever it was sent with."""
    reference = entry.about
    if not text(reference, "reference") and not child(reference, "identifier"):
        return True
    found = gathering.library.find(reference, entry).entry
    if found is None:
        return text(reference, "reference") in _own_references(gathering)
    return found.content == patient.content


def _own_references(gathering: Gathering) -> set[str]:
    return {text(gathering.origin.resource, "subject", "reference")}


def _funding(gathering: Gathering, cover: Entry) -> Funding | None:
    kind = child(cover.resource, "type")
    for code in codes(kind):
        if code.code in ACT_CODES:
            return ACT_CODES[code.code]
    said = f"{all_words(kind)} {_name(cover.resource)}".lower()
    found = next((funding for funding, pattern in FUNDING_WORDS.items() if re.search(pattern, said)), None)
    if found is None:
        gathering.remark(f"Cover of an unknown kind: {_name(cover.resource)}")
    return found


def _name(cover: Json) -> str:
    payors = [text(payor, "display") for payor in children(cover, "payor")]
    return ", ".join(filter(None, payors)) or all_words(child(cover, "type")) or "no payor named"


def _numbers(gathering: Gathering, cover: Entry) -> tuple[Identifier, ...]:
    member = fund_membership(cover) if _funding(gathering, cover) is Funding.PRIVATE else ()
    return (*person_identifiers(gathering, cover), *member)


def _check_same_card(gathering: Gathering, patient: Entry, covers: list[Entry]) -> None:
    """Two Medicare cards for one patient mean that something belongs to somebody else."""
    own = _cards(gathering, patient)
    for cover in covers:
        if own and (other := _cards(gathering, cover)) and not own & other:
            gathering.wrong(gathering.field(cover, "identifier"), "This Medicare card is not the patient's own.")


def _cards(gathering: Gathering, entry: Entry) -> set[str]:
    # The first nine digits name the card's holder; issue and reference numbers change when a card is renewed.
    return {each.value[:9] for each in person_identifiers(gathering, entry) if each.kind == "medicare"}
