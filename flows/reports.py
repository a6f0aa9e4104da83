"""What an import says it did."""

from __future__ import annotations

from dataclasses import dataclass

from flows.intake.reading import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReferral:
    """One referral that was kept, by its case; `missing` are the required items that did not come with it.

    `cautions` say what else there is of the same patient.
    """

    ref: str
    missing: tuple[str, ...]
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What became of the referrals of some files; `refused` has a line for every fault."""

    imported: tuple[KeptReferral, ...]
    unchanged: tuple[str, ...]
    refused: tuple[Refusal, ...]
