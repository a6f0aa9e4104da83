"""Many clerks at once who want the same rooms, people and times, and publish plans; somebody independent counts."""

from __future__ import annotations

import gc
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from db import audit, claims
from db.audit import Author
from db.claims import Hold
from db.effects import standing_booking
from db.engine import Database, open_database
from db.errors import TryAgainError
from db.facts import case_row
from db.settings import MemorySettings
from db.tables import BookingRow, CaseRow, ClaimRow, WaitlistEpisodeRow
from db.tables.booking import HOLDING
from db.words import ResourceKind
from scheduler.errors import DoubleBookingError, StaleVersionError
from scheduler.pathway.booking import BookingState
from scheduler.vocabulary import Readiness, Stage
from tests.builders.crowd import sent_out
from tests.builders.hostile_plans import CLAIMS_OF_A_VISIT, LAST_DAY, Publisher
from tests.builders.memory import MORNING, TODAY, a_case, a_clinic, list_for_test, write

SUITES, RADIOLOGISTS, UNITS, BAYS = 3, 4, 2, 4
STARTS = 12  # half-hours of one morning: few enough that almost everybody collides
LASTS = timedelta(minutes=45)
SHARE_PUBLISHED, SHARE_BY_HAND = 0.008, 0.04  # of the attempts of a storm that has plans; all begin with one
SHARE_IN_THE_WAY = 0.02  # bookings that want a room and a person of the plans, as if nobody planned
CLAIMS_OF_A_BOOKING = 5
FIRST_PLANNED = 1000  # numbers of the cases that plans book, apart from all others


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
    planned: tuple[str, ...] = ()


def planned_cases(database: Database, number: int) -> list[str]:
    """Cases that whole plans book and move, with lists for them on mornings of their own; gives their references."""
    a_clinic(database, days=LAST_DAY)
    return [list_for_test(database, FIRST_PLANNED + one) for one in range(number)]


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
    planned: Sequence[str] = (),
) -> Counter[str]:
    """Send out this many processes for so long, or for so many attempts each; counts what was done, refused or met."""
    context = get_context("forkserver")
    start = context.Barrier(clerks)
    orders = [
        Orders(settings, tuple(cases), seconds, seed, folder / f"clerk-{seed}.log", polite, attempts, tuple(planned))
        for seed in range(clerks)
    ]
    with sent_out(context, work, orders, start, loaded=[__name__]):
        pass
    return sum((Counter(json.loads(order.log.read_text())["counts"]) for order in orders), Counter[str]())


def acknowledged(folder: Path) -> set[str]:
    """The bookings some clerk was told were made."""
    return {made for log in folder.glob("clerk-*.log") for made in json.loads(log.read_text())["made"]}


def published(folder: Path) -> list[dict[str, Any]]:
    """The plans that were made, what each was to change, and what its publisher was told; nothing where refused."""
    return [one for log in folder.glob("clerk-*.log") for one in json.loads(log.read_text())["published"]]


def names(clerks: int) -> list[str]:
    """What the people of a storm are called in sentences."""
    return [f"{what} {seed}" for seed in range(clerks) for what in ("Clerk", "Publisher")]


def work(orders: Orders, start: Barrier) -> None:
    """Book, move, confirm, cancel and publish at random until the time is up; everybody starts together."""
    chance = random.Random(orders.seed)
    database = open_database(orders.settings)
    clerk = Author(id=f"clerk-{orders.seed}", name=f"Clerk {orders.seed}", role="bookings")
    planner = Author(id=f"publisher-{orders.seed}", name=f"Publisher {orders.seed}", role="ir_lead")
    publisher = Publisher(database, orders.planned, planner, clerk.name, chance)
    counts: Counter[str] = Counter()
    made: list[str] = []
    gc.freeze()  # as the web server does once everything is loaded
    start.wait()
    until = time.monotonic() + orders.seconds
    while time.monotonic() < until and (orders.attempts is None or counts.total() < orders.attempts):
        which = chance.random() if orders.planned else 1.0
        if orders.planned and (not counts or which < SHARE_PUBLISHED):
            counts[publisher.publish()] += 1
            continue
        if which < SHARE_PUBLISHED + SHARE_BY_HAND:
            counts[publisher.by_hand()] += 1
            continue
        ref, act = chance.choice(orders.cases), book
        try:
            with database.writing(clerk, MORNING) as session:
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
    orders.log.write_text(json.dumps({"counts": counts, "made": made, "published": publisher.told}, default=str))


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
    if polite or chance.random() < 0.5:
        claims.release(session, claims.held_by(session, booking_id=booking.id))
        hold(session, booking, case.patient_id, chance, polite=polite)
    else:
        for claim in _claims_of(session, booking):
            claim.start, claim.end = claim.start + shift, claim.end + shift
            session.flush()
    return booking.id


def confirm(session: Session, ref: str, _chance: random.Random, *, polite: bool) -> str | None:
    """Confirm a booking, and wake its claims as a careless program might."""
    booking = standing_booking(session, case_row(session, ref, lock=True).id)
    if booking is None:
        return None
    booking.status = BookingState.CONFIRMED
    for claim in _claims_of(session, booking):
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
    suite, person = f"CT{chance.randrange(SUITES)}", f"R{chance.randrange(RADIOLOGISTS)}"
    if chance.random() < SHARE_IN_THE_WAY:
        days = timedelta(days=chance.randrange(1, LAST_DAY))
        booking.start, booking.end = booking.start + days, booking.end + days
        booking.recovery_end += days
        suite, person = "S01-CT1", "R02"
    wanted = [
        (ResourceKind.SUITE, suite, booking.start, booking.end),
        (ResourceKind.RADIOLOGIST, person, booking.start, booking.end),
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


def _claims_of(session: Session, booking: BookingRow) -> Sequence[ClaimRow]:
    """The active claims of a booking, as rows that a careless program may change."""
    return session.exec(select(ClaimRow).where(col(ClaimRow.active), ClaimRow.booking_id == booking.id)).all()


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


def broken_bookings(database: Database, planned: Collection[str] = ()) -> Mapping[str, int]:
    """Bookings that stand without all their claims, or that ended with some still active."""
    with database.reading() as session:
        held = Counter(session.exec(select(ClaimRow.booking_id).where(col(ClaimRow.active))).all())
        rows = session.exec(select(BookingRow)).all()
        visits = set(session.exec(select(CaseRow.id).where(col(CaseRow.ref).in_(planned))).all())
    needs = {row.id: CLAIMS_OF_A_VISIT if row.case_id in visits else CLAIMS_OF_A_BOOKING for row in rows}
    wanted = {row.id: needs[row.id] if row.status.value in HOLDING else 0 for row in rows}
    return {name: held[name] for name, number in wanted.items() if held[name] != number}


def half_staffed(database: Database) -> list[str]:
    """Lists that somebody does without being held for it, or that hold somebody who does not do them."""
    asked = text(
        "SELECT l.id FROM suite_session l LEFT JOIN claim c ON c.session_id = l.id AND c.active "
        "AND c.kind = 'radiologist' WHERE COALESCE(l.assigned_radiologist_id, '') <> COALESCE(c.resource_id, '')"
    )
    with database.reading() as session:
        return list(session.connection().execute(asked).scalars())
