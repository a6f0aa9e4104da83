"""The folder a running Neurolist owns."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from flows.home import (
    AlreadyRunningError,
    PortTakenError,
    RunningNote,
    check_port,
    free_port,
    is_held,
    leave_note,
    only_one,
    read_note,
)

NOTE = RunningNote(pid=4242, address="http://127.0.0.1:8501", prefect_api="http://127.0.0.1:8502/api")


def test_a_second_neurolist_is_told_where_the_first_runs(tmp_path):
    with only_one(tmp_path):
        leave_note(tmp_path, NOTE)
        with pytest.raises(AlreadyRunningError, match=r"http://127.0.0.1:8501 \(process 4242\).*NEUROLIST_HOME"):
            only_one(tmp_path).__enter__()


def test_the_folder_is_free_again_once_it_stops(tmp_path):
    with only_one(tmp_path):
        assert is_held(tmp_path)
    assert not is_held(tmp_path)
    assert read_note(tmp_path) is None


def test_a_killed_neurolist_leaves_no_lock_behind(tmp_path):
    code = (
        "import os, pathlib, signal; from flows.home import *\n"
        f"home = pathlib.Path({str(tmp_path)!r})\n"
        "with only_one(home):\n"
        "    leave_note(home, RunningNote(pid=os.getpid(), address='a', prefect_api='b'))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    assert (tmp_path / "running.json").exists()
    assert read_note(tmp_path) is None
    with only_one(tmp_path):
        assert is_held(tmp_path)


def test_a_port_in_use_is_refused_with_one_that_is_free():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=rf"Port {port} is in use.*--port \d+"):
            check_port("127.0.0.1", port)
        assert free_port("127.0.0.1", port) != port
