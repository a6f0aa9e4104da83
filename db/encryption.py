"""Encrypted rows as they stand in the database: begun with a key, checked at start-up, brought to another key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, column, delete, func, insert, or_, select, table, text, update

from db import data_keys, guards
from db.cipher import KEY_ID_LETTERS, Cipher
from db.errors import MemoryFaultError, UnguardedMemoryError
from db.settings import MemorySettings
from db.tables.base import METADATA
from db.tables.encrypted import PROOF, PROTECTED, EncryptedDocument, Protected

PROBE, PROBE_AT = "neurolist", "data_key.probe"
ROWS_AT_ONCE = 200
_KEYS = METADATA.tables["data_key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many rows of one table are encrypted with the key in use, with an older one, and not at all."""

    table: str
    current: int
    older: int
    plain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a look at every protected row found: how many are encrypted and plain, and each that is not as it was."""

    encrypted: int
    plain: int
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What one batch did: how many rows it wrote, and where the next one goes on; None where nothing is left."""

    rows: int
    last: str | None


def see_to_key(connection: Connection, cipher: Cipher, settings: MemorySettings) -> bool:
    """Have a data key at hand, before anything is written; says whether nothing was ever encrypted here.

    None is made in place of one that values are encrypted with.
    """
    new = not connection.dialect.has_table(connection, str(_KEYS.name))
    if not new:
        check(connection, cipher)
    data_keys.make(settings)
    cipher.look_again()
    return new


def begin(connection: Connection, cipher: Cipher, *, first: bool) -> None:
    """Note which data key is in use; the `first` time, encrypt what always must be.

    Only then: whatever is found in the clear later was not written by us, and must not become ours.
    """
    check(connection, cipher)
    register(connection, cipher)
    for kept in PROTECTED.values() if first else ():
        if kept.always:
            _encrypt_all(connection, cipher, kept)


def check(connection: Connection, cipher: Cipher) -> None:
    """Raise UnguardedMemoryError, saying what to do, unless every key that values were encrypted with is at hand."""
    for id_, probe in registered(connection).items():
        if cipher.key(id_) is None:
            if id_ not in keys_in_use(connection):
                continue  # nothing is lost with it
            here = f"the one in use here is {cipher.keys[0].id}" if cipher.keys else "none is"
            raise UnguardedMemoryError(
                f"The data key {id_} is not at hand ({here}), and this database holds values that nothing else opens. "
                "Nothing is served until it is back: put data.key and data-keys into the home folder from the copy "
                "that was put away, or set NEUROLIST_DATA_KEY. Where no copy is left, see docs/encryption.md."
            )
        if cipher.open(PROBE_AT, probe) != PROBE:
            raise UnguardedMemoryError(f"The data key {id_} opens something else than it closed. Restore a backup.")


def registered(connection: Connection) -> dict[str, str]:
    """Give the id of every key that values may be encrypted with, and the text that only it opens."""
    return {row.key_id: row.probe for row in connection.execute(select(_KEYS.c.key_id, _KEYS.c.probe))}


def register(connection: Connection, cipher: Cipher) -> None:
    """Note that values may be encrypted with the key in use from now on."""
    if cipher.current.id not in registered(connection):
        probe = cipher.encrypt(PROBE_AT, PROBE)
        connection.execute(insert(_KEYS).values(key_id=cipher.current.id, probe=probe))


def keys_in_use(connection: Connection) -> list[str]:
    """Give the id of every key that some row is encrypted with; none in tables of an older revision."""
    if not connection.dialect.has_table(connection, str(_KEYS.name)):
        return []
    found: set[str] = set()
    for kept in PROTECTED.values():
        proof: ColumnElement[Any] = column(PROOF)
        asked = select(func.substr(proof, 1, KEY_ID_LETTERS)).select_from(table(kept.name)).where(proof.is_not(None))
        if PROOF in {one["name"] for one in connection.dialect.get_columns(connection, kept.name)}:
            found.update(connection.execute(asked.distinct()).scalars())
    return sorted(found)


def forget_unused(connection: Connection, cipher: Cipher) -> None:
    """Note that no value is encrypted with an older key any more; their files stay, for old backups."""
    if all(state.older == 0 for state in standing(connection, cipher)):
        connection.execute(delete(_KEYS).where(_KEYS.c.key_id != cipher.current.id))


def standing(connection: Connection, cipher: Cipher) -> tuple[Standing, ...]:
    """Count how every protected table stands."""
    found = []
    for kept in PROTECTED.values():
        proof = kept.table.c[PROOF]
        mine = func.count().filter(proof.like(f"{cipher.current.id}:%"))
        every, current, proven = connection.execute(select(func.count(), mine, func.count(proof))).one()
        found.append(
            Standing(table=kept.name, current=int(current), older=int(proven - current), plain=int(every - proven))
        )
    return tuple(found)


def is_left(connection: Connection, cipher: Cipher) -> bool:
    """Say whether any row is not yet as it should be."""
    asked = (select(1).select_from(kept.table).where(_not_as_wanted(kept, cipher)) for kept in PROTECTED.values())
    return any(connection.execute(one.limit(1)).first() is not None for one in asked)


def caution(connection: Connection, cipher: Cipher) -> str:
    """Say that the rows do not follow the setting, told from the few that say who people are; "" while they do."""
    proofs = [PROTECTED[name].table.c[PROOF] for name in ("patient_identity", "practitioner_identity")]
    wrong = [proof.is_(None) if cipher.identity else proof.is_not(None) for proof in proofs]
    if not any(connection.execute(select(1).where(one).limit(1)).first() for one in wrong):
        return ""
    if cipher.identity:
        return (
            "Some names and numbers are still in the clear, or a process writes without NEUROLIST_ENCRYPT_IDENTITY. "
            "Run: neurolist encrypt on"
        )
    return (
        "Some names and numbers are encrypted, and this process would write them in the clear again. Set "
        "NEUROLIST_ENCRYPT_IDENTITY=true, or run: neurolist encrypt off"
    )


def _encrypt_all(connection: Connection, cipher: Cipher, kept: Protected) -> None:
    for row in connection.execute(select(kept.table).where(kept.table.c[PROOF].is_(None))).mappings().all():
        _write(connection, cipher, kept, dict(row))


def _write(connection: Connection, cipher: Cipher, kept: Protected, row: Mapping[str, Any]) -> None:
    values = {name: row[name] for name in kept.columns}
    written = {**values, **kept.marks(cipher, str(row[kept.key]), values)}
    connection.execute(update(kept.table).where(kept.table.c[kept.key] == row[kept.key]).values(written))


def bring_some(connection: Connection, cipher: Cipher, kept: Protected, *, after: str) -> Batch:
    """Bring some rows to how they should be: encrypted with the key in use, or plain where nothing is encrypted.

    What a row says, and so its version, is the same before and after. Raises MemoryFaultError for one that was
    changed behind our back, which is left as it is.
    """
    key = kept.table.c[kept.key]
    asked = select(kept.table).where(_not_as_wanted(kept, cipher), key > after).order_by(key).limit(ROWS_AT_ONCE)
    rows = connection.execute(asked.with_for_update()).mappings().all()
    if not rows:
        return Batch(0, None)
    with _may_be_written(connection, kept.name):
        for row in rows:
            kept.check(cipher, dict(row))
            _write(connection, cipher, kept, dict(row))
    return Batch(len(rows), str(rows[-1][kept.key]) if len(rows) == ROWS_AT_ONCE else None)


def verify(connection: Connection, cipher: Cipher) -> Verified:
    """Open every encrypted value, and hold every row against its proof and its indexes; nothing is changed."""
    encrypted, plain, faults = 0, 0, []
    for kept in PROTECTED.values():
        for row in _as_stored(connection, kept):
            try:
                opened = _opened(connection, kept, row)
                kept.check(cipher, opened)
            except MemoryFaultError as fault:
                faults.append(f"{kept.name} {row[kept.key]}: {fault}")
            encrypted += row[PROOF] is not None
            plain += row[PROOF] is None
    return Verified(encrypted=encrypted, plain=plain, faults=tuple(faults))


def _as_stored(connection: Connection, kept: Protected) -> Iterator[Mapping[str, Any]]:
    """Read the rows as they are stored, so that one that cannot be opened does not hide the others."""
    plain: list[ColumnElement[Any]] = [column(name) for name in (kept.key, PROOF, *kept.blinds)]
    texts = [
        column(name, JSON) if isinstance(kind, EncryptedDocument) else column(name)
        for name, kind in kept.columns.items()
    ]
    asked = select(*plain, *texts).select_from(table(kept.name)).order_by(text(kept.key))
    yield from map(dict, connection.execute(asked).mappings())


def _opened(connection: Connection, kept: Protected, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **row,
        **{name: kind.process_result_value(row[name], connection.dialect) for name, kind in kept.columns.items()},
    }


def _not_as_wanted(kept: Protected, cipher: Cipher) -> Any:
    proof = kept.table.c[PROOF]
    if kept.always or cipher.identity:
        return or_(proof.is_(None), proof.not_like(f"{cipher.current.id}:%"))
    return proof.is_not(None)


@contextmanager
def _may_be_written(connection: Connection, name: str) -> Iterator[None]:
    """Put the guard of a history to sleep within this transaction: its rows say the same, and are kept otherwise."""
    if name not in guards.ONLY_ADDED:
        yield
        return
    guard, on_sqlite = f"{name}_no_update", connection.dialect.name == "sqlite"
    connection.exec_driver_sql(
        f"DROP TRIGGER IF EXISTS {guard}" if on_sqlite else f"ALTER TABLE {name} DISABLE TRIGGER {guard}"
    )
    yield
    if on_sqlite:
        guards.install(connection)
    else:
        connection.exec_driver_sql(f"ALTER TABLE {name} ENABLE TRIGGER {guard}")
