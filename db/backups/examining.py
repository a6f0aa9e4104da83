"""Examining a restored database: whole, guarded, its trail unbroken, nothing booked twice, nothing missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from db import anchors, migrations, reencrypting
from db.anchors import Anchor
from db.backups.manifest import Manifest, contents_of
from db.engine import Database
from scheduler.errors import NeurolistError

# Written apart from the guards it checks, so that one mistake cannot hide in both.
OVERLAPS = """SELECT COUNT(*) FROM claim AS one JOIN claim AS other ON other.kind = one.kind
  AND other.resource_id = one.resource_id AND other.id > one.id
  AND other.start < one."end" AND one.start < other."end" WHERE one.active AND other.active"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at: what, whether it is as it should be, and in words."""

    what: str
    good: bool
    says: str


def examine(database: Database, manifest: Manifest, known: Iterable[Anchor] = ()) -> tuple[Finding, ...]:
    """Look at everything a restored database must be; `known` are the anchors it should agree with."""
    checks: Mapping[str, Callable[[], str]] = {
        "integrity": lambda: _integrity(database),
        "trail": lambda: _trail(database, manifest, known),
        "overlaps": lambda: _overlaps(database),
        "rows": lambda: _rows(database, manifest),
        "guards": lambda: _guards(database, manifest),
        "encryption": lambda: _encryption(database),
    }
    return tuple(_tried(what, check) for what, check in checks.items())


def _tried(what: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, good=True, says=check())
    except NeurolistError as fault:
        return Finding(what=what, good=False, says=str(fault))


def _integrity(database: Database) -> str:
    """PostgreSQL builds every index and constraint anew as it restores, so only SQLite's file has to be walked."""
    if not database.is_sqlite:
        return "Every index and constraint was built anew."
    with database.reading() as session:
        found = list(_faults_of_file(session.connection()))
    if found:
        raise NeurolistError(f"The database file is damaged: {found[0]}.")
    return "The database file is whole, and every reference leads to a row."


def _faults_of_file(connection: Connection) -> Iterator[str]:
    for (said,) in connection.exec_driver_sql("PRAGMA integrity_check(1)"):
        if said != "ok":
            yield str(said)
    for table, *_ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"a row of {table} refers to a row that is not there"


def _guards(database: Database, manifest: Manifest) -> str:
    """A backup of an older version is brought to the newest shape first, as the first command would do."""
    if manifest.contents.schema != migrations.newest():
        database.prepare(manifest.made_at)
        return f"The tables were brought up from revision {manifest.contents.schema}, and every guard is in place."
    database.check_guards()
    return "Every guard of the database is in place and refuses what it should."


def _trail(database: Database, manifest: Manifest, known: Iterable[Anchor]) -> str:
    ends = Anchor(seq=manifest.contents.seq, seal=manifest.contents.seal, at=manifest.made_at)
    expected = {seq: seal for seq, seal in anchors.still_expected(known).items() if seq <= ends.seq}
    found = database.verify_trail(anchors=expected)
    if found.fault:
        raise NeurolistError(found.fault)
    if (found.rows, found.seal) != (ends.seq, ends.seal):
        raise NeurolistError(f"The trail ends at row {found.rows}, and the manifest says {ends.seq}.")
    also = f", with {len(expected)} anchors on it" if expected else ""
    return f"All {found.rows} rows of the audit trail hold{also}."


def _overlaps(database: Database) -> str:
    with database.reading() as session:
        connection = session.connection()
        found = int(connection.execute(text(OVERLAPS)).scalar_one())
        claims = int(connection.execute(text("SELECT COUNT(*) FROM claim WHERE active")).scalar_one())
    if found:
        raise NeurolistError(f"{found} pairs of bookings, leave or services overlap, which the guards never let in.")
    return f"None of {claims} claims overlap."


def _encryption(database: Database) -> str:
    found = reencrypting.verify(database)
    if found.faults:
        raise NeurolistError(f"{len(found.faults)} rows cannot be opened; the first: {found.faults[0]}")
    return f"All {found.encrypted} encrypted rows open and are what they were."


def _rows(database: Database, manifest: Manifest) -> str:
    with database.reading() as session:
        found = contents_of(session.connection())
    wanted = manifest.contents
    if found.schema != wanted.schema:
        raise NeurolistError(f"The tables are of revision {found.schema}, and the manifest says {wanted.schema}.")
    wrong = sorted(name for name in {*found.rows, *wanted.rows} if found.rows.get(name) != wanted.rows.get(name))
    if wrong:
        name = wrong[0]
        raise NeurolistError(
            f"{name} has {found.rows.get(name, 0)} rows, and the manifest says {wanted.rows.get(name, 0)}."
        )
    return f"All {sum(found.rows.values())} rows of {len(found.rows)} tables are there."
