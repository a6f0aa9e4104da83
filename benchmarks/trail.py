"""How long a million rows of the audit trail take to verify: python -m benchmarks.trail [--rows N]."""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from db.engine import Database, open_database
from db.seals import COLUMNS, as_sealed, seal_row, stored_rows
from db.settings import MemorySettings
from flows.clock import Clock
from flows.desk import Desk
from flows.plan_files import read_problem_file
from flows.service import Service
from flows.start import command_line_actor

AT_ONCE = 5000
GOAL_SECONDS = 15.0
EXAMPLES = Path(__file__).parents[1] / "examples"


def main() -> None:
    """Fill a trail with rows like those of a small clinic, then verify it and print how long that took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="how many rows")
    wanted = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(MemorySettings(home=Path(folder)))
        database.prepare(datetime(2026, 11, 18, tzinfo=UTC))
        live(database)
        fill(database, wanted)
        began = time.perf_counter()
        report = database.verify_trail()
        took = time.perf_counter() - began
        database.close()
    print(f"{report.rows:,} rows verified in {took:.1f} s ({report.rows / took:,.0f} a second); goal {GOAL_SECONDS} s")
    print(report.fault or "The trail holds.")


def live(database: Database) -> None:
    """Let real acts write real rows: a clinic set up, referrals taken in, a patient looked at."""
    clock = Clock(timezone=database.timezone, source=lambda: datetime(2026, 11, 18, 1, tzinfo=UTC))
    desk = Desk(Service(database=database, clock=clock, owner="benchmark"), command_line_actor())
    desk.set_up(read_problem_file(str(EXAMPLES / "clinic.json")))
    desk.import_referrals([EXAMPLES / "referrals"])
    for case in desk.cases():
        desk.record(case.ref, "start_triage", {}) if case.state.value == "received" else desk.patient(case.ref)


def fill(database: Database, wanted: int) -> None:
    """Add copies of the rows there are, each sealed to the one before, until there are so many."""
    secret = database.keys()[0].secret
    with database._changing() as connection:  # past the watched session, which would take an hour
        stored = [list(row) for row in connection.execute(stored_rows(connection))]
        last, previous = len(stored), stored[-1][-1]
        columns = ", ".join(f'"{name}"' for name in COLUMNS)
        add = text(f"INSERT INTO audit_event ({columns}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})")
        batch = []
        for seq in range(last + 1, wanted + 1):
            row = [seq, *stored[seq % last][1:-2], previous, ""]
            row[-1] = previous = seal_row(as_sealed(row), secret)
            batch.append(dict(zip(COLUMNS, row, strict=True)))
            if len(batch) == AT_ONCE or seq == wanted:
                connection.execute(add, batch)
                batch.clear()
        connection.execute(text("UPDATE audit_head SET seq = :seq, seal = :seal"), {"seq": wanted, "seal": previous})


if __name__ == "__main__":
    main()
