"""The guards the database itself keeps: no overlapping claims, and histories that only grow.

Alembic's batch mode drops triggers without a word, and its check does not see a missing exclusion constraint. So
nothing here is part of a migration: `install` runs after every upgrade and `self_test` tries every guard at start-up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from sqlalchemy import Connection, Table, delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from db.errors import UnguardedMemoryError
from db.refusals import NO_RIGHT
from db.sqlite import WRITER_SETTINGS
from db.tables import METADATA
from db.tables.base import new_id
from db.words import Outcome, ResourceKind

NO_OVERLAP = "claim_no_overlap"
CANARY = "guard-self-test"
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
ONLY_ADDED = ("audit_event", "case_event", "document", "disposal")  # rows that nobody changes or takes away
# But where a second person has approved that a case's record be destroyed, and until that is done: then the case's own
# history and documents may go, and its part of the minutes of meetings may be taken out. Without the table of
# approvals, which a later revision brings, nothing may.
APPROVALS = "approval"
_DESTROYED = (
    "EXISTS (SELECT 1 FROM approval WHERE approval.case_id = OLD.case_id AND approval.kind = 'destroy' "
    "AND approval.state = 'approved' AND approval.done_at IS NULL)"
)
_MINUTES_ALONE = (
    "OLD.meeting_id IS NOT NULL AND NEW.id = OLD.id AND NEW.meeting_id = OLD.meeting_id AND NEW.kind = OLD.kind "
    "AND NEW.title = OLD.title AND NEW.made_at = OLD.made_at AND NEW.made_by = OLD.made_by "
    "AND NEW.version = OLD.version AND NEW.case_id IS NULL AND EXISTS (SELECT 1 FROM approval JOIN mdt_item ON "
    "mdt_item.case_id = approval.case_id WHERE mdt_item.meeting_id = OLD.meeting_id AND approval.kind = 'destroy' "
    "AND approval.state = 'approved' AND approval.done_at IS NULL)"
)
_ONLY_DESTROYING = {
    "case_event_no_delete": _DESTROYED,
    "document_no_delete": _DESTROYED,
    "document_no_update": _MINUTES_ALONE,
}

_OVERLAP_ON_SQLITE = """CREATE TRIGGER {name} BEFORE {verb} ON claim WHEN NEW.active BEGIN
  SELECT RAISE(ABORT, '{name}') WHERE EXISTS (
    SELECT 1 FROM claim AS held WHERE held.kind = NEW.kind AND held.resource_id = NEW.resource_id
      AND held.active = 1 AND held.start < NEW."end" AND held."end" > NEW.start AND held.id IS NOT NEW.id); END"""
_NEVER_ON_SQLITE = "CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{name}'); END"
_UNLESS_ON_SQLITE = (
    "CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN NOT ({unless}) BEGIN SELECT RAISE(ABORT, '{name}'); END"
)
_NEXT_AUDIT_ON_SQLITE = """CREATE TRIGGER audit_event_next BEFORE INSERT ON audit_event
  WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_event)
  BEGIN SELECT RAISE(ABORT, 'audit_event_next'); END"""
_NEXT_CASE_ON_SQLITE = """CREATE TRIGGER case_event_next BEFORE INSERT ON case_event
  WHEN NEW.seq IS NOT (SELECT COALESCE(MAX(seq), 0) + 1 FROM case_event WHERE case_id = NEW.case_id)
  BEGIN SELECT RAISE(ABORT, 'case_event_next'); END"""

SQLITE_GUARDS = {
    "claim_no_overlap_insert": _OVERLAP_ON_SQLITE.format(name="claim_no_overlap_insert", verb="INSERT"),
    "claim_no_overlap_update": _OVERLAP_ON_SQLITE.format(name="claim_no_overlap_update", verb="UPDATE"),
    "audit_event_next": _NEXT_AUDIT_ON_SQLITE,
    "case_event_next": _NEXT_CASE_ON_SQLITE,
    **{
        f"{table}_no_{verb}": _NEVER_ON_SQLITE.format(name=f"{table}_no_{verb}", verb=verb.upper(), table=table)
        for table in ONLY_ADDED
        for verb in ("update", "delete")
    },
}
_SQLITE_WITH_APPROVALS = {
    name: _UNLESS_ON_SQLITE.format(
        name=name, verb=name.rsplit("_", 1)[1].upper(), table=name.rsplit("_no_", 1)[0], unless=unless
    )
    for name, unless in _ONLY_DESTROYING.items()
}

_NEVER_FUNCTION = """CREATE OR REPLACE FUNCTION neurolist_never() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN RAISE EXCEPTION '%', TG_NAME; END $$"""
_NEXT_AUDIT_FUNCTION = """CREATE OR REPLACE FUNCTION neurolist_next_audit() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN IF NEW.seq IS DISTINCT FROM (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_event)
    THEN RAISE EXCEPTION '%', TG_NAME; END IF; RETURN NEW; END $$"""
_NEXT_CASE_FUNCTION = """CREATE OR REPLACE FUNCTION neurolist_next_case_event() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN IF NEW.seq IS DISTINCT FROM (SELECT COALESCE(MAX(seq), 0) + 1 FROM case_event WHERE case_id = NEW.case_id)
    THEN RAISE EXCEPTION '%', TG_NAME; END IF; RETURN NEW; END $$"""

POSTGRESQL_TRIGGERS = {
    "audit_event_next": "BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION neurolist_next_audit()",
    "case_event_next": "BEFORE INSERT ON case_event FOR EACH ROW EXECUTE FUNCTION neurolist_next_case_event()",
    **{
        f"{table}_no_{verb}": f"BEFORE {verb.upper()} ON {table} FOR EACH {each} EXECUTE FUNCTION neurolist_never()"
        for table in ONLY_ADDED
        for verb, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT"))
    },
}
_POSTGRESQL_WITH_APPROVALS = {
    name: f"BEFORE {name.rsplit('_', 1)[1].upper()} ON {name.rsplit('_no_', 1)[0]} FOR EACH ROW EXECUTE FUNCTION "
    f"neurolist_{name}()"
    for name in _ONLY_DESTROYING
}
_UNLESS_FUNCTIONS = tuple(
    f"""CREATE OR REPLACE FUNCTION neurolist_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN IF {unless} THEN RETURN {"NEW" if name.endswith("update") else "OLD"}; END IF;
  RAISE EXCEPTION '%', TG_NAME; END $$"""
    for name, unless in _ONLY_DESTROYING.items()
)
_EXCLUDE = f"""ALTER TABLE claim ADD CONSTRAINT {NO_OVERLAP} EXCLUDE USING gist
  (kind WITH =, resource_id WITH =, tstzrange(start, "end", '[)') WITH &&) WHERE (active)
  DEFERRABLE INITIALLY IMMEDIATE"""


def install(connection: Connection) -> None:
    """Put every guard in place, also one that is already there."""
    if connection.dialect.name == "sqlite":
        written = {**SQLITE_GUARDS, **(_SQLITE_WITH_APPROVALS if _is_there(connection, APPROVALS) else {})}
        for name, statement in _for_tables_there(connection, written).items():
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(statement)
    else:
        _install_on_postgresql(connection)


def _install_on_postgresql(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS btree_gist")
    for function in (_NEVER_FUNCTION, _NEXT_AUDIT_FUNCTION, _NEXT_CASE_FUNCTION, *_UNLESS_FUNCTIONS):
        connection.exec_driver_sql(function.replace("%'", "%%'"))
    written = {**POSTGRESQL_TRIGGERS, **(_POSTGRESQL_WITH_APPROVALS if _is_there(connection, APPROVALS) else {})}
    for name, says in _for_tables_there(connection, written).items():
        connection.exec_driver_sql(f"CREATE OR REPLACE TRIGGER {name} {says}")
    there = connection.execute(text("SELECT 1 FROM pg_constraint WHERE conname = :name"), {"name": NO_OVERLAP}).first()
    if there is None:
        connection.exec_driver_sql(_EXCLUDE)


def _for_tables_there(connection: Connection, guards: Mapping[str, str]) -> dict[str, str]:
    """Leave out the guards of tables that only a later revision brings."""
    coming = [table for table in ONLY_ADDED if not _is_there(connection, table)]
    return {name: says for name, says in guards.items() if not any(f" ON {table} " in says for table in coming)}


def _is_there(connection: Connection, table: str) -> bool:
    return connection.dialect.has_table(connection, table)


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing the database must refuse: the guard that refuses it, and the attempt."""

    guard: str
    attempt: Callable[[Connection], object]


def self_test(connection: Connection) -> None:
    """Try every guard with made-up rows that are rolled back; raise UnguardedMemoryError naming one that is gone."""
    trial_run = connection.begin_nested()
    try:
        _settings_hold(connection)
        _plant(connection)
        for trial in _trials(connection):
            _must_refuse(connection, trial)
    finally:
        trial_run.rollback()


def _must_refuse(connection: Connection, trial: Trial) -> None:
    attempt, withheld = connection.begin_nested(), False
    try:
        trial.attempt(connection)
    except DBAPIError as refusal:
        refused = trial.guard in str(refusal.orig)
        withheld = getattr(refusal.orig, "sqlstate", None) == NO_RIGHT
    else:
        refused = False
    finally:
        attempt.rollback()
    # A role without the right cannot reach the guard, so it is looked up: it must be there for those with the right.
    if not (refused or (withheld and _is_awake(connection, trial.guard))):
        raise UnguardedMemoryError(
            f"The database guard '{trial.guard}' is gone, so a mistake could be stored. Nothing is served until it is "
            "back: run `neurolist prepare`, and find out what removed it."
        )


def _settings_hold(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    for name, wanted in WRITER_SETTINGS.items():
        found = str(connection.exec_driver_sql(f"PRAGMA {name}").scalar())
        if found.lower() != wanted:
            raise UnguardedMemoryError(
                f"SQLite's setting '{name}' is {found} and must be {wanted}, so nothing is served. "
                "Open the database through Neurolist only."
            )


def _table(name: str) -> Table:
    return METADATA.tables[name]


def _claim(start_hours: int, end_hours: int, **changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "id": new_id(),
        "version": 1,
        "kind": ResourceKind.SUITE,
        "resource_id": CANARY,
        "start": LONG_AGO + timedelta(hours=start_hours),
        "end": LONG_AGO + timedelta(hours=end_hours),
        "active": True,
    }
    return {**row, **changes}


def _audit_row(seq: int) -> dict[str, object]:
    texts = dict.fromkeys(("actor", "role", "action", "entity", "ref", "why", "key_id", "previous", "seal"), CANARY)
    return {"seq": seq, "at": LONG_AGO, "outcome": Outcome.REFUSED, "before": {}, "after": {}, **texts}


def _last_audit(connection: Connection) -> int:
    return int(connection.execute(text("SELECT COALESCE(MAX(seq), 0) FROM audit_event")).scalar_one())


def _plant(connection: Connection) -> None:
    """Make the rows the trials act on: two claims side by side, an audit event, a case with its history, a letter."""
    claims = [_claim(0, 1, id=f"{CANARY}-1"), _claim(1, 2, id=f"{CANARY}-2")]
    for claim in claims:
        connection.execute(insert(_table("claim")).values(claim))
    connection.execute(insert(_table("audit_event")).values(_audit_row(_last_audit(connection) + 1)))
    for table, row in _CANARY_CASE.items():
        if not _is_there(connection, table):  # a later revision brings it
            continue
        connection.execute(insert(_table(table)).values(row))


_ON = date(1900, 1, 1)
_CANARY_CASE: dict[str, dict[str, object]] = {
    "patient": {"id": CANARY, "version": 1, "unavailable": []},
    "practitioner_identity": {"id": CANARY, "version": 1, "name": "", "organisation": "", "specialty": ""},
    "referral": {
        **dict.fromkeys(("id", "key", "content_digest", "patient_id", "referrer_id"), CANARY),
        **dict.fromkeys(("diagnosis", "pain_site", "note", "source"), ""),
        "version": 1,
        "received_on": _ON,
        "stored_at": LONG_AGO,
        "target": "stellate",
        "funding": "public",
        "stage": "test_block",
        "cancer": False,
        "medicines": [],
        "missing": [],
    },
    "neurolysis_case": {
        **dict.fromkeys(("id", "ref", "patient_id", "referral_id"), CANARY),
        **dict.fromkeys(("cancer", "direct", "first_on_list"), False),
        **dict.fromkeys(("test_repeats", "patient_postponements", "hospital_postponements"), 0),
        **dict.fromkeys(("missed_appointments", "last_event"), 0),
        "version": 1,
        "state": "entered_in_error",
        "state_since": _ON,
        "received_on": _ON,
        "funding": "public",
    },
    "case_event": {
        **dict.fromkeys(("id", "case_id", "event", "by", "role"), CANARY),
        "seq": 1,
        "to_state": "entered_in_error",
        "at": LONG_AGO,
        "on": _ON,
        "why": "",
        "details": {},
    },
    "document": {
        **dict.fromkeys(("id", "case_id", "title", "media_type", "text", "made_by", "digest"), CANARY),
        "kind": "letter",
        "version": 1,
        "made_at": LONG_AGO,
    },
    "disposal": {
        **dict.fromkeys(("id", "name", "rule", "reason", "asked_by", "approved_by"), CANARY),
        **dict.fromkeys(("period_from", "period_to", "destroyed_on"), _ON),
    },
}


def _trials(connection: Connection) -> list[Trial]:
    dialect = connection.dialect.name
    trials = [
        *_claim_trials(dialect),
        *_history_trials("audit_event", "why"),
        *_history_trials("case_event", "role"),
        *_history_trials("document", "title"),
        *_history_trials("disposal", "name"),
        Trial("audit_event_next", _skip_ahead),
        Trial("case_event_next", _skip_in_case),
        *(_replace_trials() if dialect == "sqlite" else _truncate_trials()),
    ]
    coming = tuple(f"{table}_no_" for table in ONLY_ADDED if not _is_there(connection, table))
    return [trial for trial in trials if not trial.guard.startswith(coming)]


def _claim_trials(dialect: str) -> list[Trial]:
    claim = _table("claim")
    second = claim.c.id == f"{CANARY}-2"
    sleeping = _claim(0, 1, id=f"{CANARY}-3", active=False)

    def wake(connection: Connection) -> None:
        connection.execute(insert(claim).values(sleeping))
        connection.execute(update(claim).where(claim.c.id == sleeping["id"]).values(active=True))

    early = update(claim).where(second).values(start=LONG_AGO)
    on_insert, on_update = (
        (f"{NO_OVERLAP}_insert", f"{NO_OVERLAP}_update") if dialect == "sqlite" else (NO_OVERLAP,) * 2
    )
    return [
        Trial(on_insert, lambda connection: connection.execute(insert(claim).values(_claim(0, 2)))),
        Trial(on_update, lambda connection: connection.execute(early)),
        Trial(on_update, wake),
    ]


def _history_trials(name: str, column: str) -> list[Trial]:
    table = _table(name)
    planted = table.c.ref == CANARY if name == "audit_event" else table.c.id == CANARY
    change = update(table).where(planted).values({column: "changed"})
    return [
        Trial(f"{name}_no_update", lambda connection: connection.execute(change)),
        Trial(f"{name}_no_delete", lambda connection: connection.execute(delete(table).where(planted))),
    ]


def _skip_ahead(connection: Connection) -> None:
    connection.execute(insert(_table("audit_event")).values(_audit_row(_last_audit(connection) + 2)))


def _skip_in_case(connection: Connection) -> None:
    row = {**_CANARY_CASE["case_event"], "id": f"{CANARY}-2", "seq": 3}
    connection.execute(insert(_table("case_event")).values(row))


def _replace_trials() -> list[Trial]:
    def replace_case_event(connection: Connection) -> None:
        row = {**_CANARY_CASE["case_event"], "seq": 2}
        connection.execute(insert(_table("case_event")).prefix_with("OR REPLACE").values(row))

    def replace_audit_event(connection: Connection) -> None:
        row = _audit_row(_last_audit(connection))
        connection.execute(insert(_table("audit_event")).prefix_with("OR REPLACE").values(row))

    def replace_document(connection: Connection) -> None:
        row = {**_CANARY_CASE["document"], "title": "changed"}
        connection.execute(insert(_table("document")).prefix_with("OR REPLACE").values(row))

    def replace_disposal(connection: Connection) -> None:
        row = {**_CANARY_CASE["disposal"], "name": "changed"}
        connection.execute(insert(_table("disposal")).prefix_with("OR REPLACE").values(row))

    return [
        Trial("disposal_no_delete", replace_disposal),
        Trial("case_event_no_delete", replace_case_event),
        Trial("audit_event_next", replace_audit_event),
        Trial("document_no_delete", replace_document),
    ]


def _truncate_trials() -> list[Trial]:
    """A real TRUNCATE would wait for every reader, so the guard is looked up: it must be there, and awake."""
    names = [f"{table}_no_truncate" for table in ONLY_ADDED]
    return [Trial(name, partial(_look_up, name=name)) for name in names]


def _is_awake(connection: Connection, name: str) -> bool:
    asked = text("SELECT 1 FROM pg_trigger WHERE tgname = :name AND tgenabled IN ('O', 'A')")
    return connection.execute(asked, {"name": name}).first() is not None


def _look_up(connection: Connection, *, name: str) -> None:
    if _is_awake(connection, name):
        connection.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION '{name}'; END $$")
