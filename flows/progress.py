"""Progress of long work on the terminal, on the error stream, and only where somebody watches."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS_A_TICK = 0.25


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
    """Show how a search with a time limit stands; call what is yielded with each report of the search.

    A planner's report shows the plan's cost, the proven bound, the gap between them and the cases booked.
    """
    if not sys.stderr.isatty():
        yield lambda _report: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(bar_width=20), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=seconds)
        ticking = _Ticking(lambda done: bar.update(task, completed=done))
        ticking.start()
        try:
            yield lambda report: bar.update(task, description=standing(what, report))
        finally:
            ticking.end()


def standing(what: str, report: object) -> str:
    """Say in one line how a search stands."""
    from scheduler.engine import Progress as Planning

    if not isinstance(report, Planning):
        return what
    gap = f", gap {(report.cost - report.bound) / report.bound:.1%}" if report.bound else ""
    booked = f"{report.booked} of {report.total} booked"
    return f"{what}: cost {report.cost:,}, at least {report.bound:,}{gap}, {booked}"


class _Ticking(threading.Thread):
    """Moves a bar on while nothing is reported."""

    def __init__(self, show: Callable[[float], None]) -> None:
        super().__init__(daemon=True)
        self._show = show
        self._began = time.monotonic()
        self._ended = threading.Event()

    def run(self) -> None:
        """Show the seconds so far, until the end."""
        while not self._ended.wait(SECONDS_A_TICK):
            self._show(time.monotonic() - self._began)

    def end(self) -> None:
        """Stop."""
        self._ended.set()
        self.join()
