"""Every step of the pathway, of readiness and of a booking is taken by a story; a step that no story has fails here."""

from __future__ import annotations

import inspect
from importlib import util
from pathlib import Path

import pytest

from scheduler.pathway.booking import BOOKING_TRANSITIONS, BookingState
from scheduler.pathway.readiness import READINESS_ROLES, READINESS_TRANSITIONS
from scheduler.pathway.transitions import TRANSITIONS
from tests.builders.stories import Shelf, Taken

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def the_stories():
    """Every story told in the files beside this one, by name."""
    for path in sorted(Path(__file__).parent.glob("test_stories_of_*.py")):
        spec = util.spec_from_file_location(path.stem, path)
        module = util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield from ((name, told) for name, told in vars(module).items() if name.startswith("test_"))


@pytest.fixture(scope="session")
def taken(whole_shelf: Shelf) -> set[Taken]:
    """The steps of all the stories; those that another process told are told again."""
    for name, story in the_stories():
        if name not in whole_shelf.told:
            wants_a_clinic = "clinic" in inspect.signature(story).parameters
            story(whole_shelf.a_clinic() if wants_a_clinic else whole_shelf)
            whole_shelf.put_away(name)
    return set().union(*whole_shelf.told.values())


def test_every_step_of_the_pathway_is_in_a_story(taken):
    steps = {(move.start.value, move.event.value) for move in TRANSITIONS}
    assert len(steps) >= 100
    assert sorted(steps - taken) == []


def test_every_change_of_readiness_that_a_person_records_is_in_a_story(taken):
    steps = {
        (before.value, event.value)
        for before, event in READINESS_TRANSITIONS
        if before is not None and event in READINESS_ROLES
    }
    assert sorted(steps - taken) == []


# A held slot is no promise that could be postponed; an agreed visit is postponed before the readiness changes.
NOBODY_GOES = {
    *((kept, "to cancelled_hospital") for kept in ("held", "offered")),
    *((agreed, "to cancelled_not_ready") for agreed in ("booked", "confirmed", "arrived")),
}


def test_every_way_a_booking_may_go_is_in_a_story(taken):
    ways = {
        (before.value, f"to {after.value}")
        for (before, _), after in BOOKING_TRANSITIONS.items()
        if before is not after and before is not BookingState.UNBOOKED
    }
    assert sorted(ways - taken - NOBODY_GOES) == []
