"""One part is solved, or the whole's bound proven: the same work in a process of this machine or under a worker."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.part_store import WHOLE, Job, PartStore
from flows.tether import tether_if_marked
from scheduler.engine import NoPlanError, Progress, solve
from scheduler.engine.parts import prove_whole

PULSE_SECONDS = 1.0
NOTE_SECONDS = 0.5
LEAST_SECONDS = 1.0
THREADS = 2  # one finds columns while the other moves cases: a part does far worse with one


def work_on(store: PartStore, key: str) -> None:
    """Do one job and store what came of it; one that is done, in other hands or no longer wanted is left alone."""
    if not store.folder.exists() or store.finished(key) or _in_other_hands(store, key):
        return
    job = store.job(key)
    with _pulse(store, key):
        _prove(store, job) if key == WHOLE else _solve(store, job)


def _in_other_hands(store: PartStore, key: str) -> bool:
    """Tell whether somebody shows now that they work on a job; one nobody began on needs no watching."""
    before = store.last_beat(key)
    if before is None:
        return False
    time.sleep(2.5 * PULSE_SECONDS)
    return store.last_beat(key) != before


def _solve(store: PartStore, job: Job) -> None:
    part = store.part(job.key)
    tell = _Teller(store, job.key)
    try:
        plan = solve(
            part.problem,
            time_limit=LEAST_SECONDS if store.stopped(job.key) else job.seconds,
            workers=THREADS,
            seed=job.seed,
            begin=part.begin,
            effort=job.effort,
            on_progress=tell,
            should_stop=lambda: store.stopped(job.key),
        )
    except NoPlanError:
        plan = None
    store.finish(job.key, plan)


def _prove(store: PartStore, job: Job) -> None:
    prove_whole(
        store.part(job.key).problem,
        seconds=job.seconds,
        tell=lambda bound: store.note(job.key, cost=bound, booked=0),
        should_stop=lambda: store.stopped(job.key),
    )
    store.finish(job.key, None)


class _Teller:
    """Keeps the solver's progress where the run looks, not too often."""

    def __init__(self, store: PartStore, key: str) -> None:
        self._store = store
        self._key = key
        self._told = 0.0

    def __call__(self, report: Progress) -> None:
        if time.monotonic() - self._told >= NOTE_SECONDS:
            self._told = time.monotonic()
            self._store.note(self._key, cost=report.cost, booked=report.booked)


@contextmanager
def _pulse(store: PartStore, key: str) -> Iterator[None]:
    """Show every second that this job is being worked on."""
    done = threading.Event()

    def beat() -> None:
        while store.folder.exists():
            store.beat(key)
            if done.wait(PULSE_SECONDS):
                return

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def main() -> None:
    """Do one job of a folder, both named on the command line."""
    tether_if_marked()
    work_on(PartStore(Path(sys.argv[1])), sys.argv[2])


if __name__ == "__main__":
    main()
