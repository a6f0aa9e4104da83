"""Which cases and lists have changed since some event of the audit trail, told from the rows that its events name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Table, select
from sqlmodel import Session, col

from db.facts import REVERSAL
from db.room_times import LOOKED_AT
from db.tables import AuditEventRow, BookingRow, CaseRow
from db.tables.base import METADATA

MOST_EVENTS, MOST_CASES = 400, 300  # beyond that everything is read again sooner than piece by piece
CASE, LIST, BOOKING, UNITS = "neurolysis_case", "suite_session", "booking", "unit_placement"
PARENTS = {"episode_id": "waitlist_episode", "procedure_id": "procedure_record", "notice_id": "notice"}
OWNERS = {"patient": "patient_id", "referral": "referral_id"}  # the column of a case that names it
# No picture of the board shows anything of these; what is not known here changes everything.
NOT_SHOWN = frozenset(
    {
        *("account", "account_role", "calendar_feed", "claim", "document", "emergency_reading", "list_template"),
        *("mdt_attendance", "mdt_meeting", "note", "patient_identity", "practitioner_identity", "proposal"),
        *("protocol_change", "recovery_code", "scenario", "second_step", "study", "trend"),
        *("approval", "disposal", "legal_hold"),
    }
)
FACTS = "facts"  # what an event says besides its rows

Columns = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """The cases, by id, and the lists whose pictures may be other ones now.

    `timed` says that it may be known better now how long procedures take, `everything` that it cannot be told apart
    what has changed.
    """

    cases: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    units: bool = False
    timed: bool = False
    everything: bool = False

    def __bool__(self) -> bool:
        """Say whether anything has changed."""
        return bool(self.everything or self.cases or self.lists or self.units)

    def __or__(self, other: Touched) -> Touched:
        """Put two changes together."""
        return Touched(
            cases=self.cases | other.cases,
            lists=self.lists | other.lists,
            units=self.units or other.units,
            timed=self.timed or other.timed,
            everything=self.everything or other.everything,
        )


NOTHING, EVERYTHING = Touched(), Touched(everything=True)


def touched_since(session: Session, seq: int) -> Touched:
    """Tell what the events after this one have changed, with all that is shown differently for it."""
    asked = select(col(AuditEventRow.before), col(AuditEventRow.after)).where(col(AuditEventRow.seq) > seq)
    events = session.connection().execute(asked.limit(MOST_EVENTS + 1)).all()
    if len(events) > MOST_EVENTS:
        return EVERYTHING
    rows: dict[str, dict[str, list[Columns]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        for where, columns in _rows(event):
            table, _, key = where.partition(":")
            rows[table][key].append(columns)
    if any(_is_unknown(table) for table in rows):
        return EVERYTHING
    cases = {case for table, named in rows.items() for case in _cases_of(session, table, named)}
    if len(cases) > MOST_CASES:
        return EVERYTHING
    cases |= _of_same_patients(session, cases)
    lists = {*rows[LIST], *_named(rows[BOOKING], "session_id"), *_lists_of(session, cases)}
    lines = _named(rows["case_event"], "event")
    return Touched(
        cases=frozenset(cases),
        lists=frozenset(lists),
        units=UNITS in rows,
        timed="procedure_record" in rows or not lines.isdisjoint({*LOOKED_AT, REVERSAL}),
    )


def _rows(event: Collection[Columns]) -> Iterator[tuple[str, Columns]]:
    for side in event:
        for where, columns in side.items():
            if where != FACTS and isinstance(columns, Mapping):
                yield where, columns


def _is_unknown(table: str) -> bool:
    if table in NOT_SHOWN or table in OWNERS or table in {CASE, LIST, UNITS}:
        return False
    known = METADATA.tables.get(table)
    return known is None or not ("case_id" in known.columns or any(name in known.columns for name in PARENTS))


def _cases_of(session: Session, table: str, named: Mapping[str, Collection[Columns]]) -> set[str]:
    """Give the cases that own these rows."""
    if table in NOT_SHOWN or table in {LIST, UNITS}:
        return set()
    if table == CASE:
        return set(named)
    if table in OWNERS:
        owner = METADATA.tables[CASE].columns[OWNERS[table]]
        return set(session.connection().execute(select(col(CaseRow.id)).where(owner.in_(named))).scalars())
    return _owners(session, METADATA.tables[table], named)


def _owners(session: Session, table: Table, named: Mapping[str, Collection[Columns]]) -> set[str]:
    """Rows that are gone say themselves whose they were; the others are asked for."""
    if "case_id" in table.columns:
        keys = [column for column in table.primary_key if len(table.primary_key) == 1]
        asked = select(table.columns["case_id"]).where(*(key.in_(named) for key in keys))
        found = session.connection().execute(asked).scalars()
        return {str(case) for case in (*found, *_named(named, "case_id")) if case is not None}
    column, parent = next((name, of) for name, of in PARENTS.items() if name in table.columns)
    (key,) = table.primary_key
    parents = session.connection().execute(select(table.columns[column]).where(key.in_(named))).scalars()
    return _owners(session, METADATA.tables[parent], {str(one): () for one in (*parents, *_named(named, column))})


def _named(rows: Mapping[str, Collection[Columns]], column: str) -> set[str]:
    """Give what a column held before or holds now, as far as the events say."""
    values = (columns.get(column) for each in rows.values() for columns in each)
    return {value for value in values if isinstance(value, str)}


def _of_same_patients(session: Session, cases: Collection[str]) -> set[str]:
    patients = select(col(CaseRow.patient_id)).where(col(CaseRow.id).in_(cases))
    asked = select(col(CaseRow.id)).where(col(CaseRow.patient_id).in_(patients))
    return set(session.connection().execute(asked).scalars()) if cases else set()


def _lists_of(session: Session, cases: Collection[str]) -> set[str]:
    asked = select(col(BookingRow.session_id)).where(col(BookingRow.case_id).in_(cases))
    return set(session.connection().execute(asked).scalars()) if cases else set()
