"""Many clerks at once who want the same rooms, people and times, and somebody independent who counts the overlaps."""

from __future__ import annotations

import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session, col, select

from db import audit, claims
from db.claims import Hold
from db.effects import standing_booking
from db.engine import Database, open_database
from db.errors import TryAgainError
from db.facts import case_row
from db.settings import MemorySettings
from db.tables import BookingRow, ClaimRow, WaitlistEpisodeRow
from db.tables.booking import HOLDING
from db.words import ResourceKind
from scheduler.errors import DoubleBookingError, StaleVersionError
from scheduler.pathway.booking import BookingState
from scheduler.vocabulary import Readiness, Stage
from tests.builders.crowd import sent_out
from tests.builders.memory import CLERK, MORNING, TODAY, a_case, write

SUITES, RADIOLOGISTS, UNITS, BAYS = 3, 4, 2, 4
STARTS = 12  # half-hours of one morning: few enough that almost everybody collides
LASTS = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class Orders:
    """What one clerk is sent out with."""

    settings: MemorySettings
    cases: tuple[str, ...]
    seconds: float
    seed: int
    log: Path
    polite: bool
    attempts: int | None


def waiting_cases(database: Database, number: int) -> list[str]:
    """Cases with an open wait, without the walk through the pathway that a real one needs; gives their references."""
    return [_waiting(database, one) for one in range(number)]


def _waiting(database: Database, number: int) -> str:
    ref = a_case(database, number)

    def work(session: Session) -> None:
        wait = WaitlistEpisodeRow(
            case_id=case_row(session, ref).id,
            number=1,
            stage=Stage.TEST_BLOCK,
            urgency=1,
            readiness=Readiness.READY,
            listed_on=TODAY,
        )
        session.add(wait)
        audit.record(session, action="list", entity="case", ref=ref)

    write(database, work)
    return ref


def storm(
    settings: MemorySettings,
    cases: Sequence[str],
    *,
    seconds: float,
    clerks: int,
    folder: Path,
    polite: bool,
    attempts: int | None = None,
) -> Counter[str]:
    """Send out this many processes for so long, or for so many attempts each; counts what was done, refused or met."""
    context = get_context("forkserver")
    start = context.Barrier(clerks)
    orders = [
        Orders(settings, tuple(cases), seconds, seed, folder / f"clerk-{seed}.log", polite, attempts)
        for seed in range(clerks)
    ]
    with sent_out(context, work, orders, start, loaded=[__name__]):
        pass
    return sum((Counter(json.loads(order.log.read_text())["counts"]) for order in orders), Counter[str]())


def acknowledged(folder: Path) -> set[str]:
    """The bookings some clerk was told were made."""
    return {made for log in folder.glob("clerk-*.log") for made in json.loads(log.read_text())["made"]}


def work(orders: Orders, start: Barrier) -> None:
    """Book, move, confirm and cancel at random until the time is up; everybody starts together."""
    chance = random.Random(orders.seed)
    database = open_database(orders.settings)
    counts: Counter[str] = Counter()
    made: list[str] = []
    start.wait()
    until = time.monotonic() + orders.seconds
    while time.monotonic() < until and (orders.attempts is None or counts.total() < orders.attempts):
        ref, act = chance.choice(orders.cases), book
        try:
            with database.writing(CLERK, MORNING) as session:
                if standing_booking(session, case_row(session, ref).id) is not None:
                    act = chance.choice((move, move, move, confirm, cancel))
                done = act(session, ref, chance, polite=orders.polite)
                if done is not None:
                    audit.record(session, action=act.__name__, entity="case", ref=ref)
            counts[act.__name__ if done else "nothing to do"] += 1
            made += [done] if done and act is book else []
        except DoubleBookingError:
            counts["refused"] += 1
        except (TryAgainError, StaleVersionError):
            counts["met"] += 1
    database.close()
    orders.log.write_text(json.dumps({"counts": counts, "made": made}))


def book(session: Session, ref: str, chance: random.Random, *, polite: bool) -> str | None:
    """Book a case that has no booking."""
    case = case_row(session, ref, lock=True)
    if standing_booking(session, case.id) is not None:
        return None
    episode = session.exec(select(WaitlistEpisodeRow.id).where(WaitlistEpisodeRow.case_id == case.id)).one()
    start = a_start(chance)
    booking = BookingRow(
        case_id=case.id,
        episode_id=episode,
        stage=Stage.TEST_BLOCK,
        session_id="S01-1",
        radiologist_id="R01",
        start=start,
        end=start + LASTS,
        recovery_end=start + 2 * LASTS,
        status=BookingState.BOOKED,
        made_at=MORNING,
    )
    session.add(booking)
    session.flush()
    hold(session, booking, case.patient_id, chance, polite=polite)
    return booking.id


def move(session: Session, ref: str, chance: random.Random, *, polite: bool) -> str | None:
    """Move a booking: by letting go and taking anew, or rudely by changing the claims where they are."""
    case = case_row(session, ref, lock=True)
    booking = standing_booking(session, case.id)
    if booking is None:
        return None
    start = a_start(chance)
    shift = start - booking.start
    booking.start, booking.end, booking.recovery_end = start, start + LASTS, start + 2 * LASTS
    held = claims.held_by(session, booking_id=booking.id)
    if polite or chance.random() < 0.5:
        claims.release(session, held)
        hold(session, booking, case.patient_id, chance, polite=polite)
    else:
        for claim in held:
            claim.start, claim.end = claim.start + shift, claim.end + shift
            session.flush()
    return booking.id


def confirm(session: Session, ref: str, _chance: random.Random, *, polite: bool) -> str | None:
    """Confirm a booking, and wake its claims as a careless program might."""
    booking = standing_booking(session, case_row(session, ref, lock=True).id)
    if booking is None:
        return None
    booking.status = BookingState.CONFIRMED
    for claim in claims.held_by(session, booking_id=booking.id):
        claim.active = True
    return booking.id


def cancel(session: Session, ref: str, _chance: random.Random, *, polite: bool) -> str | None:
    """Cancel a booking and give everything back."""
    booking = standing_booking(session, case_row(session, ref, lock=True).id)
    if booking is None:
        return None
    booking.status = BookingState.CANCELLED_HOSPITAL
    claims.release(session, claims.held_by(session, booking_id=booking.id))
    return booking.id


def hold(session: Session, booking: BookingRow, patient: str, chance: random.Random, *, polite: bool) -> None:
    """Take everything a booking uses: looking first, or leaving it all to the database's guard."""
    wanted = [
        (ResourceKind.SUITE, f"CT{chance.randrange(SUITES)}", booking.start, booking.end),
        (ResourceKind.RADIOLOGIST, f"R{chance.randrange(RADIOLOGISTS)}", booking.start, booking.end),
        (ResourceKind.PATIENT, patient, booking.start, booking.recovery_end),
        (ResourceKind.EQUIPMENT, f"rf-{chance.randrange(UNITS)}", booking.start, booking.end),
        (ResourceKind.RECOVERY_BAY, f"bay {chance.randrange(BAYS)}", booking.end, booking.recovery_end),
    ]
    if polite:
        claims.take(
            session,
            [
                Hold(kind=kind, resource_id=resource, start=start, end=end, booking_id=booking.id)
                for kind, resource, start, end in wanted
            ],
        )
        return
    for kind, resource, start, end in wanted:
        session.add(ClaimRow(kind=kind, resource_id=resource, start=start, end=end, booking_id=booking.id))
        session.flush()


def a_start(chance: random.Random) -> datetime:
    """One of few times."""
    return MORNING + timedelta(days=1, minutes=30 * chance.randrange(STARTS))


def overlaps(database: Database) -> list[tuple[str, str]]:
    """Count overlapping pairs of active claims by plain comparison, without the database's help."""
    groups: dict[tuple[str, str], list[tuple[str, str, str]]] = defaultdict(list)
    with database.reading() as session:
        asked = text('SELECT kind, resource_id, start, "end", id FROM claim WHERE active')
        for kind, resource, start, end, name in session.connection().execute(asked):
            groups[kind, resource].append((str(start), str(end), name))
    return [
        (first[2], second[2])
        for rows in groups.values()
        for at, first in enumerate(sorted(rows))
        for second in sorted(rows)[at + 1 :]
        if second[0] < first[1]
    ]


def broken_bookings(database: Database) -> Mapping[str, int]:
    """Bookings that stand without all five claims, or that ended with some still active."""
    with database.reading() as session:
        held = Counter(session.exec(select(ClaimRow.booking_id).where(col(ClaimRow.active))).all())
        rows = session.exec(select(BookingRow)).all()
    return {row.id: held[row.id] for row in rows if held[row.id] != (5 if row.status.value in HOLDING else 0)}
