"""A patient nobody else is, and where anything of theirs is found: in tables, files and texts."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import select

from db.engine import Database
from db.incoming import Identifier, IncomingPatient
from db.tables import METADATA
from tests.builders.memory import read

FAMILY, GIVEN, NUMBER, NOTE = "Quillfeather", "Zephyrine", "8273645", "violet wheelbarrow at the gate"
PHONE, MEDICARE, IHI, EMAIL = "+61355504827", "29506543219", "8003608666701594", "zq@canary.example"
STREET, MAKER = "14 Osprey Nest Lane", "Barnaby Quillfeather"
CANARY = IncomingPatient(
    family_name=FAMILY,
    given_names=GIVEN,
    birth_date=date(1951, 2, 3),
    identifiers=(
        Identifier(kind="urn", value=NUMBER, assigner="S01"),
        Identifier(kind="ihi", value=IHI, assigner=""),
        Identifier(kind="medicare", value=MEDICARE, assigner=""),
    ),
    phone=PHONE,
    email=EMAIL,
    address=STREET,
    postcode="3000",
    suburb="Melbourne",
    decision_maker=MAKER,
)
WORDS = (FAMILY, GIVEN, NUMBER, NOTE, PHONE, PHONE.replace("+61", "0"), MEDICARE, IHI, EMAIL, STREET)
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


def found_in(text: object) -> list[str]:
    """Give which of the canary's words a text holds, whatever the case."""
    whole = str(text).casefold()
    return [word for word in WORDS if word.casefold() in whole]


def columns_that_hold_it(database: Database) -> set[str]:
    """Give every table and column that holds one of the canary's words."""

    def look(session: Any) -> set[str]:
        return {
            f"{table.name}.{column.name}"
            for table in METADATA.sorted_tables
            for column in table.columns
            for value in session.connection().execute(select(column)).scalars()
            if found_in(value)
        }

    return read(database, look)


def files_that_hold(folder: Path, words: Iterable[str] = WORDS, *, but: str = "neurolist.sqlite3") -> list[str]:
    """Give the files below a folder that hold one of these words, packed or not; the memory itself is left out."""
    wanted = [word.casefold().encode() for word in words]
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(but)]
    return [
        str(path.relative_to(folder))
        for path in paths
        if any(word in text.lower() for text in _texts(path.read_bytes()) for word in wanted)
    ]


def _texts(raw: bytes) -> Iterator[bytes]:
    yield raw
    if raw.startswith(b"\x1f\x8b"):
        yield gzip.decompress(raw)
    for packed in STREAM.findall(raw):
        try:
            yield zlib.decompress(packed)
        except zlib.error:
            continue
