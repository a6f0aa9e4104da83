"""What each step of a case wrote is kept beside its history, so that a mistaken one can be taken back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Column, Date, Enum, event, inspect
from sqlalchemy.orm import UOWTransaction
from sqlmodel import Session, UTCDateTime, select

from db.audit import WatchedSession, case_named_by, plain
from db.tables import (
    METADATA,
    BookingRow,
    CaseItemRow,
    CaseRow,
    CaseTraceRow,
    CategoryChangeRow,
    ComplicationRow,
    ConsentRow,
    ContactAttemptRow,
    DueStepRow,
    MdtItemRow,
    NoteRow,
    NoticeRow,
    NotReadyPeriodRow,
    PerformanceRow,
    ProcedureRecordRow,
    ReadingRow,
    ReviewRow,
    TaskRow,
    TrendRow,
    WaitlistEpisodeRow,
)
from db.tables.base import Row

# Everything a step may write; claims are given back and taken anew, never put back.
ROWS: Mapping[str, type[Row]] = {
    row.__tablename__: row
    for row in (
        *(BookingRow, CaseItemRow, CaseRow, CategoryChangeRow, ComplicationRow, ConsentRow, ContactAttemptRow),
        *(DueStepRow, MdtItemRow, NotReadyPeriodRow, NoteRow, NoticeRow, PerformanceRow, ProcedureRecordRow),
        *(ReadingRow, ReviewRow, TaskRow, TrendRow, WaitlistEpisodeRow),
    )
}
KEPT = "traces kept"
NEVER_PUT_BACK = frozenset({"id", "version", "last_event"})


@dataclass(slots=True)
class Trace:
    """The rows a step made, and what those it changed held before: by table, id and column."""

    made: list[list[str]] = field(default_factory=list)
    changed: dict[str, dict[str, dict[str, object]]] = field(default_factory=lambda: defaultdict(dict))


@contextmanager
def traced(session: Session, traces: Sequence[tuple[CaseRow, Trace]]) -> Iterator[None]:
    """Note what is written in this block with whatever the trace of its case holds already."""
    session.flush()
    kept: list[_Traced] = session.info.setdefault(KEPT, [])
    mine = _Traced(traces)
    kept.append(mine)
    try:
        yield
        session.flush()
    finally:
        kept.remove(mine)


class _Traced:
    """The traces that are being kept, by the id and the reference of the case."""

    def __init__(self, traces: Sequence[tuple[CaseRow, Trace]]) -> None:
        self._only = traces[0][1] if len(traces) == 1 else None
        self._by_case: dict[str | None, Trace] = {name: trace for case, trace in traces for name in (case.id, case.ref)}

    def of(self, row: object) -> Trace:
        """Give the trace a row belongs in; where there are several, a row that names no case cannot be told apart."""
        if self._only is not None:
            return self._only
        found = self._by_case.get(case_named_by(row) or getattr(row, "case_ref", None))
        if found is None:
            raise LookupError(f"A row of {_name(row)[0]} was written for several cases at once and names none of them.")
        return found


def keep(session: Session, case: CaseRow, seq: int, trace: Trace) -> None:
    """Keep a trace with the line of the case's history that it belongs to."""
    changed = {table: rows for table, rows in trace.changed.items() if rows}
    session.add(CaseTraceRow(case_id=case.id, seq=seq, made=trace.made, changed=changed))


def trace_of(session: Session, case: CaseRow, seq: int) -> CaseTraceRow | None:
    """Give what this line of a case's history wrote; None for one that is not traced."""
    asked = select(CaseTraceRow).where(CaseTraceRow.case_id == case.id, CaseTraceRow.seq == seq)
    return session.exec(asked).first()


def put_back(row: Row, before: Mapping[str, object]) -> None:
    """Give these columns of a row the values they had."""
    table = METADATA.tables[inspect(row).mapper.local_table.name]
    for name, value in before.items():
        setattr(row, name, _value(table.c[name], value))


def _note_all(session: Session, _context: UOWTransaction, _objects: object) -> None:
    for traces in session.info.get(KEPT, ()):
        _note(traces, session)


event.listen(WatchedSession, "before_flush", _note_all, insert=True)  # what was there, before anybody writes


def _note(traces: _Traced, session: Session) -> None:
    for row in session.new:
        table, id_ = _name(row)
        if table in ROWS:
            traces.of(row).made.append([table, id_])
    for row in session.dirty:
        table, id_ = _name(row)
        if table in ROWS:
            trace = traces.of(row)
            if [table, id_] not in trace.made:
                _note_change(trace.changed[table].setdefault(id_, {}), row)


def _note_change(before: dict[str, object], row: object) -> None:
    state = inspect(row)
    same = NEVER_PUT_BACK | state.unmodified
    for column in state.mapper.local_table.columns:
        if column.key in same:
            continue
        history = state.attrs[column.key].history
        if history.has_changes() and history.deleted:
            before.setdefault(column.key, plain(history.deleted[0]))


def _name(row: object) -> tuple[str, str]:
    name = getattr(row, "__tablename__", "")
    return str(name), str(getattr(row, "id", ""))


def _value(column: Column[object], kept: object) -> object:
    """Read a value back as the column holds it."""
    kind = column.type
    if kept is None:
        return None
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class(kept)
    if isinstance(kind, UTCDateTime):
        return datetime.fromisoformat(str(kept))
    return date.fromisoformat(str(kept)) if isinstance(kind, Date) else kept
