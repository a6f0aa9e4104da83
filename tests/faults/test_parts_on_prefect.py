"""Parts spread over two workers of a real Prefect; one worker's run is killed and its part solved again."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from flows.home import free_port
from flows.part_store import PartStore
from flows.parts_here import PartsHere
from flows.parts_on_prefect import PartsOnPrefect
from flows.prefect_home import answers, api_url, health_url, prefect_environment, sign_in
from scheduler.audit import audit
from scheduler.documents import read_problem
from scheduler.engine.parts import Errand, Splitter, join
from scheduler.engine.places import possible_places
from tests.builders.environment import given_back

pytestmark = [pytest.mark.faults, pytest.mark.slow]

SMALL = Path("examples/problems/small.json")
STARTING = 120


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def prefect(home):
    """A Prefect server of our own and two workers; gives their environment."""
    port = free_port("127.0.0.1", 0)
    settings = prefect_environment(home, api_url(port)) | {"NEUROLIST_HOME": str(home), "PYTHONPATH": str(Path.cwd())}
    environment = {**os.environ, **settings}
    server = (
        "uvicorn",
        "prefect.server.api.server:create_app",
        "--factory",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    )
    started = [_start(home / "server.log", environment, *server, "--log-level", "warning")]
    try:
        _until(lambda: answers(health_url(api_url(port))), "Prefect's server")
        started += [_start(home / f"worker-{number}.log", environment, "flows.part_worker", "1") for number in "12"]
        flow = f"{api_url(port)}/deployments/name/planning%20part/worker"
        _until(lambda: asked(flow, sign_in(home)) == 200, "the parts' flow")
        with given_back():
            os.environ.update(settings)  # before anything loads Prefect, which keeps what it finds then
            yield settings
            from prefect.events.worker import EventsWorker

            with ThreadPoolExecutor(1) as apart:  # whoever has a running loop would be given a coroutine instead
                apart.submit(EventsWorker.drain_all, timeout=10).result()  # while this Prefect's address still holds
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def asked(url, signed_in_as=None):
    """Give the status of an answer, to a stranger or to whoever has this name and password."""
    auth = None if signed_in_as is None else tuple(signed_in_as.split(":"))
    return httpx.get(url, auth=auth, timeout=10).status_code


def _until(condition, what):
    deadline = time.monotonic() + STARTING
    while not condition():
        assert time.monotonic() < deadline, f"waited {STARTING} s for {what}"
        time.sleep(0.5)


def _start(log, environment, *module):
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", *module], env=environment, stdout=file, stderr=file, start_new_session=True
        )


@pytest.fixture
def crew(home, prefect, monkeypatch):
    monkeypatch.setattr("flows.planning_parts.SILENT_SECONDS", 6.0)
    hired = PartsOnPrefect(PartStore.make(home / "parts"), hands=2)
    yield hired
    hired.close()


def solvers_of(folder):
    """Give the processes that work on a run of this home: those whose environment names it and that run an engine."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
            if (b"prefect.engine" in line or b"prefect.flow_engine" in line) and str(folder).encode() in (
                entry / "environ"
            ).read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_prefect_answers_nobody_without_its_password_but_for_its_health(home, prefect):
    api = prefect["PREFECT_API_URL"]
    assert asked(health_url(api)) == 200
    for part in ("admin/version", "deployments/name/planning%20part/worker"):
        assert asked(f"{api}/{part}") == asked(f"{api}/{part}", "neurolist:guessed") == 401
        assert asked(f"{api}/{part}", sign_in(home)) == 200


def test_parts_are_spread_over_workers_and_a_killed_ones_part_is_solved_again(crew, home, prefect):
    problem = read_problem(SMALL.read_bytes())
    splitter = Splitter(problem, possible_places(problem))
    split = splitter.split(2)
    stopped, killed = threading.Event(), []

    def kill_once(_notes):
        begun = any(crew.store.last_beat(f"1-{number}") is not None for number in range(len(split.parts)))
        if begun and not killed:
            killed.extend(solvers_of(home)[:1])
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    errand = Errand(
        parts=split.parts,
        seconds=60.0,
        seed=0,
        listen=kill_once,
        stop=stopped.set,
        should_stop=stopped.is_set,
        effort=8,
    )
    plans = crew.solve(errand)
    assert len(killed) == 1
    joined = join(problem, splitter.places, plans, kept=split.kept)
    assert audit(problem, joined).sound

    here = PartsHere(PartStore.make(home), hands=2)
    again = join(problem, splitter.places, here.solve(replace(errand, listen=lambda _notes: None)), kept=split.kept)
    here.close()
    assert again == joined, "the same parts, seed and effort give the same plan, wherever they are solved"
