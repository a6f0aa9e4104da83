"""Room times come from procedures done here once there are enough of a kind, and else from the protocol."""

from __future__ import annotations

from datetime import timedelta

import pytest

from db import list_risks, protocol, publishing, room_times
from db.room_times import Source
from scheduler.pathway.events import Event
from scheduler.risk import Recorded, Spread
from scheduler.vocabulary import Laterality, Stage, Target, Technique
from tests.builders.memory import (
    CLERK,
    MORNING,
    TODAY,
    a_clinic,
    a_proposal,
    list_for_test,
    read,
    step,
    write,
)
from tests.builders.pathway import SIGN_IN

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
BLOCK = (Stage.TEST_BLOCK, Target.COELIAC, Technique.LOCAL_ANAESTHETIC)
DONE = {
    "signed_out": True,
    "baseline_rest": 8,
    "baseline_movement": 8,
    "readings": "15min=3,1h=3,4h=3",
    "agent": "Ropivacaine",
    "volume_ml": 10,
}
AS_THE_PROTOCOL_SAYS = Spread(min=30, planned=45, max=60)


def enough(database, number):
    """Let so many procedures of a kind be enough."""
    change = protocol.ValueChange(
        key=room_times.ENOUGH, value=number, effective_from=TODAY, source="A test.", approved_by="IR lead"
    )
    write(database, lambda session: protocol.change_value(session, change))


def publish(database, *names):
    """Book these cases on the first list, an hour apart."""
    places = {name: ("S01-1", 60 * number, "R01") for number, name in enumerate(names)}
    proposal = a_proposal(database, places)
    write(database, lambda session: publishing.publish(session, proposal, actor=CLERK, now=MORNING))


def do_test(database, ref, minutes, event=Event.COMPLETE_TEST, **details):
    """Record the start of a test block, and so many minutes later its end."""
    begins = MORNING + DAY
    sign_in = {**SIGN_IN, "side": "bilateral", "bloods_dated": TODAY}
    step(database, ref, Event.START_TEST, now=begins, **sign_in)
    step(database, ref, event, now=begins + minutes * MINUTE, **(details or DONE))


def times(database):
    return read(database, lambda session: room_times.room_times(session, TODAY + DAY))


@pytest.fixture
def blocks(database):
    """Three booked test blocks."""
    a_clinic(database)
    refs = [list_for_test(database, number) for number in (1, 2, 3)]
    publish(database, *(f"{ref}-T" for ref in refs))
    return refs


def test_once_enough_of_a_kind_are_recorded_they_are_what_is_known(database, blocks):
    for ref, minutes in zip(blocks, (38, 52, 41), strict=True):
        do_test(database, ref, minutes)
    enough(database, 4)
    assert times(database).of(*BLOCK, None).duration == AS_THE_PROTOCOL_SAYS
    enough(database, 3)
    known = times(database).of(*BLOCK, None)
    assert (known.duration, known.source) == (Recorded(minutes=(38, 41, 52)), Source.RECORDED)


def test_other_kinds_stay_as_the_protocol_says(database, blocks):
    do_test(database, blocks[0], 38)
    enough(database, 1)
    known = times(database).of(Stage.DEFINITIVE, Target.COELIAC, Technique.CHEMICAL, None)
    assert (known.duration, known.source) == (Spread(min=45, planned=60, max=90), Source.PROTOCOL)


@pytest.mark.parametrize(("minutes", "counts"), [(4, False), (5, True), (240, True), (241, False)])
def test_minutes_that_no_room_saw_are_not_counted(database, blocks, minutes, counts):
    do_test(database, blocks[0], minutes)
    assert times(database).recorded == ({(*BLOCK, False): (minutes,)} if counts else {})


def test_a_procedure_that_was_abandoned_or_is_under_way_is_not_counted(database, blocks):
    do_test(database, blocks[0], 20, Event.ABANDON_TEST, reason="Too much pain.")
    step(
        database,
        blocks[1],
        Event.START_TEST,
        now=MORNING + DAY,
        **{**SIGN_IN, "side": "bilateral", "bloods_dated": TODAY},
    )
    assert times(database).recorded == {}


def test_both_sides_take_twice_as_long_where_the_protocol_counts_by_side(database):
    found = times(database)
    per_side = next(row for row in found.protocol.procedures.values() if row.per_side)
    kind = (per_side.stage, per_side.target, per_side.technique)
    one = Spread(min=per_side.minimum_minutes, planned=per_side.planned_minutes, max=per_side.maximum_minutes)
    assert found.of(*kind, Laterality.LEFT).duration == one
    assert found.of(*kind, Laterality.BILATERAL).duration == one.times(2)
    assert found.of(*BLOCK, Laterality.BILATERAL).duration == AS_THE_PROTOCOL_SAYS


def test_a_published_list_knows_how_long_its_cases_may_take(database, blocks):
    (on,) = read(
        database, lambda session: list_risks.booked_lists(session, start=TODAY, end=TODAY + 9 * DAY, now=MORNING)
    )
    assert (on.id, on.turnaround_minutes, on.radiologist) == ("S01-1", 15, "Radiologist R01")
    assert [(case.ref, case.time.duration) for case in on.cases] == [(ref, AS_THE_PROTOCOL_SAYS) for ref in blocks]
    assert [(case.start - on.start) / MINUTE for case in on.cases] == [0, 60, 120]


@pytest.mark.parametrize(
    ("start", "site", "now", "found"),
    [
        (TODAY, None, MORNING, 1),
        (TODAY + 2 * DAY, None, MORNING, 0),
        (TODAY, "S02", MORNING, 0),
        (TODAY, "S01", MORNING + DAY - 31 * MINUTE, 1),
        (TODAY, "S01", MORNING + DAY - 30 * MINUTE, 0),  # half past eight: it has begun
    ],
)
def test_lists_are_those_of_the_dates_and_site_that_have_not_begun(database, blocks, start, site, now, found):
    lists = read(
        database,
        lambda session: list_risks.booked_lists(session, start=start, end=TODAY + 9 * DAY, now=now, site=site),
    )
    assert len(lists) == found
