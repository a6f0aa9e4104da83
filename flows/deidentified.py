"""Cases without their patients: pseudonyms of one export, weeks shifted per patient, and nobody in a cell of a few.

What few share is withheld, column by column, until at least five patients share the rest; who still stands out is left
out. The key is made for one export and kept nowhere, so that two exports cannot be joined by it.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TextIO

from db.export_rows import CaseToExport
from scheduler.errors import BadInputError

FEWEST = 5  # patients who must share what a row says, or a cell counts
WITHHELD = ""
FEW = f"fewer than {FEWEST}"
KEY_BYTES = 32
SHIFT_AT_MOST = timedelta(days=182)
YOUNGEST_BAND, OLDEST_BAND, BAND = 30, 90, 10  # years
# What somebody may know of a patient, in the order in which it is withheld.
KNOWN = ("age", "sex", "funding", "side", "technique", "cancer", "urgency", "target")
WEEKS = ("received", "listed_test", "done_test", "listed_neurolysis", "done_neurolysis", "ended")
README = """Cases without names, exported from Neurolist for: {purpose}

cases.csv   one row for each case. `case` is a pseudonym made for this export alone. Weeks are named by their Monday and
            shifted by the same time for each patient, so that only how long things took can be read from them. An empty
            field is withheld or not known: at least {fewest} patients share what a row says of them.
counts.csv  cases by target and category; `{few}` also hides one other cell where it could be worked out.
Left out    {left_out}, where too few patients are alike. No free text, site, staff or record number is in it.
"""
Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export holds: its rows, its counts, and in words how many cases are left out."""

    cases: tuple[Row, ...]
    counts: tuple[Row, ...]
    left_out: str


def without_names(found: Sequence[CaseToExport], key: bytes) -> Exported:
    """Make cases safe to hand out, under a key that is used for this alone."""
    patients = {_pseudonym(key, one.case): one.patient for one in found}
    rows = [_row(one, key) for one in found]
    for column in KNOWN:
        small = _few(rows, patients)
        rows = [{**row, column: WITHHELD} if row["case"] in small else row for row in rows]
    small = _few(rows, patients)
    left = len(small)
    kept = sorted((row for row in rows if row["case"] not in small), key=lambda row: row["case"])
    words = "no case" if not left else f"{FEW} cases" if left < FEWEST else f"{left} cases"
    return Exported(cases=tuple(kept), counts=_counts(found), left_out=words)


def write_export(export: Exported, folder: Path, *, purpose: str) -> None:
    """Write an export into a new folder that only its owner reads."""
    if folder.exists() and any(folder.iterdir()):
        raise BadInputError.of("folder", f"{folder} is not empty. Name a folder that is new or empty.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write_table(folder / "cases.csv", ("case", *KNOWN, "stands", *WEEKS), export.cases)
    _write_table(folder / "counts.csv", ("target", "urgency", "cases"), export.counts)
    says = README.format(purpose=purpose, fewest=FEWEST, few=FEW, left_out=export.left_out)
    _write(folder / "README.txt", lambda file: file.write(says))


def age_band(born: date, on: date) -> str:
    """Give the ten years somebody's age falls into, wide at both ends."""
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    if age < YOUNGEST_BAND:
        return f"under {YOUNGEST_BAND}"
    if age >= OLDEST_BAND:
        return f"{OLDEST_BAND} and over"
    start = age // BAND * BAND
    return f"{start}-{start + BAND - 1}"


def _row(one: CaseToExport, key: bytes) -> Row:
    shift = _shift(key, one.patient)
    weeks = {name: _monday(one.days[name] + shift) if name in one.days else "" for name in WEEKS}
    return {
        "case": _pseudonym(key, one.case),
        "age": age_band(one.birth_date, one.days["received"]),
        "sex": one.sex,
        "funding": one.funding,
        "side": one.side,
        "technique": one.technique,
        "cancer": "yes" if one.cancer else "no",
        "urgency": one.urgency,
        "target": one.target,
        "stands": one.state,
        **weeks,
    }


def _few(rows: Iterable[Row], patients: Mapping[str, str]) -> frozenset[str]:
    """Give the cases whose known values fewer patients share than must."""
    alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in rows:
        alike[tuple(row[name] for name in KNOWN)].append(row["case"])
    small = (cases for cases in alike.values() if len({patients[case] for case in cases}) < FEWEST)
    return frozenset(case for cases in small for case in cases)


def _counts(found: Sequence[CaseToExport]) -> tuple[Row, ...]:
    """Count the cases by target and category; one hidden cell hides the next smallest with it."""
    counted = Counter((one.target, one.urgency) for one in found)
    hidden = {cell for cell, number in counted.items() if number < FEWEST}
    if len(hidden) == 1 and len(counted) > 1:
        hidden.add(min(counted.keys() - hidden, key=lambda cell: (counted[cell], cell)))
    return tuple(
        {"target": target, "urgency": urgency, "cases": FEW if (target, urgency) in hidden else str(number)}
        for (target, urgency), number in sorted(counted.items())
    )


def _pseudonym(key: bytes, case: str) -> str:
    return hmac.new(key, b"case " + case.encode(), hashlib.sha256).hexdigest()[:16]


def _shift(key: bytes, patient: str) -> timedelta:
    drawn = int.from_bytes(hmac.new(key, b"shift " + patient.encode(), hashlib.sha256).digest()[:8])
    return timedelta(days=drawn % (2 * SHIFT_AT_MOST.days + 1)) - SHIFT_AT_MOST


def _monday(on: date) -> str:
    return (on - timedelta(days=on.weekday())).isoformat()


def _write_table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    def fill(file: TextIO) -> None:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

    _write(path, fill)


def _write(path: Path, fill: Callable[[TextIO], object]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        fill(file)
