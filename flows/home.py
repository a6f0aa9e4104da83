"""The folder a running Neurolist owns: one lock so that only one runs from it, and a note of where it answers."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from scheduler.errors import NeurolistError

LOCK = "up.lock"
NOTE = "running.json"


class AlreadyRunningError(NeurolistError):
    """Another Neurolist runs from the same folder."""


class PortTakenError(NeurolistError):
    """Another program holds the port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningNote:
    """Where the running Neurolist answers: its process, the screen's address and Prefect's interface."""

    pid: int
    address: str
    prefect_api: str


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the folder for this process; raise AlreadyRunningError when another process holds it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise AlreadyRunningError(_held_sentence(home)) from held
        try:
            yield
        finally:
            (home / NOTE).unlink(missing_ok=True)


def is_held(home: Path) -> bool:
    """Say whether a Neurolist runs from this folder now."""
    path = home / LOCK
    if not path.exists():
        return False
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def leave_note(home: Path, note: RunningNote) -> None:
    """Write down where this Neurolist answers."""
    part = home / f"{NOTE}.part"
    part.write_text(json.dumps(asdict(note)))
    part.replace(home / NOTE)


def read_note(home: Path) -> RunningNote | None:
    """Read where the running Neurolist answers; None when none runs from this folder."""
    try:
        known = json.loads((home / NOTE).read_text()) if is_held(home) else None
    except (OSError, ValueError):
        return None
    return RunningNote(**known) if known else None


def check_port(host: str, port: int) -> None:
    """Raise PortTakenError, saying what to do, when another program listens on this port."""
    if not port_is_free(host, port):
        says = f"Port {port} is in use by another program. Choose another: neurolist up --port {_near(host, port)}"
        raise PortTakenError(says)


def port_is_free(host: str, port: int) -> bool:
    """Say whether this machine can still listen on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str, preferred: int) -> int:
    """Give the preferred port, or else any free one."""
    if preferred and port_is_free(host, preferred):
        return preferred
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as any_port:
        any_port.bind((host, 0))
        port: int = any_port.getsockname()[1]
    return port


def _near(host: str, port: int) -> int:
    return next((near for near in range(port + 1, port + 100) if port_is_free(host, near)), port + 1)


def _held_sentence(home: Path) -> str:
    note = read_note(home)
    where = f" at {note.address} (process {note.pid})" if note is not None and note.pid != os.getpid() else ""
    return (
        f"Neurolist already runs from {home}{where}. "
        "Stop it with Ctrl-C where it runs, or set NEUROLIST_HOME to another folder."
    )
