"""Writers are killed outright, or their database's server is: what was acknowledged is there, and nothing in parts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random
from uuid import uuid4

from benchmarks.clinic.journal import Entry, Journal, everything
from benchmarks.clinic.killing import Arming, Crew
from benchmarks.load_page import Measure
from benchmarks.trust.ground import Ground
from benchmarks.trust.sound import NONE, sound
from db import audit, writes
from db.effects import standing_booking
from db.engine import Database, open_database
from db.errors import MemoryFaultError, TryAgainError
from db.facts import case_row
from scheduler.errors import DoubleBookingError, StaleVersionError
from tests.builders import hostile
from tests.builders.memory import CLERK, MORNING, a_clinic, read

WRITERS = 5
CASES = 20  # for each writer, so that only resources are fought for
ACTS = {"book": hostile.book, "move": hostile.move, "confirm": hostile.confirm, "cancel": hostile.cancel}
FURTHEST_COMMIT = 40
LOOK_SECONDS = 0.05
AWAY_SECONDS = 0.1  # a writer waits so long before it asks a server again that is not there
RECOVERS_SECONDS = 60.0  # a server that crashed may take so long to be back


def killed_writers(ground: Ground, kills: int, crashes: int) -> Iterator[Measure]:
    """Kill writers so often, at random and just before and after their commits; and the server's own processes."""
    database = ground.database
    a_clinic(database)
    refs = hostile.waiting_cases(database, WRITERS * CASES)
    folder = ground.folder / "writers"
    folder.mkdir()
    crew = Crew(folder, Random(1), furthest=FURTHEST_COMMIT)
    for number in range(WRITERS):
        share = refs[number * CASES : (number + 1) * CASES]
        crew.mains[f"writer-{number}"] = _writer(ground, Journal(folder / f"writer-{number}.jsonl"), share)
    broken: list[str] = []
    crashed = 0
    for name in crew.mains:
        crew.start(name)
    try:
        while _deaths(crew) < kills:
            time.sleep(LOOK_SECONDS)
            broken += crew.look()
            if crew.chance.random() < LOOK_SECONDS * 2:
                crew.kill(crew.chance.choice(list(crew.mains)))
            if ground.server is not None and crashed < crashes * _deaths(crew) // kills:
                crashed += ground.server.crash()
    finally:
        crew.stop()
    until = time.monotonic() + RECOVERS_SECONDS
    while not database.answers() and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    told = everything(folder)
    yield Measure.of("writers killed", _deaths(crew), (kills, "at least"))
    if ground.server is not None:
        yield Measure.of("crashes of the whole database server", crashed, (crashes, "at least"))
    yield Measure.of("acknowledged writes", sum(entry["kind"] == "ack" for entry in told), (1, "at least"))
    doubts = [entry for entry in told if entry["kind"] == "found"]
    yield Measure.of("kept though the answer was lost, and found again by their name", len(doubts), None)
    yield Measure.of("acknowledged writes that are not there", len(_lost(database, told)), NONE)
    yield Measure.of("writers that broke down by themselves", len(broken), NONE)
    yield from sound(database)


def _deaths(crew: Crew) -> int:
    return sum(1 for _ in crew.deaths.entries())


def _lost(database: Database, told: list[Entry]) -> list[str]:
    """Give the acknowledged writes that the memory does not know, or knows with another answer."""
    acknowledged = [entry for entry in told if entry["kind"] in {"ack", "found"}]
    return [
        entry["write"]
        for entry in acknowledged
        if read(database, lambda session, entry=entry: writes.answer(session, entry["write"], entry["act"]))
        != {"booking": entry["booking"]}
    ]


def _writer(ground: Ground, journal: Journal, refs: list[str]) -> Callable[[Arming | None], None]:
    def work(arming: Arming | None) -> None:
        chance = Random(os.getpid())
        database = open_database(ground.settings)
        if arming is not None:
            arming.arm(database)
        for entry in journal.unanswered():
            _until_answered(database, journal, entry, chance)
        while True:
            act, ref = _something(database, refs, chance)
            entry = {"kind": "begin", "write": str(uuid4()), "act": act, "ref": ref}
            journal.write(**entry)
            _until_answered(database, journal, entry, chance)

    return work


def _something(database: Database, refs: list[str], chance: Random) -> tuple[str, str]:
    """Choose a case, and what can be done with it now."""
    ref = chance.choice(refs)
    while True:
        with suppress(MemoryFaultError, TryAgainError), database.reading() as session:
            stands = standing_booking(session, case_row(session, ref).id) is not None
            return (chance.choice(("move", "move", "confirm", "cancel")) if stands else "book"), ref
        time.sleep(AWAY_SECONDS)


def _until_answered(database: Database, journal: Journal, entry: Entry, chance: Random) -> None:
    """Ask until there is an answer, under the same name, as whoever lost an answer does."""
    while True:
        try:
            with database.writing(CLERK, MORNING) as session:
                known = writes.earlier(session, entry["write"], entry["act"])
                made = known["booking"] if known else ACTS[entry["act"]](session, entry["ref"], chance, polite=False)
                if known is None:
                    writes.finish(session, entry["write"], {"booking": made})
                    audit.record(session, action=entry["act"], entity="case", ref=entry["ref"])
        except DoubleBookingError:
            journal.write("refused", write=entry["write"])
            return
        except (TryAgainError, StaleVersionError):
            continue
        except MemoryFaultError:
            time.sleep(AWAY_SECONDS)
        else:
            kind = "found" if known else "ack"
            journal.write(kind, write=entry["write"], act=entry["act"], booking=made)
            return
