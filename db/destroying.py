"""A case's record is destroyed: who the patient was and everything clinical go, and the register and the trail stay.

What stays of the case names nobody and says nothing clinical: its reference, its dates, its bookings' times and its
waiting list dates, so that lists and waiting figures of the past still add up. The audit trail stays whole, since a
trail from which something could be taken proves nothing; it never held who the patient was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import JSON, Boolean, Column, Float, Integer, String, cast, inspect, text
from sqlalchemy import Table as SqlTable
from sqlmodel import Session, col, select

from db import audit
from db.documents import digest_of
from db.retention import Kept
from db.tables import (
    METADATA,
    ApprovalRow,
    CaseEventRow,
    CaseRow,
    DisposalRow,
    DocumentRow,
    DueStepRow,
    MdtItemRow,
    NoticeRow,
    PatientIdentityRow,
    PatientRow,
    ProposalRow,
    ReferralRow,
    StudyRow,
)
from db.tables.base import Row
from db.words import ApprovalKind
from scheduler.errors import NeurolistError
from scheduler.pathway.validity import day

# What refers to a case and stays: times and dates alone, and the approvals of destructions.
STAYS = frozenset(
    {"neurolysis_case", "booking", "claim", "waitlist_episode", "category_change", "not_ready_period", "approval"}
)
HISTORIES = ("case_event", "document")
REF_LINE = re.compile(r"^  (N\d+)  ")
END_OF_CASES = ("Not discussed", "Made from the record by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """What was destroyed: how many rows of which table, the letters whose files must go, and the register's line."""

    ref: str
    rows: dict[str, int]
    letters: tuple[str, ...]


def destroy(session: Session, kept: Kept, *, reason: str, asked_by: str, on: date) -> Destroyed:
    """Destroy the record of one case, approved by a second person in this transaction, and enter it in the register.

    Raises NeurolistError where the database role may not remove a history.
    """
    _must_have_the_right(session)
    audit.keep_back(session)
    case = session.exec(select(CaseRow).where(CaseRow.ref == kept.ref)).one()
    _register(session, case, kept, reason=reason, asked_by=asked_by, on=on)
    letters = tuple(session.exec(select(NoticeRow.id).where(NoticeRow.case_id == case.id)).all())
    _take_out_of_minutes(session, case, on)
    rows = _remove_rows(session, case)
    _empty_plans(session, case.ref)
    _empty(case, _KEPT_OF_CASE)
    case.destroyed_on = on
    _empty_referral(session, case)
    session.flush()
    if not _others_left(session, case):
        _forget_patient(session, case.patient_id)
    session.flush()
    return Destroyed(ref=kept.ref, rows=rows, letters=letters)


def may_remove_histories(session: Session) -> bool:
    """Say whether the database role may remove histories at all; a role with the least rights may not."""
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return True
    asked = text("SELECT has_table_privilege(:name, 'DELETE')")
    return all(bool(connection.execute(asked, {"name": name}).scalar()) for name in HISTORIES)


def _must_have_the_right(session: Session) -> None:
    if not may_remove_histories(session):
        raise NeurolistError(
            "The database role that serves may only add to histories, so it cannot destroy a record; nothing was "
            "destroyed. Approve it from the command line with the role that owns the tables (docs/retention.md)."
        )


def _register(session: Session, case: CaseRow, kept: Kept, *, reason: str, asked_by: str, on: date) -> None:
    who = session.get_one(PatientIdentityRow, case.patient_id)
    asked = select(col(CaseEventRow.on)).where(CaseEventRow.case_id == case.id).order_by(col(CaseEventRow.on).desc())
    last = session.exec(asked.limit(1)).first() or case.received_on
    session.add(
        DisposalRow(
            name=f"{who.family_name}, {who.given_names}",
            period_from=case.received_on,
            period_to=max(last, case.received_on),
            destroyed_on=on,
            rule=kept.says,
            reason=reason,
            asked_by=asked_by,
            approved_by=audit.attribution(session).author.name,
        )
    )
    audit.record(session, action="enter_register", entity="disposal", ref="register")


def _take_out_of_minutes(session: Session, case: CaseRow, on: date) -> None:
    """Take what was said about the case out of the minutes of its meetings; what concerns others stays."""
    meetings = select(MdtItemRow.meeting_id).where(MdtItemRow.case_id == case.id)
    for row in session.exec(select(DocumentRow).where(col(DocumentRow.meeting_id).in_(meetings))).all():
        without = without_case(row.text, case.ref, on)
        if without != row.text:
            row.text = without
            row.digest = digest_of(row)
    session.flush()


def without_case(minutes: str, ref: str, on: date) -> str:
    """Give minutes with what they say of one case replaced by the day its record was destroyed."""
    lines, ours = [], False
    for line in minutes.split("\n"):
        found = REF_LINE.match(line)
        if found is not None:
            ours = found.group(1) == ref
            if ours:
                lines.append(f"  {ref}  Record destroyed on {day(on)}")
        elif line.startswith(END_OF_CASES):
            ours = False
        if not ours:
            lines.append(line)
    return "\n".join(lines)


def _remove_rows(session: Session, case: CaseRow) -> dict[str, int]:
    """Remove every row that hangs on the case, what hangs on those first; whatever table a later version brings too."""
    found = tuple(hanging_on(session, case))
    for _, rows in reversed(found):
        for row in rows:
            session.delete(row)
            if isinstance(row, DocumentRow):
                session.flush()  # each before the one it replaces
        session.flush()
    counted = {name: len(rows) for name, rows in found if rows}
    steps = session.exec(select(DueStepRow).where(DueStepRow.case_ref == case.ref)).all()
    for step in steps:
        session.delete(step)
    return {**counted, "due_step": len(steps)} if steps else counted


def hanging_on(session: Session, case: CaseRow) -> Iterator[tuple[str, Sequence[Row]]]:
    """Give the rows to remove table by table, those that others refer to first."""
    doomed: dict[str, set[object]] = {}
    for table in METADATA.sorted_tables:
        kind = _KINDS[table.name]
        rows: dict[int, Row] = {}
        for column, target in _references(table):
            ids = {case.id} if target == "neurolysis_case" else doomed.get(target, set())
            if ids and (table.name not in STAYS or table.name == ApprovalRow.__tablename__):
                asked = select(kind).where(getattr(kind, column.key).in_(sorted(map(str, ids))))
                rows.update({id(row): row for row in session.exec(asked)})
        wanted = _in_order([row for row in rows.values() if not _is_a_destruction(row)])
        (key, *_) = table.primary_key
        doomed[table.name] = {getattr(row, key.key) for row in wanted}
        yield table.name, wanted


def _in_order(rows: list[Row]) -> list[Row]:
    """Put later versions of a document before those they replace."""
    return sorted(rows, key=lambda row: -row.version if isinstance(row, DocumentRow) else 0)


def _is_a_destruction(row: Row) -> bool:
    return isinstance(row, ApprovalRow) and row.kind is ApprovalKind.DESTROY


def _references(table: SqlTable) -> Iterator[tuple[Column[object], str]]:
    for key in table.foreign_keys:
        if key.column.table.name != table.name:
            yield key.parent, key.column.table.name


def _kinds(base: type[Row]) -> Iterator[tuple[str, type[Row]]]:
    for kind in base.__subclasses__():
        table = getattr(kind, "__table__", None)
        if table is not None:
            yield str(table.name), kind
        yield from _kinds(kind)


_KINDS: dict[str, type[Row]] = dict(_kinds(Row))


def _empty_plans(session: Session, ref: str) -> None:
    """Take the problems and plans that had the case in them out of old proposals and studies; their figures stay."""
    for table in (ProposalRow, StudyRow):
        named = cast(col(table.problem), String).contains(f'"{ref}-', autoescape=True)
        for row in session.exec(select(table).where(named)).all():
            row.problem = row.plan = None
            if isinstance(row, ProposalRow):
                row.versions = {}
    session.flush()


# What stays of a case row, and of a referral's: its ids and its dates, which hang together with what else stays.
_KEPT_OF_CASE = frozenset(
    {"id", "version", "ref", "patient_id", "referral_id", "state", "state_since", "received_on", "closed_on", "funding"}
    | {"last_event", "destroyed_on", "allowed_sites", "preferred_site"}
)
_KEPT_OF_REFERRAL = frozenset(
    {"id", "version", "patient_id", "referrer_id", "received_on", "stored_at", "target", "funding", "stage"}
)


def _empty(row: Row, kept: Iterable[str]) -> None:
    """Put into every other column what it holds when nothing is known."""
    for column in inspect(row).mapper.local_table.columns:
        if column.key in kept:
            continue
        setattr(row, column.key, None if column.nullable else _nothing_in(column))


def _nothing_in(column: Column[object]) -> object:
    empty: dict[type, object] = {JSON: [], Boolean: False, Integer: 0, Float: 0.0}
    return next((nothing for kind, nothing in empty.items() if isinstance(column.type, kind)), "")


def _empty_referral(session: Session, case: CaseRow) -> None:
    row = session.get_one(ReferralRow, case.referral_id)
    _empty(row, _KEPT_OF_REFERRAL)
    row.key = f"destroyed {row.id}"


def _others_left(session: Session, case: CaseRow) -> bool:
    asked = select(CaseRow.id).where(
        CaseRow.patient_id == case.patient_id, CaseRow.id != case.id, col(CaseRow.destroyed_on).is_(None)
    )
    return session.exec(asked).first() is not None


def _forget_patient(session: Session, patient_id: str) -> None:
    session.delete(session.get_one(PatientIdentityRow, patient_id))
    row = session.get_one(PatientRow, patient_id)
    row.home_lat = row.home_lon = None
    row.unavailable = []
