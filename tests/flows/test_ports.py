"""Services that start at one moment on one machine never share a port, nor take another's Prefect for their own."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path

import pytest

from flows.home import PortTakenError, free_port
from flows.ports import some_port, this_port
from flows.prefect_home import HOST, MARK_HEADER, answers, mark_of
from flows.serve import PREFECT, ServicePlan, children
from flows.supervisor import Child, Supervisor

HOLD = f"""
from flows.ports import some_port
input()
with some_port("{HOST}", PORT) as port:
    print(port, flush=True)
    input()
"""


class _Other(BaseHTTPRequestHandler):
    """Another service's Prefect: well, and with its own mark."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header(MARK_HEADER, mark_of(Path("/var/other")))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on the screen."""


@pytest.fixture
def other() -> Iterator[str]:
    """Give the address at which another service's Prefect answers."""
    server = HTTPServer((HOST, 0), _Other)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://{HOST}:{server.server_address[1]}/api/health"
    server.shutdown()
    thread.join()
    server.server_close()


def test_three_services_that_start_at_one_moment_each_have_a_port_of_their_own():
    code = HOLD.replace("PORT", str(free_port(HOST, 0)))
    services = [
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for service in services:  # all of them have started, and now choose
        assert service.stdin is not None
        print(file=service.stdin, flush=True)
    ports = [service.stdout.readline() for service in services if service.stdout is not None]
    for service in services:
        service.communicate("\n")
    assert len(set(ports)) == len(services)


def test_a_port_is_free_again_once_its_service_has_ended():
    port = free_port(HOST, 0)
    with some_port(HOST, port) as first, some_port(HOST, port) as second:
        assert (first, second != port) == (port, True)
    with some_port(HOST, port) as again:
        assert again == port


def test_the_screens_port_that_another_service_has_just_chosen_is_refused_with_another():
    port = free_port(HOST, 0)
    with this_port(HOST, port), pytest.raises(PortTakenError, match=rf"Port {port} was just taken.*--port {port + 1}"):
        this_port(HOST, port).__enter__()


def test_another_services_prefect_is_not_taken_for_our_own(other):
    assert answers(other)
    assert answers(other, mark=mark_of(Path("/var/other")))
    assert not answers(other, mark=mark_of(Path("/var/ours")))


def test_a_server_is_not_well_because_another_answers_at_its_address(other, tmp_path):
    asleep = (sys.executable, "-c", "import time; time.sleep(60)")
    ours, theirs = (
        Child(name=name, command=asleep, health=other, mark=mark_of(Path("/var") / name)) for name in ("ours", "other")
    )
    supervisor = Supervisor([ours, theirs], logs=tmp_path)
    try:
        supervisor.tick()
        supervisor.tick()
        assert [supervisor.well(child.name) for child in (ours, theirs)] == [False, True]
    finally:
        supervisor.stop()


def test_the_server_marks_its_answers_with_the_folder_it_serves():
    plan = ServicePlan(home=Path("/var/x"), port=8501, prefect_port=8502, environment={})
    (prefect,) = (child for child in children(plan) if child.name == PREFECT)
    assert ("--mark", prefect.mark) in pairwise(prefect.command)
    assert prefect.mark == mark_of(plan.home)
