"""Parts are solved side by side in processes of this machine; no server is needed for it."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from flows.part_store import WHOLE, Job, PartStore
from flows.tether import command
from scheduler.engine.parts import Errand
from scheduler.plan import Plan
from scheduler.problem import SchedulingProblem

LOOK_EVERY_SECONDS = 0.1
SECONDS_TO_START = 2.0  # a process begins and reads its problem
TRIES = 3  # a part whose process was killed is solved again, twice at the most
GRACE = 1.05  # a part that had to be solved again may take a little longer than the rest
ROOT = Path(__file__).resolve().parents[1]


class Limit:
    """When the parts of an errand must all be done, at so many at once."""

    def __init__(self, errand: Errand, *, hands: int, seconds_to_start: float, proving: bool) -> None:
        turns = math.ceil((len(errand.parts) + proving) / hands)
        each = math.inf if errand.effort is not None else errand.seconds * GRACE
        self._until = time.monotonic() + turns * (each + seconds_to_start)

    def over(self, *, by: float = 0.0) -> bool:
        """Say whether that time has come, or is so many seconds past."""
        return time.monotonic() > self._until + by


def follow(store: PartStore, errand: Errand, keys: Sequence[str], limit: Limit) -> None:
    """Tell how far the parts are, and ask them to stop once their time is up or a stop was asked for."""
    errand.listen([store.noted(key) for key in keys])
    if errand.should_stop():
        store.stop(WHOLE)
    if limit.over() or errand.should_stop():
        for key in keys:
            store.stop(key)


class PartsHere:
    """Solves parts in so many processes at once. Close it when done."""

    def __init__(self, store: PartStore, *, hands: int) -> None:
        self.hands = max(1, hands)
        self.seconds_to_start = SECONDS_TO_START
        self.store = store
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self._waiting: deque[str] = deque()
        self._tries: Counter[str] = Counter()
        self._errands = 0

    def prove(self, problem: SchedulingProblem, *, seconds: float) -> None:
        """Begin to prove a bound of the whole, in a process of its own."""
        self.store.put(Job(key=WHOLE, seconds=seconds, seed=0), problem)
        self._waiting.append(WHOLE)

    def proven(self) -> int:
        """Give the highest bound proven so far."""
        note = self.store.noted(WHOLE)
        return 0 if note is None else note.cost

    @property
    def proving(self) -> bool:
        """Whether the proof still needs a hand."""
        return WHOLE in self._waiting or WHOLE in self.running

    def solve(self, errand: Errand) -> list[Plan | None]:
        """Solve every part; None for one that has no plan. A stop, or Ctrl-C, gives the best plans so far."""
        keys = self.put(errand)
        self.settle(errand, keys)
        return self.plans(errand, keys)

    def put(self, errand: Errand) -> list[str]:
        """Store the parts; gives their keys."""
        self._errands += 1
        keys = [f"{self._errands}-{number}" for number in range(len(errand.parts))]
        for key, part in zip(keys, errand.parts, strict=True):
            job = Job(key=key, seconds=errand.seconds, seed=errand.seed, effort=errand.effort)
            self.store.put(job, part.problem, part.begin)
        return keys

    def settle(self, errand: Errand, keys: Sequence[str]) -> None:
        """Work these parts here until each has its plan or was tried too often."""
        self._waiting.extend(key for key in keys if not self.store.finished(key))
        limit = Limit(errand, hands=self.hands, seconds_to_start=self.seconds_to_start, proving=self.proving)
        while not all(self._settled(key) for key in keys):
            try:
                self._look()
                follow(self.store, errand, keys, limit)
                time.sleep(LOOK_EVERY_SECONDS)
            except KeyboardInterrupt:
                errand.stop()

    def plans(self, errand: Errand, keys: Sequence[str]) -> list[Plan | None]:
        """Read the parts' plans, None where there is none."""
        return [
            self.store.plan(key, part.problem) if self.store.finished(key) else None
            for key, part in zip(keys, errand.parts, strict=True)
        ]

    def close(self) -> None:
        """End what still runs and remove the folder."""
        self._waiting.clear()
        for process in self.running.values():
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()
        self.running.clear()
        self.store.remove()

    def _look(self) -> None:
        """Notice what has ended and start what waits."""
        for key, process in list(self.running.items()):
            if process.poll() is not None:
                del self.running[key]
                if not self.store.finished(key) and self._tries[key] < TRIES:
                    self._waiting.appendleft(key)
        while self._waiting and len(self.running) < self.hands:
            self._start(self._waiting.popleft())

    def _settled(self, key: str) -> bool:
        return self.store.finished(key) or (
            key not in self.running and key not in self._waiting and self._tries[key] >= TRIES
        )

    def _start(self, key: str) -> None:
        self._tries[key] += 1
        path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        work = [sys.executable, "-m", "flows.part_work", str(self.store.folder), key]
        self.running[key] = subprocess.Popen(  # noqa: S603 - our own module, nothing a person typed
            command(os.getpid(), work),
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for this process, which then asks the parts to stop
        )
