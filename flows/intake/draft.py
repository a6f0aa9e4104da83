"""A referral while it is being read: what was found so far, and what was found wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from db.incoming import IncomingPatient, IncomingReferrer
from flows.intake.evidence_kinds import Group
from scheduler.vocabulary import Funding, Laterality, Target, Technique, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One report or letter that came with the referral: `key` is R1, R2 or R3, `where` is its field in the file.

    `single` marks one result out of a report, which is not worth a line of its own in the note.
    """

    key: str
    dated: date | None
    title: str
    where: str
    reference: str = ""
    groups: frozenset[Group] = frozenset()
    single: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the referral says of the patient's illness. None or empty means it does not say.

    `medicines` is None when nothing was said of medicines, and empty when the sender says there are none.
    """

    diagnosis: str = ""
    cancer: bool | None = None
    pain_site: str = ""
    pain_score: int | None = None
    opioid_dose_mg: int | None = None
    tried: str = ""
    medicines: tuple[str, ...] | None = None
    allergies: str | None = None
    devices: str | None = None
    renal_function: str = ""
    sedation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything read of one referral; `order` is its number at the sender, empty when it has none."""

    source: str
    patient: IncomingPatient
    referrer: IncomingReferrer
    target: Target
    technique: Technique | None
    laterality: Laterality | None
    urgency: Urgency | None
    funding: Funding
    funding_stated: bool
    written_on: date | None
    history: History
    note: str
    evidence: tuple[Evidence, ...]
    order: str


class Findings:
    """The faults and remarks gathered while one referral is read; a referral with a fault is refused."""

    def __init__(self) -> None:
        self.faults: list[tuple[str, str]] = []
        self.remarks: list[str] = []

    def wrong(self, where: str, says: str | None) -> None:
        """Record a fault once; None is no fault."""
        if says and (where, says) not in self.faults:
            self.faults.append((where, says))

    def remark(self, says: str) -> None:
        """Record something the reader of the referral should know."""
        if says not in self.remarks:
            self.remarks.append(says)
