"""A port is a service's own from the moment it is chosen, so that two that start at once never share one."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.home import PortTakenError, check_port, free_port


@contextmanager
def this_port(host: str, port: int) -> Iterator[int]:
    """Hold exactly this port; raise PortTakenError, saying what to do, when another program has it or is about to."""
    check_port(host, port)
    lock = _locked(port)
    if lock is None:
        says = f"Port {port} was just taken by another Neurolist. Choose another: neurolist up --port {port + 1}"
        raise PortTakenError(says)
    try:
        yield port
    finally:
        os.close(lock)


@contextmanager
def some_port(host: str, preferred: int) -> Iterator[int]:
    """Hold the preferred port, or else any that is free."""
    port, lock = _free_and_locked(host, preferred)
    try:
        yield port
    finally:
        os.close(lock)


def _free_and_locked(host: str, preferred: int) -> tuple[int, int]:
    port = free_port(host, preferred)
    while (lock := _locked(port)) is None:
        port = free_port(host, 0)
    return port, lock


def _locked(port: int) -> int | None:
    """Lock a port among the Neurolists of this machine, whoever started them; None when another has it."""
    file = _open(Path(tempfile.gettempdir()) / f"neurolist-port-{port}.lock")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def _open(path: Path) -> int:
    # A file that another person made may be opened and locked, though not opened for making it.
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
