"""Health is honest: a live process without its database is alive and not ready."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboard.health import health_routes
from scheduler.errors import NeurolistError


class Desk:
    def __init__(self, fault=None):
        self.fault = fault

    def check_ready(self):
        if self.fault:
            raise self.fault


def ask(path, fault=None):
    return TestClient(Starlette(routes=health_routes(lambda: Desk(fault)))).get(path)


def test_a_process_with_its_database_is_ready():
    assert (ask("/healthz").text, ask("/readyz").text) == ("ok", "ready")


def test_a_process_whose_guards_are_gone_is_alive_but_not_ready():
    fault = NeurolistError("The guard claim_no_overlap is gone. Run: neurolist prepare")
    assert ask("/healthz", fault).status_code == 200
    answer = ask("/readyz", fault)
    assert (answer.status_code, answer.text) == (503, "not ready: NeurolistError")
