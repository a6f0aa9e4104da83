"""Records are destroyed by two people and never by itself: at the desk and from the command line."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from sqlmodel import select

from db.incoming import IncomingReferrer
from db.tables import AuditEventRow, PatientIdentityRow
from db.words import ApprovalState, Outcome
from flows.desk import EVERY_SITE, Actor, Desk
from flows.outbox.to_files import FOLDER
from flows.steps import run_due_steps
from flows.sweeping import sweep
from scheduler.errors import NotFoundError, NotPermittedError, StaleVersionError, TransitionNotAllowedError
from scheduler.pathway.events import Event
from scheduler.vocabulary import Role
from tests.builders.memory import a_case, read, step
from tests.builders.service import MovingClock, a_service

DAY = timedelta(days=1)
EIGHT_YEARS = 8 * 366 * DAY


def person(name, *roles):
    return Actor(id=f"account-{name}", name=name, roles={EVERY_SITE: frozenset(roles)})


RECORDS, LEAD = person("Records", Role.ADMINISTRATOR), person("Lead", Role.IR_LEAD)
CLERK = person("Clerk", Role.BOOKINGS)


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(database, clock):
    return a_service(database, source=clock)


@pytest.fixture
def at(service):
    """The desk in a person's name."""
    return lambda who: Desk(service, who)


@pytest.fixture
def ended(service, clock):
    """A case that was declined eight years ago, with its letters in the outbox folder."""
    referrer = IncomingReferrer(name="Dr Referrer", provider_number="2426621B", email="referrer@example.org")
    ref = a_case(service.database, referrer=referrer)
    step(service.database, ref, Event.START_TRIAGE)
    step(service.database, ref, Event.DECLINE_REFERRAL, reason="Out of scope", alternative="Pain clinic")
    run_due_steps(service)
    clock.pass_(EIGHT_YEARS)
    return ref


def people(service):
    return len(read(service.database, lambda session: session.exec(select(PatientIdentityRow)).all()))


def test_one_person_proposes_and_another_destroys(service, at, ended):
    assert [kept.ref for kept in at(RECORDS).retention.due()] == [ended]
    at(RECORDS).retention.propose(ended, reason="Yearly disposal")
    (line,) = at(LEAD).retention.proposed()
    assert (line.ref, line.asked_name, line.reason) == (ended, "Records", "Yearly disposal")
    assert people(service) == 1
    files = sorted((service.home / FOLDER).glob("*.eml"))
    assert files
    with pytest.raises(NotPermittedError, match="Records asked for this, so somebody else must approve it"):
        at(RECORDS).retention.approve(ended)
    says = at(LEAD).retention.approve(ended)
    assert says.startswith(f"The record of case {ended} is destroyed: ")
    assert people(service) == 0
    assert not any(file.exists() for file in files)
    (row,) = at(LEAD).retention.register()
    assert (row.name, row.asked_by, row.approved_by, row.reason) == (
        "Family1, Given",
        "Records",
        "Lead",
        "Yearly disposal",
    )
    assert service.database.verify_trail().fault is None
    with pytest.raises(NotFoundError, match="was destroyed on"):
        at(LEAD).case(ended)
    with pytest.raises(NotFoundError, match="was destroyed on"):
        at(LEAD).retention.propose(ended, reason="Again")


def test_both_people_and_the_refusal_are_in_the_trail(service, at, ended):
    at(RECORDS).retention.propose(ended, reason="Yearly disposal")
    with pytest.raises(NotPermittedError):
        at(RECORDS).retention.approve(ended)
    at(LEAD).retention.approve(ended)
    asked = select(AuditEventRow.action, AuditEventRow.actor, AuditEventRow.outcome)
    told = read(service.database, lambda session: session.exec(asked).all())
    for line in (
        ("ask_destroy", "account-Records", Outcome.DONE),
        ("approve_destruction", "account-Records", Outcome.REFUSED),
        ("destroy_record", "account-Lead", Outcome.DONE),
        ("approve_destroy", "account-Lead", Outcome.DONE),
    ):
        assert line in told


def test_nothing_is_destroyed_by_itself(service, ended):
    sweep(service)
    run_due_steps(service)
    assert people(service) == 1
    assert ended


def test_what_is_not_due_is_refused_with_the_reason(service, at, clock):
    ref = a_case(service.database)
    with pytest.raises(TransitionNotAllowedError, match="is open: Referral received"):
        at(RECORDS).retention.propose(ref, reason="Old")
    step(service.database, ref, Event.START_TRIAGE)
    step(service.database, ref, Event.DECLINE_REFERRAL, reason="Out of scope", alternative="Pain clinic")
    with pytest.raises(TransitionNotAllowedError, match="is kept until 24 November 2033"):
        at(RECORDS).retention.propose(ref, reason="Old")
    clock.pass_(EIGHT_YEARS)
    at(LEAD).retention.hold(ref, reason="A claim is open")
    with pytest.raises(TransitionNotAllowedError, match="legal hold"):
        at(RECORDS).retention.propose(ref, reason="Old")
    at(LEAD).retention.lift(ref, reason="Settled")
    assert at(RECORDS).retention.propose(ref, reason="Old")


def test_a_hold_placed_after_the_proposal_still_stops_it(service, at, ended):
    at(RECORDS).retention.propose(ended, reason="Old")
    at(LEAD).retention.hold(ended, reason="A claim is open")
    with pytest.raises(TransitionNotAllowedError, match="legal hold"):
        at(LEAD).retention.approve(ended)
    assert people(service) == 1


def test_a_proposal_is_declined_or_runs_out(at, ended, clock):
    at(RECORDS).retention.propose(ended, reason="Old")
    assert at(LEAD).retention.decline(ended, reason="Keep it") is ApprovalState.DECLINED
    with pytest.raises(NotFoundError, match="Nobody has proposed"):
        at(LEAD).retention.approve(ended)
    at(RECORDS).retention.propose(ended, reason="Old")
    clock.pass_(30 * DAY)
    with pytest.raises(StaleVersionError, match="run out"):
        at(LEAD).retention.approve(ended)


def test_a_clerk_sees_and_does_none_of_it(at, ended):
    desk = at(CLERK).retention
    for act in (
        desk.due,
        desk.register,
        desk.proposed,
        desk.holds,
        lambda: desk.judge(ended),
        lambda: desk.propose(ended, reason="Old"),
        lambda: desk.approve(ended),
        lambda: desk.hold(ended, reason="Old"),
    ):
        with pytest.raises(NotPermittedError):
            act()


def test_the_register_as_csv_has_a_heading_and_no_formula(service, at, ended):
    from flows.show_approvals import register_csv

    at(RECORDS).retention.propose(ended, reason="=1+1")
    at(LEAD).retention.approve(ended)
    rows = list(csv.DictReader(io.StringIO(register_csv(at(LEAD).retention.register()))))
    assert [row["name"] for row in rows] == ["Family1, Given"]
    assert rows[0]["reason"] == "'=1+1"
    assert set(rows[0]) >= {"name", "period_from", "period_to", "destroyed_on"}
    assert service
