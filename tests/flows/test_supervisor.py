"""The supervisor, with real child processes."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from db import logs
from flows.home import free_port
from flows.supervisor import Child, Supervisor

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
)


def until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def supervise(tmp_path):
    started = []

    def begin(*children):
        told = []
        supervisor = Supervisor(children, logs=tmp_path / "logs", on_event=lambda *event: told.append(event))
        # The loop runs in the test's own thread: the kernel ties a child to the thread that started it.
        started.append(supervisor)
        return supervisor, told

    yield begin
    for supervisor in started:
        supervisor.stop()


def ticking(supervisor, condition, seconds=20.0):
    def step():
        supervisor.tick()
        return condition()

    return until(step, seconds)


def test_children_are_stopped_in_reverse_order(supervise):
    supervisor, told = supervise(Child(name="first", command=SLEEPER), Child(name="second", command=SLEEPER))
    assert ticking(supervisor, lambda: supervisor.well("second"))
    pids = list(supervisor.pids().values())
    supervisor.stop()
    assert [name for name, what in told if what == "stopped"] == ["second", "first"]
    assert not any(alive(pid) for pid in pids)


def test_a_child_that_dies_is_started_again_after_a_pause(supervise):
    supervisor, told = supervise(Child(name="dispatcher", command=SLEEPER))
    assert ticking(supervisor, supervisor.pids)
    first = supervisor.pids()["dispatcher"]
    os.kill(first, signal.SIGKILL)
    assert ticking(supervisor, lambda: supervisor.pids().get("dispatcher", first) != first)
    assert ("dispatcher", "ended (signal 9); starting again in 1 s") in told


def test_the_pauses_grow_while_a_child_keeps_dying(supervise):
    supervisor, told = supervise(Child(name="broken", command=(sys.executable, "-c", "raise SystemExit(3)")))
    assert ticking(supervisor, lambda: len([1 for _, what in told if what.startswith("ended")]) == 2)
    assert [what for _, what in told if what.startswith("ended")] == [
        "ended (exit code 3); starting again in 1 s",
        "ended (exit code 3); starting again in 2 s",
    ]


def test_a_child_waits_until_the_one_it_needs_answers(supervise, tmp_path):
    port = free_port("127.0.0.1", 0)
    server = textwrap.dedent(
        f"""
        import http.server, time
        time.sleep(1)
        class Well(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200); self.end_headers()
        http.server.HTTPServer(("127.0.0.1", {port}), Well).serve_forever()
        """
    )
    supervisor, told = supervise(
        Child(name="server", command=(sys.executable, "-c", server), health=f"http://127.0.0.1:{port}/"),
        Child(name="runner", command=SLEEPER, after="server"),
    )
    assert ticking(supervisor, lambda: "runner" in supervisor.pids())
    assert told.index(("server", "well")) < told.index(("runner", "started"))


def test_a_child_that_will_not_stop_is_ended_within_ten_seconds(supervise, tmp_path):
    supervisor, _ = supervise(*(Child(name=f"deaf-{number}", command=STUBBORN) for number in range(4)))
    logs = tmp_path / "logs"
    assert ticking(supervisor, lambda: all("deaf" in (logs / f"deaf-{n}.log").read_text() for n in range(4)))
    pids = list(supervisor.pids().values())
    began = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - began < 10
    assert not any(alive(pid) for pid in pids)


def test_what_a_child_started_itself_is_ended_with_it(supervise, tmp_path):
    note = tmp_path / "grandchild"
    parent = (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "time.sleep(600)\n"
    )
    supervisor, _ = supervise(Child(name="parent", command=(sys.executable, "-c", parent)))
    assert ticking(supervisor, lambda: note.exists() and note.read_text())
    grandchild = int(note.read_text())
    supervisor.stop()
    assert until(lambda: not alive(grandchild), 5)


def test_no_child_outlives_a_killed_supervisor(tmp_path):
    code = textwrap.dedent(
        f"""
        import pathlib, sys, time
        from flows.supervisor import Child, Supervisor
        sleeper = (sys.executable, "-c", "import time; time.sleep(600)")
        children = [Child(name=name, command=sleeper) for name in ("a", "b", "c")]
        supervisor = Supervisor(children, logs=pathlib.Path({str(tmp_path)!r}))
        supervisor.tick()
        print(*supervisor.pids().values(), flush=True)
        time.sleep(600)
        """
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    pids = [int(pid) for pid in supervisor.stdout.readline().split()]
    assert len(pids) == 3
    time.sleep(0.3)
    assert all(alive(pid) for pid in pids)
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    assert until(lambda: not any(alive(pid) for pid in pids), 5)


def test_asking_to_stop_ends_the_loop(supervise):
    supervisor, told = supervise(Child(name="only", command=SLEEPER))
    threading.Timer(0.5, supervisor.ask_to_stop).start()
    supervisor.run()
    assert told[-1] == ("only", "stopped")
    assert supervisor.pids() == {}


def test_what_happens_to_the_children_is_told_to_the_log(supervise, caplog):
    caplog.set_level("INFO", logger="neurolist")
    supervisor, _ = supervise(Child(name="broken", command=(sys.executable, "-c", "raise SystemExit(3)")))
    assert ticking(supervisor, lambda: any(record.msg["event"] == "child_ended" for record in caplog.records))
    lines = [record.msg for record in caplog.records if record.name == "neurolist"]
    assert (lines[0]["event"], lines[0]["child"]) == ("child_started", "broken")
    assert (lines[-1]["exit_code"], lines[-1]["seconds"]) == (3, 1.0)


def test_a_log_that_grows_too_large_is_put_aside_while_its_child_goes_on_writing(supervise, tmp_path, monkeypatch):
    monkeypatch.setattr("flows.supervisor.LOOK_AT_LOGS_SECONDS", 0.0)
    looked = logs.empty_full
    monkeypatch.setattr(logs, "empty_full", lambda path: looked(path, largest=2000, kept=2))
    writes = "import time\nwhile True:\n    print('x' * 99, flush=True); time.sleep(0.01)"
    supervisor, _ = supervise(Child(name="talks", command=(sys.executable, "-c", writes)))
    folder = tmp_path / "logs"
    assert ticking(supervisor, (folder / "talks.log.2").exists)
    pids = supervisor.pids()
    assert ticking(supervisor, lambda: 0 < (folder / "talks.log").stat().st_size < 4000)
    assert supervisor.pids() == pids
    assert {len(line) for line in (folder / "talks.log.1").read_text().splitlines()} == {99}


ANSWERS_ONCE = """
import http.server, time
class Well(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", {port}), Well).handle_request()
time.sleep(600)
"""


def test_a_child_has_longer_to_answer_at_first_than_once_it_has_answered(supervise, monkeypatch):
    monkeypatch.setattr("flows.supervisor.UNWELL_SECONDS", 0.5)
    monkeypatch.setattr("flows.supervisor.STARTING_SECONDS", 600.0)
    monkeypatch.setattr("flows.supervisor.PROBE_EVERY_SECONDS", 0.1)
    ports = [free_port("127.0.0.1", 0) for _ in range(2)]
    supervisor, told = supervise(
        Child(name="slow", command=SLEEPER, health=f"http://127.0.0.1:{ports[0]}/"),
        Child(
            name="fallen silent",
            command=(sys.executable, "-c", ANSWERS_ONCE.format(port=ports[1])),
            health=f"http://127.0.0.1:{ports[1]}/",
        ),
    )
    assert ticking(supervisor, lambda: ("fallen silent", "did not answer for 0 s") in told, 60)
    assert ("fallen silent", "well") in told
    assert [what for name, what in told if name == "slow"] == ["started"]
