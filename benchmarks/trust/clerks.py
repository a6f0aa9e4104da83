"""Eight people hold and release slots at a human pace while a plan that moves 200 bookings is published."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.synchronize import Event as Signal
from pathlib import Path
from random import Random
from statistics import quantiles

from benchmarks.load_page import Measure
from benchmarks.publish import LATER_BY, a_plan_for, days_for
from benchmarks.trust.ground import Ground
from benchmarks.trust.sound import NONE
from db import approvals, publishing
from db.audit import Author
from db.engine import open_database
from db.publishing import PublishReport
from db.settings import MemorySettings
from flows.accepting import Acceptance, accept
from flows.desk import BookingEvent, Desk
from flows.hold_asked import HoldAsked
from flows.service import Service
from scheduler.errors import NeurolistError, StaleVersionError
from scheduler.vocabulary import Role
from tests.builders.crowd import sent_out
from tests.builders.hostile import overlaps
from tests.builders.memory import CLERK, MORNING, a_clinic, list_for_test, write
from tests.builders.service import a_service, an_actor

WHY = "The lists begin ten minutes later."
SECOND = Author(id="second", name="Second Lead", role="ir_lead")
CLERKS = 8
MEAN_THOUGHT = 0.5  # seconds between two acts of one person
FREE_DAYS = 20  # of lists that the plan does not use
CASES_EACH = 6
WARMING = 6  # acts of each person before anything is timed
SHARE_ON_THE_PLAN = 0.1  # acts that touch a case of the plan that is being published
HUNDREDTH = 99
GOALS = {"p99": (150.0, "at most"), "longest": (1000.0, "at most"), "publish": (2.0, "at most")}


@dataclass(frozen=True, slots=True)
class Orders:
    """What one clerk is sent out with."""

    settings: MemorySettings
    cases: tuple[str, ...]
    planned: tuple[str, ...]
    lists: tuple[str, ...]
    seed: int
    log: Path


def clerks_beside_a_publish(ground: Ground, moved: int, seconds: float) -> Iterator[Measure]:
    """Time every save of the clerks and the publish in their midst; it must name whom it left alone."""
    database, days = ground.database, days_for(moved)
    a_clinic(database, days=days + FREE_DAYS)
    refs = [list_for_test(database, number) for number in range(1, moved + 1)]
    theirs = [list_for_test(database, moved + number) for number in range(1, CLERKS * CASES_EACH + 1)]
    first = a_plan_for(database, refs, days, 0)
    write(database, lambda session: publishing.publish(session, first, actor=CLERK, now=MORNING))
    plan = a_plan_for(database, refs, days, LATER_BY)
    lists = tuple(f"S0{site}-{day}" for day in range(days + 1, days + FREE_DAYS + 1) for site in (1, 2))
    context = get_context("forkserver")
    over = context.Event()
    orders = [
        Orders(ground.settings, tuple(theirs[at::CLERKS]), tuple(refs), lists, at, ground.folder / f"clerk-{at}.json")
        for at in range(CLERKS)
    ]
    # A service has the planner loaded when people come.
    with sent_out(context, work, orders, over, loaded=[__name__, "flows.holding"]):
        time.sleep(seconds / 2)
        service = a_service(database)
        approved = _asked(service, plan)
        began = time.monotonic()
        report = accept(service, approved, author=SECOND, write_id=None)
        taken = time.monotonic() - began
        time.sleep(seconds / 2)
        over.set()
    told = [json.loads(order.log.read_text()) for order in orders]
    yield from _of_the_clerks(told)
    yield Measure.of("publish amid the clerks, s", taken, GOALS["publish"])
    yield from _of_the_plan(report, refs)
    yield Measure.of("things held twice", len(overlaps(database)), NONE)


def _asked(service: Service, plan: str) -> Acceptance:
    """A lead asks that the plan be published over the frozen days; gives what a second person is then to accept."""
    asked = Desk(service, an_actor(Role.IR_LEAD)).approvals.ask_to_publish(plan, reason=WHY)
    with service.database.reading() as session:
        frozen = approvals.payload_of(session, asked).payload["frozen"]
    agreed = tuple(map(str, frozen)) if isinstance(frozen, list) else ()
    return Acceptance(proposal=plan, reason=WHY, approval=asked, agreed=agreed)


def _of_the_clerks(told: list[dict[str, list[float]]]) -> Iterator[Measure]:
    saves = sorted(taken for one in told for taken in one["saves"])
    cut = quantiles(saves, n=100)
    yield Measure.of("saves of eight clerks", len(saves), (1, "at least"))
    yield Measure.of("a save, p50, ms", 1000 * cut[49], None)
    yield Measure.of("a save, p99, ms", 1000 * cut[HUNDREDTH - 1], GOALS["p99"])
    yield Measure.of("the longest save, ms", 1000 * saves[-1], GOALS["longest"])
    yield Measure.of("asked for and refused in words", sum(len(one["refused"]) for one in told), None)


def _of_the_plan(report: PublishReport, refs: Sequence[str]) -> Iterator[Measure]:
    named = {left.ref for left in (*report.left_alone, *report.not_booked)}
    silent = set(refs) - named - {*report.moved, *report.kept, *report.booked}
    yield Measure.of("bookings it moved", len(report.moved), None)
    yield Measure.of("left as somebody else had changed them, by name", len(named), None)
    yield Measure.of("left out and not named", len(silent), NONE)


def work(orders: Orders, over: Signal) -> None:
    """Hold, release and confirm at a human pace until it is over."""
    chance, database = Random(orders.seed), open_database(orders.settings)
    desk = Desk(a_service(database, owner=f"clerk-{orders.seed}"), an_actor(Role.BOOKINGS))
    held: set[str] = set()
    desk.board.where(orders.cases[0], desk.today())
    for _ in range(WARMING):  # a service that has just begun is a little slower with the first of everything
        _hold_or_release(desk, orders, held, chance)
    gc.freeze()  # as the web server does once everything is loaded
    saves: list[float] = []
    refused: list[str] = []
    while not over.wait(chance.expovariate(1 / MEAN_THOUGHT)):
        began = time.monotonic()
        try:
            _act(desk, orders, held, chance)
        except (NeurolistError, StaleVersionError) as refusal:
            refused.append(type(refusal).__name__)
        else:
            saves.append(time.monotonic() - began)
    database.close()
    orders.log.write_text(json.dumps({"saves": saves, "refused": refused}))


def _act(desk: Desk, orders: Orders, held: set[str], chance: Random) -> None:
    if chance.random() < SHARE_ON_THE_PLAN:
        desk.advance_booking(chance.choice(orders.planned), BookingEvent.CONFIRM)
    else:
        _hold_or_release(desk, orders, held, chance)


def _hold_or_release(desk: Desk, orders: Orders, held: set[str], chance: Random) -> None:
    ref = chance.choice(orders.cases)
    if ref in held:
        desk.release_slot(ref, reason="Found a better one")
        held.discard(ref)
    else:
        desk.hold(HoldAsked(ref=ref, list=chance.choice(orders.lists)))
        held.add(ref)
