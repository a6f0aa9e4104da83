"""A worker of the pool: takes parts of large plans, so many at once, each in a process of its own."""

from __future__ import annotations

import asyncio
import logging
import sys

from prefect.workers.process import ProcessWorker

from flows.planning_parts import POOL, register
from flows.tether import tether_if_marked

AGAIN_AFTER_SECONDS = 5.0

log = logging.getLogger(__name__)


async def work(limit: int) -> None:
    """Take parts until stopped; whatever happens to Prefect meanwhile, the worker begins again."""
    while True:
        try:
            await _work(limit)
        except Exception as fault:  # noqa: BLE001 - whatever Prefect says, it is asked again
            log.warning("The worker of parts lost Prefect (%s); it begins again.", type(fault).__name__)
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
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(work(int(sys.argv[1]) if len(sys.argv) > 1 else 2))


if __name__ == "__main__":
    main()
