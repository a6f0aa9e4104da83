"""Progress of long work on the terminal, on the error stream, and only where somebody watches."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

BAR_STEPS_A_SECOND = 4


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar for work that counts; call what is yielded with (done, total)."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def searching(what: str, *, seconds: float) -> Iterator[Callable[[object], None]]:
    """Show a bar for a search with a time limit; call what is yielded with each report of the search."""
    with counting(what) as show:
        began = time.monotonic()
        yield lambda _report: show(
            round(min(seconds, time.monotonic() - began) * BAR_STEPS_A_SECOND), round(seconds * BAR_STEPS_A_SECOND)
        )
