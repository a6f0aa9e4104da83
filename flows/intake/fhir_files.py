"""The FHIR files of one command become referrals, and a refusal for everything in them that did not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from zoneinfo import ZoneInfo

from flows.intake.fhir import read_request
from flows.intake.fhir_evidence import KINDS
from flows.intake.finish import finish
from flows.intake.gathering import Gathering
from flows.intake.library import Entry, Library
from flows.intake.reading import Outcome, Refusal

REFERRAL = "ServiceRequest"
SUPPORTING = KINDS | {
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Organization",
    "Coverage",
    "RelatedPerson",
    "Medication",
    "ImagingStudy",
}
# Steps and bookings in another system. They may travel with a referral, and they are never read.
WORKFLOW = frozenset({"Appointment", "AppointmentResponse", "Schedule", "Slot", "Task"})
ONLY_REFERRALS = "Neurolist imports referrals only."


def read_fhir(entries: Iterable[Entry], received_on: date, zone: ZoneInfo) -> Iterator[Outcome]:
    """Give one outcome for each referral, then one for each resource no referral has a use for."""
    library = Library(entries)
    uses: dict[str, list[Outcome]] = {}
    for entry in library.entries:
        if entry.kind == REFERRAL:
            outcome = _referral(Gathering(library, entry, received_on, zone))
            for used in library.reached(entry):
                uses.setdefault(used.content, []).append(outcome)
            yield outcome
    with_referrals = {entry.file for entry in library.entries if entry.kind == REFERRAL}
    for entry in library.entries:
        if refusal := _left_over(entry, uses.get(entry.content, []), with_referrals):
            yield Outcome(file=entry.file, entry=entry.place, refusals=(refusal,))


def _referral(gathering: Gathering) -> Outcome:
    entry = gathering.origin
    draft = read_request(gathering, f"{entry.file}, {entry.place}")
    referral = finish(draft, gathering, gathering.received_on)
    refusals = (
        Refusal(file=entry.file, entry=entry.place, field=where, fault=says) for where, says in gathering.faults
    )
    return Outcome(file=entry.file, entry=entry.place, referral=referral, refusals=tuple(refusals))


def _left_over(entry: Entry, users: list[Outcome], with_referrals: set[str]) -> Refusal | None:
    """Say why a resource that is no referral was not used; None when it was, or when it only travels with one."""
    if entry.kind == REFERRAL or any(user.referral for user in users):
        return None
    if users:
        return None if any(user.file == entry.file for user in users) else _refusal(entry, _of_a_refused_one(users))
    if entry.faults:
        where, says = entry.faults[0]
        return _refusal(entry, says, where)
    if entry.kind in SUPPORTING:
        return _refusal(entry, _unused(entry, travels=entry.file in with_referrals))
    travels = entry.file in with_referrals and entry.kind not in WORKFLOW
    return None if travels else _refusal(entry, f"This is {_a(entry.kind)}. {ONLY_REFERRALS}")


def _unused(entry: Entry, *, travels: bool) -> str:
    if travels:
        return "No referral in these files refers to it."
    if entry.bundled:
        return f"No referral refers to this {entry.kind}; import it together with the referral that does."
    return (
        f"This file holds {_a(entry.kind)} and no {REFERRAL}; import it together with the referral that refers to it."
    )


def _of_a_refused_one(users: list[Outcome]) -> str:
    return f"The referral that refers to it was refused ({users[0].file}, {users[0].entry})."


def _refusal(entry: Entry, says: str, where: str = "") -> Refusal:
    return Refusal(file=entry.file, entry=entry.place, field=where, fault=says)


def _a(kind: str) -> str:
    return f"an {kind}" if kind[:1] in "AEIO" else f"a {kind}"
