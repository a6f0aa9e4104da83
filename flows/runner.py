"""The flow runner's process: serves the flows that Prefect starts, two runs at a time, and asks for the sweep.

It is also this machine's worker for the parts of large plans.

The sweep is asked for here and not by a schedule of Prefect's: Prefect 3.8.8 cannot insert scheduled runs under
SQLAlchemy 2.1, and after an outage a schedule would hand over every run that was missed.
"""

from __future__ import annotations

import asyncio

from prefect import aserve
from prefect.deployments import arun_deployment

from db import logs
from db.log_words import LogEvent
from flows.log_process import logged
from flows.part_worker import work
from flows.reconcile import EVERY_SECONDS, reconcile
from flows.service import the_service
from flows.tether import tether_if_marked

RUNS_AT_ONCE = 2
ASK_EVERY_SECONDS = 2
AGAIN_AFTER_SECONDS = 5.0
DEPLOYMENT = "sweep"


async def serve_flows() -> None:
    """Serve the flows, ask for a sweep now and at every interval, and work parts of plans."""
    deployment = await reconcile.ato_deployment(name=DEPLOYMENT, tags=["reconcile"])
    serving = asyncio.create_task(
        aserve(
            deployment,
            limit=RUNS_AT_ONCE,
            pause_on_shutdown=False,
            print_starting_message=False,
            query_seconds=ASK_EVERY_SECONDS,
        )
    )
    beside = [asyncio.create_task(_keep_asking()), asyncio.create_task(work(RUNS_AT_ONCE))]
    try:
        await serving
    finally:
        for task in beside:
            task.cancel()


async def _keep_asking() -> None:
    while True:
        await asyncio.sleep(await _seconds_after_asking())


async def _seconds_after_asking() -> float:
    try:
        await ask_for_sweep()
    except Exception as fault:  # noqa: BLE001 - whatever Prefect says, the sweep is asked for again
        logs.tell(LogEvent.SWEEP_NOT_TAKEN, error=type(fault).__name__)
        return AGAIN_AFTER_SECONDS
    return EVERY_SECONDS


async def ask_for_sweep() -> None:
    """Ask Prefect for one sweep; asked twice within an interval, it runs once."""
    interval = int(the_service().clock.now().timestamp() // EVERY_SECONDS)
    await arun_deployment(
        f"{reconcile.name}/{DEPLOYMENT}", timeout=0, idempotency_key=f"sweep {interval}", as_subflow=False
    )


def main() -> None:
    """Serve until stopped."""
    tether_if_marked()
    with logged("runner"):
        asyncio.run(serve_flows())


if __name__ == "__main__":
    main()
