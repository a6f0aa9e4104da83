"""The dispatcher: twice a second it looks for due steps, and works them inside their stage flows.

When Prefect does not answer within a second the same steps are worked by the same plain code, without a flow run.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Iterable, Sequence
from itertools import groupby

from db import logs
from db.log_words import LogEvent
from flows.log_process import logged
from flows.prefect_home import MARK, answers, health_url
from flows.service import Service, the_service
from flows.steps import SOLVED, STAGES, UPKEEP, WaitingStep, run_plan_steps, run_steps, waiting_steps
from flows.sweeping import sweep
from flows.tether import tether_if_marked
from flows.words import FlowName

POLL_SECONDS = 0.5
BATCH = 200
CASES_NAMED_IN_TAGS = 10
PATIENCE_SECONDS = 2.0
SWEEP_SECONDS = 300.0
FAILURES_A_LINE = 120  # of turns that fail one after the other, the first is told, and one a minute
LETTERS = frozenset({FlowName.NOTICES})


class Dispatcher:
    """Looks for due steps of some flows and works them, inside flow runs while Prefect is well."""

    def __init__(self, service: Service, flows: Iterable[FlowName], *, prefect_api: str | None, mark: str = "") -> None:
        self._service = service
        self._flows = frozenset(flows)
        self._health = health_url(prefect_api) if prefect_api else None
        self._mark = mark
        self._runs: set[asyncio.Task[list[str]]] = set()
        self._stopping = False
        self._prefect_was_well: bool | None = None
        self._failed = 0  # turns one after the other

    def ask_to_stop(self) -> None:
        """Finish the batch at hand, then end."""
        self._stopping = True

    async def run(self) -> None:
        """Work until asked to stop; a fault in one turn is logged and the next turn comes."""
        loop = asyncio.get_running_loop()
        swept = loop.time()
        while not self._stopping:
            worked = await self._one_turn()
            if loop.time() - swept >= SWEEP_SECONDS and not await self._prefect_is_well():
                await self._sweep()
                swept = loop.time()
            if not worked:
                await asyncio.sleep(POLL_SECONDS)

    async def _sweep(self) -> None:
        try:
            await asyncio.to_thread(sweep, self._service)
        except Exception as fault:  # noqa: BLE001 - whatever failed, the next sweep comes
            logs.tell(LogEvent.TURN_FAILED, fault=fault, flow="sweep")

    async def turn(self) -> int:
        """Work what is due now, one batch of each flow; gives how many steps were found."""
        due = await asyncio.to_thread(waiting_steps, self._service, flows=self._flows, limit=BATCH)
        for flow_name, steps in groupby(sorted(due, key=_flow_of), key=_flow_of):
            await self._work(flow_name, list(steps))
        return len(due)

    async def _one_turn(self) -> int:
        try:
            found = await self.turn()
        except Exception as fault:  # noqa: BLE001 - whatever failed, the next turn tries again
            # A database that is away fails two turns a second, and a full disk is not emptied by lines that say so.
            if self._failed % FAILURES_A_LINE == 0:
                logs.tell(LogEvent.TURN_FAILED, fault=fault, count=self._failed + 1)
            self._failed += 1
            return 0
        self._failed = 0
        return found

    async def _work(self, flow_name: FlowName, steps: Sequence[WaitingStep]) -> None:
        ids = [step.id for step in steps]
        if await self._prefect_is_well() and await self._inside_flow(flow_name, steps):
            return
        plain = run_plan_steps if flow_name in SOLVED else run_steps
        await asyncio.to_thread(plain, self._service, ids)

    async def _prefect_is_well(self) -> bool:
        if self._health is None:
            return False
        well = await asyncio.to_thread(answers, self._health, mark=self._mark)
        if well is not self._prefect_was_well:
            self._prefect_was_well = well
            logs.tell(LogEvent.PREFECT_FOUND if well else LogEvent.PREFECT_LOST)
        return well

    async def _inside_flow(self, flow_name: FlowName, steps: Sequence[WaitingStep]) -> bool:
        """Work the steps in one run of their flow; False when Prefect failed, and they must be looked at again."""
        from prefect import tags

        from flows.registry import FLOWS

        with tags(flow_name.value, *tags_for(steps)):
            run = asyncio.create_task(FLOWS[flow_name]([step.id for step in steps], about(steps)))
        self._runs.add(run)
        run.add_done_callback(self._forget)
        while not run.done():
            await asyncio.wait({run}, timeout=PATIENCE_SECONDS)
            # A run whose server died waits out every retry; its steps are safe, so the dispatcher goes on without it.
            if not run.done() and not await self._prefect_is_well():
                return False
        return run.exception() is None

    def _forget(self, run: asyncio.Task[list[str]]) -> None:
        self._runs.discard(run)
        if not run.cancelled() and run.exception() is not None:
            logs.tell(LogEvent.PREFECT_RUN_FAILED, fault=run.exception())


def tags_for(steps: Sequence[WaitingStep]) -> tuple[str, ...]:
    """Name the cases of a small batch, so that Prefect's page finds them; a large one leaves a table instead."""
    refs = sorted({step.case_ref for step in steps if step.case_ref})
    return tuple(refs) if len(refs) <= CASES_NAMED_IN_TAGS else ()


def about(steps: Sequence[WaitingStep]) -> str:
    """Say in a few words what a run is about, with references only."""
    refs = sorted({step.case_ref for step in steps if step.case_ref})
    if not refs:
        return ", ".join(sorted({step.name for step in steps}))
    return ", ".join(refs) if len(refs) <= 3 else f"{len(refs)} cases, {refs[0]} to {refs[-1]}"


def _flow_of(step: WaitingStep) -> FlowName:
    return step.flow


async def dispatch(*groups: Iterable[FlowName]) -> None:
    """Run a dispatcher for each group of flows until SIGTERM; no group waits for another."""
    api, mark = os.environ.get("PREFECT_API_URL"), os.environ.get(MARK, "")
    dispatchers = [
        # Prefect keeps a record of every run, and upkeep would fill it with hundreds a day.
        Dispatcher(the_service(), flows, prefect_api=None if flows == UPKEEP else api, mark=mark)
        for flows in groups
    ]
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for dispatcher in dispatchers:
            dispatcher.ask_to_stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    gc.freeze()  # what is loaded by now stays, and need not be looked through again and again
    await asyncio.gather(*(dispatcher.run() for dispatcher in dispatchers))


def main() -> None:
    """Run the dispatcher of the case flows, beside it those of letters and of upkeep: both may take their time."""
    tether_if_marked()
    with logged("dispatcher"):
        asyncio.run(dispatch(STAGES - LETTERS, LETTERS, UPKEEP))


if __name__ == "__main__":
    main()
