"""What reading files gives: the referrals that may be stored, and a sentence for everything that was refused."""

from __future__ import annotations

from dataclasses import dataclass

from db.incoming import IncomingReferral


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One fault that kept something out: the file, the entry or line in it, the field, and what is wrong.

    Entry and field are empty when the fault is of the whole file or the whole entry. No text repeats a name or a
    record number out of the file.
    """

    file: str
    entry: str
    field: str
    fault: str

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.entry, self.field) if part)
        return f"{where}: {self.fault}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one entry: a referral, or the refusals that kept it out."""

    file: str = ""
    entry: str = ""
    referral: IncomingReferral | None = None
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that some files gave, in the order of the files."""

    referrals: tuple[IncomingReferral, ...]
    refusals: tuple[Refusal, ...]

    @property
    def refused(self) -> int:
        """Count the entries refused; one entry may have several faults."""
        return len({(refusal.file, refusal.entry) for refusal in self.refusals})
