"""How long the audit trail takes to verify from its first row to its last, for a million rows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, update

from benchmarks.load_page import Measure
from benchmarks.trust.ground import Ground
from benchmarks.trust.sound import NONE
from db.engine import Database
from db.seals import COLUMNS, Written, as_sealed, seal_row, stored_rows
from db.tables.base import METADATA
from flows.desk import Desk
from flows.plan_files import read_problem_file
from flows.start import command_line_actor
from tests.builders.service import a_service

MILLION = 1_000_000
AT_ONCE = 5000
GOAL = (15.0, "at most")
EXAMPLES = Path(__file__).parents[2] / "examples"


def verified_rows(ground: Ground, rows: int) -> Iterator[Measure]:
    """Fill the trail with so many rows like those of a small clinic, then verify all of it."""
    live(ground.database)
    fill(ground.database, rows)
    began = time.monotonic()
    report = ground.database.verify_trail()
    taken = time.monotonic() - began
    yield Measure.of("rows verified", report.rows, (rows, "at least"))
    yield Measure.of("seconds a million rows, at this rate", taken / report.rows * MILLION, GOAL)
    yield Measure.of("faults in the audit trail", int(report.fault is not None), NONE)


def live(database: Database) -> None:
    """Let real acts write real rows: a clinic set up, referrals taken in, a patient looked at."""
    desk = Desk(a_service(database), command_line_actor())
    desk.set_up(read_problem_file(str(EXAMPLES / "clinic.json")))
    desk.import_referrals([EXAMPLES / "referrals"])
    for case in desk.cases():
        desk.record(case.ref, "start_triage", {}) if case.state.value == "received" else desk.patient(case.ref)


def fill(database: Database, wanted: int) -> None:
    """Add copies of the rows there are, each sealed to the one before, until there are so many."""
    secret = database.keys()[0].secret
    add, head = insert(METADATA.tables["audit_event"]), update(METADATA.tables["audit_head"])
    with database._changing() as connection:  # past the watched session, which would take an hour
        stored = [list(row) for row in connection.execute(stored_rows(connection))]
        last, previous = len(stored), stored[-1][-1]
        batch = []
        for seq in range(last + 1, wanted + 1):
            row = [seq, *stored[seq % last][1:-2], previous, ""]
            row[-1] = previous = seal_row(as_sealed(row), secret)
            kept = dict(zip(COLUMNS, row, strict=True))
            kept |= {name: Written(kept[name]) for name in ("before", "after")}
            batch.append({**kept, "at": datetime.fromisoformat(f"{kept['at']}+00:00")})
            if len(batch) == AT_ONCE or seq == wanted:
                connection.execute(add, batch)
                batch.clear()
        connection.execute(head, {"seq": wanted, "seal": previous})
