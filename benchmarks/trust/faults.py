"""A disk that is full, and a clock that is an hour off: nothing is acknowledged wrongly, and all go on afterwards."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

from sqlalchemy import event as sql_event
from sqlmodel import col, select

from benchmarks.load_page import Measure
from benchmarks.trust.ground import Ground
from benchmarks.trust.sound import NONE, all_there, sound
from db import audit
from db.engine import Database, open_database
from db.errors import MemoryFaultError
from db.tables import CaseEventRow, CaseRow
from flows import steps
from flows.service import Service
from flows.steps import STAGES, run_steps, waiting_steps
from flows.words import StepOutcome
from scheduler.errors import DoubleBookingError
from scheduler.pathway.states import PathwayState
from tests.builders import hostile
from tests.builders.memory import CLERK, MORNING, a_case, a_clinic, read
from tests.builders.service import MovingClock, a_service
from tests.builders.small_disk import fill

CASES = 60
PAGES_LEFT = 24
RECOVERS_SECONDS, LOOK_SECONDS = 60.0, 0.1  # a server whose disk was full may take so long to be back
REFUSALS = 20  # writes that meet the full disk, before there is room again
MOST_TRIES = 600
REFERRALS = 30
AHEAD = timedelta(hours=1)


def full_disk(ground: Ground) -> Iterator[Measure]:
    """Let the database run out of room amid bookings, and then give it room again."""
    yield from _full_server(ground, ground.disk) if ground.disk is not None else _full_file(ground)


def _full_server(ground: Ground, disk: Path) -> Iterator[Measure]:
    """Fill the disk under PostgreSQL: it may go down with it, and must come back with all that it acknowledged."""
    database = ground.database
    a_clinic(database)
    cases, chance = hostile.waiting_cases(database, CASES), Random(3)
    made: set[str] = set()
    filler = fill(disk)
    ended: Counter[str] = Counter()
    while ended["full"] < REFUSALS and ended.total() < MOST_TRIES:
        ended[_book(database, cases, chance, made)] += 1
    filler.unlink()
    until = time.monotonic() + RECOVERS_SECONDS
    while not database.answers() and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    yield Measure.of("writes refused in words by a full disk", ended["full"], (REFUSALS, "at least"))
    yield from _afterwards(database, cases, chance, made)


def _full_file(ground: Ground) -> Iterator[Measure]:
    """Leave a few pages to SQLite, as a full disk would."""
    database = ground.database
    a_clinic(database)
    cases, chance = hostile.waiting_cases(database, CASES), Random(3)
    made: set[str] = set()
    full = open_database(ground.settings)
    with database.reading() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()

    def little_room(connection: object, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + PAGES_LEFT}")  # type: ignore[attr-defined]

    sql_event.listen(full._writer, "connect", little_room)
    refused = Counter(_book(full, cases, chance, made) for _ in range(MOST_TRIES))["full"]
    readable = len(read(full, lambda session: session.exec(select(CaseRow.ref)).all()))
    full.close()
    yield Measure.of("writes refused in words by a full disk", refused, (REFUSALS, "at least"))
    yield Measure.of("cases that could be read meanwhile", readable, (len(cases), "at least"))
    yield from _afterwards(database, cases, chance, made)


def _afterwards(database: Database, cases: list[str], chance: Random, made: set[str]) -> Iterator[Measure]:
    """Book on, now that there is room, and look for all that was acknowledged before and since."""
    before = len(made)
    for _ in range(MOST_TRIES):
        _book(database, cases, chance, made)
        if len(made) >= before + REFUSALS:
            break
    yield Measure.of("bookings made once there was room again", len(made) - before, (1, "at least"))
    yield all_there(database, made)
    yield from sound(database)


def clock_an_hour_off(ground: Ground) -> Iterator[Measure]:
    """Two workers take the same steps, one with a clock that is an hour ahead; each step has one effect."""
    database = ground.database
    for number in range(1, REFERRALS + 1):
        a_case(database, number)
    right = a_service(database, owner="right")
    ahead = a_service(database, source=MovingClock(MORNING + AHEAD), owner="an hour ahead")
    taken = [step.id for step in waiting_steps(right, flows=STAGES, limit=REFERRALS)]
    outcomes = _late(right, ahead, taken)
    history = select(CaseEventRow.case_id).where(col(CaseEventRow.to_state) == PathwayState.TRIAGE)
    looked_through = Counter(read(database, lambda session: session.exec(history).all()))
    yield Measure.of("steps two workers took, one an hour ahead", len(taken), (REFERRALS, "at least"))
    yield Measure.of("done by the one that is ahead", outcomes["ahead"], (len(taken), "at least"))
    yield Measure.of("left alone by the one that came late", outcomes["late"], (len(taken), "at least"))
    yield Measure.of("done twice", sum(times > 1 for times in looked_through.values()), NONE)
    yield Measure.of("never done", REFERRALS - len(looked_through), NONE)


def _late(right: Service, ahead: Service, taken: list[str]) -> Counter[str]:
    held = steps._claim(right, taken, lease=steps.LEASE)
    done = run_steps(ahead, taken)
    late = [steps._work(right, step) for step in held]
    return Counter(
        ahead=sum(report.outcome is StepOutcome.DONE for report in done),
        late=sum(report.outcome is StepOutcome.TAKEN_OVER for report in late),
    )


def _book(database: Database, cases: list[str], chance: Random, made: set[str]) -> str:
    """Book a case that has no slot, or cancel the slot of one that has; says how it ended."""
    ref = chance.choice(cases)
    try:
        with database.writing(CLERK, MORNING) as session:
            done = hostile.book(session, ref, chance, polite=False)
            if done is None:
                hostile.cancel(session, ref, chance, polite=False)
            audit.record(session, action="book" if done else "cancel", entity="case", ref=ref)
    except DoubleBookingError:
        return "refused"
    except MemoryFaultError:
        return "full"
    made |= {done} if done else set()
    return "done"
