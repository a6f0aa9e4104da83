"""Which of the seven required items R1 to R7 came with a referral, and a sentence for each that did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from db.incoming import IncomingItem
from flows.intake.draft import Draft, Evidence
from flows.intake.evidence_kinds import Group
from scheduler.vocabulary import Funding

# A person who pays for themselves, or whom Medicare does not cover, has no number to give.
WITHOUT_A_NUMBER = {Funding.SELF_FUNDED, Funding.MEDICARE_INELIGIBLE, Funding.TAC, Funding.WORKSAFE}
FUNDING_NUMBERS = {"medicare", "dva", "fund"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Required:
    """The items that came, the missing keys with a sentence for each, and the reports no item stands for."""

    items: tuple[IncomingItem, ...]
    missing: tuple[str, ...]
    says: tuple[str, ...]
    spare: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """One of the seven: the item and the reports it stands for, or the sentence that says what is missing."""

    key: str
    item: IncomingItem | None = None
    says: str = ""
    used: tuple[Evidence, ...] = ()


def required_items(draft: Draft) -> Required:
    """Sort the seven items into those that came whole, at most one for each key, and those that did not."""
    seven = tuple(_each_item(draft))
    lacking = [found for found in seven if found.item is None]
    used = [report for found in seven for report in found.used]
    return Required(
        items=tuple(found.item for found in seven if found.item is not None),
        missing=tuple(found.key for found in lacking),
        says=tuple(found.says for found in lacking),
        spare=tuple(report for report in draft.evidence if report not in used and not report.single),
    )


def _each_item(draft: Draft) -> Iterator[_Found]:
    yield _document(draft, "R1", "No report of a CT, MRI or PET came with the referral.")
    yield _bloods(draft)
    yield _document(draft, "R3", "No record of a consultation with another specialist came with the referral.")
    yield _stated(draft, "R4", draft.history.diagnosis, _lacking_history(draft))
    yield _stated(draft, "R5", _safety_title(draft), _lacking_safety(draft))
    yield _stated(draft, "R6", "Identity, contact and funding", _lacking_identity(draft))
    yield _stated(draft, "R7", draft.referrer.name, _lacking_referrer(draft))


def _document(draft: Draft, key: str, absent: str) -> _Found:
    reports = [report for report in draft.evidence if report.key == key]
    dated = [(report.dated, report) for report in reports if report.dated]
    if not dated:
        return _Found(key=key, says=f'"{reports[0].title}" came without a full date.' if reports else absent)
    day, latest = max(dated, key=lambda pair: pair[0])
    item = IncomingItem(key=key, dated=day, title=latest.title, reference=latest.reference)
    return _Found(key=key, item=item, used=(latest,))


def _bloods(draft: Draft) -> _Found:
    latest = _latest_by_group(draft.evidence)
    if absent := [group.value for group in Group if group not in latest]:
        return _Found(key="R2", says=f"No dated result for {_and(absent)} came with the referral.")
    # The set is only as recent as its oldest part.
    oldest = min(day for day, _ in latest.values())
    reports = tuple(dict.fromkeys(report for _, report in latest.values()))
    titles = "; ".join(dict.fromkeys(report.title for report in reports))
    references = "; ".join(dict.fromkeys(report.reference for report in reports if report.reference))
    return _Found(key="R2", item=IncomingItem(key="R2", dated=oldest, title=titles, reference=references), used=reports)


def _latest_by_group(evidence: tuple[Evidence, ...]) -> dict[Group, tuple[date, Evidence]]:
    latest: dict[Group, tuple[date, Evidence]] = {}
    for report in evidence:
        for group in sorted(report.groups):
            if report.dated and (group not in latest or report.dated > latest[group][0]):
                latest[group] = (report.dated, report)
    return latest


def _stated(draft: Draft, key: str, title: str, lacking: list[str]) -> _Found:
    if lacking:
        return _Found(key=key, says=f"The referral does not give {_and(lacking)}.")
    return _Found(key=key, item=IncomingItem(key=key, dated=draft.written_on, title=title))


def _lacking_history(draft: Draft) -> list[str]:
    given = {
        "the diagnosis": draft.history.diagnosis,
        "the site of the pain": draft.history.pain_site,
        "a pain score": draft.history.pain_score is not None,
        "the opioid dose (0 if none)": draft.history.opioid_dose_mg is not None,
        "what has been tried": draft.history.tried,
    }
    return [what for what, said in given.items() if not said]


def _lacking_safety(draft: Draft) -> list[str]:
    given = {
        "medicines (or that there are none)": draft.history.medicines is not None,
        "allergies (or that there are none)": draft.history.allergies,
        "kidney function": draft.history.renal_function or Group.KIDNEY in _latest_by_group(draft.evidence),
        "implanted devices (or that there are none)": draft.history.devices,
    }
    return [what for what, said in given.items() if not said]


def _lacking_identity(draft: Draft) -> list[str]:
    numbers = {identifier.kind for identifier in draft.patient.identifiers}
    funded = numbers & FUNDING_NUMBERS or (draft.funding_stated and draft.funding in WITHOUT_A_NUMBER)
    given = {
        "a telephone number for the patient": draft.patient.phone,
        "a Medicare, DVA or fund number": funded,
        "the general practitioner": draft.patient.general_practitioner,
    }
    return [what for what, said in given.items() if not said]


def _lacking_referrer(draft: Draft) -> list[str]:
    given = {
        "the referrer's name": draft.referrer.name,
        "the referrer's provider number": draft.referrer.provider_number,
        "the date it was written": draft.written_on,
    }
    return [what for what, said in given.items() if not said]


def _safety_title(draft: Draft) -> str:
    medicines = ", ".join(draft.history.medicines or ()) or "none"
    return f"Medicines: {medicines}; allergies: {draft.history.allergies}; devices: {draft.history.devices}"


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
