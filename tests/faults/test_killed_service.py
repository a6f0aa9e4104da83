"""The whole service: stopped, started again, its Prefect server, dispatcher and supervisor killed outright."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

import pytest

from db import boards
from flows.home import RunningNote, free_port, is_held, read_note
from flows.prefect_home import answers, health_url
from scheduler.pathway.states import PathwayState
from tests.builders.canary import CANARY, NOTE, files_that_hold
from tests.builders.home_files import not_written_down
from tests.builders.memory import MORNING, a_case, read

pytestmark = [pytest.mark.faults, pytest.mark.slow]

PREFECT, DISPATCHER, WEB = "flows.prefect_server", "flows.dispatcher", "dashboard.asgi"
PARTS = (PREFECT, DISPATCHER, WEB, "flows.planner", "flows.runner")
STARTING = 120
TOLD_WITHIN = 10


class Running:
    """`neurolist up` as a person runs it, with its processes."""

    def __init__(self, home, port):
        self.home = home
        environment = {
            **os.environ,
            "NEUROLIST_HOME": str(home),
            "NEUROLIST_NOW": MORNING.isoformat(),
            "PYTHONPATH": str(Path.cwd()),
        }
        command = [sys.executable, "-m", "flows.cli", "up", "--port", str(port)]
        self.process = subprocess.Popen(command, env=environment, start_new_session=True)
        self.port = port

    def parts(self):
        """Give the process id of each part that runs."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                status, line = _read(entry / "stat"), _read(entry / "cmdline")
                if status and status.rsplit(")", 1)[1].split()[1] == str(self.process.pid):
                    found.update({part: int(entry.name) for part in PARTS if part in line})
        return found

    def kill(self, part):
        os.kill(self.parts()[part], signal.SIGKILL)

    def note(self) -> RunningNote:
        return read_note(self.home)

    def stop(self):
        """Press Ctrl-C; gives how long it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=30)
        return time.monotonic() - began


def _read(path):
    try:
        return path.read_text().replace("\0", " ")
    except OSError:
        return ""


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for: {what}"
        time.sleep(0.1)


def alive(pid):
    status = _read(Path(f"/proc/{pid}/stat"))
    return bool(status) and status.rsplit(")", 1)[1].split()[0] != "Z"


@pytest.fixture
def home(sqlite_database):
    yield sqlite_database.settings.home
    sqlite_database.close()


@pytest.fixture
def up(home):
    started = []

    def start():
        started.append(Running(home, free_port("127.0.0.1", 0)))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()


def prefect_is_well(running):
    note = running.note()
    return note is not None and answers(health_url(note.prefect_api))


def web_is_well(running):
    return answers(f"http://127.0.0.1:{running.port}/healthz")


def ready(running):
    """What /readyz answers: whether the service may serve, and what to know."""
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/readyz", timeout=10) as page:
        return page.read().decode()


def all_looked_through(database, number):
    summaries = read(database, lambda session: boards.case_summaries(session, now=MORNING))
    return Counter(case.state for case in summaries) == {PathwayState.TRIAGE: number}


def test_the_service_survives_kills_stops_whole_and_carries_on(up, home, sqlite_database):
    running = up()
    until(lambda: web_is_well(running), STARTING, "the screens")
    until(lambda: prefect_is_well(running), STARTING, "Prefect")
    until(lambda: set(running.parts()) == set(PARTS), 30, "every process")

    # The screens answer, and nobody gets past the door without signing in.
    with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/login", timeout=10) as page:
        assert page.status == 200

    # Prefect's server and the dispatcher are killed while steps are worked: all of them are done, once.
    number = 0
    for victim in (PREFECT, DISPATCHER, DISPATCHER):
        for _ in range(15):
            number += 1
            a_case(sqlite_database, number)
        running.kill(victim)
        if victim is PREFECT:
            until(lambda: "caution: prefect" in ready(running), TOLD_WITHIN, "the service to say that Prefect is gone")
        until(lambda done=number: all_looked_through(sqlite_database, done), 150, f"steps after killing {victim}")
        until(lambda part=victim: part in running.parts(), 30, f"{victim} to start again")
    until(lambda: prefect_is_well(running), STARTING, "Prefect to be back")
    assert "prefect" not in ready(running)
    refs = [case.ref for case in read(sqlite_database, lambda session: boards.case_summaries(session, now=MORNING))]
    for ref in refs:
        page = read(sqlite_database, lambda session, ref=ref: boards.case_page(session, ref, now=MORNING))
        assert [line.event for line in page.history] == ["referral_received", "start_triage"]

    # A patient nobody else is goes through the real Prefect, and no file but the memory's own holds a word of it.
    number += 1
    a_case(sqlite_database, number, patient=CANARY, note=NOTE)
    until(lambda: all_looked_through(sqlite_database, number), 60, "the canary's step")
    assert (home / "prefect" / "prefect.db").exists()

    # Ctrl-C stops all of it.
    pids = running.parts().values()
    assert running.stop() < 10
    assert running.process.returncode == 0
    assert not any(alive(pid) for pid in pids)
    assert not is_held(home)
    assert files_that_hold(home) == []
    assert not_written_down(home) == []

    # What came in meanwhile waits, and the next start carries on.
    number += 1
    a_case(sqlite_database, number)
    again = up()
    until(lambda: all_looked_through(sqlite_database, number), 60, "the step that waited")

    # A killed supervisor leaves nothing behind, and does not keep the next one out.
    until(lambda: web_is_well(again), STARTING, "the screens")
    pids = again.parts().values()
    again.process.kill()
    again.process.wait()
    until(lambda: not any(alive(pid) for pid in pids), 10, "the orphans' end")
    assert not is_held(home)


def test_a_second_start_from_the_same_folder_says_where_the_first_runs(up, home):
    first = up()
    until(lambda: first.note() is not None, 60, "the first to start")
    second = subprocess.run(
        [sys.executable, "-m", "flows.cli", "up"],
        env={**os.environ, "NEUROLIST_HOME": str(home), "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"http://127.0.0.1:{first.port}" in second.stderr
    assert "NEUROLIST_HOME" in second.stderr
