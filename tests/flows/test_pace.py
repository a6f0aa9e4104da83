"""Nobody acts through the pages faster than a hand can, and what is refused is told to the log."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from dashboard.hand import handle
from dashboard.reads import front_door
from flows.desk import Actor, Desk, Drop, Pace
from flows.pace import ACTS, READINGS, TooFastError
from flows.permissions import EVERY_SITE
from scheduler.errors import NotPermittedError, TransitionNotAllowedError
from scheduler.vocabulary import Role
from tests.builders.memory import a_clinic, list_for_test
from tests.builders.screen_desk import ScreenDesk
from tests.builders.service import a_service

KEZIAH = Actor(
    id="0b51a6c6-6f61-4b2c-9f0e-9a9be01d2f51",
    name="Keziah Bookings",
    roles={EVERY_SITE: frozenset({Role.BOOKINGS, Role.MDT_COORDINATOR})},
)


class Seconds:
    """A stopwatch that the test moves."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def desk(sqlite_database, seconds):
    a_clinic(sqlite_database)
    return Desk(a_service(sqlite_database), KEZIAH, pace=Pace(seconds))


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.INFO)
    return lambda: [record.msg for record in caplog.records if record.name == "neurolist"]


@pytest.mark.parametrize("limit", [ACTS, READINGS])
def test_as_many_as_a_hand_can_do_are_heard_and_the_next_once_the_first_is_long_enough_ago(limit, seconds):
    pace = Pace(seconds)
    for _ in range(limit.most):
        pace.demand("jo", limit)
    seconds.now += limit.seconds - 0.001
    for _ in range(3):
        with pytest.raises(TooFastError, match="Wait"):
            pace.demand("jo", limit)
    pace.demand("somebody else", limit)
    seconds.now += 0.001
    for _ in range(limit.most):
        pace.demand("jo", limit)


def test_what_is_asked_too_fast_is_not_done_and_looking_goes_on(desk, seconds):
    ref = list_for_test(desk.service.database)
    for _ in range(ACTS.most):
        desk.pace.demand(KEZIAH.id, ACTS)
    with pytest.raises(TooFastError):
        desk.board.place(Drop(ref=ref, list="S01-1", seen_on=None))
    assert desk.case(ref).summary.booked_for is None
    seconds.now += ACTS.seconds
    desk.board.place(Drop(ref=ref, list="S01-1", seen_on=None))
    assert desk.case(ref).summary.booked_for is not None


def test_who_patients_are_is_not_read_out_one_after_the_other(desk, seconds):
    ref = list_for_test(desk.service.database)
    for _ in range(READINGS.most):
        assert desk.patient(ref).family_name == "Family1"
        desk.emergency_readings(ref)  # beside each, and no patient of its own
        seconds.now += 1.0
    with pytest.raises(TooFastError, match="120 patients"):
        desk.patient(ref)


def test_the_log_is_told_once_until_the_person_is_slow_enough_again(seconds, told):
    pace = Pace(seconds)
    for _ in range(2):
        for _ in range(ACTS.most):
            pace.demand(KEZIAH.id, ACTS)
        for _ in range(5):
            with pytest.raises(TooFastError):
                pace.demand(KEZIAH.id, ACTS)
        seconds.now += ACTS.seconds
    assert told() == [{"event": "acts_too_fast", "account": KEZIAH.id, "reason": "acts"}] * 2


def test_the_pages_act_at_a_pace_and_hand_it_on_to_whoever_acts():
    door = front_door()
    assert isinstance(door.pace, Pace)
    assert door.acting(KEZIAH).pace is door.pace


def test_an_act_that_the_rules_or_the_role_refuse_is_told_to_the_log_by_its_kind_alone(desk, told):
    ref = list_for_test(desk.service.database)
    with pytest.raises(TransitionNotAllowedError):
        desk.record(ref, "start_triage", {})
    nobody = replace(KEZIAH, roles={})
    with pytest.raises(NotPermittedError):
        desk.acting(nobody).board.place(Drop(ref=ref, list="S01-1", seen_on=None))
    kinds = [line["error"] for line in told() if line["event"] == "act_refused"]
    assert kinds == ["TransitionNotAllowedError", "NotPermittedError"]
    assert {line["account"] for line in told() if line["event"] == "act_refused"} == {KEZIAH.id}


def test_what_no_page_sends_and_files_that_are_refused_are_told_to_the_log(desk, told, tmp_path):
    handle(ScreenDesk(), {"kind": "break"})
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "list.csv").write_text("no,such,columns\n1,2,3\n")
    assert len(desk.import_referrals([tmp_path]).refused) == 2
    refused = [line for line in told() if line["event"].endswith("_refused")]
    assert refused == [
        {"event": "request_refused", "reason": "unreadable", "status": 400},
        {"event": "files_refused", "account": KEZIAH.id, "count": 2},
    ]
