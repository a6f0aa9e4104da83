"""A worker of the pool: takes parts of large plans, so many at once, each in a process of its own."""

from __future__ import annotations

import asyncio
import sys

from prefect.workers.process import ProcessWorker

from db import logs
from db.log_words import LogEvent
from flows.log_process import logged
from flows.planning_parts import POOL, register
from flows.tether import tether_if_marked

AGAIN_AFTER_SECONDS = 5.0


async def work(limit: int) -> None:
    """Take parts until stopped; whatever happens to Prefect meanwhile, the worker begins again."""
    while True:
        try:
            await _work(limit)
        except Exception as fault:  # noqa: BLE001 - whatever Prefect says, it is asked again
            logs.tell(LogEvent.PREFECT_LOST, error=type(fault).__name__)
        await asyncio.sleep(AGAIN_AFTER_SECONDS)


async def _work(limit: int) -> None:
    """Make the pool and register the flow, so that any worker may be the first; then take parts."""
    async with ProcessWorker(work_pool_name=POOL, limit=limit) as first:
        await first.sync_with_backend()
    await register()
    await ProcessWorker(work_pool_name=POOL, limit=limit).start(printer=lambda *_: None)


def main() -> None:
    """Work with as many processes as the command line says."""
    tether_if_marked()
    with logged("worker"):
        asyncio.run(work(int(sys.argv[1]) if len(sys.argv) > 1 else 2))


if __name__ == "__main__":
    main()
