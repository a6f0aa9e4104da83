"""The audit trail: every write is attributed, told and sealed in the transaction that makes it, or it is not kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Executable, Table, event, insert, inspect, tuple_, update
from sqlalchemy import select as core_select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import ORMExecuteState, QueryContext, UOWTransaction
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col, select

from db.disk import write_first
from db.errors import UnauditedWriteError
from db.seals import COLUMNS, FIRST_SEAL, SealingKey, instant, is_sealed, seal_row, sealing_key, stored, written
from db.tables.base import METADATA, Row
from db.tables.trail import AuditEventRow, AuditHeadRow
from db.words import Outcome

KEY_FILE = "audit.key"
KEY_BYTES = 32
READ_ONLY = 0o400  # a key file is written once
# The trail itself is written as plain rows: it is in every transaction, and nobody looks at it there as objects.
_LAST = core_select(col(AuditHeadRow.seq), col(AuditHeadRow.seal)).with_for_update()
_ADD_EVENT = insert(METADATA.tables["audit_event"])
_SET_HEAD = insert(METADATA.tables["audit_head"]).values(id=1)
_MOVE_HEAD = update(METADATA.tables["audit_head"])
ROWS_AT_ONCE = 500  # of one change; SQLite takes some tens of thousands of values
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "TRUNCATE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who a write is attributed to, and the role they act in."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Who writes, when, and why, for one transaction."""

    author: Author
    now: datetime
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailReport:
    """What a walk along the trail found: how many rows held, the last seal, and the first fault if there is one."""

    rows: int
    seal: str
    fault: str | None = None


@dataclass(slots=True)
class _Change:
    """What one row was and what it became, since the last audit event."""

    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    case: str | None = None  # the id of the case it is of, where it is known to be of one


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAct:
    """One of several acts that one transaction told of together: what was done with which case."""

    action: str
    ref: str
    case_id: str
    why: str


@dataclass(slots=True, kw_only=True)
class _Told:
    """One audit event of this transaction; it gets its number and its seal last of all."""

    at: datetime
    actor: str
    role: str
    action: str
    outcome: Outcome
    entity: str
    ref: str
    before: dict[str, object]
    after: dict[str, object]
    why: str


@dataclass(slots=True)
class _Ledger:
    """What one transaction has changed and told so far."""

    attribution: Attribution
    key: SealingKey
    changes: dict[str, _Change] = field(default_factory=dict)
    told: list[_Told] = field(default_factory=list)
    cases: dict[str, str] = field(default_factory=dict)  # the case of each row that was written and is of one
    sealed: bool = False
    keeps_back: bool = False


def load_key(home: Path, given: str | None = None) -> SealingKey:
    """Take the key given in the environment, or the one in the home folder, which is made the first time."""
    if given:
        return sealing_key(given.encode())
    path = home / KEY_FILE
    if not path.exists():
        make_key(path)
    return sealing_key(path.read_bytes())


def make_key(path: Path) -> None:
    """Make a new key that only its owner may read, unless another process was first; then theirs is used."""
    write_first(path, os.urandom(KEY_BYTES), mode=READ_ONLY)


class WatchedSession(Session):
    """A session that writes: every row it changes is noted, and it keeps nothing that was not told and sealed."""


def watch(session: WatchedSession, attribution: Attribution, key: SealingKey) -> None:
    """Bind who writes and why to this session."""
    if not attribution.author.id or not attribution.author.role:
        raise UnauditedWriteError("A write needs somebody to answer for it: an author with an id and a role.")
    if attribution.now.tzinfo is None:
        raise UnauditedWriteError("A write needs the time with its zone.")
    session.info["ledger"] = _Ledger(attribution, key)
    session.connection().info["watched"] = True


def refuse_raw_writes(engine: Engine) -> None:
    """Refuse any writing statement of a watched connection that does not come from the session's own rows."""

    @event.listens_for(engine, "before_cursor_execute")
    def _check(connection: Connection, _c: object, statement: str, _p: object, _x: object, _m: object) -> None:
        if not connection.info.get("watched") or connection.info.get("flushing"):
            return
        if statement.lstrip().upper().startswith(WRITES):
            raise UnauditedWriteError("A statement tried to write past the audit trail. Write through the tables.")

    @event.listens_for(engine, "checkin")
    def _forget(_connection: object, record: object) -> None:
        info: dict[str, object] = getattr(record, "info", {})
        info.pop("watched", None)
        info.pop("flushing", None)


def attribution(session: Session) -> Attribution:
    """Say who writes, when and why in this session."""
    return _ledger(session).attribution


def keep_back(session: Session) -> None:
    """Let the events of this transaction say which columns changed and never what was in them.

    Whoever destroys a record would otherwise write what is destroyed into the trail once more.
    """
    _ledger(session).keeps_back = True


def has_changes(session: Session) -> bool:
    """Say whether rows changed since the last event that was told."""
    session.flush()
    return bool(_ledger(session).changes)


def record(  # the columns of the trail
    session: Session,
    *,
    action: str,
    entity: str,
    ref: str,
    why: str | None = None,
    outcome: Outcome = Outcome.DONE,
    facts: Mapping[str, object] | None = None,
) -> None:
    """Tell the trail of one act; it takes in every row changed since the last event."""
    _note_all(session)
    ledger = _ledger(session)
    changes, ledger.changes = ledger.changes, {}
    given = ledger.attribution.why if why is None else why
    _tell(ledger, changes, action=action, entity=entity, ref=ref, why=given, outcome=outcome, facts=facts)


def record_each(session: Session, acts: Sequence[CaseAct]) -> None:
    """Tell the trail of acts on several cases, each with the rows that changed of its case.

    What changed of none of these cases waits for the event that is told next.
    """
    _note_all(session)
    ledger = _ledger(session)
    changes: dict[str | None, dict[str, _Change]] = {act.case_id: {} for act in acts}
    others: dict[str, _Change] = {}
    for where, change in ledger.changes.items():
        changes.get(change.case, others)[where] = change
    ledger.changes = others
    for act in acts:
        _tell(ledger, changes[act.case_id], action=act.action, entity="case", ref=act.ref, why=act.why)


def _tell(
    ledger: _Ledger,
    changes: Mapping[str, _Change],
    *,
    action: str,
    entity: str,
    ref: str,
    why: str,
    outcome: Outcome = Outcome.DONE,
    facts: Mapping[str, object] | None = None,
) -> None:
    bound = ledger.attribution
    after = {where: change.after for where, change in changes.items()}
    ledger.told.append(
        _Told(
            at=bound.now.astimezone(UTC),
            actor=bound.author.id,
            role=bound.author.role,
            action=action,
            outcome=outcome,
            entity=entity,
            ref=ref,
            before={where: change.before for where, change in changes.items() if change.before},
            after={**after, **({"facts": plain_map(facts)} if facts else {})},
            why=why,
        )
    )


def touched(session: Session) -> dict[str, dict[str, object]]:
    """Give every row this transaction has changed so far, with the columns and what is in them now.

    A column that a new row leaves empty has not changed.
    """
    _note_all(session)
    ledger = _ledger(session)
    found: dict[str, dict[str, object]] = {}
    for row in ledger.told:
        for where, after in row.after.items():
            if ":" in where and isinstance(after, Mapping):
                found.setdefault(where, {}).update(_filled(row.before.get(where), after))
    for where, change in ledger.changes.items():
        found.setdefault(where, {}).update(_filled(change.before, change.after))
    return found


def _filled(before: object, after: Mapping[str, object]) -> dict[str, object]:
    known = before if isinstance(before, Mapping) else {}
    return {name: value for name, value in after.items() if value is not None or name in known}


def add_rows(session: Session, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Write new rows as they are, all at once, and note each like any other; making objects of many takes longer."""
    _write_plainly(session, insert(table), rows)
    ledger = _ledger(session)
    for row in rows:
        ledger.changes[_where(table, row)] = _Change(after=_shown_row(ledger, table, row))


def change_rows(
    session: Session, table: Table, known: Mapping[str, int], before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    """Change plain rows that are all alike, given by id with their versions, and note each like any other.

    Raises StaleDataError, as an object would, when somebody changed one of them meanwhile.
    """
    rise = update(table).values(**after, version=table.c.version + 1)
    names = sorted(known)
    for at in range(0, len(names), ROWS_AT_ONCE):
        some = [(name, known[name]) for name in names[at : at + ROWS_AT_ONCE]]
        changed = _write_plainly(session, rise.where(tuple_(table.c.id, table.c.version).in_(some)))
        if changed != len(some):
            raise StaleDataError(f"{len(some) - changed} rows of {table.name} were changed meanwhile.")
    ledger = _ledger(session)
    was, became = _shown_row(ledger, table, before), _shown_row(ledger, table, after)
    for name in names:
        change = ledger.changes.setdefault(_where(table, {"id": name}), _Change())
        change.before = {**was, **change.before}
        change.after = {**change.after, **became}


def _shown_row(ledger: _Ledger, table: Table, row: Mapping[str, object]) -> dict[str, object]:
    return {name: _shown(ledger, table.c[name], value) for name, value in row.items() if name != "version"}


def _shown(ledger: _Ledger, column: Column[Any], value: object) -> object:
    """Give what an event may say of a value: some columns only say that they changed."""
    keeps_back = ledger.keeps_back or column.table.info.get("identity")
    quiet = keeps_back or column.info.get("private") or column.info.get("bulky")
    return "kept back" if quiet else plain(value)


def _where(table: Table, row: Mapping[str, object]) -> str:
    """Say where a row is, as the trail does: its table and its key."""
    return ":".join([str(table.name), *(_word(row[column.key]) for column in table.primary_key)])


def _write_plainly(session: Session, statement: Executable, rows: Sequence[Mapping[str, object]] | None = None) -> int:
    """Write without making objects, allowed here alone; says how many rows there were."""
    connection = session.connection()
    connection.info["flushing"] = True
    try:
        return connection.execute(statement, rows).rowcount
    finally:
        connection.info["flushing"] = False


def seal(session: Session) -> None:
    """Write the told events at the end of the trail, each sealed to the one before; refuse silent changes."""
    _note_all(session)
    ledger = _ledger(session)
    if ledger.changes:
        tables = ", ".join(sorted({where.split(":")[0] for where in ledger.changes}))
        raise UnauditedWriteError(f"Rows of {tables} changed and no audit event says so; nothing was kept.")
    if ledger.told:
        _append(session, ledger)
    ledger.sealed = True


def _note_all(session: Session) -> None:
    """Write what an audit event tells of, so that it is noted; the machinery's own rows may wait for the last."""
    if session.deleted or any(map(_is_told_of, session.new)) or any(map(_is_told_of, session.dirty)):
        session.flush()


def _is_told_of(row: object) -> bool:
    return not inspect(row).mapper.local_table.info.get("operational")


def verify(session: Session, keys: Iterable[SealingKey], *, anchors: Mapping[int, str] | None = None) -> TrailReport:
    """Walk the whole trail, without holding it; `anchors` are the seals that rows of it had outside.

    The rows are read as they are stored, for making an object of each would take four times as long.
    """
    secrets = {key.id: key.secret for key in keys}
    expected = dict(anchors or {})
    previous, count = FIRST_SEAL, 0
    with closing(stored(session.connection())) as rows:
        for row in rows:
            fault = _fault(row, count + 1, previous, secrets)
            if not fault and row[0] in expected and expected.pop(row[0]) != row[-1]:
                fault = f"Row {row[0]} of the trail is not the one that was anchored outside: the trail was rewritten."
            if fault:
                return TrailReport(rows=count, seal=previous, fault=fault)
            previous, count = row[-1], row[0]
    return TrailReport(rows=count, seal=previous, fault=_end_fault(session, count, previous, expected))


def head(session: Session) -> tuple[int, str]:
    """Give the last row's number and seal, to be kept outside the database."""
    row = session.get(AuditHeadRow, 1)
    return (row.seq, row.seal) if row else (0, FIRST_SEAL)


def seal_of(session: Session, seq: int) -> str:
    """Give the seal of one row, to tell whether the trail still is the one that was followed so far."""
    return session.exec(select(AuditEventRow.seal).where(AuditEventRow.seq == seq)).first() or FIRST_SEAL


def _end_fault(session: Session, count: int, seal_of_last: str, missing: Mapping[int, str]) -> str | None:
    if head(session) != (count, seal_of_last):
        return f"The trail ends at row {count}, but its head says otherwise: rows were cut off or added."
    if missing:
        return f"Row {min(missing)} of the trail was anchored outside and is gone: the end of the trail was cut off."
    return None


def _fault(row: Sequence[Any], expected: int, previous: str, secrets: Mapping[str, bytes]) -> str | None:
    seq, *_, key_id, follows, _seal = row
    if seq != expected:
        return (
            f"Row {expected} of the trail is missing." if seq > expected else f"Row {seq} of the trail is there twice."
        )
    if follows != previous:
        return f"Row {seq} of the trail does not follow the row before it."
    secret = secrets.get(key_id)
    if secret is None:
        return f"Row {seq} was sealed with key {key_id}, which is not at hand."
    if not is_sealed(row, secret):
        return f"Row {seq} of the trail was changed after it was written."
    return None


def _append(session: Session, ledger: _Ledger) -> None:
    """The head is locked last of all, so that writers queue here for a moment only and never in a circle."""
    session.flush()
    found = session.connection().execute(_LAST).first()
    seq, last_seal = found or (0, FIRST_SEAL)
    rows = []
    for event_told in ledger.told:
        seq += 1
        row = _sealed(event_told, seq, last_seal, ledger.key)
        rows.append(row)
        last_seal = row["seal"]
    ledger.told.clear()
    _write_plainly(session, _ADD_EVENT, rows)  # in this order, which the guard of the trail insists on
    _write_plainly(session, _MOVE_HEAD if found else _SET_HEAD, [{"seq": seq, "seal": last_seal}])


def _sealed(told: _Told, seq: int, previous: str, key: SealingKey) -> dict[str, Any]:
    """Give the row of an event, with its documents in the form they are sealed in."""
    words = (told.actor, told.role, told.action, told.outcome, told.entity, told.ref)
    before, after = written(told.before), written(told.after)
    seal = seal_row((seq, instant(told.at), *words, before.text, after.text, told.why, key.id, previous), key.secret)
    return dict(zip(COLUMNS, (seq, told.at, *words, before, after, told.why, key.id, previous, seal), strict=True))


def _ledger(session: Session) -> _Ledger:
    ledger = session.info.get("ledger")
    if not isinstance(ledger, _Ledger):
        raise UnauditedWriteError("Nobody answers for this write. Begin it with Database.writing(author, now, why).")
    return ledger


def _note_changes(session: Session, _context: UOWTransaction, _objects: object) -> None:
    session.connection().info["flushing"] = True
    ledger, deleted = _ledger(session), session.deleted
    for row in [*session.new, *session.dirty, *deleted]:
        if isinstance(row, Row) and _is_told_of(row):
            _note(ledger, row, gone=row in deleted)


def _note(ledger: _Ledger, row: Row, *, gone: bool) -> None:
    state = inspect(row)
    table = state.mapper.local_table
    where = _where(table, {column.key: getattr(row, column.key) for column in table.primary_key})
    before, after = {}, {}
    same = frozenset() if gone else state.unmodified
    for column in table.columns:
        if column.key in same:
            continue
        history = state.get_history(column.key, PASSIVE_NO_INITIALIZE)
        if column.key == "version" or column.info.get("quiet") or not (history.has_changes() or gone):
            continue
        if history.deleted or gone:
            old = history.deleted[0] if history.deleted else getattr(row, column.key)
            before[column.key] = _shown(ledger, column, old)
        if history.added and not gone:
            after[column.key] = _shown(ledger, column, history.added[0])
    if before or after or gone:
        change = ledger.changes.setdefault(where, _Change())
        change.case = _case_of(ledger, row, where)
        change.before = {**before, **change.before}
        change.after = {"gone": True} if gone else {**change.after, **after}


def case_named_by(row: object) -> str | None:
    """Give the id of the case that a row is, or names; None where it names none."""
    return getattr(row, "id" if getattr(row, "__tablename__", "") == "neurolysis_case" else "case_id", None)


def _case_of(ledger: _Ledger, row: Row, where: str) -> str | None:
    """Give the case a row is of: one it names, or that a row it hangs on was of; None where neither is known."""
    named = case_named_by(row)
    if named is None:
        table = inspect(row).mapper.local_table
        above = (f"{key.column.table.name}:{getattr(row, key.parent.key)}" for key in table.foreign_keys)
        named = next((ledger.cases[one] for one in sorted(above) if one in ledger.cases), None)
    if named is not None:
        ledger.cases[where] = named
    return named


def _flush_done(session: Session, _context: UOWTransaction) -> None:
    session.connection().info["flushing"] = False


def _rolled_back(session: Session, _previous: object) -> None:
    if session.in_transaction() and session.is_active:
        session.connection().info["flushing"] = False


def _demand_seal(session: Session) -> None:
    if not session.in_nested_transaction() and not _ledger(session).sealed:
        raise UnauditedWriteError("A write was committed before its audit events were sealed; nothing was kept.")


def _refuse_bulk(state: ORMExecuteState) -> QueryContext | None:
    if state.is_update or state.is_delete or state.is_insert:
        raise UnauditedWriteError("A bulk statement would skip versions and audit. Change the rows one by one.")
    return None


event.listen(WatchedSession, "before_flush", _note_changes)
event.listen(WatchedSession, "after_flush", _flush_done)
event.listen(WatchedSession, "after_soft_rollback", _rolled_back)
event.listen(WatchedSession, "before_commit", _demand_seal)
event.listen(WatchedSession, "do_orm_execute", _refuse_bulk)


def plain_map(facts: Mapping[str, object]) -> dict[str, object]:
    """Give a mapping as JSON can hold it."""
    return {name: plain(value) for name, value in facts.items()}


def plain(value: object) -> object:
    """Give a value as JSON can hold it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _word(value: object) -> str:
    return str(plain(value))
