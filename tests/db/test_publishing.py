"""A proposal is published whole, under the guards, or not at all."""

from __future__ import annotations

import pytest
from sqlmodel import select

from db import clinic, publishing
from db.facts import case_facts
from db.mapping import planning
from db.tables import BookingRow, ClaimRow, SuiteSessionRow
from db.words import ResourceKind
from scheduler.pathway.booking import BookingState
from scheduler.pathway.states import PathwayState
from tests.builders.memory import CLERK, MORNING, TODAY, a_clinic, a_proposal, list_for_test, read, write


def publish(database, proposal, **options):
    return write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING, **options))


def test_publishing_books_the_case_and_holds_everything_it_uses(database):
    a_clinic(database)
    ref = list_for_test(database)
    report = publish(database, a_proposal(database, {f"{ref}-T": ("S01-1", 0, "R01")}))
    assert (report.booked, report.not_booked) == ((ref,), ())
    facts = read(database, lambda session: case_facts(session, ref))
    assert facts.state is PathwayState.TEST_BOOKED
    assert facts.booking.state is BookingState.BOOKED
    held = read(database, lambda session: [(row.kind, row.resource_id) for row in session.exec(select(ClaimRow))])
    assert {kind for kind, _ in held} == {
        ResourceKind.SUITE,
        ResourceKind.PATIENT,
        ResourceKind.RADIOLOGIST,
        ResourceKind.RECOVERY_BAY,
    }
