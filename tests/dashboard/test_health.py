"""Health is honest: what makes the service unfit turns people away, what an operator should know is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.health import health_routes
from dashboard.metrics import metric_routes
from dashboard.settings import ScreenSettings
from dashboard.shapes.setup import running as shapes
from db import anchors, logs
from flows.running import Check, Running
from flows.sweeping import sweep
from scheduler.errors import NeurolistError
from tests.builders.memory import MORNING, a_case
from tests.builders.service import MovingClock, a_desk, a_service

HERE = ("127.0.0.1", 50000)


class Desk:
    def __init__(self, *checks, fault=None):
        self.checks, self.fault = checks, fault

    def running(self):
        if self.fault:
            raise self.fault
        return Running(checks=self.checks, numbers=None, backup_at=None, drill_at=None, anchor_at=None, now=MORNING)


def client(desk, address=HERE, **settings):
    routes = [*health_routes(lambda: desk), *metric_routes(lambda: desk, ScreenSettings(**settings))]
    return TestClient(Starlette(routes=routes), client=address)


def a_check(what, *, good=True, vital=True):
    return Check(what=what, good=good, vital=vital, says="The guard of S01 is gone.")


def test_a_process_with_its_database_is_ready():
    asked = client(Desk(a_check("database")))
    assert (asked.get("/healthz").text, asked.get("/readyz").text) == ("ok", "ready")


def test_a_process_whose_guards_are_gone_is_alive_but_not_ready_and_tells_a_stranger_no_more():
    asked = client(Desk(a_check("database", good=False), a_check("drill", good=False, vital=False)))
    assert asked.get("/healthz").status_code == 200
    answer = asked.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "not ready: database\ncaution: drill")


def test_an_old_drill_is_told_and_turns_nobody_away():
    answer = client(Desk(a_check("database"), a_check("drill", good=False, vital=False))).get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\ncaution: drill")


def test_a_database_that_is_gone_is_not_ready():
    asked = client(Desk(fault=NeurolistError("The database does not answer.")))
    assert (asked.get("/readyz").status_code, asked.get("/readyz").text) == (503, "not ready: NeurolistError")
    assert asked.get("/metrics").status_code == 503


@pytest.mark.parametrize(
    ("settings", "address", "headers", "status"),
    [
        ({}, HERE, {}, 200),
        ({}, ("10.0.0.9", 1), {}, 403),
        ({}, HERE, {"x-forwarded-for": "10.0.0.9"}, 403),
        ({"metrics_token": "abc"}, ("10.0.0.9", 1), {"authorization": "Bearer abc"}, 200),
        ({"metrics_token": "abc"}, ("10.0.0.9", 1), {"authorization": "Bearer abd"}, 403),
        ({"metrics_token": "abc"}, HERE, {}, 403),
    ],
)
def test_the_numbers_are_for_this_machine_or_whoever_has_the_token(settings, address, headers, status):
    assert client(Desk(), address, **settings).get("/metrics", headers=headers).status_code == status


@pytest.fixture
def clock():
    return MovingClock()


@pytest.fixture
def service(database, clock):
    return a_service(database, source=clock)


def wrong(desk):
    return {check.what for check in desk.running().checks if not check.good} - {"engine", "clock"}


def test_the_real_service_says_what_is_wrong_with_it(service, clock):
    desk = a_desk(service)
    assert wrong(desk) == {"dispatcher"}
    sweep(service)
    assert wrong(desk) == set()
    clock.pass_(timedelta(minutes=11))
    assert wrong(desk) == {"dispatcher"}
    desk.upkeep.back_up()
    clock.pass_(timedelta(hours=27))
    assert wrong(desk) == {"dispatcher", "drill"}
    with service.database._changing() as connection:
        trigger = "DROP TRIGGER audit_event_no_update"
        connection.exec_driver_sql(trigger if service.database.is_sqlite else f"{trigger} ON audit_event")
    assert "database" in wrong(desk)
    assert not desk.running().fit


def test_the_numbers_name_no_case_and_no_patient(service):
    desk = a_desk(service)
    ref = a_case(service.database)
    desk.patient(ref)
    desk.upkeep.back_up()
    desk.upkeep.anchor()
    said = client(desk).get("/metrics").text
    families = {family.name: family for family in text_string_to_metric_families(said)}
    assert [sample.value for sample in families["neurolist_cases"].samples] == [1]
    assert {s.labels["what"] for s in families["neurolist_age_seconds"].samples} == {"backup", "anchor"}
    assert families["neurolist_database_bytes"].samples[0].value > 10_000
    for word in (ref, "Family1", "Given", "account-"):
        assert word not in said


def test_the_operators_page_reads_as_sentences(service, clock):
    desk = a_desk(service)
    a_case(service.database)
    desk.upkeep.back_up()
    desk.upkeep.drill()
    clock.pass_(timedelta(hours=3))
    found = desk.operating.state()
    figures = {figure.label: figure.value for figure in shapes.figures_of(found)}
    assert (figures["Last backup"], figures["Last anchor"], figures["The service"]) == (
        "3 hours ago",
        "none yet",
        "fit",
    )
    assert [row[0] for row in shapes.state_rows(found)] == ["Referral received"]
    assert dict(shapes.step_rows(found))["Given up on"] == "0"
    looked_at = {*shapes.NAMES.values()} - {shapes.NAMES["prefect"]}  # none runs from this folder
    assert {row[0].text for row in shapes.check_rows(found)} == looked_at
    assert anchors.read(service.database.settings.anchor_file) == ()


def test_the_log_is_told_when_the_service_becomes_unready_or_ready_and_not_each_time_it_is_asked(caplog):
    caplog.set_level("INFO", logger="neurolist")
    desk = Desk(a_check("database"))
    asked = client(desk)
    for checks in ((), (a_check("disk", good=False),), (a_check("disk", good=False),), (a_check("database"),)):
        desk.checks = checks or desk.checks
        asked.get("/readyz")
    told = [(record.msg["event"], record.msg.get("checks")) for record in caplog.records if record.name == "neurolist"]
    assert told == [("not_ready", ["disk"]), ("ready", None)]


def test_fields_that_were_not_written_are_counted_for_prometheus(monkeypatch):
    monkeypatch.setattr(logs._State, "dropped", 7)
    assert "neurolist_log_fields_dropped 7.0" in client(Desk()).get("/metrics").text
