"""A search that never comes back is ended with its whole process, which the supervisor then starts again."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from db import logs
from db.log_words import LogEvent

# The solver itself waits half a minute for its threads; the lease of the step lasts a minute beyond the search.
SILENT_SECONDS = 50.0
LOOK_EVERY_SECONDS = 0.5
HUNG = 70  # what such a process ends with
_ends = threading.Event()


def this_process_may_end() -> None:
    """Say that nothing is lost when this process ends: it only works due steps, and somebody starts it again."""
    _ends.set()


@contextmanager
def ended_if_it_hangs(seconds: float, last_heard: Callable[[], float], keep: Callable[[], None]) -> Iterator[None]:
    """Watch a search that may take so many seconds; `keep` writes down that it was ended, just before it is.

    `last_heard` gives the monotonic time at which it last showed that it lives. A person's own process, such as that
    of `neurolist plan`, is never ended.
    """
    over = threading.Event()
    until = time.monotonic() + seconds

    def watch() -> None:
        while not over.wait(LOOK_EVERY_SECONDS):
            if time.monotonic() > max(until, last_heard()) + SILENT_SECONDS:
                logs.tell(LogEvent.CRASHED, reason="hung")
                try:
                    keep()
                finally:
                    os._exit(HUNG)  # nothing gentler ends a thread that is stuck

    if _ends.is_set():
        threading.Thread(target=watch, name="watch over the search", daemon=True).start()
    try:
        yield
    finally:
        over.set()
