"""Files named in one command are read together: what may be stored comes out, and why the rest may not."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from db.incoming import IncomingReferral
from flows.intake.bundle import Opened, open_document
from flows.intake.csv_file import read_rows
from flows.intake.fhir_files import REFERRAL, read_fhir
from flows.intake.files import MOST_REFERRALS, read_text
from flows.intake.json_text import UnreadableError, read_json
from flows.intake.library import Entry
from flows.intake.reading import Outcome, Reading, Refusal

__all__ = ["Reading", "Refusal", "read_files"]

HOME_ZONE = "Australia/Melbourne"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    """What one file held before any referral is read: FHIR entries, rows of a CSV, or only refusals."""

    entries: tuple[Entry, ...] = ()
    outcomes: tuple[Outcome, ...] = ()


def read_files(paths: Sequence[Path | str], received_on: date, zone: str = HOME_ZONE) -> Reading:
    """Read referral files received on a day; references are followed from each file into all the others.

    Never raises for what a file holds: every fault is a refusal. `zone` is where a moment in a file becomes a day.
    The same referral twice comes out once; of two that bear one order number and differ, the second is refused.
    """
    loaded = [_load(name, path, received_on) for name, path in _named(paths)]
    entries = [entry for each in loaded for entry in each.entries]
    outcomes = [outcome for each in loaded for outcome in each.outcomes]
    outcomes.extend(read_fhir(entries, received_on, ZoneInfo(zone)))
    order = {name: place for place, (name, _) in enumerate(_named(paths))}
    return _reading(sorted(outcomes, key=lambda outcome: order[outcome.file]))


def _named(paths: Sequence[Path | str]) -> Iterator[tuple[str, Path]]:
    """Call each file by its bare name, or by its whole path where two share a name; a file named twice is read once."""
    unique = list(dict.fromkeys(Path(path) for path in paths))
    shared = Counter(path.name for path in unique)
    for path in unique:
        yield path.name if shared[path.name] == 1 and path.name else str(path), path


def _load(name: str, path: Path, received_on: date) -> _Loaded:
    try:
        file = read_text(path)
        if file.form == "csv":
            return _Loaded(outcomes=tuple(read_rows(name, file.content, received_on)))
        return _loaded(name, open_document(name, read_json(file.content)))
    except UnreadableError as error:
        return _refused(name, "", "", str(error))


def _loaded(name: str, opened: Opened) -> _Loaded:
    if sum(entry.kind == REFERRAL for entry in opened.entries) > MOST_REFERRALS:
        return _refused(name, "", "", f"The file holds more than {MOST_REFERRALS:,} referrals; split it.")
    faults = (_refused(name, *fault).outcomes[0] for fault in opened.faults)
    return _Loaded(entries=opened.entries, outcomes=tuple(faults))


def _refused(file: str, entry: str, field: str, says: str) -> _Loaded:
    refusal = Refusal(file=file, entry=entry, field=field, fault=says)
    return _Loaded(outcomes=(Outcome(file=file, entry=entry, refusals=(refusal,)),))


def _reading(outcomes: Iterable[Outcome]) -> Reading:
    first: dict[str, IncomingReferral] = {}
    refusals: list[Refusal] = []
    for outcome in outcomes:
        refusals.extend(outcome.refusals)
        if outcome.referral is None:
            continue
        earlier = first.setdefault(outcome.referral.key, outcome.referral)
        if not _same(earlier, outcome.referral):
            refusals.append(_clash(outcome, earlier))
    return Reading(referrals=tuple(first.values()), refusals=tuple(refusals))


def _same(one: IncomingReferral, other: IncomingReferral) -> bool:
    return dataclasses.replace(one, source="") == dataclasses.replace(other, source="")


def _clash(outcome: Outcome, earlier: IncomingReferral) -> Refusal:
    says = f"This is the same referral as {earlier.source}, and the two differ; import the right one by itself."
    return Refusal(file=outcome.file, entry=outcome.entry, field="", fault=says)
