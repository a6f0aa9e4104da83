"""Work in a process of its own, which the run may stop at any time."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Child:
    """One of our own modules, run by our own interpreter; speak to it through `process.stdin` and `process.stdout`."""

    def __init__(self, module: str, *words: str) -> None:
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.process = subprocess.Popen(  # noqa: S603  # our own module, under our own interpreter
            [sys.executable, "-m", module, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the parent, which then stops this
        )

    def stop_search(self) -> None:
        """End the process."""
        with suppress(ProcessLookupError):
            self.process.kill()
