"""Many people save the same form at once: whoever saves from an older version is told so, and no save is lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from random import Random

from sqlmodel import Session, select

from benchmarks.load_page import Measure
from benchmarks.trust.ground import Ground
from benchmarks.trust.sound import NONE
from db import audit
from db.engine import open_database
from db.settings import MemorySettings
from db.tables import SuiteRow
from scheduler.errors import StaleVersionError
from tests.builders.crowd import sent_out
from tests.builders.memory import CLERK, MORNING, a_clinic, read

CLERKS = 8
SUITE = "S01-CT1"
LONGEST_THOUGHT = 0.02  # seconds between seeing the form and saving it


@dataclass(frozen=True, slots=True)
class Orders:
    """What one clerk is sent out with."""

    settings: MemorySettings
    saves: int
    seed: int
    log: Path


def lost_updates(ground: Ground, saves: int) -> Iterator[Measure]:
    """Let eight processes add one to the same field by its form; every save that was acknowledged must be in it."""
    a_clinic(ground.database)
    began = _minutes(ground)
    context = get_context("forkserver")
    start = context.Barrier(CLERKS)
    orders = [
        Orders(ground.settings, saves // CLERKS, seed, ground.folder / f"saves-{seed}.json") for seed in range(CLERKS)
    ]
    with sent_out(context, work, orders, start, loaded=[__name__]):
        pass
    told = [json.loads(order.log.read_text()) for order in orders]
    acknowledged = sum(one["saved"] for one in told)
    yield Measure.of("saves of one form by eight people", acknowledged + sum(one["stale"] for one in told), None)
    yield Measure.of("of them acknowledged", acknowledged, (saves // CLERKS * CLERKS, "at least"))
    yield Measure.of("acknowledged saves that were lost", acknowledged - (_minutes(ground) - began), NONE)


def work(orders: Orders, start: Barrier) -> None:
    """See the form, think, save, until this many saves were acknowledged."""
    chance, database = Random(orders.seed), open_database(orders.settings)
    saved = stale = 0
    start.wait()
    while saved < orders.saves:
        with database.reading() as session:
            shown = session.get_one(SuiteRow, SUITE)
        time.sleep(chance.uniform(0, LONGEST_THOUGHT))
        try:
            database.write(lambda session, shown=shown: _save(session, shown), author=CLERK, now=MORNING)
        except StaleVersionError:
            stale += 1
        else:
            saved += 1
    database.close()
    orders.log.write_text(json.dumps({"saved": saved, "stale": stale}))


def _save(session: Session, shown: SuiteRow) -> None:
    row = session.get_one(SuiteRow, SUITE)
    row.expect(shown.version)
    row.turnaround_minutes = shown.turnaround_minutes + 1
    audit.record(session, action="change", entity="suite", ref=SUITE)


def _minutes(ground: Ground) -> int:
    asked = select(SuiteRow.turnaround_minutes).where(SuiteRow.id == SUITE)
    return read(ground.database, lambda session: session.exec(asked).one())
