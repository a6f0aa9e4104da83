"""Waiting while the inner loops are compiled, in a process that the run may stop."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scheduler.engine.run import Run

ROOT = Path(__file__).resolve().parents[2]


class Warming:
    """The process that compiles, which the run may stop."""

    def __init__(self, run: Run) -> None:
        self._run = run
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(  # our own module, under our own interpreter
            [sys.executable, "-m", "scheduler.engine.warm"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl-C is for the parent, which then stops this
        )
        run.register(self)

    @property
    def going_on(self) -> bool:
        """Whether the loops are still being compiled."""
        return self._process.poll() is None

    def stop_search(self) -> None:
        """End the process."""
        with suppress(ProcessLookupError):
            self._process.kill()

    def end(self) -> None:
        """See the process out."""
        self._run.release(self)
        self.stop_search()
        self._process.wait()
