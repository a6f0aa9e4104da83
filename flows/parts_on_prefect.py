"""Parts are spread over the workers of Prefect's pool; what they do not take or finish is solved here."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Sequence

from db import logs
from db.log_words import LogEvent
from flows.part_store import WHOLE, Job, PartStore
from flows.part_work import THREADS
from flows.parts_here import Limit, PartsHere, follow
from scheduler.engine.parts import Errand
from scheduler.plan import Plan
from scheduler.problem import SchedulingProblem

LOOK_EVERY_SECONDS = 0.25
SECONDS_TO_START = 10.0  # a worker looks every few seconds, then starts a process and asks Prefect
NOBODY_SECONDS = 60.0  # with no worker at work on any part for so long, the parts are solved here
LATE_SECONDS = 10.0  # after its time a part that is still missing is done here, as far as that goes in a second
SECONDS_TO_END = 5.0


class PartsOnPrefect:
    """Solves parts on so many workers at once. Close it when done."""

    def __init__(self, store: PartStore, *, hands: int) -> None:
        self.hands = max(1, hands)
        self.seconds_to_start = SECONDS_TO_START
        self.store = store
        self._flow_runs: list[threading.Thread] = []
        self._here = PartsHere(store, hands=(os.cpu_count() or 1) // THREADS)

    def prove(self, problem: SchedulingProblem, *, seconds: float) -> None:
        """Begin to prove a bound of the whole, on a worker."""
        self.store.put(Job(key=WHOLE, seconds=seconds, seed=0), problem)
        self._hand_out([WHOLE])

    def proven(self) -> int:
        """Give the highest bound proven so far."""
        return self._here.proven()

    def solve(self, errand: Errand) -> list[Plan | None]:
        """Solve every part; None for one that has no plan. A stop, or Ctrl-C, gives the best plans so far."""
        keys = self._here.put(errand)
        self._await(errand, keys, self._hand_out(keys))
        if not all(self.store.finished(key) for key in keys):
            self._here.settle(errand, keys)
        return self._here.plans(errand, keys)

    def close(self) -> None:
        """Remove the folder; workers that still have a part of it end."""
        self._here.close()
        for thread in self._flow_runs:
            thread.join(SECONDS_TO_END)  # a flow whose process ends under it complains to the screen

    def _hand_out(self, keys: Sequence[str]) -> threading.Thread:
        """Run the flow of these parts in a thread of its own, so that this one can be interrupted."""
        thread = threading.Thread(target=_run_flow, args=(self.store.folder.name, list(keys)), daemon=True)
        thread.start()
        self._flow_runs.append(thread)
        return thread

    def _await(self, errand: Errand, keys: Sequence[str], flow_run: threading.Thread) -> None:
        """Wait until every part is done, the flow has ended without, or nobody takes one."""
        proving = self.store.asked(WHOLE) and not self.store.finished(WHOLE)
        limit = Limit(errand, hands=self.hands, seconds_to_start=self.seconds_to_start, proving=proving)
        patience = time.monotonic() + NOBODY_SECONDS
        while not all(self.store.finished(key) for key in keys) and flow_run.is_alive():
            try:
                follow(self.store, errand, keys, limit)
                taken = any(self.store.last_beat(key) is not None for key in (WHOLE, *keys))
                nobody = not taken and (time.monotonic() > patience or errand.should_stop())
                if nobody or limit.over(by=LATE_SECONDS):
                    return
                time.sleep(LOOK_EVERY_SECONDS)
            except KeyboardInterrupt:
                errand.stop()


def _run_flow(run: str, keys: list[str]) -> None:
    from flows.planning_parts import planning_in_parts

    try:
        asyncio.run(planning_in_parts(run, keys))
    except Exception as fault:  # noqa: BLE001 - whatever Prefect says, the parts are solved, here if need be
        logs.tell(LogEvent.PREFECT_RUN_FAILED, error=type(fault).__name__, flow="parts")
