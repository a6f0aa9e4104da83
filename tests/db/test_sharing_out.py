"""Bays and units are shared out anew among the bookings that stand, while others end and move."""

from threading import Event, Thread

import pytest

from db import bookings, claims, engine, giving_back, holds
from flows.hold_asked import HoldAsked
from scheduler.pathway.events import Event as PathwayEvent
from tests.builders.hostile import broken_bookings
from tests.builders.memory import a_clinic, a_proposal, list_for_test
from tests.builders.service import a_desk, a_service


@pytest.fixture
def somebody_acts(monkeypatch):
    """Have somebody else act once it was read who stands there, and go on when they are done or are kept waiting."""
    acts, done = [], Event()
    read = claims.held_by_bookings

    def act():
        acts[0]()
        done.set()

    other = Thread(target=act)

    def then(session, ids):
        if acts and not other.ident:
            other.start()
            done.wait(1.5)
        return read(session, ids)

    monkeypatch.setattr(bookings.claims, "held_by_bookings", then)
    yield acts
    if other.ident:
        other.join()


@pytest.mark.parametrize("how", ["called off", "released"])
def test_a_visit_that_ends_meanwhile_holds_nothing_afterwards(postgresql_database, somebody_acts, how):
    database = postgresql_database
    desk, other = a_desk(a_service(database)), a_desk(a_service(database))
    a_clinic(database, days=7)
    one, two = (list_for_test(database, number) for number in (1, 2))
    if how == "released":
        desk.hold(HoldAsked(ref=one, list="S01-5"))
    else:
        desk.publish(a_proposal(database, {f"{one}-T": ("S01-5", 0, "R01")}))
    ends = {
        "called off": lambda: other.record(one, PathwayEvent.CANCEL_HOSPITAL, {"reason": "other"}),
        "released": lambda: other.release_slot(one, reason="Found a better one"),
    }
    somebody_acts.append(ends[how])
    desk.hold(HoldAsked(ref=two, list="S01-5"))
    for _ in range(100):
        if not broken_bookings(database, [one, two]):
            break
        Event().wait(0.1)
    assert broken_bookings(database, [one, two]) == {}


def test_a_slot_is_given_back_while_another_is_held_in_its_week_and_neither_begins_again(
    postgresql_database, monkeypatch
):
    database = postgresql_database
    desk, other = a_desk(a_service(database)), a_desk(a_service(database))
    a_clinic(database, days=7)
    one, two = (list_for_test(database, number) for number in (1, 2))
    desk.hold(HoldAsked(ref=one, list="S01-5"))
    holding = Thread(target=lambda: other.hold(HoldAsked(ref=two, list="S01-5")))
    pauses: list[float] = []
    let_go = giving_back.let_radiologist_go

    def meanwhile(session, list_id):
        if not holding.ident:
            holding.start()
        holding.join(1)  # far enough to have taken what it takes, or to wait for this one
        let_go(session, list_id)

    monkeypatch.setattr(giving_back, "let_radiologist_go", meanwhile)
    monkeypatch.setattr(engine.time, "sleep", pauses.append)
    desk.release_slot(one, reason="Found a better one")
    holding.join()
    assert pauses == []
    assert broken_bookings(database, [one, two]) == {}
    with database.reading() as session:
        assert holds.kept(session, two) is not None
