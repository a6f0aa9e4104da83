"""A plan that keeps the coming days as they are: kept to the minute, and named where that cannot be."""

from datetime import timedelta

import pytest

from db import audit
from db.tables import RadiologistRow
from db.words import ProposalStatus
from scheduler.errors import PinsClashError
from tests.builders.memory import TODAY, a_clinic, a_proposal, list_for_test, write
from tests.builders.service import a_desk, a_service

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def desk(sqlite_database):
    return a_desk(a_service(sqlite_database))


@pytest.fixture
def booked(desk):
    """Book two cases on tomorrow's list at the first site, at 08:30 and 09:30."""
    database = desk.service.database
    a_clinic(database)
    refs = [list_for_test(database, number) for number in (1, 2)]
    desk.publish(a_proposal(database, {f"{ref}-T": ("S01-1", 60 * number, "R01") for number, ref in enumerate(refs)}))
    return refs


def test_what_is_frozen_keeps_its_time(desk, booked):
    before = {case.ref: case.start for card in desk.lists(TODAY) for case in card.cases}
    page = desk.proposal(desk.plan_now(TOMORROW, weeks=2, time_limit=2, freeze_until=TOMORROW))
    placed = {place.ref: place.start for place in page.placed}
    assert {ref: placed[ref] for ref in booked} == before


def test_frozen_bookings_that_a_lost_skill_contradicts_are_named(desk, booked):
    def lose(session):
        session.get(RadiologistRow, "R01").techniques = []
        audit.record(session, action="change_radiologist", entity="radiologist", ref="R01")

    write(desk.service.database, lose)
    with pytest.raises(PinsClashError) as told:
        desk.plan_now(TOMORROW, weeks=2, time_limit=2, freeze_until=TOMORROW)
    assert "technique-skill" in str(told.value)
    assert all(ref in str(told.value) for ref in booked)
    (made,) = (one for one in desk.proposals() if one.status is ProposalStatus.FAILED)
    assert "technique-skill" in made.failure
