"""The real screens, served on the ground for as long as a measurement takes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.board.ground import Ground
from benchmarks.contest import ROOT
from flows.home import free_port

HOST = "127.0.0.1"
STARTS_WITHIN = 120.0
KILOBYTES_A_MEGABYTE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where the screens answer, and the process that serves them."""

    address: str
    process: int

    def memory_megabytes(self) -> float:
        """Give the memory the process holds now."""
        for line in Path(f"/proc/{self.process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / KILOBYTES_A_MEGABYTE
        raise ProcessLookupError(f"The web server {self.process} has ended.")


@contextmanager
def serving(ground: Ground) -> Iterator[Served]:
    """Serve the screens until the block ends."""
    port = free_port(HOST, 0)
    home = ground.settings.home
    environment = {**os.environ, "NEUROLIST_HOME": str(home), "PYTHONPATH": str(ROOT)}
    with (home / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.asgi", "--port", str(port)],
            env=environment,
            cwd=home,
            stdout=log,
            stderr=log,
        )
    try:
        address = f"http://{HOST}:{port}"
        _wait(process, f"{address}/readyz")
        yield Served(address=address, process=process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ChildProcessError(f"The web server ended with code {process.returncode} before it answered.")
        try:
            urllib.request.urlopen(address, timeout=2)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.2)
        else:
            return
    raise TimeoutError(f"The web server did not answer within {STARTS_WITHIN:.0f} s.")
