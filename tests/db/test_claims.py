"""No resource is ever held twice: half-open spans, on both sides of every edge, through insert and update."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from db import audit, claims, clinic
from db.claims import Hold
from db.errors import UnauditedWriteError
from db.tables import AuditEventRow, ClaimRow
from db.words import ResourceKind
from scheduler.errors import DoubleBookingError, StaleVersionError
from tests.builders.memory import MORNING, a_clinic, read, write

HOUR = timedelta(hours=1)


def hold(start=0, end=2, resource="CT1", kind=ResourceKind.SUITE):
    return Hold(kind=kind, resource_id=resource, start=MORNING + start * HOUR, end=MORNING + end * HOUR)


def take(database, *holds):
    def work(session):
        claims.take(session, holds)
        audit.record(session, action="take", entity="claim", ref="test")

    write(database, work)


def force(database, one):
    """Write a claim past the polite look, so that the database's own guard has to answer."""

    def work(session):
        row = ClaimRow(kind=one.kind, resource_id=one.resource_id, start=one.start, end=one.end)
        session.add(row)
        audit.record(session, action="take", entity="claim", ref="test")

    write(database, work)


OVERLAPPING = [(0, 2), (1, 3), (-1, 1), (0.5, 1), (-1, 3)]
TOUCHING = [(2, 3), (-1, 0)]


@pytest.mark.parametrize("how", [take, force])
@pytest.mark.parametrize(("start", "end"), OVERLAPPING)
def test_an_overlap_is_refused(database, how, start, end):
    take(database, hold())
    with pytest.raises(DoubleBookingError):
        how(database, hold(start, end))


@pytest.mark.parametrize("how", [take, force])
@pytest.mark.parametrize(("start", "end"), TOUCHING)
def test_the_next_may_begin_when_the_last_one_ends(database, how, start, end):
    take(database, hold())
    how(database, hold(start, end))


@pytest.mark.parametrize("other", [{"resource": "CT2"}, {"kind": ResourceKind.PATIENT}])
def test_another_resource_is_free(database, other):
    take(database, hold())
    force(database, hold(**other))


@pytest.mark.parametrize("change", [{"start": MORNING}, {"resource_id": "CT1"}, {"active": True}])
def test_an_update_into_an_overlap_is_refused(database, change):
    take(database, hold(), hold(2, 4), hold(0, 2, "CT2"))

    def work(session):
        if "active" in change:
            sleeping = ClaimRow(
                kind=ResourceKind.SUITE, resource_id="CT1", start=MORNING, end=MORNING + HOUR, active=False
            )
            session.add(sleeping)
            session.flush()
            row = sleeping
        else:
            start, resource = (MORNING + 2 * HOUR, "CT1") if "start" in change else (MORNING, "CT2")
            row = session.exec(select(ClaimRow).where(ClaimRow.start == start, ClaimRow.resource_id == resource)).one()
        for name, value in change.items():
            setattr(row, name, value)
        audit.record(session, action="move", entity="claim", ref="test")

    with pytest.raises(DoubleBookingError):
        write(database, work)


def test_what_is_given_back_may_be_taken_again(database):
    take(database, hold())

    def work(session):
        claims.release(session, claims.held_by(session))
        claims.take(session, [hold(1, 3)])
        audit.record(session, action="swap", entity="claim", ref="test")

    write(database, work)
    assert len(read(database, lambda session: session.exec(select(ClaimRow)).all())) == 2


def test_a_refusal_names_the_resource_and_who_has_it(database):
    a_clinic(database)
    write(database, lambda session: clinic.add_leave(session, "R01", start=MORNING, end=MORNING + HOUR))
    with pytest.raises(DoubleBookingError) as caught:
        take(database, hold(0, 1, "R01", ResourceKind.RADIOLOGIST))
    assert str(caught.value) == (
        "The radiologist R01 is already held at that time by leave. Choose another time or place."
    )


def test_leave_may_overlap_leave(database):
    a_clinic(database)
    first = write(database, lambda session: clinic.add_leave(session, "R01", start=MORNING, end=MORNING + 4 * HOUR))
    write(database, lambda session: clinic.add_leave(session, "R01", start=MORNING + 2 * HOUR, end=MORNING + 6 * HOUR))
    assert spans(database) == [(MORNING, MORNING + 6 * HOUR)]
    write(database, lambda session: clinic.cancel_leave(session, first))
    assert spans(database) == [(MORNING + 2 * HOUR, MORNING + 6 * HOUR)]


def spans(database):
    rows = read(database, lambda session: session.exec(select(ClaimRow).where(ClaimRow.active)).all())
    return sorted((row.start, row.end) for row in rows)


def test_service_given_back_frees_the_suite(database):
    a_clinic(database)
    period = write(
        database,
        lambda session: clinic.add_maintenance(session, start=MORNING, end=MORNING + HOUR, suite="S01-CT1"),
    )
    with pytest.raises(DoubleBookingError, match="service period"):
        take(database, hold(0, 1, "S01-CT1"))
    write(database, lambda session: clinic.cancel_maintenance(session, period))
    take(database, hold(0, 1, "S01-CT1"))


def test_two_transactions_that_cannot_see_each_other_do_not_both_win(postgresql_database):
    """On PostgreSQL the second writer waits at the exclusion, and is refused with the name of what holds the time."""
    import threading

    from tests.builders.memory import CLERK

    outcome = []

    def second():
        try:
            take(postgresql_database, hold(1, 3))
        except DoubleBookingError as refusal:
            outcome.append(str(refusal))

    with postgresql_database.writing(CLERK, MORNING) as session:
        claims.take(session, [hold()])
        audit.record(session, action="take", entity="claim", ref="test")
        other = threading.Thread(target=second)
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()
    other.join()
    assert "The suite CT1 is already held" in outcome[0]


# Claims are plain rows, and yet attributed, told and versioned like any other.


def test_what_somebody_gave_back_meanwhile_is_not_given_back_twice(database):
    take(database, hold())
    seen = read(database, claims.held_by)

    def work(session):
        claims.release(session, seen)
        audit.record(session, action="give_back", entity="claim", ref="test")

    write(database, work)
    with pytest.raises(StaleVersionError):
        write(database, work)


def test_claims_are_not_taken_or_given_back_without_a_word(database):
    with pytest.raises(UnauditedWriteError, match="Rows of claim changed"):
        write(database, lambda session: claims.take(session, [hold()]))
    take(database, hold())
    with pytest.raises(UnauditedWriteError, match="Rows of claim changed"):
        write(database, lambda session: claims.release(session, claims.held_by(session)))
    assert len(spans(database)) == 1


def test_the_trail_says_what_was_taken_and_what_was_given_back(database):
    take(database, hold())
    (one,) = read(database, claims.held_by)

    def work(session):
        claims.release(session, [one])
        audit.record(session, action="give_back", entity="claim", ref="test")

    write(database, work)
    events = read(database, lambda session: session.exec(select(AuditEventRow).order_by(AuditEventRow.seq)).all())
    taken, back = events[-2:]
    told = taken.after[f"claim:{one.id}"]
    assert (told["kind"], told["resource_id"], told["active"]) == ("suite", "CT1", True)
    assert (told["start"], told["booking_id"]) == (MORNING.isoformat(), None)
    assert (back.before, back.after) == ({f"claim:{one.id}": {"active": True}}, {f"claim:{one.id}": {"active": False}})


def test_where_a_record_is_destroyed_the_trail_does_not_say_what_was_given_back(database):
    take(database, hold())

    def work(session):
        audit.keep_back(session)
        claims.release(session, claims.held_by(session))
        audit.record(session, action="destroy", entity="claim", ref="test")

    write(database, work)
    last = read(database, lambda session: session.exec(select(AuditEventRow).order_by(AuditEventRow.seq)).all())[-1]
    assert [*last.after.values()] == [{"active": "kept back"}]


def test_an_active_claim_is_looked_for_among_the_active_ones_alone(sqlite_database):
    asked = "SELECT id FROM claim WHERE claim.active = 1 AND kind = 'suite' AND resource_id = 'CT1' AND start < '2027'"
    with sqlite_database.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
        made = session.connection().exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE name = 'ix_claim_kind_resource_id_start'"
        )
        assert made.scalar_one().endswith("WHERE active = 1")
    assert "ix_claim_kind_resource_id_start (kind=? AND resource_id=? AND start<?)" in str(plan[0])
